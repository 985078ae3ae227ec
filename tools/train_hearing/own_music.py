"""The embedded musician's music in every genre, with its beats: loops, loops cut anywhere, pieces.

Then his drums of a bar or two going round, as the hearing plays a file that may be a loop.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

import numpy as np

from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.styles import STYLES
from daemon.hearing.going_round import round_and_round

#: Seconds kept of each piece.
LENGTH_S = 24.0
#: Styles in another meter than 4/4.
OTHER_METERS = {"waltz"}


@dataclass(frozen=True)
class Piece:
    """`audio` float32 (frames,), its tempo, and the seconds of its beats and downbeats."""

    audio: np.ndarray
    sample_rate: int
    bpm: float
    beats_s: np.ndarray
    downbeats_s: np.ndarray


def pieces(seeds: int, only: Container[str] | None = None) -> Iterator[tuple[str, Piece]]:
    """Name and piece, `seeds` of each genre: in turn a loop, one cut anywhere, and a whole piece.

    With `only` those of these names.
    """
    for number, genre in enumerate(name for name in STYLES if name not in OTHER_METERS):
        for seed in range(seeds):
            name = f"{genre.replace(' ', '_')}-{seed}"
            if only is None or name in only:
                yield name, _piece(genre, 1000 * seed + number)


def short_loops() -> Iterator[tuple[str, Piece]]:
    """Name and piece, the drums alone of each genre, going round.

    Without them a break of one bar is soon counted in dotted quarters: its rivals at 3:4 and 4:3
    repeat as exactly.
    """
    for number, genre in enumerate(name for name in STYLES if name not in OTHER_METERS):
        yield f"{genre.replace(' ', '_')}-round", _short_loop(genre, number)


def _short_loop(genre: str, seed: int) -> Piece:
    bpm = STYLES[genre].bpm
    brief = Brief(
        prompt=genre, words=genre, genre=genre, bpm=bpm, bars=1 + seed % 2, kind="loop",
        instruments=("drums",), only=True,
    )  # fmt: skip
    take = make(brief, 1000 + seed, lambda share, stage: None)
    assert take.audio is not None and take.grid is not None
    bpm, rate = take.grid.bpm, take.sample_rate
    length = round(brief.bars * 240 / bpm * rate)
    audio = round_and_round(take.audio[:length].mean(axis=1), rate).astype(np.float32)
    return Piece(audio, rate, bpm, *(_times(every, bpm, 0.0, 0.0, audio, rate) for every in (1, 4)))


def _piece(genre: str, seed: int) -> Piece:
    rng = np.random.default_rng(seed)
    way = seed % 3
    kind, bars = ("track", 16) if way == 2 else ("loop", 8)
    brief = Brief(
        prompt=genre, words=genre, genre=genre, bpm=STYLES[genre].bpm, bars=bars, kind=kind
    )
    take = make(brief, 1000 + seed, lambda share, stage: None)
    assert take.audio is not None and take.grid is not None
    bpm = take.grid.bpm
    rate = take.sample_rate
    audio = take.audio.mean(axis=1).astype(np.float32)
    first_s = {0: 0.0, 1: rng.uniform(0.2, 3.8) * 60 / bpm, 2: rng.uniform(0, 8) * 60 / bpm}[way]
    lead_s = float(rng.uniform(0.1, 0.6)) if way == 2 else 0.0
    if kind == "loop":
        audio = np.tile(audio, 2)[round(first_s * rate) :][: len(audio)]
    audio = audio[round(first_s * rate) if kind == "track" else 0 :][: round(LENGTH_S * rate)]
    audio = np.concatenate([np.zeros(round(lead_s * rate), np.float32), audio])
    return Piece(
        audio, rate, bpm, *(_times(every, bpm, first_s, lead_s, audio, rate) for every in (1, 4))
    )


def _times(
    every: int, bpm: float, first_s: float, lead_s: float, audio: np.ndarray, rate: int
) -> np.ndarray:
    """Seconds of every so many beats in the cut audio."""
    times_s = np.arange(0, 400, every) * 60 / bpm - first_s + lead_s
    return times_s[(times_s >= lead_s - 1e-6) & (times_s < len(audio) / rate - 0.02)]
