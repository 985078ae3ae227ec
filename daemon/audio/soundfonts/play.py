"""Plays one note of a font: recordings at their pitch, with loop, envelope, filter and place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from daemon.audio.filters import filtered, lowpass
from daemon.audio.soundfonts.font import Recording, Region

#: Seconds at most of a note after its key was let go, and of one at all.
_MOST_RELEASE_S = 3.0
_MOST_S = 30.0
#: Fall of an envelope in dB over its time, and where it is silent.
_FALL_DB = 100.0
#: Seconds of the fade of what is cut off.
_CUT_S = 0.004
#: How fast a slide reaches its note, in seconds.
_SLIDE_S = 0.05


def play_regions(
    regions: Sequence[Region],
    pitch: float,
    held_s: float,
    rate: int,
    glide_from: float | None = None,
) -> np.ndarray:
    """A note of the regions together, float32 (frames, 2).

    pitch: MIDI note with fraction. held_s: how long its key is down. Silent without regions.
    """
    played = [_play(one, pitch, held_s, rate, glide_from) for one in regions]
    longest = max((len(one) for one in played), default=0)
    bus = np.zeros((longest, 2), np.float32)
    for one in played:
        bus[: len(one)] += one
    return bus


@lru_cache(256)
def _sound(recording: Recording) -> np.ndarray:
    return recording.read()


def _play(
    region: Region, pitch: float, held_s: float, rate: int, glide_from: float | None
) -> np.ndarray:
    source = _sound(region.recording)
    count = round(min(_MOST_S, held_s + min(region.release_s, _MOST_RELEASE_S)) * rate)
    if region.rings:
        count = round(_MOST_S * rate)
    at = _places(region, pitch, count, rate, glide_from)
    loop = (region.recording.loop_start, min(region.recording.loop_end, len(source)))
    looping = region.loops and 0 <= loop[0] < loop[1] - 1
    if looping:
        after = round(held_s * rate) if region.until_release else count
        at = _looped(at, loop, after)
    else:
        at = at[: int(np.searchsorted(at, len(source) - 1))]
    x = _interpolated(source, at, loop if looping and not region.until_release else None)
    if region.cutoff_hz is not None and region.cutoff_hz < 0.4 * rate:
        x = filtered(x, rate, lowpass(region.cutoff_hz))
    x = x * _envelope(region, len(x), held_s, rate)
    left, right = np.cos((region.pan + 1) * np.pi / 4), np.sin((region.pan + 1) * np.pi / 4)
    return np.stack([x * np.float32(left), x * np.float32(right)], axis=1)


def _places(
    region: Region, pitch: float, count: int, rate: int, glide_from: float | None
) -> np.ndarray:
    """The place in the recording of each frame, in its frames."""
    own = region.recording
    semitones = (pitch - own.root) * region.follows + region.tune
    speed = own.rate / rate * 2 ** (semitones / 12)
    if glide_from is None:
        return np.arange(count, dtype=np.float64) * speed
    off = (glide_from - pitch) * np.exp(-np.arange(count) / (_SLIDE_S * rate))
    return np.concatenate([[0.0], np.cumsum(speed * np.exp2(off / 12))[:-1]])


def _looped(at: np.ndarray, loop: tuple[int, int], after: int) -> np.ndarray:
    """Places that go round in the loop; from frame `after` on they leave it."""
    length = loop[1] - loop[0]
    turned = np.where(at < loop[1], at, loop[0] + (at - loop[0]) % length)
    if after < len(at):
        turned[after:] = turned[after - 1 if after else 0] + (at[after:] - at[max(0, after - 1)])
    return turned


def _interpolated(source: np.ndarray, at: np.ndarray, loop: tuple[int, int] | None) -> np.ndarray:
    """The source at fractional places, by cubic Hermite splines; silent outside."""
    whole = np.floor(at).astype(np.int64)
    part = (at - whole).astype(np.float32)

    def tap(offset: int) -> np.ndarray:
        index = whole + offset
        if loop is not None:
            index = np.where(index >= loop[1], index - (loop[1] - loop[0]), index)
        inside = (index >= 0) & (index < len(source))
        return np.where(inside, source[np.clip(index, 0, len(source) - 1)], np.float32(0))

    before, here, next_, beyond = tap(-1), tap(0), tap(1), tap(2)
    slope = np.float32(0.5) * (next_ - before)
    bend = before - np.float32(2.5) * here + np.float32(2) * next_ - np.float32(0.5) * beyond
    turn = np.float32(0.5) * (beyond - before) + np.float32(1.5) * (here - next_)
    x: np.ndarray = ((turn * part + bend) * part + slope) * part + here
    return x.astype(np.float32, copy=False)


def _envelope(region: Region, count: int, held_s: float, rate: int) -> np.ndarray:
    """The volume over a note, float32 (count,): attack, hold, decay, sustain, release, end."""
    t = np.arange(count, dtype=np.float32) / np.float32(rate) - np.float32(region.delay_s)
    rising = np.clip(t / np.float32(max(region.attack_s, 1e-4)), 0, 1)
    fallen = np.maximum(t - region.attack_s - region.hold_s, 0) / max(region.decay_s, 1e-3)
    level_db = np.maximum(-_FALL_DB * fallen, region.sustain_db) + region.level_db
    if not region.rings:
        let_go = np.maximum(t + np.float32(region.delay_s) - np.float32(held_s), 0)
        level_db = level_db - _FALL_DB * let_go / max(region.release_s, 0.01)
    gain: np.ndarray = (rising * 10 ** (level_db / 20)).astype(np.float32)
    cut = min(count, round(_CUT_S * rate))
    if cut:
        gain[-cut:] *= np.linspace(1, 0, cut, dtype=np.float32)
    return gain
