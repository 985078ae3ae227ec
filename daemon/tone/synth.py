"""A line played by a fitted instrument: harmonics that follow its pitch, and noise."""

from __future__ import annotations

import math

import numpy as np
import scipy.fft

from daemon.audio.random_stream import rng
from daemon.hearing.one_voice import HOP_S
from daemon.tone.attack import with_attacks
from daemon.tone.instrument import HARMONICS, NOISE_EDGES_HZ, Instrument
from daemon.tone.line import Played, level_db

#: Points over which a voice begins and ends: 10 ms, so that nothing clicks.
_FADE = 3
#: Points by which a voice sounds before it is heard, and after: half a window of the ear.
_REACH = 5
#: dB of breath, what sounds without a pitch, under the source's.
_BREATH_DB = -3.0
#: s; a window of the noise.
_NOISE_S = 0.023
#: Times that the loudness is measured and made up for, and the most of it in dB.
_TIMES = 2
_MOST_DB = 18.0
#: dB under the loudest where loudness is no longer made up for.
_FAINT_DB = -60.0
#: Share of the rate above which no harmonic lies.
_TOP = 0.45
#: Frames of harmonics at once: bounds the memory.
_AT_ONCE = 1 << 16


def play(
    line: Played, instrument: Instrument, frames: int, rate: int, is_loop: bool, seed: int
) -> np.ndarray:
    """float32 (frames,): the line as the instrument plays it, as loud as it was at each moment."""
    hz = _without_gaps(line.hz, is_loop)
    pitch = 69 + 12 * np.log2(hz / 440)
    harmonics_db, noise_db = instrument.shape(pitch, line.level_db - line.top_db)
    noise_db = with_attacks(noise_db, line, instrument.attack)
    sounds = _reaching(line.voiced, is_loop)
    voiced = _smooth(sounds.astype(float), is_loop)
    level = 10 ** (line.level_db / 20)
    # all parts of a moment add up to its power
    total = (10 ** (harmonics_db / 10)).sum(axis=1) + (10 ** (noise_db / 10)).sum(axis=1)
    tone = (level * np.sqrt(2) * voiced / np.sqrt(total))[:, None]
    breath = level * (voiced + (1 - voiced) * 10 ** (_BREATH_DB / 20))
    rest = 10 ** (noise_db / 10)
    share = np.where(sounds, total, rest.sum(axis=1))
    noise = np.sqrt(rest / np.maximum(share, 1e-12)[:, None]) * breath[:, None]
    made = _harmonics(hz, tone * 10 ** (harmonics_db / 20), frames, rate, is_loop)
    made += _noise(noise, frames, rate, is_loop, seed)
    return _as_loud(made, line, rate, is_loop)


def _without_gaps(hz: np.ndarray, is_loop: bool) -> np.ndarray:
    """In a rest the pitch of the nearest note; round a loop's seam."""
    heard = np.flatnonzero(np.isfinite(hz))
    places, values = heard, hz[heard]
    if is_loop:
        places = np.concatenate([heard - len(hz), heard, heard + len(hz)])
        values = np.tile(values, 3)
    nearest = np.searchsorted((places[1:] + places[:-1]) / 2, np.arange(len(hz)))
    return np.asarray(values[nearest])


def _reaching(voiced: np.ndarray, is_loop: bool) -> np.ndarray:
    """Voicing as far as it reaches: a pitch is heard only where all of a window has it."""
    padded = np.pad(voiced, _REACH, mode="wrap" if is_loop else "edge")
    view = np.lib.stride_tricks.sliding_window_view(padded, 2 * _REACH + 1)
    return np.asarray(view.any(axis=1))


def _smooth(values: np.ndarray, is_loop: bool) -> np.ndarray:
    kernel = np.ones(_FADE) / _FADE
    padded = np.pad(values, _FADE // 2, mode="wrap" if is_loop else "edge")
    return np.convolve(padded, kernel, "valid")


def _along(values: np.ndarray, first: int, last: int, rate: int, is_loop: bool) -> np.ndarray:
    """Values (points,) at the frames from `first` to `last`."""
    places = np.arange(first, last) / (rate * HOP_S)
    points = np.arange(len(values))
    if is_loop:
        # the point after the last is the first one
        return np.interp(places, np.append(points, len(values)), np.append(values, values[0]))
    return np.interp(places, points, values)


def _harmonics(
    hz: np.ndarray, levels: np.ndarray, frames: int, rate: int, is_loop: bool
) -> np.ndarray:
    """The harmonics' sum; a loop's phases turn a whole number of times, so its seam is none."""
    step = np.concatenate(
        [
            _along(hz, at, min(frames, at + _AT_ONCE), rate, is_loop) / rate
            for at in range(0, frames, _AT_ONCE)
        ]
    )
    turns = np.cumsum(step)
    if is_loop:
        turns *= max(1, round(turns[-1])) / turns[-1]
    made = np.zeros(frames, np.float32)
    for at in range(0, frames, _AT_ONCE):
        last = min(frames, at + _AT_ONCE)
        phase = turns[at:last] - np.floor(turns[at:last])
        now = step[at:last]
        for k in range(1, HARMONICS + 1):
            if k * float(now.min()) > _TOP:
                break
            level = _along(levels[:, k - 1], at, last, rate, is_loop)
            level = np.where(k * now < _TOP, level, 0.0).astype(np.float32)
            turn = k * phase
            turn -= np.floor(turn)
            made[at:last] += level * np.sin((2 * np.pi * turn).astype(np.float32))
    return made


def _noise(levels: np.ndarray, frames: int, rate: int, is_loop: bool, seed: int) -> np.ndarray:
    """Noise of unit power in each band times its level (points, bands)."""
    size = 1 << round(math.log2(_NOISE_S * rate))
    hop = size // 2
    count = frames // hop + 2
    white = rng("tone", seed).standard_normal((count, size)).astype(np.float32)
    window = np.sqrt(np.hanning(size + 1)[:-1]).astype(np.float32)
    spectra = scipy.fft.rfft(white, axis=1)
    bands = np.searchsorted(NOISE_EDGES_HZ, scipy.fft.rfftfreq(size, 1 / rate)) - 1
    inside = (bands >= 0) & (bands < levels.shape[1])
    lines = np.maximum(1, np.bincount(bands[inside], minlength=levels.shape[1]))
    middles = (np.arange(count) * hop - hop + size / 2) / (rate * HOP_S)
    points = np.clip(np.round(middles), 0, None).astype(int)
    points = points % len(levels) if is_loop else np.minimum(points, len(levels) - 1)
    gains = np.zeros((count, spectra.shape[1]), np.float32)
    gains[:, inside] = (levels[points] * np.sqrt(size / 2 / lines))[:, bands[inside]]
    pieces = scipy.fft.irfft(spectra * gains, size, axis=1) * window
    made = np.zeros((count + 1) * hop + size, np.float32)
    for n, piece in enumerate(pieces):
        made[n * hop : n * hop + size] += piece
    out = made[hop : hop + frames].copy()
    if is_loop:
        # what begins before the loop is what ends behind it, one window faded into the other
        fade = np.sin(np.linspace(0, np.pi / 2, hop, endpoint=False)).astype(np.float32)
        after = made[hop + frames : hop + frames + hop]
        out[:hop] = out[:hop] * fade + after[:hop] * fade[::-1]
    return out


def _as_loud(made: np.ndarray, line: Played, rate: int, is_loop: bool) -> np.ndarray:
    """The sound with the line's loudness at each moment."""
    least = line.level_db.max() + _FAINT_DB
    for _ in range(_TIMES):
        now = level_db(made, rate, is_loop)
        less = np.clip(line.level_db - now, -_MOST_DB, _MOST_DB)
        gain = 10 ** (np.where(line.level_db > least, less, np.minimum(less, 0.0)) / 20)
        for at in range(0, len(made), _AT_ONCE):
            last = min(len(made), at + _AT_ONCE)
            made[at:last] *= _along(gain, at, last, rate, is_loop)
    return made
