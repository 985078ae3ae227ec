"""Beats from activations: the likeliest path through tempo and place in the beat.

The states and steps are those of Krebs, Böck and Widmer (2015): each tempo has as many states as a
beat has frames, and the tempo may only change on a beat. So a beat is summed as a whole, and only
where one ends and the next begins are tempi compared. No beat is shorter than `SHORTEST`, so that
many frames are compared at once.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from daemon.hearing.beat_features import FPS

#: Frames of the shortest and the longest beat: 214 and 54 bpm.
SHORTEST = 14
LONGEST = 56
#: How dear a change of tempo is: madmom's default.
STIFF = 100.0
#: Share of a beat, at its start, in which a beat is expected: a sixteenth.
ON_BEAT = 1 / 16


@lru_cache(maxsize=1)
def _tempi() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(frames of a beat of each tempo; of these on the beat; log cost from, to)."""
    lengths = np.arange(SHORTEST, LONGEST + 1)
    change = -STIFF * np.abs(lengths[None, :] / lengths[:, None] - 1)
    change -= np.log(np.exp(change).sum(axis=1, keepdims=True))
    return lengths, np.ceil(lengths * ON_BEAT).astype(int), change


def beats_of(activation: np.ndarray) -> np.ndarray:
    """Beats in seconds of an activation (frames,) at FPS; each refined to between frames."""
    lengths, _, change = _tempi()
    heard = _Heard(activation)
    # the best score with which a beat of each tempo begins; before the first frame any may begin
    begun = np.zeros((len(activation) + LONGEST, len(lengths)))
    every = np.arange(len(lengths))

    def ends(frames: np.ndarray) -> np.ndarray:
        """Scores (frames, tempi) of beats that end before each of `frames`."""
        at = frames[:, None] - lengths
        return np.asarray(begun[at + LONGEST, every] + heard.beats(at))

    for first in range(0, len(activation), SHORTEST):
        now = np.arange(first, min(first + SHORTEST, len(activation)))
        begun[now + LONGEST] = (ends(now)[:, :, None] + change).max(axis=1)
    tempo, frame = heard.last(begun[-LONGEST:])
    frames = []
    while frame >= 0:
        frames.append(frame)
        tempo = int((ends(np.array([frame]))[0] + change[:, tempo]).argmax())
        frame -= int(lengths[tempo])
    return np.array([_refined(activation, n) for n in frames[::-1]]) / FPS


class _Heard:
    """How likely beats sound, in log: a beat is heard at the start of each, and a rest after it.

    Beats may begin before the first frame, where nothing is heard.
    """

    def __init__(self, activation: np.ndarray) -> None:
        beat = np.log(np.maximum(activation, 1e-5))
        rest = np.log(np.maximum((1 - activation) / (1 / ON_BEAT - 1), 1e-5))
        before = np.zeros(LONGEST + 1)
        self._beat, self._rest = (
            np.concatenate([before, np.cumsum(each)]) for each in (beat, rest)
        )
        self._frames = len(activation)

    def beats(self, first: np.ndarray) -> np.ndarray:
        """Log likelihood of beats of all tempi (..., tempi) that begin in frames `first`.

        What lies beyond the last frame is not heard.
        """
        lengths, on, _ = _tempi()
        start, middle, end = (
            np.minimum(first + frames, self._frames) + LONGEST for frames in (0, on, lengths)
        )
        return np.asarray(
            self._beat[middle] - self._beat[start] + self._rest[end] - self._rest[middle]
        )

    def last(self, begun: np.ndarray) -> tuple[int, int]:
        """The last beat: the place of its tempo among all, and the frame in which it begins.

        `begun` (LONGEST, tempi) are the scores with which beats begin in the last frames.
        """
        lengths, _, _ = _tempi()
        ago = np.arange(LONGEST)[:, None]
        score = begun[::-1] + self.beats(self._frames - 1 - ago)
        score[ago >= lengths] = -np.inf
        tempo = int(score.max(axis=0).argmax())
        return tempo, self._frames - 1 - int(score[:, tempo].argmax())


def _refined(activation: np.ndarray, frame: int) -> float:
    """The peak near `frame`, placed between frames by a parabola through its logarithm."""
    low, high = max(0, frame - 2), min(len(activation), frame + 4)
    k = low + int(activation[low:high].argmax())
    if not 0 < k < len(activation) - 1 or activation[k] < 0.05:
        return float(frame)
    a, b, c = np.log(np.maximum(activation[k - 1 : k + 2], 1e-4))
    bend = a - 2 * b + c
    return k + float(np.clip((a - c) / (2 * bend), -0.5, 0.5)) if bend < -1e-6 else float(k)
