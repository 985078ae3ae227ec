"""How sure an answer is: probabilities that its beats, and its bars, are right."""

from __future__ import annotations

import numpy as np

from daemon.hearing import odds, tempo
from daemon.hearing.choice import Choice, heard_on
from daemon.hearing.envelopes import Envelopes
from daemon.hearing.reading import SAME_S, Reading
from daemon.hearing.second_ear import SecondEar

#: Least and most belief that counts: beyond, log odds would grow without end.
EDGE = 1e-3
#: Log odds of the phase, and lead of the beats over what lies between, beyond which neither says
#: more: a doubt counts, certainty does not.
DOUBT = 1.0
LEAD = 1.5
#: Log odds by which beats may be surer than their phase among the places of the beat, and than any
#: of the doubts alone. A sum of evidence lets much of one kind outweigh what contradicts it.
SURER = 1.5
#: Place of the phase among the features.
PHASE_COLUMN = 2
#: Doubts that cap the odds, each told by one feature alone: how much the tempo moves, what is
#: believed of the double, of the half and of every other tempo, and how many of the beats the
#: second ear has at the speed at which it has the fewest.
DOUBTS = {"moved": 34, "double": 35, "half": 36, "rival": 37, "speeds": 38}
#: The belief in other tempi among them.
RIVALS = slice(35, 38)
#: Octaves up to which a tempo is the double or the half of another.
SAME_OCTAVE = 0.02
#: Deviation of the local tempo from its mean, beyond which more says no more.
FAR_MOVED = 0.1
#: Features of the lattice that tell how the attacks lie on it.
ATTACKS = 7
#: Features that the regressions have.
TOLD = 39

# What the second ear hears is a witness of its own. Judged by others' odds, of 98 pieces that it
# hears clearly and whose odds are 1.5 or more 98.6 in 100 are right, of 41 that it does not hear
# clearly 88 in 100, even with odds of 2. A regression does not learn that: it adds up.

#: Log odds by which beats are less sure that it does not hear better than what lies between them.
UNCLEAR = 1.0
#: Least lead of the beats over the middles between them: from none to clear, in log odds.
LEADS = (2.0, 3.0)
#: Log odds by which beats are less sure of which it hears every other one better: they may be
#: counted twice as fast as a foot taps.
ALTERNATING = 3.0
#: How much better every other beat is heard: from no doubt to a full one, in log odds.
ALTERNATES = (0.6, 1.2)

# The spectral flux is one more, whose beats are found without lattice and net. Where both ears hear
# a take half a beat off, or at another tempo, it seldom does so too.

#: Log odds by which beats are less sure that the flux has nothing in common with.
UNSHARED = 4.0
#: Place of what they have in common among the features.
SHARED_COLUMN = TOLD + 2


def confidence(
    env: Envelopes,
    ear: SecondEar,
    choice: Choice,
    bpm: float,
    drift: float,
    asked_bpm: float | None,
) -> tuple[float, float]:
    """Confidence (0-1) in the beats and in the bar, as `odds.promised` has it.

    `drift` is how far the local tempo lies off `bpm`, as a share (`Heard.drift`). The beats are
    right where tempo and octave are, and half of them lie within 30 ms. No bar is surer than its
    beats.
    """
    known = features(env, ear, choice, bpm, drift, asked_bpm)
    beats, bars = (odds.log_odds(name, known[:TOLD]) for name in ("sure", "bar"))
    doubts = np.array([odds.log_odds(name, known[[at]]) for name, at in DOUBTS.items()]).T
    told = odds.log_odds("told", capped(beats, known[None], doubts)[:, None])
    sure = odds.promised(float(told[0]), odds.promise())
    return sure, min(sure, odds.probability(float(bars[0])))


def features(
    env: Envelopes,
    ear: SecondEar,
    choice: Choice,
    bpm: float,
    drift: float,
    asked_bpm: float | None,
) -> np.ndarray:
    """What the two probabilities are told by (42,), the first `TOLD` of them by regressions.

    In order: log odds of the tempo, of a beat, of the beats' phase and of the bar; attack,
    likeness, onset cost, unevenness, scatter; the log of the number of beats, whether the map is
    bent, the distance from the asked tempo, whether one was asked; what
    the second ear hears on the beats, how many of its own beats they are, its first beats, its
    pulse and the signs of its path; then the doubts: the lesser of tempo and phase, the phase, and
    the lead of the beats over what lies between; whether its path is half or double as fast; and
    how the attacks lie on the lattice, as `lattice_features` has it: between the 16ths, on beats
    and off-beats, low and middle ones; then the `DOUBTS`; the second ear's least lead and how its
    beats alternate, and how many beats the flux has in common with these, for `doubted`.
    """
    reading = choice.reading
    lattice = reading.lattice
    in_beat, in_bar = beliefs(reading)
    beats_s = lattice.map.beats_s
    of_tempo, phase = logit(choice.share), logit(in_beat)
    chosen = next(each for each in choice.weighed if each.candidate.bpm == choice.bpm)
    on_beats = heard_on(env, ear, reading)
    count = ((beats_s > env.sounds_from_s) & (beats_s < env.sounds_to_s)).sum()
    tempi, shares = np.array(choice.shares).T
    return np.array(
        [
            of_tempo,
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
            min(of_tempo, phase),
            min(phase, DOUBT),
            min(float(on_beats[0] - on_beats[2]), LEAD),
            *ear.octaves(bpm),
            *chosen.features[tempo.FEATURES : tempo.FEATURES + ATTACKS],
            min(drift, FAR_MOVED),
            *rivals(tempi, shares, choice.bpm),
            ear.least_agreed(reading.beats_s(env)),
            ear.least_lead(reading.beats_s(env)),
            ear.alternates(reading.beats_s(env)),
            ear.flux_agreed(reading.beats_s(env)),
        ]
    )


def rivals(bpm: np.ndarray, share: np.ndarray, chosen_bpm: float) -> np.ndarray:
    """Logs (3,) of the belief in the chosen tempo's double, in its half, and in other tempi.

    `share` (tempi,) are the shares of belief in the tempi `bpm` (tempi,).
    """
    octaves = np.log2(bpm / chosen_bpm)
    kinds = (
        np.abs(octaves - 1) < SAME_OCTAVE,
        np.abs(octaves + 1) < SAME_OCTAVE,
        np.abs(octaves - np.round(octaves)) > SAME_OCTAVE,
    )
    return np.log(np.array([share[kind].sum() for kind in kinds]) + EDGE)


def capped(odds_of_beats: np.ndarray, known: np.ndarray, doubts: np.ndarray) -> np.ndarray:
    """Log odds of right beats (rows,), no surer than the phase and any doubt let them be.

    They are less by what the witnesses doubt. `known` (rows, n) are the features, `doubts`
    (rows, n) the log odds by each of `DOUBTS` alone.
    """
    least = np.minimum(known[:, PHASE_COLUMN], doubts.min(axis=1))
    return np.asarray(np.minimum(odds_of_beats, least + SURER) - doubted(known))


def doubted(known: np.ndarray) -> np.ndarray:
    """Log odds (rows,) that the witnesses take from beats of which the features are `known`.

    Nothing where the second ear hears them all clearly, and the flux has the same beats.
    """
    unclear, alternating, unshared = (
        np.clip((value - some) / (full - some), 0, 1)
        for value, (some, full) in (
            (known[:, TOLD], LEADS[::-1]),
            (known[:, TOLD + 1], ALTERNATES),
            (known[:, SHARED_COLUMN], (1.0, 0.0)),
        )
    )
    return np.asarray(UNCLEAR * unclear + ALTERNATING * alternating + UNSHARED * unshared)


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


def logit(belief: float) -> float:
    """Log odds of a probability, within `EDGE`."""
    clipped = float(np.clip(belief, EDGE, 1 - EDGE))
    return float(np.log(clipped / (1 - clipped)))
