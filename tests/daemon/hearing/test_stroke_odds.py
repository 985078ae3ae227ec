"""What a drum's odds are worth beside all else that was heard."""

import numpy as np
import pytest

from daemon.hearing.drum_net import ROLES
from daemon.hearing.log_spectra import FRAME_S, QUICK_ROWS
from daemon.hearing.stroke_odds import weighed
from daemon.hearing.strokes import strokes_of

ROWS = {role: n for n, role in enumerate(ROLES)}
#: Columns of a beat.
BEAT = 43


def heard(strokes: dict[str, dict[int, float]]) -> np.ndarray:
    """(columns, pieces): role -> beat -> odds."""
    odds = np.full((BEAT * 9, len(ROLES)), 0.01, np.float32)
    for role, own in strokes.items():
        for beat, value in own.items():
            odds[BEAT * (beat + 1), ROWS[role]] = value
    return odds


def worth(role: str, beat: int, strokes: dict[str, dict[int, float]], loud_db=None) -> float:
    odds = heard(strokes)
    columns = BEAT * (np.array(sorted(strokes[role])) + 1)
    level = np.array([(loud_db or {}).get(one, -20.0) for one in sorted(strokes[role])])
    return float(weighed(odds, ROWS[role], columns, level, role)[sorted(strokes[role]).index(beat)])


SURE = dict.fromkeys(range(0, 8, 2), 0.9)


@pytest.mark.parametrize("role", ["kick", "snare", "hats"])
def test_a_doubtful_stroke_far_softer_than_the_sure_ones_counts_less(role):
    strokes = {role: {**SURE, 3: 0.35}}
    assert worth(role, 3, strokes, {3: -45.0}) < worth(role, 3, strokes) - 0.02


def test_a_snare_where_hats_are_heard_for_certain_is_more_likely_the_hats():
    alone = {"snare": {**SURE, 3: 0.3}}
    assert worth("snare", 3, {**alone, "hats": {3: 0.95}}) < worth("snare", 3, alone) - 0.1


def test_drums_too_few_are_struck_of_keep_the_odds_of_the_network():
    assert worth("toms", 3, {"toms": {0: 0.9, 3: 0.35}}) == pytest.approx(0.35)


def test_what_is_heard_for_certain_is_a_stroke_at_its_time_and_no_odds_are_none():
    quick = np.full((BEAT * 9, QUICK_ROWS), 128, np.uint8)
    found = [one for one in strokes_of(heard({"kick": SURE}), quick) if one.confidence > 0.5]
    assert [one.role for one in found] == ["kick"] * len(SURE)
    expected = [BEAT * (beat + 1) * FRAME_S for beat in SURE]
    assert [one.at_s for one in found] == pytest.approx(expected, abs=FRAME_S)
    assert strokes_of(heard({}), quick) == []
