"""Beat times as a smooth function of the beat's number, with what every bar repeats kept apart from drift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.hearing.onsets import Onsets
from daemon.hearing.repeats import Repeats

#: s; how far single hits of a bar lie from the lattice, bar after bar.
MICRO_S = 0.008
#: s; least scatter of onsets around their places.
SCATTER_S = 0.003
#: s; scatter of measured repetitions, and the distance beyond which one is doubted.
REPEAT_S, REPEAT_DOUBT_S = 0.002, 0.006
#: s per beat squared; how far the beats may bend where the tempo changes at once.
CORNER_S = 0.05
#: s; stretch of a take in which its onsets are looked at by themselves.
LOCAL_S = 2.0


@dataclass(frozen=True)
class BeatMap:
    """`beats_s` (beats,): the time of every beat of the lattice. Costs are mean log losses of onsets and repetitions.

    `uneven`: how much higher the onset cost is in the stretch of `LOCAL_S` where it is highest: far above 0 where the map has
    lost the take for a while, at a step of the tempo for instance.
    """

    beats_s: np.ndarray
    onset_cost: float
    repeat_cost: float
    scatter_s: float
    uneven: float = 0.0

    def seconds(self, sixteenths: np.ndarray) -> np.ndarray:
        """Times of 16ths counted from beat 0, straight on beyond the ends."""
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
    """The map that onsets and repetitions agree on, starting from `beats_s`.

    Robust least squares. Each onset belongs to a 16th; what all bars share (`slots` 16ths) in one band is micro-timing,
    a free offset of about `MICRO_S`, eliminated from the equations. `bend` (s per beat squared) is the standard deviation of
    the second difference of the beat times: tiny for a straight map, larger to follow drift. Around the beat `corner` the tempo
    may change as it likes.
    """
    knots = len(beats_s)
    smooth = np.zeros((knots - 2, knots))
    row = np.arange(knots - 2)
    smooth[row, row], smooth[row, row + 1], smooth[row, row + 2] = 1, -2, 1
    stiff = np.full(knots - 2, bend**-2)
    if corner is not None:
        stiff[max(0, corner - 2) : corner + 1] = CORNER_S**-2
    base = smooth.T @ (smooth * stiff[:, None]) + 1e-3 * np.eye(knots)
    rep, rep_s = _repeat_rows(again, knots)
    place = np.arange(knots)
    groups = slots * 6
    micro = np.zeros(groups)
    group = np.zeros(len(hits), int)
    # The offsets of a band's slot last found tell where its next onsets are looked for.
    for turn in range(rounds):
        sixteenth = np.round(np.interp(hits.time_s - micro[group], beats_s, place) * 4).astype(int)
        group = (sixteenth % slots) * 6 + hits.band
        at = _Interp(sixteenth / 4, knots)
        error = hits.time_s - at.of(beats_s) - micro[group]
        scatter = (
            0.012
            if turn == 0
            else float(np.clip(1.4826 * np.median(np.abs(error)), SCATTER_S, 0.012))
        )
        weight = hits.weight / (1 + (error / (2 * scatter)) ** 2) / scatter**2
        matrix, right = base + at.squared(weight), 1e-3 * beats_s + at.project(weight * hits.time_s)
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
    """Mean loss of the onsets in the stretch of `LOCAL_S` where it is highest, of those that hold half as much as usual."""
    if not len(hits):
        return 0.0
    place = np.floor(hits.time_s / (LOCAL_S / 2)).astype(int)
    halves, weights = (
        np.bincount(place, loss, place.max() + 2),
        np.bincount(place, hits.weight, place.max() + 2),
    )
    lost, weight = halves[1:] + halves[:-1], weights[1:] + weights[:-1]
    full = weight >= 0.5 * np.median(weight)
    return float((lost[full] / (weight[full] + 1e-9)).max())


def _repeat_rows(again: Repeats | None, knots: int) -> tuple[np.ndarray, np.ndarray]:
    if again is None or not len(again):
        return np.zeros((0, knots)), np.zeros(0)
    return _Interp(again.beat + again.later, knots).dense() - _Interp(
        again.beat, knots
    ).dense(), again.seconds


class _Interp:
    """Linear interpolation between knots as a matrix of two entries a row, without building it."""

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
