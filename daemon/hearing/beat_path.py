"""Beats from activations: the likeliest path through tempo and place in the beat.

The states and steps are those of Krebs, Böck and Widmer (2015): each tempo has as many states as a
beat has frames, and the tempo may only change on a beat.
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
def _states() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(first, last state of each tempo; whether each state is on the beat; log cost from, to)."""
    beats = np.arange(SHORTEST, LONGEST + 1)
    last = np.cumsum(beats) - 1
    first = last - beats + 1
    on = np.concatenate([np.arange(n) / n < ON_BEAT for n in beats])
    change = -STIFF * np.abs(beats[None, :] / beats[:, None] - 1)
    change -= np.log(np.exp(change).sum(axis=1, keepdims=True))
    return first, last, on, change


def beats_of(activation: np.ndarray) -> np.ndarray:
    """Beats in seconds of an activation (frames,) at FPS; each refined to between frames."""
    first, last, on, change = _states()
    rest = np.log(np.maximum((1 - activation) / (1 / ON_BEAT - 1), 1e-5))
    beat = np.log(np.maximum(activation, 1e-5))
    score = np.zeros(len(on))
    came = np.zeros((len(activation), len(first)), np.int16)
    for n in range(len(activation)):
        ends = score[last][:, None] + change
        came[n] = ends.argmax(axis=0)
        entered = ends.max(axis=0)
        score[1:] = score[:-1].copy()
        score[first] = entered
        score += np.where(on, beat[n], rest[n])
    state = int(score.argmax())
    frames = []
    lengths = last - first + 1
    tempo = int(np.searchsorted(last, state))
    place = state - int(first[tempo])
    n = len(activation) - 1 - place
    while n >= 0:
        frames.append(n)
        tempo = int(came[n, tempo])
        n -= int(lengths[tempo])
    return np.array([_refined(activation, n) for n in frames[::-1]]) / FPS


def _refined(activation: np.ndarray, frame: int) -> float:
    """The peak near `frame`, placed between frames by a parabola through its logarithm."""
    low, high = max(0, frame - 2), min(len(activation), frame + 4)
    k = low + int(activation[low:high].argmax())
    if not 0 < k < len(activation) - 1 or activation[k] < 0.05:
        return float(frame)
    a, b, c = np.log(np.maximum(activation[k - 1 : k + 2], 1e-4))
    bend = a - 2 * b + c
    return k + float(np.clip((a - c) / (2 * bend), -0.5, 0.5)) if bend < -1e-6 else float(k)
