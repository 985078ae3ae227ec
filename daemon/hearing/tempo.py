"""Tempo estimation: candidates, each in every octave in which it could be counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daemon.hearing.onsets import Onsets
from daemon.hearing.tempogram import BEATS, FASTEST_BPM, PULSES, SLOWEST_BPM, Tempogram

#: bpm; the middle from which the octaves of a tempo are counted.
MIDDLE_BPM = 120.0
#: Highest peaks of the score that are looked at.
PEAKS = 10
#: The same of the repetition alone: drift smears the pulse but not the repetitions.
REPETITION_PEAKS = 3
#: Kinds of tempo kept: tempi an octave apart are of one kind. The right one was the first in 56 of
#: 59 takes of music models, and among the first four in all others but two.
KINDS = 4
#: Octaves up to which two tempi are the same.
SAME = 0.009
#: Steps of the tempogram within which an octave's own peak is taken.
REACH = 9
#: Seconds; attacks nearer together are one.
TOGETHER_S = 0.035
#: Features of a tempo before its beats are known; the stored regressions were fitted to these.
FEATURES = 23
#: Distance in octaves from the asked tempo within which a peak is looked at for being near it.
NEAR_ASKED = 0.17


@dataclass(frozen=True)
class Candidate:
    """A tempo in bpm, the index `at` of it in the tempogram, and its `kind`.

    Candidates of one `kind` are octaves of each other; kind 0 has the highest score.
    """

    bpm: float
    at: int
    kind: int


def candidates(gram: Tempogram, asked_bpm: float | None = None) -> list[Candidate]:
    """The likeliest tempi in all their octaves; those near the asked one are not left out."""
    kinds: list[float] = []
    peaks = gram.peaks(PEAKS) + gram.peaks(REPETITION_PEAKS, only_repetition=True)
    for bpm in gram.bpm[peaks]:
        if all(abs(apart(bpm, other)) > SAME for other in kinds):
            kinds.append(float(bpm))
    kinds = kinds[:KINDS]
    if asked_bpm is not None:
        kinds += _near_asked(gram, asked_bpm, kinds)
    found: list[Candidate] = []
    for kind, base in enumerate(kinds):
        for octave in (0.25, 0.5, 1.0, 2.0, 4.0):
            if SLOWEST_BPM * 1.03 < base * octave < FASTEST_BPM * 0.98:
                at = gram.near(base * octave, REACH)
                if any(each.at == at for each in found):
                    continue
                found.append(Candidate(float(gram.bpm[at]), at, kind))
    return found


def apart(bpm: float, other: float) -> float:
    """Octaves, -0.5 to 0.5, by which two tempi differ apart from whole octaves."""
    return float((np.log2(bpm / other) + 0.5) % 1 - 0.5)


def _near_asked(gram: Tempogram, asked_bpm: float, known: list[float]) -> list[float]:
    """The highest peak near the asked tempo or its octaves, where it is not known yet."""
    away = (np.log2(gram.bpm / asked_bpm) + 0.5) % 1 - 0.5
    score = np.where(np.abs(away) < NEAR_ASKED, gram.score, -np.inf)
    peak = float(gram.bpm[int(np.argmax(score))])
    return [] if any(abs(apart(peak, other)) <= SAME for other in known) else [peak]


def features(gram: Tempogram, candidate: Candidate, hits_a_second: float) -> np.ndarray:
    """What speaks for a tempo before its beats are known (23,): see `odds`."""
    octave = float(np.log2(candidate.bpm / MIDDLE_BPM))
    crowd = float(np.log(hits_a_second * 60 / candidate.bpm + 0.05))
    at = candidate.at
    return np.array(
        [
            octave,
            octave**2,
            max(0.0, -octave - 0.5),
            max(0.0, octave - 0.4),
            crowd,
            crowd**2,
            gram.strength[at],
            gram.repetition[at],
            *(gram.pulses[times][at] for times in PULSES),
            *(gram.beats[lag][at] for lag in BEATS),
            gram.bars[1.0][at],
            gram.bars[2.0][at],
        ]
    )


def hits_a_second(hits: Onsets, sounding_s: float) -> float:
    """Attacks a second, those of all bands together; weak ones count by their weight."""
    if not len(hits):
        return 0.0
    order = np.argsort(hits.time_s)
    begins = np.concatenate([[True], np.diff(hits.time_s[order]) > TOGETHER_S])
    weight = np.bincount(np.cumsum(begins) - 1, hits.weight[order])
    return float(np.minimum(weight / np.percentile(weight, 90), 1).sum() / max(sounding_s, 1.0))
