"""Pieces of one tempo and key joined into one: on bar lines, where both are most alike.

Each piece lies on the same grid and begins on a bar line; a piece's first bars are heard where the
last ones of the piece before end, so that there is a choice of places.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from daemon.audio.loudness import measure_level
from daemon.audio.sound import mixed

#: s of the crossfade, which ends on the bar line: the first stroke of a bar is one piece's alone.
_FADE_S = 0.025
#: dB by which a piece may be made softer or louder to meet the one before.
_MOST_DB = 9.0
#: Bands and frames of what is compared, and the weight of how loud both are beside their colour.
_BANDS, _FRAMES, _LEVEL_WEIGHT = 24, 16, 0.5
#: Share of a bar by which a piece's last bar may be short and still be one.
_NEARLY = 0.98


@dataclass(frozen=True)
class Joint:
    """Where two pieces meet: bars from the whole's beginning, and what was done there."""

    bar: int
    likeness: float
    """0 to 1, of the bars on both sides of it."""
    gain_db: float
    """Of the piece that begins here."""


def join(
    whole: np.ndarray, piece: np.ndarray, bar_frames: float, rate: int, overlap: int
) -> tuple[np.ndarray, Joint]:
    """`whole` with `piece` joined on; float32 (frames, channels), both from a bar line on.

    bar_frames: exact frames of a bar, not rounded. overlap: bars at the whole's end that the piece
    plays again, or plays instead.
    """
    bars = whole_bars(whole, bar_frames)
    overlap = max(0, min(overlap, bars - 1, whole_bars(piece, bar_frames) - 1))
    places = [
        (bars - overlap + k, k, _likeness(whole, piece, bars - overlap + k, k, bar_frames, rate))
        for k in range(overlap + 1)
    ]
    # its last bar may be a little short: a bar line that is there comes first
    there = [one for one in places if round(one[0] * bar_frames) <= len(whole)]
    at, k, likeness = max(there or places, key=lambda one: one[2])
    cut, start = round(at * bar_frames), round(k * bar_frames)
    before, after = whole[:cut], piece[start:]
    before = np.pad(before, ((0, cut - len(before)), (0, 0)))
    gain_db = _gain_db(before, after, bar_frames, rate)
    # what leads into the piece's first bar is its own, or silence
    n = min(round(_FADE_S * rate), cut)
    lead = piece[max(0, start - n) : start]
    lead = np.pad(lead, ((n - len(lead), 0), (0, 0)))
    louder = np.float32(10 ** (gain_db / 20))
    turn = np.linspace(0, np.pi / 2, n, dtype=np.float32)[:, None]
    met = before[cut - n :] * np.cos(turn) + lead * louder * np.sin(turn)
    made = np.concatenate([before[: cut - n], met, after * louder])
    return made.astype(np.float32), Joint(at, round(likeness, 3), round(gain_db, 2))


def whole_bars(audio: np.ndarray, bar_frames: float) -> int:
    """How many whole bars a piece has."""
    return int(len(audio) / bar_frames + 1 - _NEARLY)


def _likeness(
    whole: np.ndarray, piece: np.ndarray, at: int, k: int, bar_frames: float, rate: int
) -> float:
    """How alike the bar before the joint and the bar after it are in both, 0 to 1."""
    found = []
    for step in (-1, 0):
        a = _bar(whole, at + step, bar_frames)
        b = _bar(piece, k + step, bar_frames)
        if a is not None and b is not None:
            found.append(_alike(_picture(a, rate), _picture(b, rate)))
    if not found:
        a, b = _bar(whole, at - 1, bar_frames), _bar(piece, k, bar_frames)
        if a is None or b is None:
            return 0.0
        # nothing that both have: a joint without an overlap
        found = [_alike(_picture(a, rate), _picture(b, rate)) / 2]
    return float(np.mean(found))


def _bar(audio: np.ndarray, bar: int, bar_frames: float) -> np.ndarray | None:
    start, end = round(bar * bar_frames), round((bar + 1) * bar_frames)
    inside = bar >= 0 and len(audio) >= start + _NEARLY * (end - start)
    return mixed(audio[start:end]) if inside else None


def _picture(mono: np.ndarray, rate: int) -> np.ndarray:
    """(frames, bands) of dB: how a bar's colour and level go."""
    # only here, as it takes half a second to load
    from scipy import signal

    hertz, _, power = signal.spectrogram(mono, rate, nperseg=2048, noverlap=0)
    edges = np.geomspace(60, min(12000, rate / 2.1), _BANDS + 1)
    rows = np.searchsorted(hertz, edges)
    bands = np.stack([power[a : max(a + 1, b)].sum(axis=0) for a, b in pairwise(rows)])
    columns = np.array_split(bands, min(_FRAMES, bands.shape[1]), axis=1)
    return 10 * np.log10(np.stack([part.mean(axis=1) for part in columns]) + 1e-9)


def _alike(a: np.ndarray, b: np.ndarray) -> float:
    """1 for pictures that are the same, falling to 0 as their colours and levels part."""
    frames = min(len(a), len(b))
    apart = a[:frames] - b[:frames]
    level = abs(float(apart.mean()))
    colour = float(np.abs(apart - apart.mean()).mean())
    return float(np.exp(-(colour + _LEVEL_WEIGHT * level) / 12))


def _gain_db(before: np.ndarray, after: np.ndarray, bar_frames: float, rate: int) -> float:
    """Decibels that bring a piece's first bars to the level of the last ones before it."""
    some = round(4 * bar_frames)
    levels = [
        measure_level(part, rate, is_loop=False).lufs for part in (before[-some:], after[:some])
    ]
    if not all(np.isfinite(level) for level in levels):
        return 0.0
    return float(np.clip(levels[0] - levels[1], -_MOST_DB, _MOST_DB))
