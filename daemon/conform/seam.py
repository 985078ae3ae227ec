"""The loop point: closed with the audio around the loop, and measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: s; warped on either side of the loop, for the seam to be made from.
ROLL_S = 0.35
_AFTER_S, _BEFORE_S = (0.06, 0.035, 0.02, 0.005), (0.02, 0.005)
_BEND_S = 0.003
_ENVELOPE_S = 0.005
_AROUND_S, _ATTACK_S = 0.02, 0.04
_FLOOR = 1e-4


@dataclass(frozen=True)
class Seam:
    """`jump`: the step from last frame to first, as a share of the clip's own 99.9th percentile step (1 or less is unheard).

    `dip_db`: how far the envelope falls, within 20 ms of the seam, under the take's own where it runs on past the cut.
    `lost_db`: how much of the first attack was lost in closing it.
    """

    jump: float
    dip_db: float | None = None
    lost_db: float = 0.0


@dataclass(frozen=True)
class Closing:
    """How to close a seam: settled on the mix, done alike to every stem.

    way   `before`: the last frames lead into the start by what came before it; `after`: the first frames run on from the end;
          `bend`: the step is spread over a few frames on either side; `none`: it closes by itself
    """

    way: str
    frames: int = 0
    correlation: float = 0.0


def close(rolled: np.ndarray, roll: int, closing: Closing) -> np.ndarray:
    """`rolled` is float32 (roll + loop + roll, channels), the loop with what lies around it; the closed loop comes back."""
    frames = len(rolled) - 2 * roll
    out = rolled[roll : roll + frames].copy()
    n = closing.frames
    if n == 0:
        return out
    rise = ((np.arange(n, dtype=np.float32) + 0.5) / n)[:, None]
    if closing.way == "bend":
        step = (out[:1] - out[-1:]) / 2
        out[-n:] += step * rise**2
        out[:n] -= step * rise[::-1] ** 2
        return out
    old, new = _weights(rise, closing.correlation)
    if closing.way == "before":
        out[-n:] = out[-n:] * old + rolled[roll - n : roll] * new
    else:
        out[:n] = rolled[roll + frames : roll + frames + n] * old + out[:n] * new
    return out


def best_closing(rolled: np.ndarray, roll: int, sample_rate: int) -> tuple[Closing, Seam]:
    """The closing that leaves the smallest step and dip, tried on the mix, and the seam it leaves; of equals the plainest."""
    frames = len(rolled) - 2 * roll
    around = min(round(_AROUND_S * sample_rate), roll)
    onward = rolled[roll + frames - around :]
    runs_on = bool(np.abs(onward[around:]).max(initial=0) > _FLOOR)
    choices = [Closing("none"), Closing("bend", min(round(_BEND_S * sample_rate), frames // 4))]
    for seconds in _AFTER_S if runs_on else ():
        n = min(round(seconds * sample_rate), roll, frames // 4)
        choices.append(Closing("after", n, _correlation(rolled[roll : roll + n], rolled[roll + frames : roll + frames + n])))
    for seconds in _BEFORE_S if runs_on else ():
        n = min(round(seconds * sample_rate), roll, frames // 4)
        choices.append(Closing("before", n, _correlation(rolled[roll - n : roll], rolled[roll + frames - n : roll + frames])))
    edge = max(4 * around, 2048)
    usual = _usual_step(rolled[roll : roll + frames])
    seams = [
        _measured_near(rolled, roll, closing, edge, usual, onward if runs_on else None, around, sample_rate)
        for closing in choices
    ]
    badness = [max(0.0, seam.jump - 0.5) * 4 + max(0.0, (seam.dip_db or 0.0) - 0.3) + seam.lost_db for seam in seams]
    best = int(np.argmin(badness))
    return choices[best], seams[best]


def _measured_near(
    rolled: np.ndarray,
    roll: int,
    closing: Closing,
    edge: int,
    usual: np.ndarray,
    onward: np.ndarray | None,
    before: int,
    sample_rate: int,
) -> Seam:
    """The seam that a closing leaves, made of no more than the edges of a long loop."""
    frames = len(rolled) - 2 * roll
    if frames > 4 * edge:
        rolled = np.concatenate([rolled[: roll + edge], rolled[roll + frames - edge :]])
    made = close(rolled, roll, closing)
    dip = None if onward is None else _dip_db(made, sample_rate, onward, before)
    attack = round(_ATTACK_S * sample_rate)
    first = rolled[roll : roll + attack]
    power = [float((x.astype(np.float64) ** 2).sum()) + 1e-9 for x in (first, made[:attack])]
    return Seam(_jump(made, usual), dip, max(0.0, 10 * np.log10(power[0] / power[1]) - 0.5))


def _weights(rise: np.ndarray, correlation: float) -> tuple[np.ndarray, np.ndarray]:
    """Of a crossfade: equal power where the two are strangers, equal gain where they are the same."""
    old, new = np.cos(rise * np.pi / 2) ** 2, np.sin(rise * np.pi / 2) ** 2
    even = 1 / np.sqrt(old**2 + new**2 + 2 * max(0.0, correlation) * old * new)
    return old * even, new * even


def measure_seam(audio: np.ndarray) -> Seam:
    """The step at the seam of a finished loop, float32 (frames, channels): the worse of its channels."""
    return Seam(_jump(audio, _usual_step(audio))) if len(audio) > 1 else Seam(0.0)


def _usual_step(audio: np.ndarray) -> np.ndarray:
    """(channels,): the 99.9th percentile of the change from frame to frame."""
    steps: np.ndarray = np.percentile(np.abs(np.diff(audio, axis=0)), 99.9, axis=0)
    return steps


def _jump(audio: np.ndarray, usual: np.ndarray) -> float:
    jump = np.abs(audio[0] - audio[-1])
    return float(np.where(jump > 1e-5, jump / np.maximum(usual, 1e-9), 0.0).max())


def _dip_db(audio: np.ndarray, sample_rate: int, onward: np.ndarray, before: int) -> float:
    around = min(round(_AROUND_S * sample_rate), before, len(onward) - before)
    if around < 2:
        return 0.0
    made = np.concatenate([audio[-around:], audio[:around]])
    taken = onward[before - around : before + around]
    window = max(1, round(_ENVELOPE_S * sample_rate))
    kernel = np.ones(window) / window
    levels = [np.sqrt(np.convolve((x.astype(np.float64) ** 2).sum(axis=1), kernel, "valid")) for x in (taken, made)]
    floor = _FLOOR + 0.05 * float(np.sqrt((audio.astype(np.float64) ** 2).sum(axis=1).mean()))
    fall = 20 * np.log10((levels[0] + floor) / (levels[1] + floor))
    return float(max(0.0, fall.max()))


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    power = float(np.sqrt((a.astype(np.float64) ** 2).sum() * (b.astype(np.float64) ** 2).sum()))
    return float((a.astype(np.float64) * b).sum() / power) if power > 1e-12 else 0.0
