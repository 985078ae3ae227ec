"""Which piece of a kit a hit is, by masks and by ear."""

import numpy as np
import pytest

from daemon.hearing.strokes import Stroke
from daemon.parts.struck import shares_of

RATE = 1000
#: Frames of the hits: kick, hat, snare with a hat, hat.
STARTS = [0, 250, 500, 750]


def powers(**at: list[float]) -> dict[str, np.ndarray]:
    """Piece -> (frames,), as much as that of each hit."""
    names = ("kick", "snare", "hats", "toms", "cymbals")
    found = {name: np.zeros(1000) for name in names}
    for name, own in at.items():
        for start, power in zip(STARTS, own, strict=True):
            found[name][start : start + 60] = power / 60
    return found


def strokes(*told: tuple[int, str, float]) -> list[Stroke]:
    return [Stroke(start / RATE, role, -20.0, sure) for start, role, sure in told]


#: Masks that give the snare's noise to the hats.
MASKS = powers(kick=[5, 0, 0, 0], hats=[0, 1, 4, 1])
EAR = strokes((0, "kick", 0.9), (250, "hats", 0.9), (500, "hats", 0.9), (500, "snare", 0.8),
              (750, "hats", 0.9))  # fmt: skip


def names(found: list[dict[str, float]]) -> list[str]:
    return [max(own, key=lambda name: own[name], default="") for own in found]


def test_a_snare_that_masks_give_to_the_hats_is_a_snare_by_ear():
    assert names(shares_of(STARTS, MASKS, [], RATE))[2] == "hats"
    assert names(shares_of(STARTS, MASKS, EAR, RATE)) == ["kick", "hats", "snare", "hats"]


def test_a_hat_no_louder_than_alone_beside_a_soft_snare_stays_a_hat():
    soft = powers(kick=[5, 0, 0, 0], snare=[0, 0, 0.3, 0], hats=[0, 1, 1, 1])
    assert names(shares_of(STARTS, soft, EAR, RATE))[2] == "hats"


def test_a_hit_at_which_nothing_is_heard_is_a_tail_where_the_others_are_heard():
    unheard = [one for one in EAR if one.at_s != 0.25]
    assert shares_of(STARTS, MASKS, unheard, RATE)[1] == {}


def test_drums_that_the_ear_does_not_know_are_named_by_their_masks():
    one = [stroke for stroke in EAR if stroke.at_s == 0]
    plain = shares_of(STARTS, MASKS, [], RATE)
    assert shares_of(STARTS, MASKS, one, RATE) == plain
    assert plain[0]["kick"] == pytest.approx(5)


def test_a_cymbal_that_masks_give_to_the_hats_is_a_cymbal_by_ear():
    told = [one for one in EAR if one.at_s != 0.75] + strokes((750, "cymbals", 0.8))
    assert names(shares_of(STARTS, MASKS, told, RATE))[3] == "cymbals"


def test_a_piece_that_is_not_heard_in_a_hit_yields_to_one_that_is():
    masks = powers(kick=[5, 0, 0, 0], toms=[8, 0, 0, 0], hats=[0, 1, 4, 1])
    assert names(shares_of(STARTS, masks, EAR, RATE))[0] == "kick"
