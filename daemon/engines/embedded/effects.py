"""Effects as spectra over a stretch that goes round: reverb, tempo-synced delay, and the mix's tonal balance.

On a loop the transform's own wrap-around is just what is wanted: a tail that runs past the end comes in again at the start.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from daemon.engines.embedded.voices.signals import bandpass, filtered, highpass, lowpass, noise, response_of

_PRE_DELAY_S = 0.018
_BANDS_PER_OCTAVE = 3


@lru_cache(12)
def reverb(frames: int, rate: int, length_s: float) -> np.ndarray:
    """The spectrum (frames // 2 + 1, 2) of a room of `length_s` to -60 dB, folded to `frames`; unit power, high-passed at 250 Hz.

    Noise in three bands with their own decays (the top dies first), 18 ms after the sound.
    """
    n = round((length_s + 0.05) * rate)
    t = np.arange(n, dtype=np.float32) / rate
    start = round(_PRE_DELAY_S * rate)
    impulse = np.zeros((start + n, 2), np.float32)
    for side in (0, 1):
        white = noise(n, "reverb", side)
        room = filtered(white, rate, lowpass(650)) * np.exp(-6.9 * t / (length_s * 1.05)) * 0.6
        room += filtered(white, rate, bandpass(1600, 0.5)) * np.exp(-6.9 * t / length_s)
        room += filtered(white, rate, highpass(4500)) * np.exp(-6.9 * t / (length_s * 0.5)) * 0.7
        impulse[start:, side] = room * (1 - np.exp(-t / 0.006))
    impulse /= np.sqrt((impulse**2).sum(axis=0, keepdims=True))
    folded = np.zeros((frames, 2), np.float32)
    for at in range(0, len(impulse), frames):
        piece = impulse[at : at + frames]
        folded[: len(piece)] += piece
    gain = response_of((highpass(250), highpass(250)), frames, rate).astype(np.complex64)
    return np.fft.rfft(folded, axis=0).astype(np.complex64) * gain[:, None]


@lru_cache(12)
def ping_pong(frames: int, rate: int, delay_frames: int, feedback: float) -> np.ndarray:
    """The spectrum (frames // 2 + 1, 2) of echoes of the middle signal, left and right in turn, each darker than the last."""
    k = np.arange(frames // 2 + 1, dtype=np.int64)
    turns = (k * delay_frames % frames) / frames
    tone = response_of((highpass(280), lowpass(4200)), frames, rate)
    once = feedback * tone * np.exp(-2j * np.pi * turns)
    both = 1 - once * once
    return np.stack([once / both, once * once / both], axis=1).astype(np.complex64) / np.float32(feedback)


def spectral_slope(power: np.ndarray, rate: int, frames: int) -> float:
    """dB per octave of a power spectrum (frames // 2 + 1,), fitted through third-octave means from 100 Hz to 10 kHz."""
    centres = 100 * 2 ** (np.arange(0, 20) / _BANDS_PER_OCTAVE + 1 / 6)
    edges = 100 * 2 ** (np.arange(0, 21) / _BANDS_PER_OCTAVE)
    at = np.minimum(np.round(edges * frames / rate).astype(int), len(power) - 1)
    total = np.concatenate([[0.0], np.cumsum(power, dtype=np.float64)])
    mean = (total[at[1:]] - total[at[:-1]]) / np.maximum(1, at[1:] - at[:-1])
    octaves = np.log2(centres)
    heard = mean > mean.max() * 1e-9
    if heard.sum() < 6:
        return -4.7
    return float(np.polyfit(octaves[heard], 10 * np.log10(mean[heard]), 1)[0])


def tilt(frames: int, rate: int, db_per_octave: float) -> np.ndarray:
    """Real gains (frames // 2 + 1,) that turn a spectrum round 1 kHz by so much; flat below 100 Hz and above 10 kHz."""
    hz = np.clip(np.fft.rfftfreq(frames, 1 / rate), 100, 10000)
    return (10 ** (db_per_octave * np.log2(hz / 1000) / 20)).astype(np.float32)


@lru_cache(8)
def k_weight(frames: int, rate: int) -> np.ndarray:
    """Power gains (frames // 2 + 1,) near BS.1770's K weighting: for balancing parts, not for reports."""
    hz = np.fft.rfftfreq(frames, 1 / rate)
    low = hz**2 / (hz**2 + 38.0**2)
    shelf = 1 + (10**0.4 - 1) * hz**2 / (hz**2 + 1500.0**2)
    return (low**2 * shelf).astype(np.float32)
