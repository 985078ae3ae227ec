"""Whether drums are heard where there are some, and only there: on made sounds that no net saw.

The players, programs and kits are those that were kept out of teaching (`tools/train_struck`).
Figures are shares of sounds, and the mean F of strokes within 50 ms.

    python -m benchmarks.struck BANK.npz FONT.sf2... --more KITS.npz --count 10
    python -m benchmarks.struck BANK.npz FONT.sf2... --lines 6

The second hears lines of one voice instead, by who plays them.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.notes import f_of
from daemon.hearing.drum_net import ROLES
from daemon.notes.listen import hear_voice, listen
from tools.train_struck.lines import KINDS, f_of_line, line_of
from tools.train_struck.sounds import Made, batch, stock_of

_SURE, _BATCH = 0.5, 16
#: Rows: dB of drums over tones.
_ROWS = {"drums alone": (50, 1000), "drums over -6 dB": (-6, 50), "softer drums": (-1000, -6)}


def compare(sounds: Iterator[Made]) -> None:
    """Print what is written down of each sound's drums."""
    pitches, wrong = list(ROLES.values()), []
    rows: dict[str, list[tuple[bool, float]]] = {name: [] for name in _ROWS}
    for one in sounds:
        voices = listen(one.sound, False, "auto", lambda *_: None)
        found = [
            (note.start_s, note.pitch)
            for voice in voices
            if voice.is_drums
            for note in voice.surer_than(_SURE)
        ]
        if not len(one.hits):
            wrong.append(bool(found))
            continue
        wanted = [(float(at_s), pitches[int(row)]) for at_s, row, _ in one.hits]
        name = next(n for n, (low, high) in _ROWS.items() if low <= _level_db(one.kind) < high)
        rows[name].append((not found, f_of(found, wanted)))
    print(f"without drums: {np.mean(wrong):.3f} get drum notes  ({len(wrong)} sounds)")
    for name, own in rows.items():
        lost, f = np.mean(own, axis=0) if own else (np.nan, np.nan)
        print(f"{name}: {lost:.3f} get none, F {f:.3f}  ({len(own)} sounds)")


def _level_db(kind: str) -> float:
    told = re.search(r"(-?\d+) dB$", kind)
    return float(told.group(1)) if told else 100.0


def compare_lines(count: int) -> None:
    """Print the mean F of notes of lines, heard as such, and how many `auto` takes for lines."""
    for kind in KINDS:
        own, lines = [], 0
        for seed in range(100, 100 + count):
            line = line_of(kind, seed, True)
            notes = hear_voice(line.sound, False, "mono").surer_than(_SURE)
            own.append(f_of_line([(n.start_s, n.pitch) for n in notes], line.notes))
            voices = listen(line.sound, False, "auto", lambda *_: None)
            lines += [voice.kind for voice in voices] == ["mono"]
        print(f"{kind}: F {np.mean(own):.3f}, {lines} of {count} are one line to `auto`")


def main() -> None:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("bank", type=Path)
    about.add_argument("fonts", type=Path, nargs="+")
    about.add_argument("--more", type=Path, action="append", default=[])
    about.add_argument("--count", type=int, default=10, help=f"batches of {_BATCH} sounds")
    about.add_argument("--lines", type=int, default=0, help="lines of each kind instead")
    asked = about.parse_args()
    if asked.lines:
        compare_lines(asked.lines)
        return
    stock = stock_of(asked.bank, asked.more, asked.fonts, True)
    compare(one for seed in range(asked.count) for one in batch(seed, stock, _BATCH))


if __name__ == "__main__":
    main()
