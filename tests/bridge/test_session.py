import json

import pytest

from bridge.errors import RequestError
from bridge.session import MOST_SOURCES, PHASE_ENDS_S, SILENCE_ENDS_S, Session


def test_nothing_is_known_at_first():
    view = Session().view(0.0)
    assert (view.bpm, view.key, view.meter, view.sources) == (None, None, None, ())
    assert view.to_json() == {"said_by": {}, "sources": []}


def test_who_counts_first_does_not_depend_on_who_spoke_first():
    orders = [("max:live-1", 120), ("abletonosc", 121), ("link", 122), ("midi_clock", 123)]
    for spoken in (orders, orders[::-1]):
        session = Session()
        for now_s, (source, bpm) in enumerate(spoken):
            session.hear(
                source, {"bpm": bpm, "peers": 1} if source == "link" else {"bpm": bpm}, float(now_s)
            )
        known = session.resolve("bpm", 5.0)
        assert (known.source, known.value) == ("max:live-1", 120)
        assert known.overruled == (("abletonosc", 121), ("link", 122), ("midi_clock", 123))


def test_each_value_is_followed_by_itself():
    session = Session()
    session.hear("fl", {"bpm": 128.5}, 0.0)
    session.hear("midi_clock", {"bpm": 128, "playing": True}, 0.0)
    view = session.view(1.0)
    assert (view.bpm.source, view.playing.source, view.playing.value) == ("fl", "midi_clock", True)


def test_a_pin_goes_before_all_and_zero_follows_again():
    session = Session({"bpm": 90.0})
    session.hear("max:a", {"bpm": 120, "key": "Am", "meter": "3/4"}, 0.0)
    assert session.resolve("bpm", 1.0).said == (("pin", 90.0), ("max:a", 120))
    for nothing in (0, 0.0, "", None, "0"):
        session.pin("bpm", 95)
        session.pin("bpm", nothing)
        assert session.resolve("bpm", 1.0).source == "max:a"
    session.pin("key", "keep")
    session.pin("meter", "7/8")
    assert json.loads(json.dumps(session.pins)) == {"key": "keep", "meter": "7/8"}
    assert Session(session.pins).pins == session.pins


@pytest.mark.parametrize(
    ("name", "value"),
    [("bpm", 500), ("bpm", "fast"), ("key", "H#"), ("meter", "1/4"), ("swing", 60)],
)
def test_a_pin_that_cannot_be_is_refused(name, value):
    session = Session()
    with pytest.raises(RequestError, match=name):
        session.pin(name, value)
    assert session.pins == {}


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"bpm": 999}, "bpm 999, which is not used: only tempos from 40 to 300 are"),
        ({"bpm": 20}, "bpm 20"), ({"bpm": float("nan")}, "bpm nan"), ({"bpm": "fast"}, "bpm 'fast'"), ({"bpm": True}, "bpm True"),
        ({"key": "H#"}, "key 'H#'"), ({"meter": "4/7"}, "meter '4/7'"), ({"meter": [1, 4]}, "meter [1, 4]"),
        ({"sample_rate": 1}, "sample_rate 1"), ({"position": "x"}, "position 'x'"), ({"project": 5}, "project 5"),
        ({"bpm": {"a": 1}}, "bpm"), ({"bpm": 10**400}, "bpm"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_and_does_no_harm(values, what):
    session = Session()
    session.hear("max:a", {"project": "Song"}, 0.0)
    assert session.hear("max:b", values, 0.0)
    view = session.view(0.0)
    assert len(view.ignored) == 1 and view.ignored[0].startswith(f"max:b says {what}")
    assert view.bpm is None and view.key is None and view.project.value == "Song"
    session.hear(
        "max:b",
        {
            "bpm": 100,
            "key": "C",
            "meter": [3, 4],
            "sample_rate": 48000,
            "position": 1,
            "project": "S",
        },
        1.0,
    )
    assert session.view(1.0).ignored == ()


def test_a_tempo_that_can_no_longer_be_used_is_not_followed():
    session = Session()
    session.hear("max:a", {"bpm": 120}, 0.0)
    session.hear("midi_clock", {"bpm": 90}, 0.0)
    session.hear("max:a", {"bpm": 20}, 1.0)
    assert session.resolve("bpm", 1.0).source == "midi_clock"


def test_tempo_is_remembered_when_the_transport_stops_and_only_the_phase_goes_stale():
    session = Session()
    session.hear("max:a", {"bpm": 120, "position": 8.0, "playing": True}, 0.0)
    assert session.view(2.0).position.value == pytest.approx(12.0)
    session.hear("max:a", {"playing": False, "position": 12.0}, 2.0)
    assert session.view(4.0).position.value == 12.0
    later = session.view(2.0 + PHASE_ENDS_S + 1)
    assert later.position is None and later.bpm.value == 120


def test_a_source_ends_with_its_bye_or_after_long_silence():
    session = Session()
    session.hear("max:a", {"bpm": 120}, 0.0)
    session.hear("fl", {"bpm": 130}, 0.0)
    session.bye("fl")
    assert session.view(1.0).sources == ("max:a",)
    session.hear("max:a", {}, SILENCE_ENDS_S - 1)
    assert session.resolve("bpm", SILENCE_ENDS_S + 1).value == 120, (
        "a sign of life keeps what was said"
    )
    assert session.resolve("bpm", 3 * SILENCE_ENDS_S) is None
    session.hear("max:a", {"key": "Am"}, 3 * SILENCE_ENDS_S)
    assert session.resolve("bpm", 3 * SILENCE_ENDS_S) is None, (
        "what was said before the silence is not taken up again"
    )


def test_of_equals_the_one_that_changed_something_last_counts_and_an_echo_does_not():
    session = Session()
    session.hear("max:a", {"bpm": 120}, 0.0)
    session.hear("max:b", {"bpm": 130}, 1.0)
    session.hear("max:a", {"bpm": 120, "position": 4}, 2.0)
    assert session.resolve("bpm", 2.0).source == "max:b"
    session.hear("max:a", {"bpm": 121}, 3.0)
    assert session.resolve("bpm", 3.0).source == "max:a"


def test_link_counts_only_with_a_peer():
    session = Session()
    session.hear("link", {"bpm": 120, "peers": 0}, 0.0)
    assert session.resolve("bpm", 0.0) is None
    assert session.hear("link", {"peers": 2}, 1.0)
    assert session.resolve("bpm", 1.0).value == 120


def test_hear_tells_whether_anything_changed():
    session = Session()
    assert session.hear("max:a", {"bpm": 120, "position": 1}, 0.0)
    assert not session.hear("max:a", {"bpm": 120, "position": 2}, 1.0)
    assert session.hear("max:a", {"bpm": 121}, 2.0)
    assert session.hear("max:a", {"bpm": None}, 3.0) and session.resolve("bpm", 3.0) is None


def test_numbers_as_hosts_send_them():
    session = Session()
    session.hear(
        "max:a",
        {
            "bpm": 93.40000152587890625,
            "sample_rate": 48000.0,
            "meter": [6, 8],
            "playing": 1,
            "other": 5,
        },
        0.0,
    )
    view = session.view(0.0)
    assert (view.bpm.value, view.sample_rate.value, view.meter.value, view.playing.value) == (
        93.4,
        48000,
        "6/8",
        True,
    )
    assert json.loads(json.dumps(view.to_json()))["said_by"]["bpm"] == "max:a"


def test_ever_new_sources_are_forgotten_and_displace_no_device():
    session = Session()
    session.hear("max:1", {"bpm": 90.0}, 0.0)
    session.hear("midi_clock", {"bpm": 91.0}, 0.0)
    for n in range(500):
        session.hear(f"stranger{n}", {"bpm": 100.0 + n % 50}, 1.0 + n / 1000)
    view = session.view(2.0)
    assert len(view.sources) == len(session._sources) == MOST_SOURCES
    assert view.bpm.source == "max:1" and {"midi_clock", "stranger499"} <= set(view.sources)
    session.hear("max:1", {}, 601.0)
    session.hear("later", {"bpm": 120.0}, 602.0)
    assert set(session._sources) == {"max:1", "later"}


def test_a_source_that_measures_anew_is_named_until_it_has_settled():
    session = Session()
    session.hear("midi_clock", {"bpm": 127.5, "settling": False}, 0.0)
    assert session.view(1.0).settling == () and "settling" not in session.view(1.0).to_json()
    assert session.hear("midi_clock", {"bpm": 127.5, "settling": True}, 2.0)
    view = session.view(2.0)
    assert (view.bpm.value, view.settling) == (127.5, ("midi_clock",))
    assert view.to_json()["settling"] == ["midi_clock"]
    session.hear("midi_clock", {}, 3.0)
    assert session.view(3.0).settling == ("midi_clock",)
    session.hear("midi_clock", {"bpm": 99.0, "settling": False}, 4.0)
    assert session.view(4.0).settling == ()
