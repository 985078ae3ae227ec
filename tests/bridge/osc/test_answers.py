"""Every answer that the door sends is read back as what it was."""

import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import (
    Accepted,
    Done,
    Event,
    Failed,
    Finished,
    Origin,
    Progress,
    Refused,
    SessionChanged,
    Told,
)
from bridge.osc.addresses import OUT
from bridge.osc.answers import Greeting, Welcome, answer_message, read_answer
from bridge.osc.packet import Message, build_message, parse_packet

# OSC ends a text at its first zero byte, and UTF-8 holds no half of a surrogate pair
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
COUNTS = st.integers(0, 2**31 - 1)
VALUES = st.dictionaries(
    TEXTS, st.none() | st.booleans() | COUNTS | TEXTS | st.lists(TEXTS, max_size=3), max_size=4
)
ORIGINS = st.builds(lambda label: Origin("osc", label=label), TEXTS)
PLAIN = st.just(Origin("osc"))
VERBS = TEXTS.filter(lambda verb: verb not in ("known",))
EVENTS = {
    Accepted: st.builds(Accepted, ORIGINS, TEXTS, COUNTS),
    Progress: st.builds(Progress, ORIGINS, TEXTS, st.floats(0, 1, width=32), TEXTS),
    Done: st.builds(Done, ORIGINS, TEXTS, TEXTS, TEXTS, VALUES),
    Finished: st.builds(Finished, ORIGINS, TEXTS, COUNTS, COUNTS),
    Failed: st.builds(Failed, ORIGINS, TEXTS, TEXTS, TEXTS),
    Refused: st.builds(Refused, ORIGINS, TEXTS, TEXTS, TEXTS),
    Told: st.builds(Told, PLAIN, st.just("report") | VERBS, TEXTS, VALUES),
    SessionChanged: st.builds(SessionChanged, VALUES),
    Welcome: st.builds(Welcome, TEXTS, st.builds(Greeting, TEXTS, TEXTS, TEXTS, TEXTS)),
}


def through_a_packet(message):
    (received,) = parse_packet(build_message(message.address, *message.arguments))
    return received


def test_every_kind_of_event_is_tried_here():
    assert set(typing.get_args(Event)) | {Welcome} == set(EVENTS)


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_there_and_back(kind):
    @given(EVENTS[kind])
    def check(event):
        message = answer_message(event)
        assert message.address in OUT
        assert read_answer(through_a_packet(message)) == event

    check()


def test_what_is_known_reads_as_a_change_of_the_session():
    message = answer_message(Told(Origin("osc", label="a"), "known", "", {"bpm": 90}))
    assert read_answer(message) == SessionChanged({"bpm": 90})


def test_a_refusal_names_the_address_that_was_sent_to():
    origin = Origin("osc", {"sent": "/sidecrate/keep"}, "a")
    answer = read_answer(answer_message(Refused(origin, "unknown_clip", "there is none", "keep")))
    assert answer == Refused(
        Origin("osc", label="a"), "unknown_clip", "there is none", "/sidecrate/keep"
    )


def test_arguments_of_a_later_version_are_passed_over():
    message = answer_message(Accepted(Origin("osc", label="a"), "j1", 2))
    later = Message(message.address, (*message.arguments, "more"))
    assert read_answer(later) == Accepted(Origin("osc", label="a"), "j1", 2)


def test_a_welcome_of_an_earlier_version_has_no_folder_for_recordings():
    answer = read_answer(Message("/sidecrate/welcome", ("n", "0", "/crate", "b")))
    assert answer == Welcome("n", Greeting("0", "/crate", "b"))


@pytest.mark.parametrize(
    "message",
    [
        Message("/sidecrate/text", ("how it goes",)), Message("/live/song/get/tempo", (120.0,)), Message("/sidecrate/done", ()),
        Message("/sidecrate/done", ("a", "j1", "k3f9", "/a.wav", "{")), Message("/sidecrate/told", ("keep", "k3f9", "[]")),
        Message("/sidecrate/told", ("keep", "k3f9", "3")), Message("/sidecrate/accepted", ("a", "j1", "two")),
        Message("/sidecrate/session", ("[" * 100_000,)),
    ],
    ids=lambda message: f"{message.address} {str(message.arguments)[:30]}",
)  # fmt: skip
def test_what_is_no_answer_is_none(message):
    assert read_answer(message) is None


@given(
    st.sampled_from(sorted(OUT)),
    st.lists(TEXTS | COUNTS | st.floats(width=32) | st.booleans(), max_size=6),
)
def test_no_arguments_do_more_than_be_passed_over(address, arguments):
    read_answer(Message(address, tuple(arguments)))
