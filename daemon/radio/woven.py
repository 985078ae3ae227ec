"""Loops that are woven into a set: kept clips, and what other engines have made meanwhile."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bridge.music import Key, Meter, loop_frames
from daemon.audio.files import read_audio
from daemon.audio.resample import resample
from daemon.audition.refit import refit
from daemon.radio.course import PHRASE_BARS
from daemon.radio.phrase import RATE, Phrase

#: Bars that a loop is heard for, at least.
_BARS = 8
#: Share by which a loop's tempo may differ from the set's, half and double counted as the same.
_OFF_TEMPO = 0.12
#: Semitones that a loop is moved at most, into the set's key or its relative one.
_MOST_SEMITONES = 2
#: s of the fade with which the last phrase of a loop ends over the next piece.
_FADE_S = 0.4


@dataclass(frozen=True)
class Loop:
    """A clip of the crate that may be heard in a set."""

    path: str
    words: str
    bpm: float
    meter: str
    bars: int
    key: str | None
    license: str
    fresh: bool = False
    """Made for this set: it is heard before those that were kept."""


def fitting(loops: list[Loop], bpm: float, meter: str, key: str, heard: set[str]) -> Loop | None:
    """The loop that may be heard now: fresh ones first, then the nearest in tempo and key.

    heard: the paths of those that were heard already.
    """
    found = [
        (not loop.fresh, abs(_semitones(loop, key)), abs(_times(loop, bpm) - 1), n)
        for n, loop in enumerate(loops)
        if loop.path not in heard
        and loop.meter == meter
        and abs(_times(loop, bpm) - 1) <= _OFF_TEMPO
        and abs(_semitones(loop, key)) <= _MOST_SEMITONES
        and Path(loop.path).is_file()
    ]
    return loops[min(found)[-1]] if found else None


def loop_phrases(loop: Loop, bpm: float, key: str, number: int, turn: int) -> Iterator[Phrase]:
    """A loop as phrases of the set: at its tempo, in its key. AudioError where it is damaged.

    The audio is not levelled.
    """
    audio, rate = read_audio(loop.path)
    audio = resample(audio, rate, RATE)
    audio = np.repeat(audio, 2, axis=1) if audio.shape[1] == 1 else audio[:, :2]
    # at half or double the tempo it has so many more or fewer of the set's bars
    bars = round(2 * loop.bars * bpm / (loop.bpm * _times(loop, bpm)))
    if bars % 2:
        # an odd number of bars at double tempo is whole ones after two rounds
        audio = np.tile(audio, (2, 1))
    else:
        bars //= 2
    meter = Meter.parse(loop.meter)
    once = refit(
        np.ascontiguousarray(audio, np.float32), RATE, loop_frames(bars, meter, bpm, RATE),
        _semitones(loop, key), loops=True,
    )  # fmt: skip
    total = math.ceil(_BARS / bars) * bars
    whole = np.tile(once, (total // bars + 1, 1))
    fade = round(_FADE_S * RATE)
    for at in range(0, total, PHRASE_BARS):
        count = min(PHRASE_BARS, total - at)
        start, end = (loop_frames(n, meter, bpm, RATE) if n else 0 for n in (at, at + count))
        part = whole[start:end]
        if at + count == total:
            down = np.linspace(1, 0, fade, dtype=np.float32)[:, None] ** 2
            part = np.concatenate([part, whole[end : end + fade] * down])
        yield Phrase(
            part.astype(np.float32), end - start, loop.words, "clip", key, bpm, loop.meter, count,
            number, turn, loop.license,
        )  # fmt: skip


def _times(loop: Loop, bpm: float) -> float:
    """The set's tempo over the loop's, or its half or double: that which is nearest to 1."""
    return min((bpm / loop.bpm * by for by in (0.5, 1, 2)), key=lambda x: abs(math.log2(x)))


def _semitones(loop: Loop, key: str) -> int:
    """Semitones from a loop's key to the set's, or to its relative one; 0 where it has none."""
    if loop.key is None:
        return 0
    own, wanted = (_as_major(Key.parse(one)) for one in (loop.key, key))
    return (wanted - own + 5) % 12 - 5


def _as_major(key: Key) -> int:
    return (key.tonic + (3 if key.is_minor else 0)) % 12
