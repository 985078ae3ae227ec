"""How the energy of six bands moves over time, and how sharply it rises.

Bands are cut out of one long Fourier transform and brought to about 1 kHz: zero phase, so that an attack stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.fft as sfft
from scipy.ndimage import gaussian_filter1d

from daemon.hearing.breaks import breaks

#: Hz; from the kick's body to the hat's air.
BANDS = ((35, 120), (120, 300), (300, 900), (900, 2500), (2500, 6000), (6000, 11000))
RATE = 1000
#: Hz; below it lie the notes of a bass and of chords.
LOW_HZ = 3000.0
#: s of silence that hearing puts before a take, so that a hit on its first sample is an attack as any other.
BEFORE_S = 0.05
#: s; silence before the first sound from which that sound is a deliberate beginning.
LEAD_S = 0.06
#: s; width of the Gaussian whose derivative finds attacks in the log energy.
EDGE_S = 0.004
#: Share of a band's loudest moments below which changes do not count.
FLOOR = 2e-3


@dataclass(frozen=True)
class Envelopes:
    """`energy` and `onset`: float32 (frames, bands) at `rate` frames a second; `weight` (bands,): how much each band holds.

    `attack`: how steep (in nats a millisecond, all bands together) the steepest fiftieth of the take is; a held or noisy sound
    stays below 0.4, struck ones reach 1. `breaks` (frames,): how little of the waveform was foretold, see there.
    """

    energy: np.ndarray
    onset: np.ndarray
    weight: np.ndarray
    attack: float
    rate: float
    length_s: float
    spectrum: np.ndarray
    bin_hz: float
    breaks: np.ndarray

    def between(self, start_s: float, end_s: float) -> Envelopes:
        """The envelopes from `start_s` to `end_s` (the spectrum stays the whole take's)."""
        low, high = max(0, round(start_s * self.rate)), max(1, round(end_s * self.rate))
        energy, onset = self.energy[low:high], self.onset[low:high]
        return replace(self, energy=energy, onset=onset, length_s=len(onset) / self.rate)

    @cached_property
    def flux(self) -> np.ndarray:
        """Onset strength of all bands together, (frames,)."""
        return np.asarray(self.onset.sum(axis=1))

    @cached_property
    def soft_onset(self) -> np.ndarray:
        """Onset strength over 3 ms, (frames, bands): what is held against another passage of the take."""
        return np.asarray(gaussian_filter1d(self.onset, 0.003 * self.rate, axis=0))

    @cached_property
    def channels(self) -> np.ndarray:
        """(frames, 18): six onset bands, the rise of loudness and the loudness in three wide bands, six bands of endings."""
        wide = np.add.reduceat(self.energy, [0, 2, 4], axis=1)
        loudness = np.sqrt(gaussian_filter1d(wide, 0.003 * self.rate, axis=0))
        accent = np.maximum(gaussian_filter1d(loudness, 0.004 * self.rate, axis=0, order=1), 0)
        level = np.add.reduceat(self.energy, [0, 1, 3], axis=1)
        return np.column_stack([self.onset, accent, level, falls(self.energy, self.rate)]).astype(
            np.float32
        )

    @cached_property
    def low_sound(self) -> tuple[np.ndarray, float]:
        """The take below `LOW_HZ`, float32 (frames,), and its rate in Hz."""
        keep = min(len(self.spectrum), int(LOW_HZ / self.bin_hz))
        half = sfft.next_fast_len(keep + 1)
        spectrum = np.zeros(half + 1, np.complex64)
        fade = np.clip((keep - np.arange(keep)) / (0.08 * keep), 0, 1)
        spectrum[:keep] = self.spectrum[:keep] * fade
        return sfft.irfft(spectrum, 2 * half), 2 * half * self.bin_hz

    @cached_property
    def level(self) -> np.ndarray:
        """Energy of all bands together (frames,)."""
        return np.asarray(gaussian_filter1d(self.energy.sum(axis=1), 2))

    @cached_property
    def sounding(self) -> float:
        """The `level` above which the take sounds."""
        return 1e-3 * float(np.percentile(self.level, 95))

    @cached_property
    def sounds_from_s(self) -> float:
        """When the take begins to sound."""
        return float(np.argmax(self.level > self.sounding)) / self.rate

    @cached_property
    def sounds_to_s(self) -> float:
        """When the take has stopped to sound."""
        level = self.level
        return float(len(level) - np.argmax(level[::-1] > 0.1 * self.sounding)) / self.rate


def envelopes(mono: np.ndarray, sample_rate: int) -> Envelopes:
    """Band energies and onset strength of `mono`, float (frames,), at about 1 kHz."""
    n = sfft.next_fast_len(len(mono) + sample_rate // 4, real=True)
    frames = sfft.next_fast_len(int(np.ceil(n * RATE / sample_rate)))
    rate = frames * sample_rate / n
    spectrum = sfft.rfft(np.ascontiguousarray(mono, dtype=np.float32), n)
    bin_hz = sample_rate / n
    used = min(frames, max(1, round(len(mono) * rate / sample_rate)))
    energy = np.zeros((used, len(BANDS)), np.float32)
    for column, (low, high) in enumerate(BANDS):
        energy[:, column] = _band_energy(
            spectrum, bin_hz, low, min(high, 0.48 * sample_rate), frames, rate
        )[:used]
    onset, weight, attack = rises(energy, rate)
    return Envelopes(
        energy,
        onset,
        weight,
        attack,
        rate,
        len(mono) / sample_rate,
        spectrum,
        bin_hz,
        breaks(mono, sample_rate, rate, used),
    )


def _band_energy(
    spectrum: np.ndarray, bin_hz: float, low: float, high: float, frames: int, rate: float
) -> np.ndarray:
    """Squared magnitude of one band's analytic signal, averaged down to `frames`."""
    first, last = int(low * 0.8 / bin_hz), min(int(high * 1.2 / bin_hz), len(spectrum))
    if last - first < 2:
        return np.zeros(frames, np.float32)
    hz = np.arange(first, last) * bin_hz
    gain = np.clip((hz - low * 0.8) / (low * 0.4), 0, 1) * np.clip(
        (high * 1.2 - hz) / (high * 0.4), 0, 1
    )
    fold = int(np.ceil((last - first) * bin_hz / rate))
    band = np.zeros(frames * fold, np.complex64)
    band[: last - first] = spectrum[first:last] * np.sin(gain * np.pi / 2).astype(np.float32)
    signal = sfft.ifft(band, overwrite_x=True)
    power = signal.real**2 + signal.imag**2
    return power.reshape(frames, fold).mean(axis=1) * fold**2


def rises(energy: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Rise of the compressed energy per band (frames, bands), each of unit power, how much each band counts, and `attack`."""
    smooth = gaussian_filter1d(energy, 0.001 * rate, axis=0)
    loud = np.percentile(smooth, 99, axis=0) + 1e-12
    log = np.log(smooth + FLOOR * loud + 1e-6 * loud.max())
    slope = np.maximum(gaussian_filter1d(log, EDGE_S * rate, axis=0, order=1), 0)
    weight = np.clip((np.log10(loud / loud.max()) + 4) / 3, 0, 1)
    attack = float(np.percentile((slope * weight).sum(axis=1), 98)) * rate / RATE
    return (
        (slope / (np.sqrt((slope**2).mean(axis=0)) + 1e-9) * weight).astype(np.float32),
        weight,
        attack,
    )


def falls(energy: np.ndarray, rate: float) -> np.ndarray:
    """How suddenly each band ends (frames, bands), scaled to its own strongest endings: what decays by itself does so slowly."""
    smooth = gaussian_filter1d(energy, 0.001 * rate, axis=0)
    loud = np.percentile(smooth, 99, axis=0) + 1e-12
    log = np.log(smooth + 2e-4 * loud + 1e-6 * loud.max())
    slope = np.maximum(-gaussian_filter1d(log, 0.003 * rate, axis=0, order=1), 0)
    return (slope / (np.percentile(slope, 99.5, axis=0) + 1e-9)).astype(np.float32)
