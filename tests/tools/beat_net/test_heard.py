"""What the beat net hears in songs that it was not taught, and in sound without a beat."""

from __future__ import annotations

import numpy as np

from daemon.hearing.beat_net import activations
from daemon.hearing.beat_path import beats_of
from tools.beat_net.beatless import KINDS, beatless
from tools.beat_net.judge import f_measure, loudest_beats
from tools.beat_net.musician import played
from tools.beat_net.path import downbeats_of
from tools.beat_net.song import RATE

#: Songs that the net was not taught: seeds of a training set end in four digits.
UNSEEN = 77
#: Genres from all over, with and without a kick on each beat.
GENRES = ("house", "boom bap", "drum and bass", "waltz", "rock", "techno", "funk", "pop")


def test_beats_and_bars_of_the_musician_are_heard_without_being_taught() -> None:
    beat_scores, bar_scores = [], []
    for genre in GENRES:
        song = played(genre, UNSEEN)
        sound = np.sum(list(song.stems.values()), axis=0)
        beat, downbeat = activations(sound, RATE)
        found = beats_of(beat)
        beat_scores.append(f_measure(found, song.beats_s, 0.07))
        bar_scores.append(f_measure(downbeats_of(found, downbeat), song.downbeats_s, 0.07))
    assert np.mean(beat_scores) > 0.93, dict(zip(GENRES, beat_scores, strict=True))
    assert np.mean(bar_scores) > 0.5, dict(zip(GENRES, bar_scores, strict=True))


def test_sound_without_a_beat_stays_below_music() -> None:
    quiet = [loudest_beats(beatless(kind, UNSEEN)) for kind in KINDS]
    loud = [loudest_beats(played(genre, UNSEEN)) for genre in GENRES[:4]]
    assert np.mean(quiet) < np.mean(loud) - 0.4, (quiet, loud)
    # the loudest of the kinds without a beat and the softest genre may meet
    assert max(quiet) < np.median(loud), (quiet, loud)
