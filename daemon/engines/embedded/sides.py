"""Middle and side of a mix: how wide a plan's parts may stand."""

from __future__ import annotations

import math

import numpy as np

from daemon.audio.filters import Filter, high_shelf, highpass
from daemon.engines.embedded.kits import WOOD
from daemon.engines.embedded.plan import Plan

#: Hz above which the sides are softer: real mixes are narrow there, -4 dB side against middle.
_NARROW_HZ = 4000
#: By how many dB: of machines, whose hats are noise on both sides, and of kits before microphones.
_NARROW_DB, _NARROW_DB_OF_WOOD = -4.0, -1.0
#: The same of plans of the versions 4 and 5.
_NARROWER_DB = -5.0
#: Loudness that a part of a loop may lose in mono, in LU, as mean power: 1.5 by gated loudness.
_MONO_LOSS_LU = 1.2


def middle_and_side(bus: np.ndarray) -> np.ndarray:
    """Middle and side of a bus (frames, 2) as float32 (2, frames)."""
    rows = np.empty((2, len(bus)), np.float32)
    np.add(bus[:, 0], bus[:, 1], out=rows[0])
    np.subtract(bus[:, 0], bus[:, 1], out=rows[1])
    rows *= np.float32(0.5)
    return rows


def left_and_right(rows: np.ndarray) -> np.ndarray:
    """A bus, float32 (frames, 2), of its middle and side (2, frames)."""
    bus = np.empty((rows.shape[1], 2), np.float32)
    np.add(rows[0], rows[1], out=bus[:, 0])
    np.subtract(rows[0], rows[1], out=bus[:, 1])
    return bus


def side_filters(plan: Plan) -> tuple[Filter, ...]:
    """The filters of the side in a plan's mix: the low end is mono, the top is narrow."""
    return (*_low_middle(plan.version), *_narrow_top(plan))


def width_kept(spectrum: np.ndarray, weight: np.ndarray) -> float:
    """The gain of the side of a spectrum (2, bins) that keeps its part heard in mono.

    1 unless it lost more than `_MONO_LOSS_LU` there. `weight` is the K-weighting (bins,) of power.
    """
    middle, side = (float(np.dot(row.real**2 + row.imag**2, weight)) for row in spectrum)
    most = middle * (10 ** (_MONO_LOSS_LU / 10) - 1)
    return math.sqrt(most / side) if side > most > 0 else 1.0


def _low_middle(version: int) -> tuple[Filter, ...]:
    """What keeps the low end out of the sides; a low drum that stands aside needs it steeper."""
    steeper = (highpass(170),) if version >= 6 else ()
    return (highpass(190), highpass(190), *steeper)


def _narrow_top(plan: Plan) -> tuple[Filter, ...]:
    """The filter of the sides' top in a plan's mix."""
    if plan.version < 4:
        return ()
    if plan.version < 6:
        return (high_shelf(_NARROW_HZ, _NARROWER_DB),)
    sounds = plan.drums.sounds.values() if plan.drums else ()
    wood = any(sound.voice.startswith(WOOD) for sound in sounds)
    return (high_shelf(_NARROW_HZ, _NARROW_DB_OF_WOOD if wood else _NARROW_DB),)
