"""A sound brought to a loudness under a ceiling for its true peaks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from daemon.audio.loudness import (
    PEAK_BLOCK,
    Level,
    along_frames,
    block_peaks,
    limiter_gain,
    loop_energy,
    lufs_of_energy,
    measure_level,
    true_peak_db,
    weighted_energy,
)

#: dB that a limiter may take off the highest peak; more of it is distortion.
_MOST_LIMITING_DB = 16.0
#: s of a loop that the limiter hears before its start, and after its end.
_BEFORE_S = 1.0
_AFTER_S = 0.1
#: LU and dB by which loudness and peaks may miss.
_NEAR_LU = 0.02
_NEAR_DB = 0.005
#: dB below the ceiling at which the limiter first aims: finer meters than the standard's find more.
_UNDER_DB = 0.4
#: dB that a limited sound needs on top of plain gain, most often, to be as loud.
_LIKELY_DB = 6.0
#: dB by which a peak between samples may stand over them; blocks further down are not looked into.
_NEAR_PEAK_DB = 4.0
#: Times that the result is measured and set anew.
_TRIES = 3
#: Halvings of the range in which the gain is looked for.
_HALVINGS = 14


@dataclass(frozen=True)
class Levelled:
    """float32 (frames, channels), and what was done in dB."""

    audio: np.ndarray
    gain_db: float
    limited_db: float
    """The most that the limiter took away, from 0 down."""
    level: Level


def levelled(
    audio: np.ndarray, rate: int, is_loop: bool, lufs: float, ceiling_db: float
) -> Levelled:
    """The sound at a loudness, no true peak over the ceiling.

    It stays softer where more than 16 dB would have to come off its highest peak.
    """
    return Levelling(audio, rate, is_loop, lufs, ceiling_db).done()


class Levelling:
    """A sound on its way to a loudness: filtered once, drafted at no cost, then done exactly."""

    def __init__(
        self, audio: np.ndarray, rate: int, is_loop: bool, lufs: float, ceiling_db: float
    ) -> None:
        self._audio, self._rate, self._is_loop = audio, rate, is_loop
        self._lufs, self._ceiling_db = lufs, ceiling_db
        energy = (loop_energy if is_loop else weighted_energy)(audio, rate)
        self._level = Level(lufs_of_energy(energy, rate), true_peak_db(audio))
        self._by_gain_db = lufs - self._level.lufs
        self._most_db = ceiling_db - self._level.true_peak_db + _MOST_LIMITING_DB
        self._limiter: _Limiter | None = None
        if self._level.true_peak_db + self._by_gain_db > ceiling_db:
            likely_db = min(self._most_db, self._by_gain_db + _LIKELY_DB)
            self._limiter = _Limiter(audio, energy[-len(audio) :], rate, is_loop, likely_db)

    def draft(self) -> np.ndarray:
        """The sound limited as it will be to a few hundredths of a dB, at no level of its own."""
        if self._limiter is None:
            return self._audio
        ceiling_db = self._ceiling_db - _UNDER_DB
        gain_db = self._gain_for(self._limiter, self._lufs, ceiling_db)
        return self._audio * self._limiter.along(gain_db, ceiling_db)

    def done(self) -> Levelled:
        """The sound, measured and set anew until it is right."""
        limiter, lufs = self._limiter, self._lufs
        if limiter is None:
            made = self._audio * np.float32(10 ** (self._by_gain_db / 20))
            return Levelled(made, self._by_gain_db, 0.0, self._level.louder(self._by_gain_db))
        aim, ceiling = lufs, self._ceiling_db - _UNDER_DB
        for _ in range(_TRIES):
            gain_db = self._gain_for(limiter, aim, ceiling)
            gain = limiter.along(gain_db, ceiling)
            made = self._audio * (gain * np.float32(10 ** (gain_db / 20)))
            found = measure_level(made, self._rate, self._is_loop)
            over_db = found.true_peak_db - self._ceiling_db
            off = lufs - found.lufs if gain_db < self._most_db else 0.0
            if over_db <= 0 and abs(off) < _NEAR_LU:
                break
            aim += off
            ceiling -= max(0.0, over_db) + (_NEAR_DB if over_db > 0 else 0.0)
        if over_db > 0:
            made, found = made * np.float32(10 ** (-over_db / 20)), found.louder(-over_db)
            gain_db -= over_db
        return Levelled(made, gain_db, 20 * math.log10(float(gain.min())), found)

    def _gain_for(self, limiter: _Limiter, lufs: float, ceiling_db: float) -> float:
        low_db = min(self._by_gain_db, self._most_db)
        return limiter.gain_for(lufs, ceiling_db, low_db, self._most_db)


class _Limiter:
    """A sound's peaks and power, block by block: any gain can be tried without filtering again."""

    def __init__(
        self, audio: np.ndarray, energy: np.ndarray, rate: int, is_loop: bool, likely_db: float
    ) -> None:
        """energy: of each frame, weighted, float64 (frames,)."""
        self._rate, self._frames, self._is_loop = rate, len(audio), is_loop
        self._before = 0
        around = audio
        if is_loop:
            self._before = round(_BEFORE_S * rate)
            where = np.arange(-self._before, len(audio) + round(_AFTER_S * rate))
            around = np.take(audio, where, axis=0, mode="wrap")
        self._around = len(around)
        self._peaks = block_peaks(around, 10 ** (-(likely_db + _NEAR_PEAK_DB) / 20))
        self._power = np.add.reduceat(energy, np.arange(0, len(energy), PEAK_BLOCK)) / PEAK_BLOCK

    def along(self, gain_db: float, ceiling_db: float) -> np.ndarray:
        """The limiter's own gain after `gain_db`: float32 (frames, 1)."""
        gain = along_frames(self._gain(gain_db, ceiling_db), self._around)
        return gain[self._before : self._before + self._frames]

    def _gain(self, gain_db: float, ceiling_db: float) -> np.ndarray:
        peaks = self._peaks * 10 ** (gain_db / 20)
        return limiter_gain(peaks, 10 ** (ceiling_db / 20), self._rate)

    def _lufs(self, gain_db: float, ceiling_db: float) -> float:
        first = round(self._before / PEAK_BLOCK)
        gain = self._gain(gain_db, ceiling_db)[first : first + len(self._power)]
        power = self._power * (gain * 10 ** (gain_db / 20)) ** 2
        rounds = np.concatenate([power, power]) if self._is_loop else power
        return lufs_of_energy(rounds, self._rate / PEAK_BLOCK)

    def gain_for(self, lufs: float, ceiling_db: float, low_db: float, high_db: float) -> float:
        """Decibels before the limiter that make it as loud as `lufs`, as far as `high_db`."""
        if self._lufs(high_db, ceiling_db) <= lufs:
            return high_db
        for _ in range(_HALVINGS):
            middle = (low_db + high_db) / 2
            if self._lufs(middle, ceiling_db) < lufs:
                low_db = middle
            else:
                high_db = middle
        return (low_db + high_db) / 2
