"""Beats by both ears at once: the likeliest path through tempo and place in the beat.

The states are those of `beat_path`, twice as fine and near one tempo. What is heard on the 16ths
of a beat are attacks, and on the beat itself what the second ear hears. So a tempo that steps, or
slows down for some bars, is followed where the second ear alone loses it.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from daemon.hearing.beat_features import FPS
from daemon.hearing.envelopes import Envelopes
from daemon.hearing.second_ear import SecondEar

#: States a second.
RATE = 100
#: Slowest and fastest tempo of a path, over that of the take.
REACH = (0.6, 1.45)
#: Seconds; blur of the attacks: a state is as wide.
BLUR_S = 0.012
#: Weights of attacks on the four 16ths of a beat.
SIXTEENTHS = (1.0, 0.5, 0.7, 0.5)
#: What a change of tempo from one beat to the next costs, for each unit of its log ratio. Attacks
#: and second ear count in standard deviations. With 15 and with 30 the same paths were found in all
#: but two of 26 tracker modules that step or slow down, with 60 four of them were lost.
STIFF = 20.0


def beats_of(env: Envelopes, ear: SecondEar, bpm: float) -> np.ndarray:
    """Seconds of the beats (beats,) while the take sounds, at about `bpm`, however that moves.

    None for a take that is shorter than two beats. A minute takes about 0.4 s.
    """
    attacks, beats = _heard(env, ear)
    beat = 60 * RATE / bpm
    lengths = np.arange(int(beat / REACH[1]), int(np.ceil(beat / REACH[0])) + 1)
    if len(attacks) < 2 * lengths[-1]:
        return np.zeros(0)
    change = -STIFF * np.abs(np.log(lengths[None, :] / lengths[:, None]))
    longest = int(lengths[-1])
    count = len(attacks)
    # beats may begin before the first state, where nothing is heard, and end after the last
    sounds = _beats_sound(np.pad(attacks, longest), np.pad(beats, longest), lengths)
    begun = np.zeros((count + longest, len(lengths)))
    every = np.arange(len(lengths))

    def ends(states: np.ndarray) -> np.ndarray:
        """Scores (states, tempi) of beats that end before each of `states`."""
        at = states[:, None] - lengths + longest
        return np.asarray(begun[at, every] + sounds[at, every])

    # no beat is shorter than the shortest: within so many states none that begins ends
    for first in range(0, count, int(lengths[0])):
        now = np.arange(first, min(first + int(lengths[0]), count))
        begun[now + longest] = (ends(now)[:, :, None] + change).max(axis=1)
    ago = np.arange(longest)[:, None]
    score = begun[::-1][:longest] + sounds[::-1][:longest]
    score[ago >= lengths] = -np.inf
    tempo = int(score.max(axis=0).argmax())
    n = count - 1 - int(score[:, tempo].argmax())
    frames = []
    while n >= 0:
        frames.append(n)
        tempo = int((ends(np.array([n]))[0] + change[:, tempo]).argmax())
        n -= int(lengths[tempo])
    return env.sounds_from_s + np.array(frames[::-1]) / RATE


def _beats_sound(attacks: np.ndarray, beats: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """What is heard of beats of all `lengths` that begin in each state (states, lengths).

    `attacks` and `beats` (states,) go on for the longest beat after the last of these states.
    """
    first = np.arange(len(attacks) - int(lengths[-1]))[:, None]
    total = np.repeat(beats[first], len(lengths), axis=1)
    for part, weight in enumerate(SIXTEENTHS):
        total += weight * attacks[first + np.round(part * lengths / 4).astype(int)]
    return total


def _heard(env: Envelopes, ear: SecondEar) -> tuple[np.ndarray, np.ndarray]:
    """Attacks, and the second ear's log odds of a beat, in standard deviations (states,) each."""
    attacks = _scaled(gaussian_filter1d(env.onset.sum(axis=1), BLUR_S * env.rate))
    beats = _scaled(ear.beat)
    until_s = min(env.sounds_to_s, (len(attacks) - 1) / env.rate)
    at_s = np.arange(env.sounds_from_s, until_s, 1 / RATE)
    return (
        np.interp(at_s * env.rate, np.arange(len(attacks)), attacks),
        np.interp(at_s * FPS, np.arange(len(beats)), beats),
    )


def _scaled(heard: np.ndarray) -> np.ndarray:
    return np.asarray((heard - heard.mean()) / (heard.std() + 1e-9))
