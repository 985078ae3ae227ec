"""Mastering after a reference, beside matchering 2.0.6 as a program of its own, in one run.

Sounds and references are pieces of the embedded musician that nobody tuned on: the reference is
another piece of the same genre, or of another one, at -9 to -14 LUFS under -1 dBTP. Measured anew,
not by the code that masters: third-octaves of the middle from 25 Hz to 16 kHz at equal level by
Welch's method, loudness by BS.1770, true peak by eightfold oversampling, speed in processor time.

    python -m benchmarks.master --count 8 --matchering /path/to/its/environment/bin/python
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

from daemon.audio.loudness import integrated_lufs
from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.mastering.level import levelled
from daemon.mastering.match import Reference, Wish, mastered

RATE = 44100
#: Seeds from here on were never tuned on.
FIRST_SEED = 6_000_000
GENRES = ("techno", "jazz", "trap", "pop", "house", "reggae", "metal", "funk")
#: dB under the strongest third-octave where nothing is to be matched.
_NOTHING_DB = -60.0
#: Frames of a window of the spectrum.
_WINDOW = 32768
_MATCHERING = """
import sys, time, matchering as mg
pairs = [line.split("|") for line in sys.stdin.read().split()]
def run(a, b, c):
    mg.process(target=a, reference=b, results=[mg.Result(c, subtype="FLOAT", use_limiter=True)])
run(*pairs[0])  # its compilers warm up
began = time.process_time()
for a, b, c in pairs:
    run(a, b, c)
print(time.process_time() - began)
"""


@dataclass(frozen=True)
class Row:
    """One master: dB of spectrum off, LU off, dBTP over the ceiling."""

    spectrum_db: float
    lufs: float
    over_db: float


def bench() -> None:
    compare(count=6, bars=8, python=None)


def compare(count: int, bars: int, python: Path | None) -> None:
    """Masters of `count` pieces after one of the same genre, and after one of another."""
    pieces = [_piece(GENRES[n % len(GENRES)], FIRST_SEED + n, bars) for n in range(count)]
    same = [_piece(GENRES[n % len(GENRES)], FIRST_SEED + 100 + n, bars) for n in range(count)]
    print(f"{'reference':<14}{'':<12}{'dB off':>8}{'LU off':>8}{'over':>8}{'x real time':>13}")
    for name, references in (("same genre", same), ("other genre", same[1:] + same[:1])):
        loud = [
            levelled(one, RATE, False, -9.0 - n % 6, -1.0).audio for n, one in enumerate(references)
        ]
        plain = [
            Row(_off_db(a, b), abs(integrated_lufs(a, RATE) - integrated_lufs(b, RATE)), 0.0)
            for a, b in zip(pieces, loud, strict=True)
        ]
        _print(name, "before", plain, 0.0)
        _print(name, "ours", *_ours(pieces, loud))
        if python:
            _print(name, "matchering", *_theirs(python, pieces, loud))


def _piece(genre: str, seed: int, bars: int) -> np.ndarray:
    brief = Brief(genre, genre, genre=genre, bpm=110.0, bars=bars, seed=seed)
    audio = make(brief, seed, lambda *_: None).audio
    assert audio is not None
    return audio


def _ours(pieces: list[np.ndarray], references: list[np.ndarray]) -> tuple[list[Row], float]:
    rows, spent_s = [], 0.0
    for piece, reference in zip(pieces, references, strict=True):
        began = time.process_time()
        like = Reference.of(reference, RATE, False)
        wish = Wish(like.measured.lufs, -1.0, like)
        made = mastered(piece, RATE, False, wish, lambda _: None).audio
        spent_s += time.process_time() - began
        rows.append(_row(made, reference, -1.0))
    return rows, sum(map(len, pieces)) / RATE / spent_s


def _theirs(
    python: Path, pieces: list[np.ndarray], references: list[np.ndarray]
) -> tuple[list[Row], float]:
    """matchering in its own environment: by files, as its user would."""
    with tempfile.TemporaryDirectory() as made:
        lines = []
        for n, pair in enumerate(zip(pieces, references, strict=True)):
            names = [f"{made}/{n}{kind}.wav" for kind in ("piece", "reference", "result")]
            for sound, name in zip(pair, names, strict=False):
                soundfile.write(name, sound, RATE, "FLOAT")
            lines.append("|".join(names))
        answer = subprocess.run(
            [python, "-c", _MATCHERING], input="\n".join(lines), text=True, capture_output=True,
            check=True,
        )  # fmt: skip
        spent_s = float(answer.stdout.split()[-1])
        rows = [
            _row(soundfile.read(line.split("|")[2], always_2d=True)[0], reference, 0.0)
            for line, reference in zip(lines, references, strict=True)
        ]
    return rows, sum(map(len, pieces)) / RATE / spent_s


def _row(made: np.ndarray, reference: np.ndarray, ceiling_db: float) -> Row:
    off = integrated_lufs(made, RATE) - integrated_lufs(reference, RATE)
    peak = float(np.abs(signal.resample_poly(made, 8, 1, axis=0)).max())
    return Row(_off_db(made, reference), abs(off), max(0.0, 20 * np.log10(peak) - ceiling_db))


def _off_db(one: np.ndarray, other: np.ndarray) -> float:
    a, b = _thirds_db(one), _thirds_db(other)
    both = (a > a.max() + _NOTHING_DB) & (b > b.max() + _NOTHING_DB)
    apart = (a - b)[both]
    return float(np.abs(apart - apart.mean()).mean())


def _thirds_db(sound: np.ndarray) -> np.ndarray:
    # silence around it: else the first downbeat and the last tail would hardly count
    mono = np.pad(sound.mean(axis=1), _WINDOW // 2)
    hz, power = signal.welch(mono, RATE, nperseg=_WINDOW, detrend=False)
    centres = 1000 * 2.0 ** (np.arange(-16, 13) / 3)
    return np.array(
        [
            10 * np.log10(power[(hz >= c * 2 ** (-1 / 6)) & (hz < c * 2 ** (1 / 6))].sum() + 1e-15)
            for c in centres
        ]
    )


def _print(name: str, who: str, rows: list[Row], speed: float) -> None:
    off, lufs = np.mean([(row.spectrum_db, row.lufs) for row in rows], axis=0)
    over = max(row.over_db for row in rows)
    said = f"{speed:12.0f}x" if speed else ""
    print(f"{name:<14}{who:<12}{off:8.2f}{lufs:8.2f}{over:8.2f}{said}", flush=True)


def main() -> None:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("--count", type=int, default=8)
    about.add_argument("--bars", type=int, default=16)
    about.add_argument("--matchering", type=Path)
    asked = about.parse_args()
    compare(asked.count, asked.bars, asked.matchering)


if __name__ == "__main__":
    main()
