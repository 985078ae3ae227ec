"""How an instrument's notes begin: the noise of a pick, a hammer or a breath, over their tone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import scipy.fft

from daemon.audio.sound import mixed
from daemon.hearing.one_voice import HOP_S
from daemon.tone.line import Played
from daemon.tone.sampler import spans_of

#: Points of an attack, every `HOP_S`: 80 ms.
POINTS = 16
#: Points before a pitch is heard in which its note may have begun: a tracker's window.
_EARLIER = 10
#: s; a window of it.
_WINDOW_S = 0.023
#: Points after its beginning between which a note is held, to compare with.
_HELD = (24, 40)
#: How many times as strong as the held tone what counts must be: else it is the tone.
_OVER = 1.5
#: Notes that are heard: more of them would say the same.
_MOST = 48


def onsets_of(line: Played) -> Iterator[tuple[int, int]]:
    """(first point, point after the last) of each note, from where its level rises."""
    for span in spans_of(line):
        first = span.first
        for _ in range(_EARLIER):
            if first == 0 or line.level_db[first - 1] >= line.level_db[first]:
                break
            first -= 1
        yield first, span.end


def attacks_of(
    audio: np.ndarray, rate: int, line: Played, edges_hz: np.ndarray
) -> list[np.ndarray]:
    """The noise of each note's beginning, (POINTS, bands): shares of its peak power."""
    mono = mixed(audio)
    size = 1 << round(math.log2(_WINDOW_S * rate))
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    edges = np.round(edges_hz / (rate / size)).astype(int)
    found = []
    for first, end in list(onsets_of(line))[:_MOST]:
        if end - first <= _HELD[0]:
            continue  # too short to tell its beginning from the rest
        points = np.concatenate([np.arange(POINTS), np.arange(*_HELD)]) + first
        points = points[points < max(end, first + POINTS + 1)]
        shares = _shares(mono, np.round(points * HOP_S * rate).astype(int), window, edges)
        held = shares[POINTS:].mean(axis=0)
        over = np.where(shares[:POINTS] > _OVER * held, shares[:POINTS] - held, 0.0)
        # a bow's or a breath's noise before the tone is there is faint beside it
        under_db = line.level_db[first : first + POINTS] - line.level_db[first:end].max()
        if len(under_db) == POINTS:
            found.append(over * 10 ** (under_db[:, None] / 10))
    return found


def _shares(
    mono: np.ndarray, starts: np.ndarray, window: np.ndarray, edges: np.ndarray
) -> np.ndarray:
    """The share of its power that each band has around each frame: (frames, bands)."""
    size = len(window)
    padded = np.pad(mono, (size // 2, size))
    view = np.lib.stride_tricks.sliding_window_view(padded, size)
    power = np.abs(scipy.fft.rfft(view[starts] * window, axis=1)) ** 2
    bands = np.stack(
        [power[:, low : max(high, low + 1)].sum(axis=1) for low, high in pairwise(edges)], axis=1
    )
    return np.asarray(bands / (power.sum(axis=1, keepdims=True) + 1e-20))


def with_attacks(noise_db: np.ndarray, line: Played, attack: np.ndarray) -> np.ndarray:
    """Levels of the noise, dB (points, bands), with the attack at each note of a line."""
    power = 10 ** (noise_db / 10)
    for first, _ in onsets_of(line):
        there = power[first : first + POINTS]
        there += attack[: len(there)]
    return np.asarray(10 * np.log10(power))
