"""The loop point: closed with the audio around the loop, and measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: s; warped on either side of the loop, for the seam to be made from.
ROLL_S = 0.35
_FADE_S = (0.02, 0.005)
_ENVELOPE_S = 0.005
_AROUND_S = 0.02
_FLOOR = 1e-4


@dataclass(frozen=True)
class Seam:
    """`jump`: the step from last frame to first, as a share of the clip's own 99.9th percentile step (1 or less is unheard).

    `dip_db`: how far the envelope falls, within 20 ms of the seam, under the take's own where it runs on past the cut.
    """

    jump: float
    dip_db: float | None = None


@dataclass(frozen=True)
class Closing:
    """How to close a seam, settled on the mix and done alike to every stem."""

    from_before: bool
    """The last frames lead into the start out of what came before it; else the first frames run on from the end."""
    frames: int
    correlation: float


def close(rolled: np.ndarray, roll: int, closing: Closing) -> np.ndarray:
    """`rolled` is float32 (roll + loop + roll, channels), the loop with what lies around it; the closed loop comes back."""
    frames = len(rolled) - 2 * roll
    out = rolled[roll : roll + frames].copy()
    n = closing.frames
    if n == 0:
        return out
    rise = (np.arange(n, dtype=np.float32) + 0.5) / n
    old, new = np.cos(rise * np.pi / 2) ** 2, np.sin(rise * np.pi / 2) ** 2
    # equal power where the two are strangers, equal gain where they are the same
    even = 1 / np.sqrt(old**2 + new**2 + 2 * max(0.0, closing.correlation) * old * new)
    old, new = (old * even)[:, None], (new * even)[:, None]
    if closing.from_before:
        out[-n:] = out[-n:] * old + rolled[roll - n : roll] * new
    else:
        out[:n] = rolled[roll + frames : roll + frames + n] * old + out[:n] * new
    return out


def best_closing(rolled: np.ndarray, roll: int, sample_rate: int) -> Closing:
    """The closing that leaves the smallest step and dip, tried on the mix."""
    frames = len(rolled) - 2 * roll
    choices = []
    for seconds in _FADE_S:
        n = min(round(seconds * sample_rate), roll, frames // 4)
        for from_before in (True, False):
            pair = (rolled[roll - n : roll], rolled[roll + frames - n : roll + frames])
            if not from_before:
                pair = (rolled[roll : roll + n], rolled[roll + frames : roll + frames + n])
            closing = Closing(from_before, n, _correlation(*pair))
            seam = measure_seam(close(rolled, roll, closing), sample_rate, rolled[roll + frames - n :] if n else None, n)
            choices.append((max(0.0, seam.jump - 1) * 3 + (seam.dip_db or 0.0), closing))
    return min(choices, key=lambda choice: choice[0])[1]


def measure_seam(audio: np.ndarray, sample_rate: int = 44100, onward: np.ndarray | None = None, before: int = 0) -> Seam:
    """The seam of a loop, float32 (frames, channels): the worse of its channels.

    `onward` is the take as it runs on past the cut, from `before` frames ahead of it.
    """
    if len(audio) < 2:
        return Seam(0.0)
    usual = np.percentile(np.abs(np.diff(audio, axis=0)), 99.9, axis=0)
    jump = np.abs(audio[0] - audio[-1])
    shares = np.where(jump > 1e-5, jump / np.maximum(usual, 1e-9), 0.0)
    dip = None if onward is None else _dip_db(audio, sample_rate, onward, before)
    return Seam(float(shares.max()), dip)


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
