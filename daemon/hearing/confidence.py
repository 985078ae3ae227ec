"""How sure an answer is: probabilities that its beats, and its bars, are right."""

from __future__ import annotations

import numpy as np

from daemon.hearing import odds
from daemon.hearing.choice import Choice, heard_on
from daemon.hearing.envelopes import Envelopes
from daemon.hearing.reading import Reading
from daemon.hearing.second_ear import SecondEar
from daemon.hearing.tempo import MIDDLE_BPM

#: Least and most belief that counts: beyond, log odds would grow without end.
EDGE = 1e-3
#: Log odds of the phase, and lead of the beats over what lies between, beyond which neither says
#: more: a doubt counts, certainty does not.
DOUBT = 1.0
LEAD = 1.5
#: Most lead of one reading over the others, of one ear, that counts.
MOST_LEAD = 3.0
#: Octaves over the middle from which a tempo is fast, and under which it is slow: there the other
#: octave is likelier.
FAST, SLOW = 0.2, -0.4


def confidence(
    env: Envelopes, ear: SecondEar, choice: Choice, bpm: float, asked_bpm: float | None
) -> tuple[float, float]:
    """Confidence (0-1) in the beats and in the bar, as `odds.promised` has it.

    The beats are right where tempo and octave are, and half of them lie within 30 ms. No bar is
    surer than its beats.
    """
    known = features(env, ear, choice, bpm, asked_bpm)
    beats, bars = (float(odds.log_odds(name, known)[0]) for name in ("sure", "bar"))
    sure = odds.promised(beats, odds.promise())
    return sure, min(sure, odds.probability(bars))


def features(
    env: Envelopes, ear: SecondEar, choice: Choice, bpm: float, asked_bpm: float | None
) -> np.ndarray:
    """What the two probabilities are told by (34,).

    In order: log odds of the tempo, of a beat, of the beats' phase and of the bar; attack,
    likeness, onset cost, unevenness, scatter; the log of the number of beats, whether the map is
    bent, the distance from the asked tempo, whether one was asked; what
    the second ear hears on the beats, how many of its own beats they are, its first beats, its
    pulse and the signs of its path; then the doubts: the lesser of tempo and phase, the phase, and
    the lead of the beats over what lies between; whether its path is half or double as fast; then
    by how much the judges of the bar and the second ear each prefer the beats to other beats, and
    the bars to others with these beats; and the tempo in octaves, with how far it is fast or slow.
    """
    reading = choice.reading
    lattice = reading.lattice
    in_beat, in_bar = beliefs(reading)
    beats_s = lattice.map.beats_s
    tempo, phase = logit(choice.share), logit(in_beat)
    on_beats = heard_on(env, ear, reading)
    octave = float(np.log2(bpm / MIDDLE_BPM))
    count = ((beats_s > env.sounds_from_s) & (beats_s < env.sounds_to_s)).sum()
    return np.array(
        [
            tempo,
            float(odds.log_odds("beat", choice.evidence)[0]),
            phase,
            logit(in_bar),
            min(env.attack, 1.0),
            lattice.likeness,
            lattice.map.onset_cost,
            lattice.map.uneven,
            lattice.map.scatter_s * 100,
            float(np.log(max(1, count))),
            float(lattice.drifts),
            abs(float(np.log(bpm / asked_bpm))) if asked_bpm else 0.0,
            float(asked_bpm is not None),
            *on_beats,
            ear.agreed(reading.beats_s(env)),
            ear.on_downbeats(reading.downbeats_s(env)),
            ear.pulse(60 / bpm),
            *ear.path_signs,
            min(tempo, phase),
            min(phase, DOUBT),
            min(float(on_beats[0] - on_beats[2]), LEAD),
            *ear.octaves(bpm),
            *leads(reading),
            octave,
            max(0.0, octave - FAST),
            max(0.0, SLOW - octave),
        ]
    )


def leads(reading: Reading) -> tuple[float, float, float, float]:
    """By how much each ear prefers the chosen beats to others, and the chosen bars to others.

    In order: the judges of the bar on the beats, the second ear on them, the judges on the bars
    that have these beats, the second ear on those.
    """
    beats, bars = reading.same_beat, reading.together[reading.best]
    by_ear_beat, by_ear_bar = reading.heard.T
    return (
        _lead(reading.sound, beats, ~beats),
        _lead(by_ear_beat, beats, ~beats),
        _lead(reading.sound, bars, beats & ~bars),
        _lead(by_ear_bar, bars, beats & ~bars),
    )


def _lead(score: np.ndarray, chosen: np.ndarray, others: np.ndarray) -> float:
    """The highest of the chosen over the highest of the others, within `MOST_LEAD`."""
    if not others.any():
        return MOST_LEAD
    return float(np.clip(score[chosen].max() - score[others].max(), -MOST_LEAD, MOST_LEAD))


def beliefs(reading: Reading) -> tuple[float, float]:
    """Probability of the chosen start's beats, and of its bars.

    Each sums the beliefs of all starts that give the same beats, or the same bars.
    """
    return float(reading.belief[reading.same_beat].sum()), float(
        reading.belief[reading.together[reading.best]].sum()
    )


def logit(belief: float) -> float:
    """Log odds of a probability, within `EDGE`."""
    clipped = float(np.clip(belief, EDGE, 1 - EDGE))
    return float(np.log(clipped / (1 - clipped)))
