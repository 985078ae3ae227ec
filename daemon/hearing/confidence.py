"""How sure an answer is: probabilities that its beats, and its bars, are right."""

from __future__ import annotations

import numpy as np

from daemon.hearing import odds
from daemon.hearing.choice import Choice, heard_on
from daemon.hearing.envelopes import Envelopes
from daemon.hearing.reading import SAME_S, Reading
from daemon.hearing.second_ear import SecondEar

#: Least and most belief that counts: beyond, log odds would grow without end.
EDGE = 1e-3
#: Seconds within which a beat of one ear is a beat of the other.
AGREED_S = 0.04


def confidence(
    env: Envelopes, ear: SecondEar, choice: Choice, bpm: float, asked_bpm: float | None
) -> tuple[float, float]:
    """Probabilities (0-1) of the beats and of the bar.

    The beats are right where tempo and octave are, and half of them lie within 30 ms. No bar is
    surer than its beats.
    """
    known = features(env, ear, choice, bpm, asked_bpm)
    sure, of_bar = (
        odds.probability(float(odds.log_odds(name, known)[0])) for name in ("sure", "bar")
    )
    return sure, min(sure, of_bar)


def features(
    env: Envelopes, ear: SecondEar, choice: Choice, bpm: float, asked_bpm: float | None
) -> np.ndarray:
    """What the two probabilities are told by (18,).

    In order: log odds of the tempo, of a beat, of the beats' phase and of the bar; attack,
    likeness, onset cost, unevenness, scatter; the log of the number of beats, whether the map is
    bent, the distance from the asked tempo, whether one was asked; what
    the second ear hears on the beats, how many of its own beats they are, and its first beats.
    """
    reading = choice.reading
    lattice = reading.lattice
    in_beat, in_bar = beliefs(reading)
    beats_s = lattice.map.beats_s
    count = ((beats_s > env.sounds_from_s) & (beats_s < env.sounds_to_s)).sum()
    return np.array(
        [
            _logit(choice.share),
            float(odds.log_odds("beat", choice.evidence)[0]),
            _logit(in_beat),
            _logit(in_bar),
            min(env.attack, 1.0),
            lattice.likeness,
            lattice.map.onset_cost,
            lattice.map.uneven,
            lattice.map.scatter_s * 100,
            float(np.log(max(1, count))),
            float(lattice.drifts),
            abs(float(np.log(bpm / asked_bpm))) if asked_bpm else 0.0,
            float(asked_bpm is not None),
            *heard_on(env, ear, reading),
            _agreed(ear.path_s, reading.beats_s(env)),
            ear.on_downbeats(reading.downbeats_s(env)),
        ]
    )


def beliefs(reading: Reading) -> tuple[float, float]:
    """Probability of the chosen start's beats, and of its bars.

    Each sums the beliefs of all starts that give the same beats, or the same bars.
    """
    best = reading.best
    apart = reading.starts - reading.starts[best]
    same_beat = np.abs((apart + 2) % 4 - 2) * reading.sixteenth_s < SAME_S
    return float(reading.belief[same_beat].sum()), float(
        reading.belief[reading.together[best]].sum()
    )


def _logit(belief: float) -> float:
    clipped = float(np.clip(belief, EDGE, 1 - EDGE))
    return float(np.log(clipped / (1 - clipped)))


def _agreed(path_s: np.ndarray, beats_s: np.ndarray) -> float:
    """Share (0-1) of the beats of both ears that the other ear has too."""
    if not len(path_s) or not len(beats_s):
        return 0.0
    apart = np.abs(path_s[:, None] - beats_s[None, :])
    shared = (apart.min(axis=1) < AGREED_S).sum() + (apart.min(axis=0) < AGREED_S).sum()
    return float(shared) / (len(path_s) + len(beats_s))
