"""What silence before the first sound says, and what it does not."""

from __future__ import annotations

import pytest

from bridge.music import Meter
from daemon.conform.hear import hear, timemap
from daemon.conform.hear.envelopes import BEFORE_S, envelopes
from daemon.conform.hear.lead_in import own_rest
from tests.daemon.conform.hear import music
from tests.daemon.conform.hear.test_hearing import downbeat_errors_s

BPM = 90
SPARSE = {"kick": "x.....x.........", "snare": "........x......."}
SPARSER = {"kick": "x...........x...", "snare": "....x..........."}


def begun_before(pattern: dict[str, str], hit: int, by_s: float) -> music.Piece:
    """Sparse drums, cut in the rest before the hit on that 16th."""
    return music.drums(pattern, BPM, 4.5, start_bar=hit / 16 - by_s * BPM / 240)


@pytest.mark.parametrize("pattern, hit", [(SPARSE, 6), (SPARSE, 8), (SPARSER, 4)])
def test_a_rest_of_the_music_is_no_beginning(pattern: dict[str, str], hit: int) -> None:
    piece = begun_before(pattern, hit, 0.1)
    heard = hear(piece.audio, piece.sample_rate, BPM, Meter())
    assert downbeat_errors_s(heard, piece.downbeats_s).max() < 0.006


@pytest.mark.parametrize(
    "piece, own", [(begun_before(SPARSE, 6, 0.1), True), (music.drums(SPARSE, BPM, 4.5, start_bar=8 / 16, silence_s=0.5), False)]
)
def test_it_is_told_from_silence_that_was_put_before(piece: music.Piece, own: bool) -> None:
    env = envelopes(piece.audio[:, 0], piece.sample_rate)
    beats_s = timemap.straight(float(piece.quarters_s[0]), 60 / BPM, len(piece.audio) / piece.sample_rate)
    lattice = timemap.TimeMap(beats_s, 0.0, 0.0, 0.0)
    assert env.sounds_from_s > BEFORE_S
    assert own_rest(env, lattice, 16) is own
