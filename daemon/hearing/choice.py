"""The choice of the tempo: each candidate is read, and learnt log odds compare the readings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.music import Meter
from daemon.hearing import beats, lattice_features, odds, repeats, tempo
from daemon.hearing.envelopes import Envelopes
from daemon.hearing.onsets import Onsets
from daemon.hearing.reading import Reading, read
from daemon.hearing.second_ear import SecondEar
from daemon.hearing.tempo import Candidate
from daemon.hearing.tempogram import Tempogram, tempogram

#: Candidates of which a lattice is fitted at most: each costs as much as the first.
FITTED = 3
#: Log odds below the best up to which another is fitted.
CLOSE = 3.0
#: Log odds by which a candidate without a lattice stands behind those with one.
UNFITTED = 1.0
#: Log odds added for the octave that was asked for. Nothing is added where nothing was asked.
ASKED_OCTAVE = 0.7
#: Log odds lost for each octave of distance from the asked tempo, apart from whole octaves.
AWAY_COST = 8.0
#: Places of the attack and of the likeness in `evidence`.
ATTACK = 6
LIKENESS = 7
#: Steepness of attacks (`Envelopes.attack`) from which a take is struck; drones are softer.
STRUCK = 0.35
#: Likeness of the bars from which they repeat exactly. Of 131 sounds without a beat that are struck
#: none had more than 0.85.
EXACTLY = 0.95
#: Probability of a beat in such a take, at least.
LOOP = 0.9
#: Part of a bar, between two 16ths, after which a drone still repeats and music does not.
BETWEEN_16THS = 6.5 / 16
#: Likeness from which a soft take may be a drone, and the least that it must lose in between.
HELD = 0.8
LESS = 0.1
#: Probability of a beat in a drone, at most.
DRONE = 0.05
#: Most log odds that the distance can cost: 3:4 and 2:3 of the asked tempo are then as far as this.
MOST_AWAY = 1.5


@dataclass(frozen=True)
class Weighed:
    """A candidate and what is known of it: features of its tempo, and of its lattice if fitted."""

    candidate: Candidate
    features: np.ndarray
    reading: Reading | None = None


@dataclass(frozen=True)
class Choice:
    """The chosen reading at `bpm`, and the `shares` (0-1) of belief in every tempo.

    `shares` are (bpm, share) in the octave of the answer; `octave` of the reading tells the
    music's own. `evidence` (n,) is what `odds` needs to tell whether there is a beat at all.
    `anywhere` (0-1) is how alike the take is to itself after a time that is no part of a bar.
    `weighed` are all candidates, the likeliest before any lattice was fitted first.
    """

    bpm: float
    reading: Reading
    shares: tuple[tuple[float, float], ...]
    evidence: np.ndarray
    anywhere: float
    weighed: tuple[Weighed, ...]

    @property
    def share(self) -> float:
        """Probability of the chosen tempo among the candidates, in this octave."""
        return max(share for _, share in self.shares)

    @property
    def beat(self) -> float:
        """Probability (0-1) that the take has a beat at all.

        Struck sounds that repeat exactly after whole bars are a loop: chance does not do that.
        Soft ones that are as alike after any other time are a drone.
        """
        chance = odds.probability(float(odds.log_odds("beat", self.evidence)[0]))
        alike = self.evidence[LIKENESS]
        if self.evidence[ATTACK] >= STRUCK:
            return max(chance, LOOP) if alike >= EXACTLY else chance
        return min(chance, DRONE) if alike - self.anywhere < LESS and alike > HELD else chance


def choose(
    env: Envelopes,
    hits: Onsets,
    ear: SecondEar,
    meter: Meter,
    asked_bpm: float | None,
    most: int = FITTED,
) -> Choice | None:
    """The likeliest tempo and its reading; None where the onsets have none at all.

    Of the `most` likeliest tempi a lattice is fitted.
    """
    gram = tempogram(env, meter.quarters_per_bar)
    weighed = weigh(env, hits, ear, gram, meter, asked_bpm, most)
    if not weighed:
        return None
    wanted = np.array([_wanted(each.candidate.bpm, asked_bpm) for each in weighed])
    first = odds.log_odds("tempo", np.array([each.features[: tempo.FEATURES] for each in weighed]))
    fitted = [k for k, each in enumerate(weighed) if each.reading is not None]
    second = odds.log_odds("lattice", np.array([weighed[k].features for k in fitted]))
    # Those that were not fitted keep their distance from the best one that was.
    belief = first + wanted
    belief = belief - belief[fitted].max() + float((second + wanted[fitted]).max()) - UNFITTED
    belief[fitted] = second + wanted[fitted]
    share = np.exp(belief - belief.max())
    share /= share.sum()
    best = fitted[int(np.argmax(belief[fitted]))]
    reading = weighed[best].reading
    assert reading is not None
    return Choice(
        weighed[best].candidate.bpm,
        reading,
        tuple((each.candidate.bpm, float(s)) for each, s in zip(weighed, share, strict=True)),
        evidence(env, ear, gram, weighed, best),
        _anywhere(env, reading, meter),
        tuple(weighed),
    )


def weigh(
    env: Envelopes,
    hits: Onsets,
    ear: SecondEar,
    gram: Tempogram,
    meter: Meter,
    asked_bpm: float | None,
    most: int,
) -> list[Weighed]:
    """All candidates, the likeliest first; the first `most` of them with a reading."""
    found = tempo.candidates(gram, asked_bpm)
    if asked_bpm is not None:
        found = [each for each in found if 0.4 < octave_of(each.bpm, asked_bpm) < 2.1]
    if not found:
        return []
    crowd = tempo.hits_a_second(hits, env.sounds_to_s - env.sounds_from_s)
    features = np.array([tempo.features(gram, each, crowd) for each in found])
    belief = odds.log_odds("tempo", features)
    belief += [_wanted(each.bpm, asked_bpm) for each in found]
    weighed: list[Weighed] = []
    for k in np.argsort(-belief):
        candidate = found[k]
        if len(weighed) >= most or belief[k] < belief.max() - CLOSE:
            weighed.append(Weighed(candidate, features[k]))
            continue
        lattice = beats.find(env, hits, candidate.bpm, meter.quarters_per_bar)
        reading = read(env, lattice, octave_of(candidate.bpm, asked_bpm), meter, ear)
        fitted = lattice_features.features(
            lattice, hits, reading.clearest, reading.share, reading.judged
        )
        heard = heard_on(env, ear, reading)
        weighed.append(Weighed(candidate, np.concatenate([features[k], fitted, heard]), reading))
    return weighed


def heard_on(env: Envelopes, ear: SecondEar, reading: Reading) -> np.ndarray:
    """What the second ear hears (3,): on the reading's beats, on the worst, and halfway between."""
    beats_s = reading.beats_s(env)
    between, _ = ear.near_beats((beats_s[1:] + beats_s[:-1]) / 2)
    return np.array([*ear.near_beats(beats_s), between])


def evidence(
    env: Envelopes, ear: SecondEar, gram: Tempogram, weighed: list[Weighed], best: int
) -> np.ndarray:
    """What tells a beat from none (18,), with candidate `best` of `weighed` chosen.

    In order: the best score's lead over the best of another kind, the score, repetition after one
    bar and two, after a beat and half of it, attack, likeness, onset cost, and of the second ear:
    what it hears on the beats, the signs of its path, its pulse, how many of its beats these are,
    and its first beats.
    """
    kind = weighed[best].candidate.kind
    own = max(gram.score[each.candidate.at] for each in weighed if each.candidate.kind == kind)
    others = [gram.score[each.candidate.at] for each in weighed if each.candidate.kind != kind]
    at = weighed[best].candidate.at
    reading = weighed[best].reading
    assert reading is not None
    return np.array(
        [
            own - max(others, default=0.0),
            own,
            gram.bars[1.0][at],
            gram.bars[2.0][at],
            gram.beats[1.0][at],
            gram.beats[0.5][at],
            env.attack,
            reading.lattice.likeness,
            reading.lattice.map.onset_cost,
            *heard_on(env, ear, reading),
            *ear.path_signs,
            ear.pulse(60 / weighed[best].candidate.bpm),
            ear.agreed(reading.beats_s(env)),
            ear.on_downbeats(reading.downbeats_s(env)),
        ]
    )


def _anywhere(env: Envelopes, reading: Reading, meter: Meter) -> float:
    """Likeness (0-1) of the take to itself after a time between two 16ths: high in a drone."""
    lattice_s = reading.lattice.map.beats_s
    again = repeats.repeats(env, lattice_s, BETWEEN_16THS * meter.quarters_per_bar)
    return max(again.similarity.values(), default=0.0)


def octave_of(bpm: float, asked_bpm: float | None) -> float:
    """`bpm` over the tempo of its kind that is nearest to the asked one: 1, 2, 0.5..."""
    if asked_bpm is None:
        return 1.0
    return float(2.0 ** np.round(np.log2(bpm / asked_bpm)))


def _wanted(bpm: float, asked_bpm: float | None) -> float:
    """Log odds by which a tempo is likelier for what was asked."""
    if asked_bpm is None:
        return 0.0
    away = min(AWAY_COST * abs(tempo.apart(bpm, asked_bpm)), MOST_AWAY)
    return (ASKED_OCTAVE if octave_of(bpm, asked_bpm) == 1 else 0.0) - away
