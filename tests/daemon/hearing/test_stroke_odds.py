"""What a drum's odds are worth beside all else that was heard."""

import numpy as np
import pytest

from daemon.hearing.attacks_beside import Attacks
from daemon.hearing.drum_net import ROLES
from daemon.hearing.log_spectra import FRAME_S, QUICK_ROWS
from daemon.hearing.stroke_odds import even_of, weighed
from daemon.hearing.strokes import strokes_of

ROWS = {role: n for n, role in enumerate(ROLES)}
#: Columns of a beat.
BEAT = 43
#: Rows of the map in which a drum sounds.
SOUNDS = {"kick": (0, 30), "snare": (30, 90), "hats": (80, QUICK_ROWS)}


def heard(strokes: dict[str, dict[int, float]]) -> np.ndarray:
    """(columns, pieces): role -> beat -> odds."""
    odds = np.full((BEAT * 9, len(ROLES)), 0.01, np.float32)
    for role, own in strokes.items():
        for beat, value in own.items():
            odds[BEAT * (beat + 1), ROWS[role]] = value
    return odds


def sounding(strokes: dict[str, tuple[int, ...]]) -> np.ndarray:
    """uint8 (columns, rows): a map in which each role sounds at its beats, and falls."""
    quick = np.zeros((BEAT * 9, QUICK_ROWS), np.uint8)
    falls = np.linspace(220, 0, 20).astype(np.uint8)[:, None]
    for role, beats in strokes.items():
        low, high = SOUNDS[role]
        for beat in beats:
            at = BEAT * (beat + 1)
            quick[at : at + 20, low:high] = np.maximum(quick[at : at + 20, low:high], falls)
    return quick


def worth(role: str, beat: int, strokes, loud_db=None, *, quick: np.ndarray) -> float:
    odds = heard(strokes)
    beats = sorted(strokes[role])
    columns = BEAT * (np.array(beats) + 1)
    every = [BEAT * (one + 1) for own in strokes.values() for one in own]
    attacks = Attacks.of(odds, quick, np.array(every))
    level = np.array([(loud_db or {}).get(one, -20.0) for one in beats])
    return float(weighed(odds, ROWS[role], columns, level, attacks)[beats.index(beat)])


SURE = dict.fromkeys(range(0, 8, 2), 0.9)


@pytest.mark.parametrize("role", ["kick", "snare", "hats"])
def test_a_doubtful_stroke_far_softer_than_the_sure_ones_counts_less(role):
    strokes = {role: {**SURE, 3: 0.35}}
    loud = sounding({role: (0, 2, 3, 4, 6)})
    soft, at = loud.astype(int), BEAT * 4
    soft[at : at + 20] -= 90
    quick = soft.clip(0).astype(np.uint8)
    softer = worth(role, 3, strokes, {3: -45.0}, quick=quick)
    assert softer < worth(role, 3, strokes, quick=loud) - 0.1


def test_a_doubtful_snare_where_hats_are_sure_is_told_by_what_it_sounds_like():
    hats = dict.fromkeys((1, 3, 5, 7), 0.95)
    strokes = {"snare": {**SURE, 3: 0.3}, "hats": hats}
    as_snare = sounding({"snare": (0, 2, 3, 4, 6), "hats": (1, 5, 7)})
    as_hats = sounding({"snare": (0, 2, 4, 6), "hats": (1, 3, 5, 7)})
    assert worth("snare", 3, strokes, quick=as_snare) > 0.8
    assert worth("snare", 3, strokes, quick=as_hats) < 0.2


def test_what_is_known_of_an_attack_is_that_of_the_nearest_one():
    odds = heard({"snare": {0: 0.9, 3: 0.5}})
    first, second = BEAT, BEAT * 4
    attacks = Attacks.of(odds, sounding({"snare": (0, 3)}), np.array([first, first + 1, second]))
    assert list(attacks.columns) == [first, second]
    known = attacks.at(np.array([first + 1, second - 2]))
    assert np.array_equal(known, attacks.known)
    alone = Attacks.of(odds, sounding({"snare": (0,)}), np.array([first]))
    assert np.isfinite(alone.at(np.array([first - 1, first + 2]))).all()


def test_a_sound_of_doubtful_strokes_has_lower_even_odds_and_a_sure_one_half():
    assert even_of(np.array([0.99, 0.98, 0.99, 0.02])) == pytest.approx(0.5, abs=0.02)
    doubtful = even_of(np.array([0.5, 0.45, 0.4, 0.35, 0.1, 0.05]))
    assert 0.2 < doubtful < 0.35
    assert even_of(np.array([0.04, 0.01])) == 0.15
    assert even_of(np.zeros(0)) == 0.5


def test_toms_keep_the_odds_of_the_network():
    found = strokes_of(heard({"toms": {0: 0.9, 3: 0.2}}), sounding({"kick": (0, 3)}))
    sure = [round(one.at_s / FRAME_S / BEAT) for one in found if one.confidence > 0.5]
    assert {one.role for one in found} == {"toms"} and sure == [1]


def test_what_is_heard_for_certain_is_a_stroke_at_its_time_and_no_odds_are_none():
    quick = np.full((BEAT * 9, QUICK_ROWS), 128, np.uint8)
    found = [one for one in strokes_of(heard({"kick": SURE}), quick) if one.confidence > 0.5]
    assert [one.role for one in found] == ["kick"] * len(SURE)
    expected = [BEAT * (beat + 1) * FRAME_S for beat in SURE]
    assert [one.at_s for one in found] == pytest.approx(expected, abs=FRAME_S)
    assert strokes_of(heard({}), quick) == []
