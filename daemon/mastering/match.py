"""A sound brought near another: spectrum of middle and sides, dynamics by band, loudness, peaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from daemon.audio.loudness import SILENCE_DB
from daemon.mastering.bands import (
    THIRDS_HZ,
    Measured,
    band_levels,
    held,
    measure,
    middle_and_side,
)
from daemon.mastering.dynamics import (
    Liveliness,
    Softening,
    measure_liveliness,
    softened,
    softening,
)
from daemon.mastering.equal import minimum_phase, through
from daemon.mastering.level import Levelled, Levelling, levelled

#: dB that one third-octave may be moved, up and down: more would lift noise, or hollow it out.
_MOST_DB = 12.0
_LEAST_DB = -18.0
#: dB by which the spectrum may miss before it is moved once more, and how often that is.
_NEAR_DB = 0.1
_PASSES = 3
#: dB of mean movement from which a reference is another kind of music.
_DIFFERENT_DB = 6.0
#: dB off its peaks from which a limiter may be heard.
_HEARD_LIMITING_DB = 8.0
#: dB of the sides under the middle from which a sound has none to shape.
_MONO_DB = -60.0


@dataclass(frozen=True)
class Reference:
    """A sound to go by, as far as it counts."""

    measured: Measured
    liveliness: Liveliness

    @classmethod
    def of(cls, audio: np.ndarray, rate: int, is_loop: bool) -> Reference:
        """Of float (frames, channels)."""
        return cls(measure(audio, rate, is_loop), measure_liveliness(audio, rate, is_loop))


@dataclass(frozen=True)
class Wish:
    """What a master shall be. Without `like` its spectrum, width and dynamics stay."""

    lufs: float
    ceiling_db: float
    like: Reference | None = None
    amount: float = 1.0


@dataclass(frozen=True)
class Mastered:
    """float32 (frames, channels), its figures, and what was done."""

    audio: np.ndarray
    before: Measured
    after: Measured
    levelled: Levelled
    gains_db: tuple[np.ndarray, np.ndarray] | None
    """Of each third-octave in the middle and at the sides; None where the spectrum stayed."""
    softened: Softening | None
    off_db: float | None
    """Mean of the third-octaves' distance from the reference at equal level."""
    said: tuple[str, ...]


def mastered(
    audio: np.ndarray, rate: int, is_loop: bool, wish: Wish, tell: Callable[[float], None]
) -> Mastered:
    """The sound as wished, as long as it was; a loop goes round its seam in every step."""
    before = measure(audio, rate, is_loop)
    if wish.like is None:
        level = levelled(audio, rate, is_loop, wish.lufs, wish.ceiling_db)
        after = measure(level.audio, rate, is_loop, level.level)
        said = _said_of_level(level, wish)
        return Mastered(level.audio, before, after, level, None, None, None, said)
    like = wish.like.measured
    shape = _Shape(before, like, wish.amount)
    gains = shape.missing((before.mid_db, before.side_db))
    soft: Softening | None = None
    for n in range(_PASSES):
        made = _equalled(audio, rate, is_loop, gains)
        if soft is None:
            own = measure_liveliness(made, rate, is_loop)
            soft = softening(own, wish.like.liveliness, wish.amount)
        way = Levelling(
            softened(made, rate, is_loop, soft), rate, is_loop, wish.lufs, wish.ceiling_db
        )
        tell((n + 1) / _PASSES)
        if n == _PASSES - 1:
            break
        more = shape.missing(band_levels(way.draft(), rate, is_loop))
        if shape.mean_of(more) < _NEAR_DB:
            break
        gains = _bounded((gains[0] + more[0], gains[1] + more[1]))
    level = way.done()
    after = measure(level.audio, rate, is_loop, level.level)
    said = (*shape.said(gains), *_said_of_level(level, wish))
    off_db = spectrum_off_db(after, like)
    return Mastered(level.audio, before, after, level, gains, soft, off_db, said)


class _Shape:
    """The spectrum to reach: the reference's, or part of the way to it, whatever the loudness."""

    def __init__(self, own: Measured, like: Measured, amount: float) -> None:
        both = held(own.mid_db, own.mid_db.max()) & held(like.mid_db, like.mid_db.max())
        self._mid = both
        self._is_mono = own.width_db < _MONO_DB
        sides = held(own.side_db, own.mid_db.max()) & both
        self._side = sides & (not self._is_mono)
        offset = _offset(own.mid_db, like.mid_db, both)
        self._mid_db = own.mid_db + amount * (like.mid_db - offset - own.mid_db)
        # sides that the reference has none of are taken down as far as may be
        wide = np.maximum(like.side_db, like.mid_db + _MONO_DB)
        self._side_db = own.side_db + amount * (wide - offset - own.side_db)
        self._was_narrower = like.width_db > own.width_db

    def missing(self, now: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """dB for each third-octave of the middle and of the sides, within what may be."""
        mid_db, side_db = now
        offset = _offset(self._mid_db, mid_db, self._mid)
        mid = _filled(self._mid_db + offset - mid_db, self._mid)
        side = _filled(self._side_db + offset - side_db, self._side)
        return _bounded((mid, side))

    def mean_of(self, gains: tuple[np.ndarray, np.ndarray]) -> float:
        """Mean distance in dB over the bands that count."""
        return float(np.abs(gains[0][self._mid]).mean()) if self._mid.any() else 0.0

    def said(self, gains: tuple[np.ndarray, np.ndarray]) -> tuple[str, ...]:
        """What its user should know of the reference."""
        said = []
        moved = self.mean_of(gains)
        stopped = [
            f"{hz:.0f}" for hz, gain in zip(THIRDS_HZ, gains[0], strict=True)
            if not _LEAST_DB + 0.01 < gain < _MOST_DB - 0.01
        ]  # fmt: skip
        if moved > _DIFFERENT_DB:
            said.append(
                f"the reference is too different: its spectrum lies {moved:.0f} dB off on average;"
                " one of the same kind of music, or a smaller amount, will sound better"
            )
        if stopped:
            said.append(
                f"no third-octave is moved by more than {_MOST_DB:g} dB up or {-_LEAST_DB:g} down;"
                f" that was not enough at {', '.join(stopped)} Hz"
            )
        if self._is_mono and self._was_narrower:
            said.append("the sound is mono, so it cannot get the reference's width")
        return tuple(said)


def spectrum_off_db(one: Measured, other: Measured) -> float:
    """Mean distance of two spectra by third-octaves of the middle, at equal level."""
    both = held(one.mid_db, one.mid_db.max()) & held(other.mid_db, other.mid_db.max())
    if not both.any():
        return 0.0
    apart = one.mid_db - other.mid_db
    return float(np.abs(apart - np.median(apart[both]))[both].mean())


def _offset(one: np.ndarray, other: np.ndarray, bands: np.ndarray) -> float:
    return float(np.median((other - one)[bands])) if bands.any() else 0.0


def _filled(gains_db: np.ndarray, bands: np.ndarray) -> np.ndarray:
    """Gains of the bands; where one holds nothing, its neighbour's if that makes it softer."""
    if not bands.any():
        return np.zeros_like(gains_db)
    where = np.arange(len(gains_db))
    near = np.interp(where, where[bands], gains_db[bands])
    return np.where(bands, gains_db, np.minimum(near, 0.0))


def _bounded(gains: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    mid, side = (np.clip(one, _LEAST_DB, _MOST_DB) for one in gains)
    return mid, side


def _equalled(
    audio: np.ndarray, rate: int, is_loop: bool, gains: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    mid, side = middle_and_side(audio)
    mid = through(mid, minimum_phase(gains[0], rate), is_loop)
    if audio.shape[1] == 1:
        return mid[:, None]
    side = through(side, minimum_phase(gains[1], rate), is_loop)
    return np.stack([mid + side, mid - side], axis=1)


def _said_of_level(level: Levelled, wish: Wish) -> tuple[str, ...]:
    softer = wish.lufs - level.level.lufs
    if softer > 0.1 and level.level.lufs > SILENCE_DB:
        return (
            f"it is {level.level.lufs:.1f} LUFS, {softer:.1f} LU softer than wished:"
            f" more would take over {-level.limited_db:.0f} dB off its peaks and distort",
        )
    if level.limited_db < -_HEARD_LIMITING_DB:
        return (
            f"the limiter takes {-level.limited_db:.0f} dB off its highest peaks, which may be"
            " heard; a softer aim keeps them",
        )
    return ()
