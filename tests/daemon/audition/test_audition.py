import pytest

from bridge.session import Session
from daemon.audition.audition import Fit, fit_to, grid_of

LOOP = {"id": "a", "kind": "loop", "bpm": 120.0, "key": "Am", "meter": "4/4"}


def session(**values):
    made = Session()
    made.hear("max", values, 100.0)
    return made


@pytest.mark.parametrize(
    ("project", "clip", "expected"),
    [
        ({}, {}, Fit(120.0)),
        ({"bpm": 128}, {}, Fit(128.0)),
        ({"bpm": 87}, {"bpm": 174.0}, Fit(174.0)),
        ({"bpm": 180}, {"bpm": 80.0}, Fit(90.0)),
        ({"bpm": 120, "key": "C"}, {}, Fit(120.0)),
        ({"bpm": 120, "key": "Bm"}, {}, Fit(120.0, 2)),
        ({"bpm": 120, "key": "Em"}, {}, Fit(120.0, -5)),
        ({"bpm": 120, "key": "Bm"}, {"key": None}, Fit(120.0)),
        ({"bpm": 99, "key": "Bm"}, {"kind": "oneshot"}, Fit(None)),
    ],
)
def test_a_clip_is_heard_at_the_nearest_of_the_projects_tempos_and_in_its_key(
    project, clip, expected
):
    assert fit_to({**LOOP, **clip}, session(**project).view(100.0)) == expected


def test_the_bars_are_known_while_the_project_plays_and_says_where_it_is():
    playing = session(bpm=120, playing=True, position=5.0, meter="3/4")
    assert grid_of(playing.view(100.0), 7.0) == {
        "line_s": pytest.approx(6.0),
        "bar_s": pytest.approx(1.5),
    }
    assert grid_of(playing.view(100.5), 7.5) == {
        "line_s": pytest.approx(7.5),
        "bar_s": pytest.approx(1.5),
    }
    assert grid_of(playing.view(130.0), 7.0) is None, "too long ago: it may have jumped"
    assert grid_of(session(bpm=120, playing=False, position=5.0).view(100.0), 7.0) is None
    assert grid_of(session(bpm=120, playing=True).view(100.0), 7.0) is None


def test_the_bars_go_by_the_tempo_of_who_plays_though_another_is_pinned():
    playing = session(bpm=120, playing=True, position=0.0)
    playing.pin("bpm", 140)
    assert grid_of(playing.view(100.0), 0.0) == {"line_s": 0.0, "bar_s": pytest.approx(2.0)}
    assert fit_to(LOOP, playing.view(100.0)).bpm == 120
