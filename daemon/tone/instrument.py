"""An instrument fitted to sounds: its harmonics and its noise over pitch and loudness.

The model is that of spectral modelling synthesis (Serra and Smith 1990): harmonics of one pitch,
and noise in bands. How strong each is follows from where sounds of that pitch and loudness had it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.fft

from daemon.audio.sound import mixed
from daemon.hearing.one_voice import HOP_S
from daemon.tone.attack import POINTS, attacks_of
from daemon.tone.line import Played, played

#: Harmonics that are kept.
HARMONICS = 80
#: Hz; edges of the bands of noise.
NOISE_EDGES_HZ = np.geomspace(60.0, 18000.0, 25)
#: s; a window: periods of low notes must part.
_WINDOW_S = 0.093
#: Lines of the spectrum to each side of a harmonic that are its own.
_OWN_LINES = 2.5
#: Points of the line between two that are measured.
_EVERY = 2
#: dB of a part that is not there.
_NOTHING_DB = -90.0
#: dB under the loudest moment where the model hears nothing more.
_FAINT_DB = -40.0
#: Semitones between the pitches of the model, and its loudnesses in dB under the loudest.
_STEP = 2.0
_LOUD_DB = np.arange(-36.0, 1.0, 6.0)
#: Semitones and dB over which moments count for a place of the model; wider ones fill its gaps.
_NEAR = (1.5, 4.0)
_WIDE = (12.0, 15.0)
_WIDE_SHARE = 1e-4
#: Points that a sound needs with a pitch: 0.05 s.
_LEAST_POINTS = 10
#: The mean of noise's power over its median in one line.
_MEAN_OF_MEDIAN = 1 / math.log(2)
#: Moments measured at once: bounds the memory.
_AT_ONCE = 256


@dataclass(frozen=True)
class Instrument:
    """A fitted instrument. Levels are in dB of the whole moment's power."""

    name: str
    pitches: np.ndarray
    """MIDI numbers (pitches,)."""
    harmonics_db: np.ndarray
    """(pitches, loudnesses, HARMONICS)."""
    noise_db: np.ndarray
    """(pitches, loudnesses, bands)."""
    attack: np.ndarray
    """Noise of a note's beginning over that, as shares of its power: (attack.POINTS, bands)."""

    @property
    def reach(self) -> tuple[float, float]:
        """Its lowest and its highest note, as MIDI numbers."""
        return float(self.pitches[0]), float(self.pitches[-1])

    @property
    def method(self) -> str:
        return "harmonics and noise"

    def shape(self, pitch: np.ndarray, under_db: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Levels (points, HARMONICS) and (points, bands) at pitches and dB under the loudest.

        Out of its range its nearest note's spectrum stays where it is, as a body's resonances do.
        """
        inside = np.clip(pitch, self.pitches[0], self.pitches[-1])
        low, share = _between(inside, self.pitches)
        soft, loud = _between(np.clip(under_db, _LOUD_DB[0], _LOUD_DB[-1]), _LOUD_DB)
        tables = (self.harmonics_db, self.noise_db)
        harmonics, noise = (_bilinear(one, low, share, soft, loud) for one in tables)
        ratio = 2.0 ** ((pitch - inside) / 12)
        far = np.abs(pitch - inside) > 1e-6
        if far.any():
            harmonics[far] = _moved(harmonics[far], ratio[far])
        return harmonics, noise


@dataclass(frozen=True)
class Heard:
    """A sound to be learnt: float (frames, channels), its rate in Hz, its note where known."""

    audio: np.ndarray
    rate: int
    note: float | None = None
    """MIDI number: an organ's lowest pipes sound an octave below the key that is held."""

    def line(self) -> Played:
        """Its line, in the octave of its note."""
        line = played(self.audio, self.rate, False)
        if self.note is None:
            return line
        octaves = np.round((self.note - 69) / 12 - np.log2(line.hz / 440))
        return Played(line.hz * 2.0**octaves, line.level_db)


def fit(name: str, sounds: Iterable[Heard]) -> Instrument | None:
    """The instrument of some sounds; None where none has a pitch."""
    rows, attacks = [], []
    for sound in sounds:
        line = sound.line()
        attacks += attacks_of(sound.audio, sound.rate, line, NOISE_EDGES_HZ)
        if (one := measured(sound.audio, sound.rate, line)) is not None:
            rows.append((one[0], one[1] + line.top_db, *one[2:]))
    if not rows:
        return None
    pitch, level, harmonics, noise = (np.concatenate(part) for part in zip(*rows, strict=True))
    # a soft note is a soft moment of the same instrument
    under = level - np.percentile(level, 95)
    low, high = np.percentile(pitch, [1, 99])
    count = max(2, math.ceil((high - low) / _STEP) + 1)
    pitches = np.linspace(low, max(high, low + 0.1), count)
    shape = (len(pitches), len(_LOUD_DB))
    places = np.stack(np.meshgrid(pitches, _LOUD_DB, indexing="ij"), axis=-1).reshape(-1, 2)
    apart = (places[:, :1] - pitch, places[:, 1:] - under)
    weights = _bell(*apart, _NEAR) + _WIDE_SHARE * _bell(*apart, _WIDE) + 1e-30
    weights /= weights.sum(axis=1, keepdims=True)
    return Instrument(
        name,
        pitches,
        (weights @ harmonics).reshape(*shape, -1),
        (weights @ noise).reshape(*shape, -1),
        np.mean(attacks, axis=0) if attacks else np.zeros((POINTS, len(NOISE_EDGES_HZ) - 1)),
    )


def _bell(pitch: np.ndarray, loud: np.ndarray, width: tuple[float, float]) -> np.ndarray:
    return np.asarray(np.exp(-0.5 * ((pitch / width[0]) ** 2 + (loud / width[1]) ** 2)))


def measured(
    audio: np.ndarray, rate: int, line: Played | None = None
) -> tuple[np.ndarray, ...] | None:
    """(pitch, dB under its loudest, harmonics, noise) of each moment with a pitch.

    line: where it is known already. None where hardly anything has a pitch.
    """
    line = line or played(audio, rate, False)
    some = np.flatnonzero(line.voiced & (line.level_db > line.top_db + _FAINT_DB))[::_EVERY]
    if len(some) < _LEAST_POINTS:
        return None
    mono = mixed(audio)
    size = 1 << round(math.log2(_WINDOW_S * rate))
    padded = np.pad(mono, (size // 2, size))
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    view = np.lib.stride_tricks.sliding_window_view(padded, size)
    starts = np.round(some * HOP_S * rate).astype(int)
    harmonics, noise = [], []
    for first in range(0, len(some), _AT_ONCE):
        at = slice(first, first + _AT_ONCE)
        power = np.abs(scipy.fft.rfft(view[starts[at]] * window, axis=1)) ** 2
        for row, hz in zip(power, line.hz[some[at]], strict=True):
            tones, rest = _parts(row, hz, rate / size)
            harmonics.append(tones)
            noise.append(rest)
    return (
        _pitch(line, some),
        line.level_db[some] - line.top_db,
        np.array(harmonics),
        np.array(noise),
    )


def _pitch(line: Played, some: np.ndarray) -> np.ndarray:
    return np.asarray(69 + 12 * np.log2(line.hz[some] / 440))


def _parts(power: np.ndarray, hz: float, step_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """dB of each harmonic and of the noise in each band, of the whole power."""
    running = np.concatenate([[0.0], np.cumsum(power)])
    total = running[-1] + 1e-20
    centres = hz * np.arange(1, HARMONICS + 1) / step_hz
    reach = np.minimum(_OWN_LINES + 0.01 * centres, 0.5 * hz / step_hz)
    low = np.clip(np.round(centres - reach).astype(int), 0, len(power))
    high = np.clip(np.round(centres + reach).astype(int) + 1, 0, len(power))
    tones = running[high] - running[low]
    turn = np.mod(np.arange(len(power)) * step_hz / hz + 0.5, 1) - 0.5
    between = np.abs(turn) * hz / step_hz > _OWN_LINES
    edges = np.clip(np.round(NOISE_EDGES_HZ / step_hz).astype(int), 0, len(power))
    rest = np.zeros(len(edges) - 1)
    for n, (first, last) in enumerate(pairwise(edges)):
        lines = power[first:last][between[first:last]]
        if len(lines):
            rest[n] = float(np.median(lines)) * _MEAN_OF_MEDIAN * (last - first)
    tones += _stretched(running, centres, tones, rest / np.maximum(1, np.diff(edges)), edges)
    return _db(tones / total), _db(rest / total)


def _stretched(
    running: np.ndarray, centres: np.ndarray, tones: np.ndarray, noise: np.ndarray,
    edges: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Power around each harmonic that is neither its own lines' nor noise.

    A string's upper partials lie sharp of their harmonics, by more than a line's width: what sounds
    there is given to the harmonic next to it.
    """
    half = (centres[1] - centres[0]) / 2
    low, high = (
        np.clip(np.round(centres + side * half).astype(int), 0, len(running) - 1)
        for side in (-1, 1)
    )
    band = np.clip(np.searchsorted(edges, centres, side="right") - 1, 0, len(noise) - 1)
    usual = noise[band] * (high - low)
    over = running[high] - running[low] - tones - usual
    return np.where(over > usual, over, 0.0)


def _db(share: np.ndarray) -> np.ndarray:
    return np.asarray(np.maximum(_NOTHING_DB, 10 * np.log10(np.maximum(share, 1e-12))))


def _between(values: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The step below each value, and the share of the way to the next."""
    low = np.clip(np.searchsorted(steps, values, side="right") - 1, 0, len(steps) - 2)
    return low, (values - steps[low]) / (steps[low + 1] - steps[low])


def _bilinear(
    table: np.ndarray, low: np.ndarray, share: np.ndarray, soft: np.ndarray, loud: np.ndarray
) -> np.ndarray:
    share, loud = share[:, None], loud[:, None]
    below = table[low, soft] * (1 - loud) + table[low, soft + 1] * loud
    above = table[low + 1, soft] * (1 - loud) + table[low + 1, soft + 1] * loud
    return np.asarray(below * (1 - share) + above * share)


def _moved(harmonics: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Levels of the harmonics of a pitch `ratio` times as high under the same spectrum."""
    place = ratio[:, None] * np.arange(1, HARMONICS + 1) - 1
    low = np.clip(place.astype(int), 0, HARMONICS - 2)
    share = np.clip(place - low, 0, 1)
    rows = np.arange(len(harmonics))[:, None]
    moved = harmonics[rows, low] * (1 - share) + harmonics[rows, low + 1] * share
    return np.where(place > HARMONICS - 1, _NOTHING_DB, moved)
