"""The tempo map: beat times as a smooth function of the beat's number, apart from micro-timing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.hearing.onsets import Onsets
from daemon.hearing.repeats import Repeats

#: Seconds; standard deviation of micro-timing, the offset of a hit that every bar repeats.
MICRO_S = 0.008
#: Seconds; least scatter of onsets assumed: keeps the weights of a perfect fit finite.
SCATTER_S = 0.003
#: Seconds; most scatter assumed, and the scatter of the first round, which knows none yet.
LOOSEST_S = 0.012
#: Seconds; scatter of measured repetitions.
REPEAT_S = 0.002
#: Seconds; residual beyond which a repetition loses weight as an outlier.
REPEAT_DOUBT_S = 0.006
#: Seconds per beat squared; bend allowed at a tempo step, large enough for any step.
CORNER_S = 0.05
#: Seconds; length of the window in which the onset cost is also measured locally.
LOCAL_S = 2.0


@dataclass(frozen=True)
class BeatMap:
    """`beats_s` (beats,): seconds of every beat of the lattice.

    `onset_cost` and `repeat_cost` are mean log losses; `scatter_s` is the onsets' deviation.
    `uneven` is the excess of the onset cost in the worst window of `LOCAL_S`. It is far above 0
    where the map loses the take for a while, at a tempo step for instance.
    """

    beats_s: np.ndarray
    onset_cost: float
    repeat_cost: float
    scatter_s: float
    uneven: float = 0.0

    def seconds(self, sixteenths: np.ndarray) -> np.ndarray:
        """Seconds of 16ths counted from beat 0; extrapolated beyond the ends."""
        beats = np.asarray(sixteenths, float) / 4
        low = np.clip(np.floor(beats).astype(int), 0, len(self.beats_s) - 2)
        return self.beats_s[low] + (beats - low) * (self.beats_s[low + 1] - self.beats_s[low])


def straight(start_s: float, beat_s: float, length_s: float) -> np.ndarray:
    """Evenly spaced beats through `start_s`, from before 0 to beyond `length_s`."""
    first = int(np.floor(-start_s / beat_s)) - 1
    last = int(np.ceil((length_s - start_s) / beat_s)) + 1
    return start_s + np.arange(first, last + 1) * beat_s


def fit(
    hits: Onsets,
    beats_s: np.ndarray,
    slots: int,
    bend: float,
    again: Repeats | None = None,
    rounds: int = 6,
    corner: int | None = None,
) -> BeatMap:
    """The map that fits onsets and repetitions best, starting from `beats_s` (beats,).

    Robust least squares, reweighted `rounds` times. Each onset belongs to a 16th. What all bars of
    `slots` 16ths share in one band is micro-timing: a free offset of about `MICRO_S`, eliminated
    from the equations. `bend` (seconds per beat squared) is the standard deviation of the second
    difference of the beat times: tiny for a straight map, larger to follow drift. Around the beat
    `corner` the tempo may change freely.
    """
    knots = len(beats_s)
    smooth = np.zeros((knots - 2, knots))
    row = np.arange(knots - 2)
    smooth[row, row] = 1
    smooth[row, row + 1] = -2
    smooth[row, row + 2] = 1
    stiff = np.full(knots - 2, bend**-2)
    if corner is not None:
        stiff[max(0, corner - 2) : corner + 1] = CORNER_S**-2
    base = smooth.T @ (smooth * stiff[:, None]) + 1e-3 * np.eye(knots)
    rep, rep_s = _repeat_rows(again, knots)
    place = np.arange(knots)
    groups = slots * 6
    micro = np.zeros(groups)
    group = np.zeros(len(hits), int)
    # Micro-timing of the last round predicts each onset's place in the next.
    for turn in range(rounds):
        sixteenth = np.round(np.interp(hits.time_s - micro[group], beats_s, place) * 4).astype(int)
        group = (sixteenth % slots) * 6 + hits.band
        at = _Interp(sixteenth / 4, knots)
        error = hits.time_s - at.of(beats_s) - micro[group]
        scatter = LOOSEST_S
        if turn > 0:
            scatter = float(np.clip(1.4826 * np.median(np.abs(error)), SCATTER_S, LOOSEST_S))
        weight = hits.weight / (1 + (error / (2 * scatter)) ** 2) / scatter**2
        matrix = base + at.squared(weight)
        right = 1e-3 * beats_s + at.project(weight * hits.time_s)
        if again is not None and len(again):
            doubt = (again.seconds - rep @ beats_s) / REPEAT_DOUBT_S
            trust = 3 * again.weight / (1 + doubt**2) / REPEAT_S**2
            matrix = matrix + rep.T @ (rep * trust[:, None])
            right = right + rep.T @ (trust * rep_s)
        if turn == 0:
            beats_s = np.linalg.solve(matrix, right)
            continue
        by_group = at.grouped(weight, group, groups)
        shrink = 1 / (np.bincount(group, weight, groups) + MICRO_S**-2)
        pull = np.bincount(group, weight * hits.time_s, groups)
        beats_s = np.linalg.solve(
            matrix - by_group.T @ (by_group * shrink[:, None]), right - by_group.T @ (pull * shrink)
        )
        micro = np.bincount(group, weight * (hits.time_s - at.of(beats_s)), groups) * shrink
    error = hits.time_s - at.of(beats_s) - micro[group]
    loss = hits.weight * np.log1p((error / (2 * SCATTER_S)) ** 2)
    onset_cost = float(loss.sum() / (hits.weight.sum() + 1e-9))
    repeat_cost = 0.0
    if again is not None and again.weight.sum() > 0:
        doubt = (again.seconds - rep @ beats_s) / REPEAT_DOUBT_S
        repeat_cost = float((again.weight * np.log1p(doubt**2)).sum() / again.weight.sum())
    scatter_s = float(1.4826 * np.median(np.abs(error))) if len(error) else 0.0
    return BeatMap(beats_s, onset_cost, repeat_cost, scatter_s, _worst(hits, loss) - onset_cost)


def _worst(hits: Onsets, loss: np.ndarray) -> float:
    """Highest mean loss of the onsets in any window of `LOCAL_S`.

    Windows that hold less than half the usual weight of onsets are left out.
    """
    if not len(hits):
        return 0.0
    place = np.floor(hits.time_s / (LOCAL_S / 2)).astype(int)
    halves = np.bincount(place, loss, place.max() + 2)
    weights = np.bincount(place, hits.weight, place.max() + 2)
    lost = halves[1:] + halves[:-1]
    weight = weights[1:] + weights[:-1]
    full = weight >= 0.5 * np.median(weight)
    return float((lost[full] / (weight[full] + 1e-9)).max())


def _repeat_rows(again: Repeats | None, knots: int) -> tuple[np.ndarray, np.ndarray]:
    if again is None or not len(again):
        return np.zeros((0, knots)), np.zeros(0)
    until = _Interp(again.beat + again.later, knots).dense()
    return until - _Interp(again.beat, knots).dense(), again.seconds


class _Interp:
    """Linear interpolation between knots: a sparse matrix, two entries a row, never built."""

    def __init__(self, at: np.ndarray, knots: int) -> None:
        self.low = np.clip(np.floor(at).astype(int), 0, knots - 2)
        self.part = at - self.low
        self.knots = knots

    def of(self, values: np.ndarray) -> np.ndarray:
        return values[self.low] * (1 - self.part) + values[self.low + 1] * self.part

    def project(self, values: np.ndarray) -> np.ndarray:
        n = self.knots
        return np.bincount(self.low, values * (1 - self.part), n) + np.bincount(
            self.low + 1, values * self.part, n
        )

    def squared(self, weight: np.ndarray) -> np.ndarray:
        n, a, b = self.knots, 1 - self.part, self.part
        diagonal = np.bincount(self.low, weight * a * a, n) + np.bincount(
            self.low + 1, weight * b * b, n
        )
        beside = np.bincount(self.low, weight * a * b, n)[: n - 1]
        return np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)

    def grouped(self, weight: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
        flat = np.bincount(
            group * self.knots + self.low, weight * (1 - self.part), groups * self.knots
        )
        flat = flat + np.bincount(
            group * self.knots + self.low + 1, weight * self.part, groups * self.knots
        )
        return flat.reshape(groups, self.knots)

    def dense(self) -> np.ndarray:
        matrix = np.zeros((len(self.low), self.knots))
        row = np.arange(len(self.low))
        matrix[row, self.low] += 1 - self.part
        matrix[row, self.low + 1] += self.part
        return matrix
