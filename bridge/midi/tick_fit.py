"""Line fits through a clock's ticks: lost or doubled ticks, and changes of tempo (pure).

A slope's error is the scatter of the slopes found when one eighth of the ticks after the other is
left out (a block jackknife). It holds for arrival times rounded to an audio buffer too, whose
errors are correlated.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

#: Ticks on each side of a gap, from which a lost or doubled tick is detected.
BESIDE: Final = 12
#: Blocks of the jackknife.
_BLOCKS: Final = 8
#: Lengths of audio buffers to which arrival times may be rounded.
_BUFFERS_S: Final = tuple(2**k / rate for k in range(6, 13) for rate in (44100, 48000))


@dataclass(frozen=True)
class Fit:
    """time = middle_s + slope_s * (index - middle), with its residuals' scatter."""

    slope_s: float
    middle: float
    middle_s: float
    scatter_s: float
    count: int
    spread: float
    """Sum of the squared distances of the indices from their mean."""

    def at(self, index: float) -> float:
        return self.middle_s + self.slope_s * (index - self.middle)

    def index_at(self, time_s: float) -> float:
        return self.middle + (time_s - self.middle_s) / self.slope_s


@dataclass
class Tick:
    """One tick: its number, lost ones counted, and its time of arrival."""

    index: int
    at_s: float


def line_through(ticks: Iterable[Tick]) -> Fit:
    """The line of least squares."""
    return _line_of(_sums(ticks))


@dataclass
class _Sums:
    count: float = 0.0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    xy: float = 0.0
    yy: float = 0.0
    from_index: int = 0
    from_s: float = 0.0


def _sums(ticks: Iterable[Tick], origin: Tick | None = None) -> _Sums:
    """Sums of a line's fit, relative to the first tick or `origin`: large numbers lose digits."""
    found: _Sums | None = None
    for tick in ticks:
        if found is None:
            first = origin or tick
            found = _Sums(from_index=first.index, from_s=first.at_s)
        x = tick.index - found.from_index
        y = tick.at_s - found.from_s
        found.count += 1
        found.x += x
        found.y += y
        found.xx += x * x
        found.xy += x * y
        found.yy += y * y
    return found or _Sums()


def _line_of(sums: _Sums) -> Fit:
    n = sums.count
    spread = sums.xx - sums.x * sums.x / n
    together = sums.xy - sums.x * sums.y / n
    slope = together / spread if spread > 0 else 0.0
    left = max(0.0, sums.yy - sums.y * sums.y / n - slope * together)
    scatter = math.sqrt(left / max(1.0, n - 2))
    middle = sums.from_index + sums.x / n
    middle_s = sums.from_s + sums.y / n
    return Fit(slope, middle, middle_s, scatter, int(n), spread)


def slope_error(ticks: Sequence[Tick]) -> float:
    """Standard error of the line's slope, by a block jackknife."""
    size = len(ticks)
    edges = [size * k // _BLOCKS for k in range(_BLOCKS + 1)]
    blocks = [_sums(ticks[low:high], ticks[0]) for low, high in pairwise(edges)]
    names = ("count", "x", "y", "xx", "xy", "yy")
    whole = {name: sum(getattr(block, name) for block in blocks) for name in names}
    slopes = [
        _line_of(_Sums(**{name: whole[name] - getattr(block, name) for name in names})).slope_s
        for block in blocks
    ]
    mean = sum(slopes) / _BLOCKS
    return math.sqrt((_BLOCKS - 1) / _BLOCKS * sum((slope - mean) ** 2 for slope in slopes))


def slip_of(old: Fit, ticks: Sequence[Tick]) -> int:
    """Ticks lost (or, below zero, doubled) in the middle of some; 0 where the times say otherwise.

    old: the line of all ticks before the middle. It predicts the next ones, instead of the nearest
    neighbours alone. Where arrival times are rounded to a buffer as long as a tick, neighbours
    often look as if one were lost.
    """
    half = len(ticks) // 2
    away = [tick.at_s - old.at(tick.index) for tick in ticks]
    before = sum(away[:half]) / half
    after = sum(away[half:]) / half
    slip = round((after - before) / old.slope_s)
    usual_s = median(tick.at_s - last.at_s for last, tick in pairwise(ticks))
    buffered = any(abs(usual_s / buffer_s - 1) < 0.005 for buffer_s in _BUFFERS_S)
    if abs(slip) == 1 and buffered and abs(old.slope_s / usual_s - 1) * old.count < 4:
        # a tick of nearly a buffer's length is a whole buffer off now and then: too rare so far
        return 0
    if not slip or any(abs(step / old.slope_s - slip) > 0.3 for step in (after - before, after)):
        return 0
    step = sum((y - before) ** 2 for y in away[:half]) + sum((y - after) ** 2 for y in away[half:])
    # a new tempo bends the line instead of breaking it
    ramp = [max(0, k - half + 1) for k in range(len(away))]
    rise = sum(r * (y - before) for r, y in zip(ramp, away, strict=True)) / sum(r * r for r in ramp)
    bend = sum((y - before - rise * r) ** 2 for r, y in zip(ramp, away, strict=True))
    return slip if step < 0.7 * bend else 0


def differs(old: Fit, new: Fit) -> bool:
    """Whether the newer ticks cannot lie on the line of the older ones, by slope or by place.

    The limits allow for rounding to a buffer. Where a tick lasts nearly a whole number of buffers,
    arrival times stay exact for long and then jump by a buffer.
    """
    scatter_s = max(old.scatter_s, new.scatter_s, 0.0003)
    turn_s = abs(new.slope_s - old.slope_s) * min(old.count, new.count)
    distance = new.middle - old.middle
    place_error = scatter_s * math.sqrt(
        1 / new.count + 1 / old.count + distance * distance / old.spread
    )
    jump = abs(new.middle_s - old.at(new.middle))
    return turn_s > 7 * scatter_s or jump > max(6 * place_error, 0.03)


def bend_of(ticks: Sequence[Tick]) -> int:
    """Where two lines fit the ticks best: the place of the second one's first tick."""
    least = BESIDE // 2
    forward = _left_over(ticks)
    backward = _left_over(ticks[::-1])[::-1]
    return min(
        range(least, len(ticks) - least + 1),
        key=lambda k: forward[k - 1] + (backward[k] if k < len(ticks) else 0.0),
    )


def _left_over(ticks: Sequence[Tick]) -> list[float]:
    """Residual sum of squares of the best line through the first 1, 2, 3... ticks."""
    first = ticks[0]
    n = x_sum = y_sum = xx = xy = yy = 0.0
    found = []
    for tick in ticks:
        x = tick.index - first.index
        y = tick.at_s - first.at_s
        n += 1
        x_sum += x
        y_sum += y
        xx += x * x
        xy += x * y
        yy += y * y
        spread = xx - x_sum * x_sum / n
        together = xy - x_sum * y_sum / n
        explained = together * together / spread if spread > 0 else 0.0
        found.append(max(0.0, yy - y_sum * y_sum / n - explained))
    return found
