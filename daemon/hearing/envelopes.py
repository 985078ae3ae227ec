"""Energy envelopes and onset strength of six frequency bands.

The bands are cut out of one long Fourier transform and decimated to about 1 kHz. They have zero
phase, so an attack stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.fft as sfft
from scipy.ndimage import gaussian_filter1d

from daemon.hearing.breaks import breaks

#: Hz; the bands, from the kick's body to the hat's air.
BANDS = ((35, 120), (120, 300), (300, 900), (900, 2500), (2500, 6000), (6000, 11000))
#: Hz; about the rate of the envelopes: a frame is 1 ms, and parabolas place attacks between frames.
RATE = 1000
#: Hz; upper limit of the part that is analysed for notes of bass and chords.
LOW_HZ = 3000.0
#: Hz; rate of that part where a take is analysed in pieces.
LOW_RATE = 6400
#: Seconds up to which a take is transformed as a whole.
WHOLE_S = 120
#: Seconds of a piece of a longer one, with what it shares with its neighbours: whole seconds, so
#: that frames lie alike in all pieces; a power of two, so that its transforms are quick.
PIECE_S = 64
#: Seconds shared on either side.
BESIDE_S = 4
#: Seconds of silence put before a take, so that a hit on its first sample is an ordinary attack.
BEFORE_S = 0.05
#: Seconds of silence from which the first sound is a deliberate beginning.
LEAD_S = 0.06
#: Seconds; width of the Gaussian whose derivative finds attacks in the log energy.
EDGE_S = 0.004
#: Share of a band's loudest moments below which changes do not count.
FLOOR = 2e-3


@dataclass(frozen=True)
class Envelopes:
    """The envelopes of a take, at `rate` frames a second.

    `energy` and `onset` are float32 (frames, bands); `weight` (bands,) is the bands' share (0-1).
    `attack` is the steepness of the steepest fiftieth of the take, in nats a millisecond over all
    bands. Held and noisy sounds stay below 0.4, struck ones reach 1. `low` (frames,) is the take
    below `LOW_HZ`, at `low_rate` Hz. `breaks` (frames,) is the log residual of linear prediction.
    """

    energy: np.ndarray
    onset: np.ndarray
    weight: np.ndarray
    attack: float
    rate: float
    length_s: float
    low: np.ndarray
    low_rate: float
    breaks: np.ndarray

    def between(self, start_s: float, end_s: float) -> Envelopes:
        """The envelopes from `start_s` to `end_s`; the low sound stays the whole take's."""
        low = max(0, round(start_s * self.rate))
        high = max(1, round(end_s * self.rate))
        energy = self.energy[low:high]
        onset = self.onset[low:high]
        return replace(self, energy=energy, onset=onset, length_s=len(onset) / self.rate)

    @cached_property
    def flux(self) -> np.ndarray:
        """Onset strength of all bands together, (frames,)."""
        return np.asarray(self.onset.sum(axis=1))

    @cached_property
    def soft_onset(self) -> np.ndarray:
        """Onset strength blurred over 3 ms, (frames, bands), for comparing passages of the take."""
        return np.asarray(gaussian_filter1d(self.onset, 0.003 * self.rate, axis=0))

    @cached_property
    def channels(self) -> np.ndarray:
        """What is folded into a bar, float32 (frames, 18).

        Six onset bands, three wide bands of rising loudness, three of energy, six bands of endings.
        """
        wide = np.add.reduceat(self.energy, [0, 2, 4], axis=1)
        loudness = np.sqrt(gaussian_filter1d(wide, 0.003 * self.rate, axis=0))
        accent = np.maximum(gaussian_filter1d(loudness, 0.004 * self.rate, axis=0, order=1), 0)
        level = np.add.reduceat(self.energy, [0, 1, 3], axis=1)
        return np.column_stack([self.onset, accent, level, falls(self.energy, self.rate)]).astype(
            np.float32
        )

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
        """Seconds at which the take begins to sound."""
        return float(np.argmax(self.level > self.sounding)) / self.rate

    @cached_property
    def sounds_to_s(self) -> float:
        """Seconds at which the take stops sounding."""
        level = self.level
        return float(len(level) - np.argmax(level[::-1] > 0.1 * self.sounding)) / self.rate


def envelopes(mono: np.ndarray, sample_rate: int) -> Envelopes:
    """The envelopes of `mono`, float (frames,), at about 1 kHz."""
    analysed = _in_pieces if len(mono) > WHOLE_S * sample_rate else _as_whole
    energy, rate, low, low_rate = analysed(mono, sample_rate)
    onset, weight, attack = rises(energy, rate)
    return Envelopes(
        energy,
        onset,
        weight,
        attack,
        rate,
        len(mono) / sample_rate,
        low,
        low_rate,
        breaks(mono, sample_rate, rate, len(energy)),
    )


def _as_whole(mono: np.ndarray, sample_rate: int) -> tuple[np.ndarray, float, np.ndarray, float]:
    """Energy (frames, bands) and its rate, the low sound (frames,) and its: by one transform."""
    n = sfft.next_fast_len(len(mono) + sample_rate // 4, real=True)
    frames = sfft.next_fast_len(int(np.ceil(n * RATE / sample_rate)))
    rate = frames * sample_rate / n
    half = sfft.next_fast_len(min(n // 2 + 1, int(LOW_HZ * n / sample_rate)) + 1)
    energy, low = _transformed(mono, n, sample_rate, frames, half)
    used = min(frames, max(1, round(len(mono) * rate / sample_rate)))
    return energy[:used], rate, low, 2 * half * sample_rate / n


def _in_pieces(mono: np.ndarray, sample_rate: int) -> tuple[np.ndarray, float, np.ndarray, float]:
    """The same piece by piece: the transform of a long take would fill several times its memory.

    The pieces overlap by `BESIDE_S` on either side, where the bands' filters have died away.
    """
    piece_s = PIECE_S - 2 * BESIDE_S
    frames, half = PIECE_S * RATE, PIECE_S * LOW_RATE // 2
    energy = np.empty((max(1, round(len(mono) * RATE / sample_rate)), len(BANDS)), np.float32)
    low = np.zeros(-(-len(mono) * LOW_RATE // sample_rate), np.float32)
    for start_s in range(0, -(-len(mono) // sample_rate), piece_s):
        first = (start_s - BESIDE_S) * sample_rate
        piece = mono[max(0, first) : max(0, first + PIECE_S * sample_rate)]
        around = np.zeros(PIECE_S * sample_rate, np.float32)
        around[max(0, -first) : max(0, -first) + len(piece)] = piece
        own_energy, own_low = _transformed(around, len(around), sample_rate, frames, half)
        for whole, own, rate in ((energy, own_energy, RATE), (low, own_low, LOW_RATE)):
            to = whole[start_s * rate : (start_s + piece_s) * rate]
            to[:] = own[BESIDE_S * rate :][: len(to)]
    return energy, float(RATE), low, float(LOW_RATE)


def _transformed(
    mono: np.ndarray, n: int, sample_rate: int, frames: int, half: int
) -> tuple[np.ndarray, np.ndarray]:
    """Energy (frames, bands) and the low sound (2 * half,) by a transform of `n` samples."""
    spectrum = sfft.rfft(np.ascontiguousarray(mono, dtype=np.float32), n)
    bin_hz = sample_rate / n
    rate = frames * bin_hz
    energy = np.empty((frames, len(BANDS)), np.float32)
    for column, (low, high) in enumerate(BANDS):
        energy[:, column] = _band_energy(
            spectrum, bin_hz, low, min(high, 0.48 * sample_rate), frames, rate
        )
    keep = min(len(spectrum), int(LOW_HZ / bin_hz))
    under = np.zeros(half + 1, np.complex64)
    under[:keep] = spectrum[:keep] * np.clip((keep - np.arange(keep)) / (0.08 * keep), 0, 1)
    return energy, sfft.irfft(under, 2 * half)


def _band_energy(
    spectrum: np.ndarray, bin_hz: float, low: float, high: float, frames: int, rate: float
) -> np.ndarray:
    """Squared magnitude of one band's analytic signal, averaged down to `frames`."""
    first = int(low * 0.8 / bin_hz)
    last = min(int(high * 1.2 / bin_hz), len(spectrum))
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
    """Onset strength (frames, bands), weight of each band (bands,), and `attack`.

    The onset strength is the rise of the log energy, of unit power in each band, times its weight.
    """
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
    """Suddenness of each band's endings (frames, bands), relative to its own strongest ones.

    A sound that decays by itself ends slowly and stays near 0.
    """
    smooth = gaussian_filter1d(energy, 0.001 * rate, axis=0)
    loud = np.percentile(smooth, 99, axis=0) + 1e-12
    log = np.log(smooth + 2e-4 * loud + 1e-6 * loud.max())
    slope = np.maximum(-gaussian_filter1d(log, 0.003 * rate, axis=0, order=1), 0)
    return (slope / (np.percentile(slope, 99.5, axis=0) + 1e-9)).astype(np.float32)
