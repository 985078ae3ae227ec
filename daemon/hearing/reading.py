"""A reading of a take: one lattice of beats, and where its bar may begin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.music import Meter
from daemon.hearing import bar, bar_features, downbeat, lead_in, loop_joint
from daemon.hearing.beats import Beats
from daemon.hearing.envelopes import Envelopes
from daemon.hearing.second_ear import SecondEar

#: Seconds; two readings nearer to each other than this are the same beat.
SAME_S = 0.020

# How much the start of the file and the rests of the music say about the bar. A loop that repeats
# exactly was cut by hand, and begins on the one. Another take begins anywhere: with full weights 12
# of 133 tracker modules and 5 of 47 takes of music models had their beat moved to the file's start.

#: Weight of the file's start in a take that does not repeat exactly.
START = 0.3
#: Weight of it that a loop has besides.
START_OF_LOOP = 0.4
#: Weight of the rests in a take that does not repeat exactly.
REST = 0.5
#: Weight of them that a loop has besides: of one sound and a rest, only the rest tells the first.
REST_OF_LOOP = 1.2

# Weights of the second ear's mean log odds. It places a beat well, but is half a beat off as often
# as the attacks are: of 49 takes of music models and 53 tracker modules, three times this weight
# mended the phase of one and spoilt that of another. In a loop that repeats exactly it has no say:
# synthesizers alone it hears half a beat late, and such a loop's own beginning is known.

#: Weight of the beats of a place, against the other places of the beat.
ON_BEATS = 0.2
#: Weight of the first beats of the bars.
ON_DOWNBEATS = 0.3
#: Weight of the exact moment, against others of the same place.
EXACTLY_ON = 1.0

# The judges of the bar were taught loops. In other music chords and bass change with the bar, so
# that has a vote of its own, fitted by conditional logit to 49 takes of music models, 148 of
# tracker modules and 52 of loops. A quarter of the pieces judged by the others: bars right in 26 of
# 32 takes (23 without it) and 94 of 102 modules (88). It tells bars, not beats: what is believed of
# a place of the beat stays as it was, for chords that change between the beats moved the beat of
# one take of 49 by a half.

#: Weights of what changes with the first beat more than with the bar's other beats: the chord, and
#: the bass, against a beat before; the same against two beats before; the height of the bass.
HARMONY = np.array([0.43, 1.28, 0.0, 0.68, -0.21])
#: Seconds within which attacks are of one place.
PLACE_S = 0.06


@dataclass(frozen=True)
class Reading:
    """One lattice, with a probability for each moment at which its bar may begin.

    `starts` (starts,) are those moments in 16ths of the lattice, `belief` (starts,) their
    probabilities. `octave` is the lattice's tempo over that of the answer, which is in the octave
    of the requested one. `joined` (starts, signs) holds the signs of a loop's joint. `slots` are
    the 16ths of a bar. `clearest` is the judges' highest score, where they know this bar
    (`judged`).
    """

    lattice: Beats
    octave: float
    starts: np.ndarray
    belief: np.ndarray
    joined: np.ndarray
    slots: int
    sixteenth_s: float
    clearest: float
    judged: bool

    @property
    def together(self) -> np.ndarray:
        """(starts, starts): which starts lie at most `SAME_S` apart within the bar."""
        apart = self.starts[None, :] - self.starts[:, None]
        return (
            np.abs((apart + self.slots / 2) % self.slots - self.slots / 2) * self.sixteenth_s
            < SAME_S
        )

    @property
    def share(self) -> float:
        """Probability of the likeliest beginning of the bar."""
        return float((self.together @ self.belief).max())

    @property
    def best(self) -> int:
        """The chosen start: of the likeliest beginning of a bar, the likeliest bar of the unit."""
        together = self.together
        bar = int(np.argmax(together @ self.belief + 1e-3 * self.belief))
        return int(np.argmax(np.where(together[bar], self.belief, -1)))

    def beats_s(self, env: Envelopes) -> np.ndarray:
        """Seconds of the chosen start's beats while the take sounds."""
        return _while_sounding(env, self.lattice, float(self.starts[self.best]), 4)

    def downbeats_s(self, env: Envelopes) -> np.ndarray:
        """Seconds of the chosen start's first beats of bars while the take sounds."""
        return _while_sounding(env, self.lattice, float(self.starts[self.best]), self.slots)

    @property
    def unit(self) -> int:
        """16ths after which the take repeats."""
        return self.slots * self.lattice.unit_bars


def read(env: Envelopes, lattice: Beats, octave: float, meter: Meter, ear: SecondEar) -> Reading:
    """All beginnings of the bar that this lattice allows, with their probabilities."""
    slots = meter.sixteenths_per_bar
    folded = bar.fold(env, lattice.map, slots, lattice.unit_bars)
    starts = bar.beginnings(folded)
    if not len(starts):
        starts = np.zeros(1)
    trust = loop_joint.trust(lattice.again.similarity.get(lattice.unit_bars, 0.0))
    joined = loop_joint.signs(folded, starts, trust)
    sound = downbeat.sound_of(folded, starts, joined, meter)
    unit = slots * lattice.unit_bars
    music_s = lead_in.music_from_s(env, lattice.map, unit)
    rests = lead_in.own_rest(env, lattice.map, unit)
    begun = downbeat.start_of(env, lattice.map, slots, starts, music_s, rests)
    score = sound + (START + START_OF_LOOP * trust) * begun
    score += (REST + REST_OF_LOOP * trust) * downbeat.after_rest(folded, starts, meter)
    score += loop_joint.broken(env, lattice.map, folded, starts, trust)
    score += (1 - trust) * _heard(env, lattice, starts, slots, ear)
    if downbeat.judges_know(folded, meter):
        harmony = (1 - trust) * _harmony(folded.one, starts)
        same = _of_one_beat(_apart(starts, slots), _reach(lattice))
        score += harmony + _belief_of(score, same) - _belief_of(score + harmony, same)
    belief = np.exp(score - score.max())
    return Reading(
        lattice,
        octave,
        starts,
        belief / belief.sum(),
        joined,
        slots,
        folded.sixteenth_s,
        float(sound.max()),
        downbeat.judges_know(folded, meter),
    )


def _harmony(one: bar.Bar, starts: np.ndarray) -> np.ndarray:
    """What the changes of chord and bass say of each of `starts`: log odds (starts,)."""
    changes = bar_features.tonal(one, starts)
    return np.asarray((changes[:, 0] - changes[:, ::4].mean(axis=1)) @ HARMONY)


def _heard(
    env: Envelopes, lattice: Beats, starts: np.ndarray, slots: int, ear: SecondEar
) -> np.ndarray:
    """What the second ear says of each of `starts`: weighted log odds (starts,)."""
    beat, downbeat = np.array(
        [
            (
                ear.on_beats(_while_sounding(env, lattice, start, 4)),
                ear.on_downbeats(_while_sounding(env, lattice, start, slots)),
            )
            for start in starts
        ]
    ).T
    reach, apart = _reach(lattice), _apart(starts, slots)
    of_beat = _of_one_beat(apart, reach)
    place = np.where(of_beat, beat, -np.inf).max(axis=1)
    bar = np.where(apart < reach, downbeat, -np.inf).max(axis=1)
    # the first beats are compared within one phase: they say nothing of it
    bar -= np.where(of_beat, bar[None, :], -np.inf).max(axis=1)
    return np.asarray(ON_BEATS * place + ON_DOWNBEATS * bar + EXACTLY_ON * (beat - place))


def _apart(starts: np.ndarray, slots: int) -> np.ndarray:
    """16ths between any two starts within the bar (starts, starts)."""
    return np.asarray(np.abs((starts[:, None] - starts[None, :] + slots / 2) % slots - slots / 2))


def _reach(lattice: Beats) -> float:
    """16ths within which attacks are of one place."""
    return PLACE_S * 4 / float(np.median(np.diff(lattice.map.beats_s)))


def _of_one_beat(apart: np.ndarray, reach: float) -> np.ndarray:
    """(starts, starts): which starts have the same beats, in whatever place of the bar."""
    return np.abs((apart + 2) % 4 - 2) < reach


def _belief_of(score: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Log of the belief (starts,) in all starts that have the same beats as each."""
    return np.asarray(np.log(same @ np.exp(score - score.max())) + score.max())


def _while_sounding(env: Envelopes, lattice: Beats, start: float, every: int) -> np.ndarray:
    """Seconds of each `every` 16ths, `start` among them, while the take sounds."""
    seconds = lattice.map.seconds(np.arange(start % every, len(lattice.map.beats_s) * 4, every))
    return seconds[(seconds > env.sounds_from_s - 0.03) & (seconds < env.sounds_to_s)]
