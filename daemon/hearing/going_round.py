"""Short files that are loops: heard going round, they repeat after their own length.

A loop of a bar or two holds too few beats to tell its tempo by: of 14 real ones as files, four were
heard at another tempo, and one was called beatless. Its length is evidence that is exact: it is a
whole number of bars where the file begins with an attack and was cut as a loop. So such a file is
also heard as it sounds when it goes round. That hearing counts only where it is sure, begins its
bar at the file's start, and has whole bars.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.music import Meter, loop_frames
from daemon.hearing.envelopes import Envelopes
from daemon.hearing.heard import Alternative, Heard
from daemon.hearing.onsets import Onsets

#: Seconds of a file that may be heard going round: from a bar of the fastest music on. What is
#: longer has beats enough, and hearing it twice would take long.
SHORTEST_S, LONGEST_S = 1.1, 6.0
#: Seconds of it going round, at least.
ROUND_S = 9.0
#: Seconds of silence before the first sound, up to which a file begins at once.
AT_ONCE_S = 0.03
#: Seconds between two attacks, from which they are two; and how many a loop has.
APART_S, ATTACKS = 0.035, 5
#: Steepness of attacks (`Envelopes.attack`) from which a file is struck: loops have 0.6 and more,
#: held sounds, which anything repeats in, less than 0.4.
STRUCK = 0.5
#: Weight of an attack that counts.
STRONG = 0.2
#: Octaves by which its tempo may be off that of whole bars, and seconds of its first beat.
SAME_TEMPO, ON_THE_ONE_S = 0.004, 0.015
#: Share by which the tempo going round may differ from the plain one, which is rough in so short a
#: file, and still be the same.
ROUGH = 0.035
#: Confidence of the hearing that goes round, from which it counts: at the same tempo, and at
#: another, where it must be surer than the plain one too. Of 219 cuts of takes and modules that are
#: not whole bars long, one is taken for a loop at 0.64, six at 0.62.
SURE, SURE_OF_ANOTHER = 0.55, 0.64
#: Confidence of the plain hearing from which its octave stays: from here on a claim is a promise.
SURE_OF_OCTAVE = 0.7
#: Confidence at most where only the length speaks: it repeats because it was made to.
LENGTH_ALONE = 0.65
#: Share by which two hearings of one tempo may differ in a short file.
ONE_TEMPO = 0.005
#: What a tempo may be to the file's own, apart from octaves, and still be another count of it.
COUNTS = (3 / 4, 4 / 3, 2 / 3, 3 / 2)
#: Confidence of the file's own tempo from which no other is looked for where one was asked.
LIKELY = 0.5
#: Digits of a tempo at most.
DIGITS = 7


def is_short(length_s: float) -> bool:
    """Whether a file is so short that its length tells more than its beats do."""
    return SHORTEST_S <= length_s <= LONGEST_S


def may_go_round(env: Envelopes, hits: Onsets, before_s: float) -> bool:
    """Whether a short file may be a loop: sounding at once, with more than a hit or two.

    Its sound begins `before_s` into the envelopes.
    """
    if env.sounds_from_s - before_s > AT_ONCE_S or env.attack < STRUCK:
        return False
    times_s = np.sort(hits.time_s[hits.weight > STRONG])
    return int((np.diff(times_s) > APART_S).sum()) + 1 >= ATTACKS


def round_and_round(mono: np.ndarray, sample_rate: int) -> np.ndarray:
    """The file (frames,) as it sounds going round, for `ROUND_S` or longer."""
    return np.tile(mono, int(np.ceil(ROUND_S * sample_rate / len(mono))))


def better(plain: Heard, going: Heard, frames: int, sample_rate: int) -> Heard:
    """The grid of a file of so many frames: of it going round where it is a loop, else `plain`."""
    length_s = frames / sample_rate
    going = _in_octave_of(plain, going)
    bars = length_s * going.bpm / 60 / going.meter.quarters_per_bar
    octave = float(np.log2(max(bars, 0.1)))
    whole = round(octave)
    same = plain.periodic and abs(plain.bpm / going.bpm - 1) < ROUGH
    least = SURE if same else max(SURE_OF_ANOTHER, plain.confidence)
    fits = (
        going.periodic
        and going.steady
        and whole >= 0
        and abs(octave - whole) < SAME_TEMPO
        and abs(float(going.time_of(0.0))) < ON_THE_ONE_S
        and going.confidence >= least
    )
    if not fits:
        return plain
    bpm = tempo_of(frames, sample_rate, 2**whole, going.meter)
    inside = going.knots_s < length_s + going.meter.quarters_per_bar * 60 / bpm
    said = f"the file is {2**whole} bar{'s' * (whole > 0)} long at {bpm:g} bpm, and goes round so"
    most = 1.0 if same else LENGTH_ALONE
    return replace(
        going,
        bpm=bpm,
        confidence=min(most, going.confidence),
        downbeat_confidence=min(most, going.downbeat_confidence),
        knots_q=going.knots_q[inside],
        knots_s=going.knots_s[inside],
        sounds_from_s=plain.sounds_from_s,
        sounds_to_s=plain.sounds_to_s,
        repeats_bars=plain.repeats_bars,
        similarity=plain.similarity,
        evidence=(said,),
        tempo_step="",
    )


def own_or_asked(own: Heard, asked: Heard, asked_bpm: float) -> Heard:
    """The grid of a short file of which both were heard, its own and one near the asked tempo.

    In so few beats a tempo can be heard near any that is asked. So it counts only as another count
    of the file's own tempo, or where that is unlikely and the asked one itself is surer.
    """
    if not (own.periodic and asked.periodic):
        return in_asked_octave(own, asked_bpm) if own.periodic else asked
    apart = asked.bpm / own.bpm
    counts = any(_same(apart * 2.0 ** -_octaves(apart / count), count) for count in COUNTS)
    found = _same(asked.bpm, asked_bpm) and own.confidence < min(LIKELY, asked.confidence)
    return asked if counts or found else in_asked_octave(own, asked_bpm)


def in_asked_octave(own: Heard, asked_bpm: float | None) -> Heard:
    """`own`, its beats in the octave that is nearest to the asked tempo."""
    octaves = _octaves(asked_bpm / own.bpm) if asked_bpm and own.periodic else 0
    if not octaves:
        return own
    times = 2.0**octaves
    said = f"it moves at {1 / times:g} times the tempo that was asked"
    others = (_counted(other, own.bpm, times) for other in own.alternatives)
    return replace(
        own,
        bpm=own.bpm * times,
        knots_q=own.knots_q * times,
        octave=own.octave / times,
        evidence=(*own.evidence, said),
        alternatives=tuple(others),
    )


def _counted(other: Alternative, own_bpm: float, times: float) -> Alternative:
    """An alternative of a grid that is counted `times` as fast: the other octave is its own."""
    is_octave = not _same(other.bpm, own_bpm)
    return replace(other, bpm=own_bpm if is_octave else own_bpm * times)


def _same(one: float, other: float) -> bool:
    return abs(one / other - 1) < ONE_TEMPO


def _octaves(ratio: float) -> int:
    return round(float(np.log2(ratio)))


def _in_octave_of(plain: Heard, going: Heard) -> Heard:
    """`going`, its beats twice or half as fast where the plain hearing is sure of that octave.

    What goes round repeats itself, and its half tempo looks as good: the length tells no octave.
    """
    octaves = _octaves(plain.bpm / going.bpm) if plain.periodic else 0
    if abs(octaves) != 1 or plain.confidence < SURE_OF_OCTAVE:
        return going
    return replace(going, bpm=going.bpm * 2.0**octaves, knots_q=going.knots_q * 2.0**octaves)


def tempo_of(frames: int, sample_rate: int, bars: int, meter: Meter) -> float:
    """The tempo at which so many bars are exactly so many frames, with the fewest digits."""
    bpm = 60 * meter.quarters_per_bar * bars * sample_rate / frames
    for digits in range(1, DIGITS + 1):
        tempo = round(bpm, digits)
        if loop_frames(bars, meter, tempo, sample_rate) == frames:
            return tempo
    return bpm
