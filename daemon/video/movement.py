"""What moves a picture: levels, bands, attacks and tones of a sound, on a grid of 100 a second.

Of a loop all of it goes round: what rings over its end is heard at its start.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from daemon.video.tones import tones_of

#: Steps a second.
STEPS = 100
#: Frames of a transform at 44.1 kHz, and the bands that are drawn.
_WINDOW, BANDS = 2048, 48
_LOW_HZ, _HIGH_HZ = 45.0, 14000.0
#: Hz that part the low end (kick, bass) from the middle, and that from the top (hats).
_SPLITS_HZ = (160.0, 3000.0)
#: Decibels below the loudest that a band is drawn from.
_RANGE_DB = 55.0
#: Share of the strongest attack from which a rise is one, and s between two.
_LEAST_ATTACK, _APART_S = 0.18, 0.09
#: s in which a level falls to a third.
_FALL_S = 0.16


@dataclass(frozen=True)
class Movement:
    """Rows of `STEPS` a second, each value from 0 to 1; `goes_round` for a loop."""

    bands: np.ndarray
    """(steps, BANDS): levels from low to high."""
    level: np.ndarray
    """(steps,): loudness, with a slow fall."""
    thirds: np.ndarray
    """(steps, 3): the low end, the middle, the top, each with a slow fall."""
    attacks: np.ndarray
    """(n, 2): seconds and strength of each attack."""
    tones: np.ndarray
    """(steps, 12): how much each pitch class sounds."""
    goes_round: bool

    @property
    def seconds(self) -> float:
        return len(self.level) / STEPS

    def at(self, rows: np.ndarray, at_s: float) -> np.ndarray:
        """A row of `bands`, `level`, `thirds` or `tones` at a time, between its neighbours."""
        place = at_s * STEPS
        low = int(np.floor(place))
        share = place - low
        count = len(rows)
        a, b = (low % count, (low + 1) % count) if self.goes_round else (
            min(max(low, 0), count - 1), min(max(low + 1, 0), count - 1)
        )  # fmt: skip
        return rows[a] * (1 - share) + rows[b] * share

    @cached_property
    def strongest_tone(self) -> np.ndarray:
        """(steps,): the pitch class that sounds most."""
        return self.tones.argmax(axis=1)


def movement_of(
    audio: np.ndarray, rate: int, goes_round: bool, low: np.ndarray | None = None
) -> Movement:
    """The movement of a sound, float32 (frames, channels).

    low: a stem of the low end (bass, drums), where the clip has one; it moves what the bass moves.
    """
    mono = audio.mean(axis=1)
    power = _power(mono, rate, goes_round)
    hertz = np.fft.rfftfreq(_window(rate), 1 / rate)
    bands = _in_bands(power, hertz)
    thirds = np.stack(
        [
            power[:, (hertz >= a) & (hertz < b)].sum(axis=1)
            for a, b in zip((20.0, *_SPLITS_HZ), (*_SPLITS_HZ, 16000.0), strict=True)
        ],
        axis=1,
    )
    if low is not None:
        thirds[:, 0] = _power(low.mean(axis=1), rate, goes_round).sum(axis=1)[: len(thirds)]
    level = power.sum(axis=1)
    rise = _rise(power)
    return Movement(
        bands=_falling(bands, goes_round),
        level=_falling(_scaled(level), goes_round),
        thirds=_falling(np.stack([_scaled(row) for row in thirds.T], axis=1), goes_round),
        attacks=_attacks(rise, goes_round),
        tones=tones_of(power, hertz, STEPS, goes_round),
        goes_round=goes_round,
    )


def _window(rate: int) -> int:
    return 1 << int(np.round(np.log2(_WINDOW * rate / 44100)))


def _power(mono: np.ndarray, rate: int, goes_round: bool) -> np.ndarray:
    """(steps, bins): the power spectrum round each step."""
    size = _window(rate)
    steps = max(1, int(np.ceil(len(mono) / rate * STEPS - 1e-6)))
    half = size // 2
    if goes_round:
        times = -(-size // max(1, len(mono))) + 1
        around = np.concatenate([np.tile(mono, times)[-half:], mono, np.tile(mono, times)[:size]])
    else:
        around = np.pad(mono, (half, size))
    starts = np.minimum((np.arange(steps) * rate / STEPS).astype(int), len(around) - size)
    shape = np.hanning(size).astype(np.float32)
    out = np.empty((steps, half + 1), np.float32)
    for at in range(0, steps, 512):
        rows = np.stack([around[s : s + size] for s in starts[at : at + 512]]) * shape
        out[at : at + 512] = np.abs(np.fft.rfft(rows, axis=1)) ** 2
    return out


def _in_bands(power: np.ndarray, hertz: np.ndarray) -> np.ndarray:
    edges = np.geomspace(_LOW_HZ, _HIGH_HZ, BANDS + 1)
    firsts = np.minimum(np.searchsorted(hertz, edges[:-1]), power.shape[1] - 1)
    lasts = np.minimum(np.searchsorted(hertz, edges[1:]), power.shape[1])
    lasts = np.maximum(lasts, firsts + 1)
    sums = np.concatenate([np.zeros((len(power), 1)), np.cumsum(power, axis=1)], axis=1)
    means = (sums[:, lasts] - sums[:, firsts]) / (lasts - firsts)
    # a sound at a low rate holds nothing above half of it
    means[:, edges[:-1] >= hertz[-1]] = 0.0
    # music falls by about 4 dB an octave: bands are drawn even
    tilt = 10 ** (0.4 * np.log2(edges[:-1] / _LOW_HZ))
    return _decibels(means * tilt)


def _decibels(power: np.ndarray) -> np.ndarray:
    top = float(power.max(initial=0.0))
    if top <= 1e-12:
        return np.zeros_like(power, np.float32)
    shown = 1 + 10 * np.log10(np.maximum(power / top, 1e-12)) / _RANGE_DB
    return np.clip(shown, 0, 1).astype(np.float32)


def _scaled(power: np.ndarray) -> np.ndarray:
    root = np.sqrt(power)
    top = float(np.percentile(root, 99)) if len(root) else 0.0
    return np.clip(root / top, 0, 1).astype(np.float32) if top > 1e-9 else np.zeros_like(root)


def _falling(rows: np.ndarray, goes_round: bool) -> np.ndarray:
    """Rows that rise at once and fall slowly; of a loop as if it had played before."""
    keep = np.float32(np.exp(-1 / (_FALL_S * STEPS)))
    out = rows.astype(np.float32).copy()
    held = np.zeros_like(out[0])
    for _ in range(2 if goes_round else 1):
        for k in range(len(out)):
            held = np.maximum(rows[k], held * keep)
            out[k] = held
    return out


def _rise(power: np.ndarray) -> np.ndarray:
    loud = np.log1p(1e3 * power / max(float(power.max(initial=0.0)), 1e-12))
    return np.maximum(loud - np.roll(loud, 2, axis=0), 0).mean(axis=1)


def _attacks(rise: np.ndarray, goes_round: bool) -> np.ndarray:
    top = float(rise.max(initial=0.0))
    if top <= 1e-9:
        return np.zeros((0, 2))
    if not goes_round:
        rise = rise.copy()
        rise[:2] = rise[:2].clip(max=top)
    near = np.maximum(np.roll(rise, 1), np.roll(rise, -1))
    places = np.nonzero((rise >= near) & (rise > _LEAST_ATTACK * top))[0]
    kept: list[int] = []
    for place in places:
        if not kept or place - kept[-1] >= _APART_S * STEPS:
            kept.append(int(place))
    return np.array([(k / STEPS, rise[k] / top) for k in kept]).reshape(-1, 2)
