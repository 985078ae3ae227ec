"""What silence before a sound says, and what it does not."""

from __future__ import annotations

import pytest

from bridge.music import Meter
from daemon.hearing import beat_map, hear
from daemon.hearing.envelopes import BEFORE_S, envelopes
from daemon.hearing.lead_in import own_rest
from tests.daemon.hearing import music
from tests.daemon.hearing.distances import downbeat_errors_s

BPM = 90
SPARSE = {"kick": "x.....x.........", "snare": "........x......."}


def begun_before(hit: int, by_s: float) -> music.Piece:
    """Sparse drums, cut in the rest before the hit on that 16th."""
    return music.drums(SPARSE, BPM, 4.5, start_bar=hit / 16 - by_s * BPM / 240)


@pytest.mark.parametrize("hit", [6, 8])
def test_a_rest_of_the_music_is_no_beginning(hit: int) -> None:
    piece = begun_before(hit, 0.1)
    heard = hear(piece.audio, piece.sample_rate, BPM, Meter())
    assert downbeat_errors_s(heard, piece.downbeats_s).max() < 0.006


@pytest.mark.parametrize(
    "piece, own",
    [
        (begun_before(6, 0.1), True),
        (music.drums(SPARSE, BPM, 4.5, start_bar=8 / 16, silence_s=0.5), False),
    ],
)
def test_it_is_told_from_silence_that_was_put_before(piece: music.Piece, own: bool) -> None:
    env = envelopes(piece.audio[:, 0], piece.sample_rate)
    beats_s = beat_map.straight(
        float(piece.quarters_s[0]), 60 / BPM, len(piece.audio) / piece.sample_rate
    )
    lattice = beat_map.BeatMap(beats_s, 0.0, 0.0, 0.0)
    assert env.sounds_from_s > BEFORE_S
    assert own_rest(env, lattice, 16) is own


@pytest.mark.parametrize(
    "name, steps",
    [("kick", "....x.x.x.x....."), ("snare", "......x.x.x....."), ("hat", "...x..x...x.....")],
)
def test_a_phrase_begins_after_its_longest_rest(name: str, steps: str) -> None:
    """A few hits alike and a rest, over again, cut in the phrase: nothing but the rest tells the first of them."""
    piece = music.drums({name: steps}, BPM, 4.4, start_bar=0.5)
    heard = hear(piece.audio, piece.sample_rate, BPM, Meter())
    first_s = piece.downbeats_s + steps.index("x") / 4 * 60 / BPM
    assert downbeat_errors_s(heard, first_s).max() < 0.006
