"""A loop repeated to a length: every round on its bar line, and closed where it ends."""

from __future__ import annotations

import math

import numpy as np
import soxr

from daemon.audio import seam
from daemon.audio.resample import fit_length
from daemon.audio.sound import Sound

#: Frames of the loop on either side, so that the filter never sees its edges.
_WRAP_FRAMES = 4096
#: Frames by which a length may be beside whole rounds and still mean them: it was rounded.
_SAME = 1.0


def repeated(loop: Sound, round_frames: float, frames: int) -> tuple[Sound, int]:
    """A seamless loop repeated to `frames` frames, and the frames at its end left to be closed.

    round_frames: exact frames of a round, of which the loop has the nearest whole number. What they
    differ by adds up over many rounds, so the whole is resampled by that share of a frame.
    The second is 0 where the rounds fill the length; else the sound has so many frames around it on
    either side, for `seam.close`: the loop's start does not follow where it ends.
    """
    count = max(1, math.ceil((frames - _SAME) / round_frames))
    fills = abs(count * round_frames - frames) <= _SAME
    whole = frames if fills else round(count * round_frames)
    rounds = loop.linear(lambda x: _of_length(x, count, whole))
    if fills:
        return rounds, 0
    roll = min(round(seam.ROLL_S * loop.sample_rate), loop.frames)
    where = np.arange(-roll, frames + roll)
    return rounds.linear(lambda x: np.take(x, where, axis=0, mode="wrap")), roll


def _of_length(audio: np.ndarray, count: int, frames: int) -> np.ndarray:
    """`count` rounds of float32 (frames, channels) in `frames` frames, a few more or fewer."""
    own = count * len(audio)
    if own == frames:
        return np.take(audio, np.arange(frames), axis=0, mode="wrap")
    around = np.take(audio, np.arange(-_WRAP_FRAMES, own + _WRAP_FRAMES), axis=0, mode="wrap")
    made = soxr.resample(around, own, frames, quality="VHQ")
    return fit_length(made[round(_WRAP_FRAMES * frames / own) :], frames)
