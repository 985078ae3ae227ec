"""The path of beats is the likeliest of all, as counted state by state."""

from __future__ import annotations

import numpy as np
import pytest

from daemon.hearing.beat_features import FPS
from daemon.hearing.beat_path import LONGEST, ON_BEAT, SHORTEST, STIFF, beats_of


def _beats_of_states(activation: np.ndarray) -> list[int]:
    """Frames of the beats by the states of Krebs, Böck and Widmer, one frame after another."""
    beats = np.arange(SHORTEST, LONGEST + 1)
    last = np.cumsum(beats) - 1
    first = last - beats + 1
    on = np.concatenate([np.arange(n) / n < ON_BEAT for n in beats])
    change = -STIFF * np.abs(beats[None, :] / beats[:, None] - 1)
    change -= np.log(np.exp(change).sum(axis=1, keepdims=True))
    beat = np.log(np.maximum(activation, 1e-5))
    rest = np.log(np.maximum((1 - activation) / (1 / ON_BEAT - 1), 1e-5))
    score, came = np.zeros(len(on)), []
    for n in range(len(activation)):
        ends = score[last][:, None] + change
        came.append(ends.argmax(axis=0))
        score[1:] = score[:-1].copy()
        score[first] = ends.max(axis=0)
        score += np.where(on, beat[n], rest[n])
    tempo = int(np.searchsorted(last, score.argmax()))
    frame = len(activation) - 1 - (int(score.argmax()) - int(first[tempo]))
    frames = []
    while frame >= 0:
        frames.append(frame)
        tempo = came[frame][tempo]
        frame -= int(beats[tempo])
    return frames[::-1]


@pytest.mark.parametrize("frames", [1, 5, SHORTEST, 20, LONGEST, 300])
@pytest.mark.parametrize("seed", [0, 1])
def test_whole_beats_are_counted_as_state_by_state(frames: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    activation = rng.random(frames) ** 6
    activation[:: int(rng.integers(17, 30))] = 0.9
    found = beats_of(activation) * FPS
    by_states = _beats_of_states(activation)
    assert len(found) == len(by_states)
    assert np.all(np.abs(found - by_states) <= 4)  # each is placed at the peak near its frame


def test_a_tempo_that_slows_down_is_followed() -> None:
    true_s = np.cumsum(np.linspace(0.4, 0.55, 40))
    activation = np.zeros(round(true_s[-1] * FPS) + 10)
    activation[np.round(true_s * FPS).astype(int)] = 0.9
    found_s = beats_of(activation)
    assert len(found_s) == len(true_s)
    assert np.abs(found_s - true_s).max() < 0.021
