"""Teaches the beat net anew, or judges it.

    python -m tools.beat_net teach [--folder CACHE] [--font FILE ...] [--seed 1] [--processes 2]
    python -m tools.beat_net judge [FOLDER ...]

`teach` makes 403 songs and 120 sounds without a beat, teaches the net takes of them, and writes
`daemon/hearing/beat_net.npz`: docs/decisions/a-net-of-our-own-for-beats.md says more. It needs torch
and, on Debian, `apt install fluidsynth fluid-soundfont-gm timgm6mb-soundfont mma openttd-openmsx
freedoom hydrogen-drumkits hydrogen-data`. What is missing is left out, and that is said. The songs
take some twelve minutes of one core and the net some seven. What was made is kept in CACHE, and a broken
run goes on from there.

On one machine a run gives the same weights to the byte: the songs are seeded and torch has one
thread. Other machines and other versions of the packages round otherwise, and so give other weights.

`judge` says how well beats are found in folders of takes with a `truth.json`, and how quiet the net
stays on sound without a beat. No net is taught on such folders.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import numpy as np

from tools.beat_net import game_songs, kits, styles, tracked
from tools.beat_net.beatless import KINDS, beatless
from tools.beat_net.data import making, recipes
from tools.beat_net.judge import folder_scores, loudest_beats, report, score
from tools.beat_net.musician import played
from tools.beat_net.song import RATE
from tools.beat_net.train import SONGS, train, weights_of

#: Soundfonts as Debian installs them.
FONTS = ("/usr/share/sounds/sf2/TimGM6mb.sf2", "/usr/share/sounds/sf2/FluidR3_GM.sf2")
WEIGHTS = Path("daemon/hearing/beat_net.npz")
#: Seed of songs for judging, far from those of any set.
UNSEEN = 900


def _fonts(asked: list[str]) -> tuple[Path, ...]:
    """Soundfonts that are there; says what is missing and what is left out for it."""
    if not shutil.which("fluidsynth"):
        print("no fluidsynth: songs through soundfonts are left out")
        return ()
    fonts = tuple(Path(name) for name in asked)
    for font in fonts:
        if not font.exists():
            print(f"no soundfont {font}: it is left out")
    if not shutil.which("mma") or not styles.grooves():
        print(f"no mma or no {styles.LIBRARY}: songs in its grooves are left out")
    if not game_songs.found():
        print("no songs of games: they are left out")
    if not kits.kits():
        print(f"no drum kits in {kits.FOLDER}: soundfonts play all drums")
    return tuple(font for font in fonts if font.exists())


def _teach(asked: argparse.Namespace) -> None:
    folder = Path(asked.folder)
    folder.mkdir(parents=True, exist_ok=True)
    fonts = _fonts(asked.font)
    bank = tracked.bank_of(fonts[-1], folder / "bank.npz") if fonts and kits.kits() else None
    every = recipes(fonts, bank, asked.seed)
    music = [one for one in every if not one.beatless][:SONGS]
    songs = [one for one in every if one.beatless] + music
    with making(songs, folder, asked.processes) as wait:
        net = train(songs, folder, asked.seed, folder / "mark.pt", wait)
    np.savez(WEIGHTS, allow_pickle=False, **weights_of(net))
    print(f"{WEIGHTS}: {WEIGHTS.stat().st_size} bytes")


def _judge(asked: argparse.Namespace) -> None:
    own = []
    for genre in ("house", "boom bap", "jazz", "waltz", "drum and bass", "folk", "reggae", "rock"):
        song = played(genre, UNSEEN)
        sound = np.sum(list(song.stems.values()), axis=0)
        own.append(score(song.name, sound, RATE, song.beats_s, song.downbeats_s))
    print(f"own songs, not taught: {report(own)}")
    for kind in KINDS:
        print(f"{kind}: {loudest_beats(beatless(kind, UNSEEN)):.2f}", end="; ")
    print("means of the ten loudest beats in sound without a beat")
    for name in asked.folders:
        print(f"{name}: {report(folder_scores(Path(name)))}")


def main() -> None:
    parser = argparse.ArgumentParser(
        "python -m tools.beat_net",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True)
    teach = verbs.add_parser("teach")
    teach.add_argument("--folder", default=str(Path(tempfile.gettempdir(), "beat-net")))
    teach.add_argument("--font", nargs="*", default=list(FONTS))
    teach.add_argument("--seed", type=int, default=1)
    teach.add_argument("--processes", type=int, default=2)
    teach.set_defaults(run=_teach)
    judge = verbs.add_parser("judge")
    judge.add_argument("folders", nargs="*")
    judge.set_defaults(run=_judge)
    asked = parser.parse_args()
    asked.run(asked)


if __name__ == "__main__":
    main()
