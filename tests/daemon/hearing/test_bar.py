"""The take folded onto the unit it repeats."""

from __future__ import annotations

import numpy as np
import pytest

from daemon.hearing import bar, beat_map
from daemon.hearing.envelopes import BEFORE_S, envelopes
from tests.daemon.hearing import music

RATE, BPM = 44100, 120
SPARSE = {"kick": "x.......x.......", "snare": "....x.......x..."}


@pytest.mark.parametrize("start_bar", [0.17, 0.3])
def test_where_a_take_is_cut_into_its_sound_no_attack_is_heard(start_bar: float) -> None:
    """A loud tone sounds throughout, the take begins between two hits: only hits begin something."""
    piece = music.drums(SPARSE, BPM, 1.6, start_bar=start_bar)
    clock_s = np.arange(len(piece.audio)) / RATE
    tone = 0.3 * sum(np.sin(2 * np.pi * hz * clock_s + 1) for hz in (110, 220, 440, 1320))
    heard = np.concatenate([np.zeros(round(BEFORE_S * RATE)), piece.audio[:, 0] + tone]).astype(
        np.float32
    )
    env = envelopes(heard, RATE)
    beats_s = beat_map.straight(BEFORE_S + float(piece.downbeats_s[0]), 60 / BPM, env.length_s)
    lattice = beat_map.BeatMap(beats_s, 0.0, 0.0, 0.0)
    folded = bar.fold(env, lattice, 16, 1)
    begun_16ths = np.interp(BEFORE_S, beats_s, np.arange(len(beats_s))) * 4 % 16
    starts = bar.beginnings(folded)
    assert np.abs((starts - begun_16ths + 8) % 16 - 8).min() > 0.25
