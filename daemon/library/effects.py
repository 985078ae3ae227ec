"""Effects of an edit, on float32 (frames, channels).

On a loop (`loops`) all of them are circular: a tail that rings past the end comes in at the start.
So a loop keeps its length and its seam; anything else grows by its tail.
"""

from __future__ import annotations

import math

import numpy as np
import scipy.fft
import scipy.ndimage

from daemon.audio.drive import saturate_clean
from daemon.audio.filters import (
    Filter,
    bandpass,
    fast_length,
    high_shelf,
    highpass,
    lowpass,
    response_of,
)
from daemon.audio.loudness import measure_level
from daemon.audio.rooms import ping_pong
from daemon.audio.rooms import reverb as room_of

#: A tail ends where it has fallen this far under the peak, as in RT60.
_TAIL_DB = -60.0
#: Zero padding behind a clip: a filter's ringing must not wrap round to its start.
_RING_S = 0.1
#: The two edges between the three bands, as the step's help says them.
_EQ_LOW_HZ = 250.0
_EQ_HIGH_HZ = 4000.0
#: The tanh's gain goes from 0.5, nearly straight, by this much more at `drive` 1.
_MOST_DRIVE = 6.0
#: Frames a block of the compressor: its gain is computed once a block, under 1 ms.
_BLOCK = 32
#: Pre-roll of a loop's end through the compressor, so that its gain enters the loop settled.
_SETTLE_S = 2.0
#: Make-up gain stops here, under full scale: reconstruction filters overshoot.
_MAKEUP_CEILING_DB = -0.3


def filtered(
    audio: np.ndarray, rate: int, loops: bool, *filters: Filter, gain_db: float = 0.0
) -> np.ndarray:
    """Through filters in series, at the same length.

    What a filter rings on after a clip's end is not worth a longer file.
    """
    size = len(audio) if loops else fast_length(len(audio) + round(_RING_S * rate))
    spectrum = scipy.fft.rfft(audio, size, axis=0)
    spectrum *= (response_of(filters, size, rate) * np.float32(10 ** (gain_db / 20)))[:, None]
    out: np.ndarray = scipy.fft.irfft(spectrum, size, axis=0)[: len(audio)]
    return out.astype(np.float32, copy=False)


def one_filter(
    audio: np.ndarray, rate: int, loops: bool, kind: str, hz: float, q: float
) -> np.ndarray:
    """A second-order low-pass, high-pass or band-pass."""
    made = {"lowpass": lowpass, "highpass": highpass, "bandpass": bandpass}[kind]
    return filtered(audio, rate, loops, made(min(hz, 0.45 * rate), q))


def three_bands(
    audio: np.ndarray, rate: int, loops: bool, low_db: float, mid_db: float, high_db: float
) -> np.ndarray:
    """Shelves below 250 Hz and above 4 kHz; what lies between them is moved by `mid_db`."""
    # a low shelf is a high shelf the other way round, all of it lifted
    shelves = (high_shelf(_EQ_LOW_HZ, mid_db - low_db), high_shelf(_EQ_HIGH_HZ, high_db - mid_db))
    return filtered(audio, rate, loops, *shelves, gain_db=low_db)


def reverb(audio: np.ndarray, rate: int, loops: bool, amount: float, size_s: float) -> np.ndarray:
    """The embedded musician's room; at `amount` 1 it is as loud as the sound itself."""
    size = _size(audio, loops, size_s * rate)
    middle, side = _middle_and_side(audio, size)
    room = room_of(size, rate, round(size_s, 2)) * middle * np.float32(amount)
    return _left_and_right(np.stack([middle + room[0], side + room[1]]), audio, size, loops)


def delay(
    audio: np.ndarray,
    rate: int,
    loops: bool,
    amount: float,
    quarters: float,
    feedback: float,
    bpm: float | None,
) -> np.ndarray:
    """The embedded musician's ping-pong echoes, each darker than the last.

    They lie `quarters` apart at `bpm`, or at 120 bpm where there is none.
    """
    frames = max(1, round(quarters * 60 / (bpm or 120.0) * rate))
    turns = 1 + (math.log(10 ** (_TAIL_DB / 20)) / math.log(max(feedback, 0.01)))
    size = _size(audio, loops, frames * min(turns, 60.0))
    middle, side = _middle_and_side(audio, size)
    echoes = ping_pong(size, rate, frames, max(feedback, 0.01)) * middle * np.float32(amount)
    return _left_and_right(np.stack([middle + echoes[0], side + echoes[1]]), audio, size, loops)


def _size(audio: np.ndarray, loops: bool, tail: float) -> int:
    return len(audio) if loops else fast_length(len(audio) + round(tail))


def _middle_and_side(audio: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    left, right = audio[:, 0], audio[:, -1]
    return scipy.fft.rfft((left + right) / 2, size), scipy.fft.rfft((left - right) / 2, size)


def _left_and_right(spectra: np.ndarray, audio: np.ndarray, size: int, loops: bool) -> np.ndarray:
    middle, side = scipy.fft.irfft(spectra, size, axis=1)
    is_stereo = audio.shape[1] == 2
    made = np.stack([middle + side, middle - side], axis=1) if is_stereo else middle[:, None]
    made = made.astype(np.float32)
    return made if loops else without_silent_end(made, len(audio))


def without_silent_end(audio: np.ndarray, least: int) -> np.ndarray:
    """Cut where the tail has fallen to -60 dB under the peak, but not before `least` frames.

    The last 5 ms fade.
    """
    level = np.abs(audio).max(axis=1)
    heard = np.flatnonzero(level > level.max(initial=0.0) * 10 ** (_TAIL_DB / 20))
    end = max(least, int(heard[-1]) + 1 if len(heard) else 0)
    cut = audio[:end].copy()
    fade = min(220, end - least)
    if fade > 0:
        cut[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    return cut


def chorus(
    audio: np.ndarray, rate: int, loops: bool, amount: float, rate_hz: float, depth_ms: float
) -> np.ndarray:
    """A modulated delay: a second player whose distance sways, inverted on the right.

    On a loop it sways a whole number of times.
    """
    frames = len(audio)
    turns = rate_hz * frames / rate
    turns = max(1.0, round(turns)) if loops else turns
    phase = 2 * np.pi * turns * np.arange(frames) / frames
    base = 0.012 * rate
    depth = depth_ms / 1000 * rate / 2
    out = audio.copy()
    for channel in range(audio.shape[1]):
        where = np.arange(frames) - base - depth * (1 + np.sin(phase + np.pi * channel))
        mode = "grid-wrap" if loops else "constant"
        out[:, channel] += np.float32(amount) * scipy.ndimage.map_coordinates(
            audio[:, channel], [where], order=3, mode=mode
        )
    return out / np.float32(math.sqrt(1 + amount**2))


def compressor_gain(
    audio: np.ndarray,
    rate: int,
    loops: bool,
    threshold_db: float,
    ratio: float,
    attack_ms: float,
    release_ms: float,
) -> np.ndarray:
    """The gain (frames, 1) of a feed-forward compressor, without look-ahead.

    It follows the louder channel's peaks in blocks of 32 frames.
    """
    count = -(-len(audio) // _BLOCK)
    peaks = (
        np.pad(np.abs(audio).max(axis=1), (0, count * _BLOCK - len(audio)))
        .reshape(count, _BLOCK)
        .max(axis=1)
    )
    over_db = np.maximum(0.0, 20 * np.log10(np.maximum(peaks, 1e-9)) - threshold_db) * (
        1 - 1 / ratio
    )
    settle = min(count, round(_SETTLE_S * rate / _BLOCK)) if loops else 0
    attack, release = (1 - math.exp(-_BLOCK / (ms / 1000 * rate)) for ms in (attack_ms, release_ms))
    held = np.empty(settle + count)
    now = 0.0
    for n, wanted in enumerate(np.concatenate([over_db[count - settle :], over_db]).tolist()):
        now += (wanted - now) * (attack if wanted > now else release)
        held[n] = now
    places = (np.arange(count + 2) - 0.5) * _BLOCK
    held = held[settle:]
    ends = (held[-1], held[0]) if loops else (held[0], held[-1])
    gain_db = -np.interp(
        np.arange(len(audio)), places, np.concatenate([[ends[0]], held, [ends[1]]])
    )
    return (10 ** (gain_db / 20)).astype(np.float32)[:, None]


def saturated(audio: np.ndarray, loops: bool, drive: float) -> np.ndarray:
    """Waveshaping by a tanh, oversampled four times.

    It works relative to the clip's own peak, so `drive` means the same at every level.
    """
    peak = float(np.abs(audio).max(initial=0.0))
    if peak < 1e-9 or drive <= 0:
        return audio
    margin = min(2048, len(audio)) if loops else 0
    around = np.take(
        audio / np.float32(peak), np.arange(-margin, len(audio) + margin), axis=0, mode="wrap"
    )
    bent = np.stack(
        [saturate_clean(channel, 0.5 + _MOST_DRIVE * drive) for channel in around.T], axis=1
    )
    return (bent[margin : margin + len(audio)] * np.float32(peak)).astype(np.float32)


def bitcrushed(audio: np.ndarray, rate: int, bits: int, rate_hz: float) -> np.ndarray:
    """Sample-and-hold at a lower rate, and few bits. Aliasing is part of the sound."""
    frames = len(audio)
    held = np.arange(frames)
    if rate_hz < rate:
        steps = np.floor(held * (rate_hz / rate))
        held = np.minimum(np.ceil(steps * (rate / rate_hz)).astype(np.int64), frames - 1)
    levels = np.float32(2 ** (bits - 1))
    return (np.round(audio[held] * levels) / levels).astype(np.float32)


def as_loud_as(audio: np.ndarray, before: np.ndarray, rate: int, loops: bool) -> float:
    """Gain in dB that brings `audio` to the loudness of `before`, as far as peaks allow.

    An effect must not win by being louder.
    """
    now = measure_level(audio, rate, loops)
    then = measure_level(before, rate, loops)
    if not (math.isfinite(now.lufs) and math.isfinite(then.lufs)):
        return 0.0
    room_db = max(_MAKEUP_CEILING_DB, then.true_peak_db) - now.true_peak_db
    return min(then.lufs - now.lufs, room_db)
