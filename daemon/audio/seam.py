"""The seam of a loop: closed with the audio around it, and measured."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

#: Seconds warped on either side of the loop, as material for the seam.
ROLL_S = 0.35
#: Tried for `after`: seconds for which the end runs on alone, and seconds of the fade after it.
_AFTER_S = (
    (0.0, 0.06),
    (0.0, 0.035),
    (0.02, 0.04),
    (0.02, 0.02),
    (0.03, 0.05),
    (0.04, 0.02),
    (0.0, 0.02),
    (0.0, 0.005),
)
#: Lengths of the fade tried for `before`.
_BEFORE_S = (0.02, 0.005)
#: Reach of `bend` on either side: short enough that it bends one wave, not the sound.
_BEND_S = 0.003
#: Window of the envelope in which dips are looked for.
_ENVELOPE_S = 0.005
#: How near the seam a dip counts as one of the seam itself.
_AROUND_S = 0.02
#: Length of the first attack, whose lost energy counts.
_ATTACK_S = 0.04
#: Share of a take's steps that its usual one is higher than.
_USUAL = 0.999
#: Frames of which the steps are measured at a time.
_STEPS_AT_ONCE = 1 << 20
#: Level under which audio counts as silence.
_FLOOR = 1e-4
#: Share of the usual step, above which the seam's step is bent.
_MOST_JUMP = 0.95
#: Share of the usual step to which it is bent: clearly below the limit above.
_LESS_JUMP = 0.85
#: Signals that cancel more than this get no make-up gain: it would blow up their remainder.
_LEAST_CORRELATION = -0.6


@dataclass(frozen=True)
class Seam:
    """How well a loop closes.

    jump      step from last frame to first, over the clip's own 99.9th percentile step (1: unheard)
    dip_db    fall of the envelope, within 20 ms of the seam, below the take that runs on
    hole_db   fall later in the fade, below the quieter of the two faded signals
    lost_db   energy of the first attack that the closing lost
    """

    jump: float
    dip_db: float | None = None
    hole_db: float = 0.0
    lost_db: float = 0.0

    @property
    def badness(self) -> float:
        dips = max(0.0, (self.dip_db or 0.0) - 0.3) + 0.4 * max(0.0, self.hole_db - 1.0)
        return (
            8 * max(0.0, self.jump - 0.95) + 0.2 * self.jump + dips + max(0.0, self.lost_db - 0.5)
        )


@dataclass(frozen=True)
class Closing:
    """How to close a seam: chosen on the mix, applied alike to every stem.

    way   `after`: the end runs on for `delay` frames, then fades into the start
          `before`: the last frames fade into what came before the start
          `bend`: the step is spread over a few frames on either side
          `none`: it closes by itself
    bent  share of the remaining step that is spread over `bent_frames` on either side. Needed
          where an attack's own first step is higher than the clip's usual steps
    """

    way: str
    frames: int = 0
    correlation: float = 0.0
    delay: int = 0
    bent: float = 0.0
    bent_frames: int = 0


def close(rolled: np.ndarray, roll: int, closing: Closing) -> np.ndarray:
    """The closed loop, float32 (loop, channels).

    `rolled` is float32 (roll + loop + roll, channels): the loop with the take around it.
    """
    frames = len(rolled) - 2 * roll
    out = rolled[roll : roll + frames].copy()
    n, delay = closing.frames, closing.delay
    if closing.way == "bend":
        _bend(out, 1.0, n)
    elif n:
        rise = ((np.arange(n, dtype=np.float32) + 0.5) / n)[:, None]
        old, new = _weights(rise, closing.correlation)
        if closing.way == "before":
            out[-n:] = out[-n:] * old + rolled[roll - n : roll] * new
        else:
            onward = rolled[roll + frames :]
            out[:delay] = onward[:delay]
            out[delay : delay + n] = onward[delay : delay + n] * old + out[delay : delay + n] * new
    _bend(out, closing.bent, closing.bent_frames)
    return out


def _bend(loop: np.ndarray, share: float, frames: int) -> None:
    """Spread a share of the step from last frame to first, in place.

    `frames`: the reach on either side.
    """
    if not share or not frames:
        return
    rise = ((np.arange(frames, dtype=np.float32) + 0.5) / frames)[:, None]
    step = (loop[:1] - loop[-1:]) * np.float32(share / 2)
    loop[-frames:] += step * rise**2
    loop[:frames] -= step * rise[::-1] ** 2


def best_closing(rolled: np.ndarray, roll: int, sample_rate: int) -> tuple[Closing, Seam]:
    """The closing that is heard least, and the seam that it leaves.

    All are tried on the mix; of equals the plainest wins.
    """
    usual = _usual_step(rolled[roll : len(rolled) - roll])
    # A long loop is tried on its two edges alone.
    edge = max(4096, round(0.2 * sample_rate))
    if len(rolled) - 2 * roll > 4 * edge:
        rolled = np.concatenate([rolled[: roll + edge], rolled[-roll - edge :]])
    choices = _choices(rolled, roll, sample_rate)
    seams = [_left_by(closing, rolled, roll, sample_rate, usual) for closing in choices]
    best = int(np.argmin([seam.badness for seam in seams]))
    if seams[best].jump <= _MOST_JUMP:
        return choices[best], seams[best]
    bent_frames = min(round(_BEND_S * sample_rate), (len(rolled) - 2 * roll) // 4)
    bent = replace(choices[best], bent=1 - _LESS_JUMP / seams[best].jump, bent_frames=bent_frames)
    return bent, _left_by(bent, rolled, roll, sample_rate, usual)


def _choices(rolled: np.ndarray, roll: int, sample_rate: int) -> list[Closing]:
    frames = len(rolled) - 2 * roll
    most = min(roll, frames // 4)
    start, stop = rolled[roll:], rolled[roll + frames :]
    choices = [Closing("none"), Closing("bend", min(round(_BEND_S * sample_rate), frames // 4))]
    if not np.abs(stop).max(initial=0) > _FLOOR:
        return choices
    for delay_s, fade_s in _AFTER_S:
        delay, n = round(delay_s * sample_rate), round(fade_s * sample_rate)
        if delay + n <= most:
            part = slice(delay, delay + n)
            choices.append(Closing("after", n, _correlation(start[part], stop[part]), delay))
    for fade_s in _BEFORE_S:
        n = min(round(fade_s * sample_rate), most)
        choices.append(
            Closing(
                "before",
                n,
                _correlation(rolled[roll - n : roll], rolled[roll + frames - n : roll + frames]),
            )
        )
    return choices


def _left_by(
    closing: Closing, rolled: np.ndarray, roll: int, sample_rate: int, usual: np.ndarray
) -> Seam:
    """The seam that a closing leaves."""
    frames = len(rolled) - 2 * roll
    made = close(rolled, roll, closing)
    onward = rolled[roll + frames :]
    attack = round(_ATTACK_S * sample_rate)
    lost_db = _decibels(_power(rolled[roll : roll + attack]), _power(made[:attack]))
    around = min(round(_AROUND_S * sample_rate), roll, frames // 2)
    if around < 2 or not np.abs(onward).max(initial=0) > _FLOOR:
        return Seam(_jump(made, usual), None, 0.0, max(0.0, lost_db))
    floor = _FLOOR + 0.05 * float(np.sqrt(_power(made) / len(made)))
    reach = max(around, min(closing.delay + closing.frames, roll))
    result = _levels(np.concatenate([made[-around:], made[:reach]]), sample_rate, floor)
    taken = _levels(rolled[roll + frames - around : roll + frames + reach], sample_rate, floor)
    other = _levels(
        np.concatenate([made[-around:], rolled[roll : roll + reach]]), sample_rate, floor
    )
    near = slice(0, max(1, len(result) - (reach - around)))
    later = slice(near.stop, None)
    dip_db = float(max(0.0, (taken[near] - result[near]).max()))
    hole_db = float(max(0.0, (np.minimum(taken, other)[later] - result[later]).max(initial=0.0)))
    return Seam(_jump(made, usual), dip_db, hole_db, max(0.0, lost_db))


def _weights(rise: np.ndarray, correlation: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights of a crossfade, old and new.

    Equal power where the two are uncorrelated, equal gain where they are the same.
    """
    old, new = np.cos(rise * np.pi / 2) ** 2, np.sin(rise * np.pi / 2) ** 2
    even = 1 / np.sqrt(old**2 + new**2 + 2 * max(_LEAST_CORRELATION, correlation) * old * new)
    return old * even, new * even


def measure_seam(audio: np.ndarray) -> Seam:
    """The step at a finished loop's seam, float32 (frames, channels): its worst channel."""
    return Seam(_jump(audio, _usual_step(audio))) if len(audio) > 1 else Seam(0.0)


def _usual_step(audio: np.ndarray) -> np.ndarray:
    """(channels,): the 99.9th percentile of the change from frame to frame."""
    return np.array([_high_step(channel) for channel in audio.T])


def _high_step(channel: np.ndarray) -> float:
    """The 99.9th percentile of the changes in one channel, which is read block by block.

    All changes of a long take at once, and in order, would fill three times its memory.
    """
    place = _USUAL * (len(channel) - 2)
    kept = len(channel) - 1 - int(place)
    highest = np.zeros(0, np.float32)
    for at in range(0, len(channel) - 1, _STEPS_AT_ONCE):
        steps = np.abs(np.diff(channel[at : at + _STEPS_AT_ONCE + 1]))
        highest = np.concatenate([highest, steps])
        if len(highest) > kept:
            highest = np.partition(highest, -kept)[-kept:]
    low, high = np.sort(highest)[[0, min(1, kept - 1)]].astype(float)
    return float(low + (high - low) * (place % 1))


def _jump(audio: np.ndarray, usual: np.ndarray) -> float:
    jump = np.abs(audio[0] - audio[-1])
    return float(np.where(jump > 1e-5, jump / np.maximum(usual, 1e-9), 0.0).max())


def _levels(audio: np.ndarray, sample_rate: int, floor: float) -> np.ndarray:
    """Level in dB over 5 ms, at each frame."""
    window = max(1, round(_ENVELOPE_S * sample_rate))
    power = np.convolve(
        (audio.astype(np.float64) ** 2).sum(axis=1), np.ones(window) / window, "valid"
    )
    levels: np.ndarray = 20 * np.log10(np.sqrt(np.maximum(power, 0)) + floor)
    return levels


def _power(audio: np.ndarray) -> float:
    return float((audio.astype(np.float64) ** 2).sum())


def _decibels(power: float, reference: float) -> float:
    return float(10 * np.log10((power + 1e-9) / (reference + 1e-9)))


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    power = float(np.sqrt(_power(a) * _power(b)))
    return float((a.astype(np.float64) * b).sum() / power) if power > 1e-12 else 0.0
