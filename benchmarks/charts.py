"""Chord names heard in band arrangements of old songs, whose chord charts are known.

A stand-in for real loops with known chords: charts of songs that nobody owns, played by MMA
(Musical MIDI Accompaniment: its own voicings, rhythms, bass and drums) in styles drawn at random,
in any key, by a General MIDI SoundFont. None of it is the musician's, and nothing was set on it.
The grid is known, as of a loop whose tempo is in its name; `--heard` hears it.

    apt install mma fluidsynth fluid-soundfont-gm
    python -m benchmarks.charts /usr/share/sounds/sf2/FluidR3_GM.sf2 --count 40
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.chords import table
from bridge.music import Key, Meter
from daemon.engines.embedded.harmony import Chord, read_chord
from daemon.hearing import hear
from daemon.hearing.heard import Heard
from daemon.notes import large_chords

RATE = 44100
_KEY = Key.parse("C")
#: Song, quarters in a bar, and its chords bar by bar, `/` where two share one.
CHARTS = (
    ("saints", 4, "C C C C C C G7 G7 C C7 F Fm C G7 C C"),
    ("bill bailey", 4, "F F F F F F C7 C7 C7 C7 Gm/C7 C7 C7 C7 F F"),
    ("rising sun", 3, "Am C D F Am C E E Am C D F Am E Am E"),
    ("greensleeves", 3, "Am Am G G Am Am E E Am Am G G Am E Am Am C C G G Am Am E E"),
    ("amazing grace", 3, "G G C G G G D7 D7 G G C G G D7 G G"),
    ("auld lang syne", 4, "F C7 F Bb F C7 Bb/C7 F F C7 F Bb F C7 Dm/C7 F"),
    ("scarborough fair", 3, "Dm Dm C Dm F Dm G Dm Dm F F C Dm C C Dm"),
    ("danny boy", 4, "C C7 F Fm C Am D7 G7 C C7 F Fm C/Am Dm/G7 C C"),
    ("oh susanna", 4, "C C C G7 C C C/G7 C F F C G7 C C C/G7 C"),
    ("st james infirmary", 4, "Dm A7 Dm Gm Dm Gm A7 A7 Dm A7 Dm Gm Dm A7 Dm Dm"),
    ("twelve bars", 4, "A7 D7 A7 A7 D7 D7 A7 A7 E7 D7 A7 E7"),
    ("twelve bars in minor", 4, "Am7 Dm7 Am7 Am7 Dm7 Dm7 Am7 Am7 F7 E7 Am7 E7"),
    ("canon", 4, "D A Bm F#m G D G A D A Bm F#m G D G A"),
    ("malaguena", 4, "Am G F E Am G F E Am G F E Am Dm E E"),
    ("sloop", 4, "G G G G G G D D G G7 C Am G D G G"),
    ("wayfaring stranger", 4, "Am Am Dm Am Am Am Dm E7 F C F E Am Dm Am Am"),
    ("silent night", 3, "C C C C G7 G7 C C F F C C F F C C G7 G7 C C C G7 C C"),
    ("careless love", 4, "C G7 C C C C G7 G7 C C7 F Fm C G7 C C"),
    ("turnaround", 4, "BbM7/Gm7 Cm7/F7 BbM7/Gm7 Cm7/F7 Bb7 Eb Bb/F7 Bb"),
    ("falling fifths", 4, "Cm7 F7 BbM7 EbM7 Am7b5 D7 Gm Gm Am7b5 D7 Gm Gm Cm7 F7 BbM7 BbM7"),
)
#: Styles of MMA's standard library, by the quarters of a bar.
STYLES = {
    3: "waltz countrywaltz rockwaltz jazzwaltz fastwaltz frenchwaltz broadwaywaltz",
    4: "popballad folkrock bossanova easyswing rb countryswing rockballad ska blues 60srock"
    " softrock jazzguitar stringballad trance calypso samba dsoul folk 50srock bluegrass rhumba"
    " pianoballad reggae basicrock jazzcombo",
}
_LIBRARY = Path("/usr/share/mma/lib/stdlib")
_NOTES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def songs(
    font: Path, count: int, by_ear: bool = False
) -> Iterator[tuple[str, np.ndarray, int, Heard, list[list[Chord]]]]:
    """As `benchmarks.chords.own_loops`: name, mono, rate, grid, and the chords of each bar."""
    number = 0
    while count:
        rng = np.random.default_rng([31, number])
        name, quarters, chart = CHARTS[number % len(CHARTS)]
        number += 1
        bpm = float(round(rng.uniform(76, 168)))
        styles = [one for one in STYLES[quarters].split() if (_LIBRARY / f"{one}.mma").exists()]
        bars = _moved(chart, int(rng.integers(12)))
        mono = _played(font, str(rng.choice(styles)), bpm, bars)
        if mono is None:
            continue
        seconds = len(bars) * quarters * 60 / bpm
        mono = mono[: round(seconds * RATE)]
        beats = np.arange(0, len(bars) * quarters + 1)
        meter = Meter.parse(f"{quarters}/4")
        heard = Heard(meter, bpm, 1.0, 1.0, beats, beats * 60 / bpm, 0.0, seconds)
        if by_ear:
            heard = hear(mono[:, None], RATE)
        yield name, mono, RATE, heard, [[read_chord(one, _KEY) for one in bar] for bar in bars]
        count -= 1


def _moved(chart: str, up: int) -> list[list[str]]:
    """The chords of each bar, so many semitones higher."""
    bars: list[list[str]] = []
    for bar in chart.split():
        bars.append([])
        for name in bar.split("/"):
            length = 2 if name[1:2] in ("b", "#") else 1
            root = read_chord(name[:length], _KEY).root
            bars[-1].append(_NOTES[(root + up) % 12] + name[length:])
    return bars


def _played(font: Path, style: str, bpm: float, bars: list[list[str]]) -> np.ndarray | None:
    """Float32 (frames,) of the chart in a style; None where MMA refuses it."""
    lines = [f"Tempo {bpm}", "RndSeed 7", f"Groove {style}"]
    for number, bar in enumerate(bars, 1):
        # the second of two chords begins in the middle; MMA counts a slash as a beat
        lines.append(f"{number} {' / '.join(bar)}")
    with tempfile.TemporaryDirectory() as scratch:
        source, midi, wav = (Path(scratch, f"song.{kind}") for kind in ("mma", "mid", "wav"))
        source.write_text("\n".join(lines).replace("#5", "aug") + "\n")
        subprocess.run(["mma", str(source), "-f", str(midi)], capture_output=True, timeout=60)
        if not midi.exists():
            return None
        command = ["fluidsynth", "-ni", "-q", "-g", "0.5", "-r", str(RATE), "-F", str(wav)]
        subprocess.run([*command, str(font), str(midi)], check=True, capture_output=True)
        return soundfile.read(wav, always_2d=True, dtype="float32")[0].mean(axis=1)


def main() -> None:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("font", type=Path)
    about.add_argument("--count", type=int, default=40)
    about.add_argument("--heard", action="store_true", help="hear the grid too")
    about.add_argument("--by", choices=(large_chords.OWN, large_chords.LARGE), default="own")
    asked = about.parse_args()
    if not shutil.which("mma"):
        raise SystemExit("mma is not here: `apt install mma`")
    table(songs(asked.font, asked.count, asked.heard), asked.by)


if __name__ == "__main__":
    main()
