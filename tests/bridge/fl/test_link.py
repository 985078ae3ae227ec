"""Frames, and the daemon's end of the link on its own clock."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.fl.link import (
    ACK,
    DATA,
    MAX_FRAME,
    MOST_TRIES,
    PING,
    RESEND_S,
    SILENCE_S,
    TO_DAEMON,
    TO_FL,
    FlLink,
    Frame,
    Reassembly,
    identity_reply,
    read_frame,
    split_message,
)

JSON = st.dictionaries(
    st.text(max_size=20),
    st.one_of(st.text(max_size=300), st.integers(), st.booleans(), st.none()),
    max_size=6,
)


@pytest.mark.slow
@given(JSON, st.integers(1, 127))
def test_a_message_comes_back_from_its_frames(message, number):
    frames = [frame.to_bytes() for frame in split_message(message, number, TO_FL)]
    assert all(len(frame) <= MAX_FRAME and max(frame[1:-1]) < 128 for frame in frames)
    assert all(len(frame) == MAX_FRAME for frame in frames[:-1])
    parts = Reassembly()
    found = [parts.add(read_frame(frame), 0.0) for frame in frames]
    assert found[-1] == message and not any(found[:-1])


@given(st.binary(max_size=300))
def test_what_is_no_frame_is_none_and_nothing_is_raised(data):
    link = FlLink()
    for message in (data, b"\xf0\x7dSC" + data, b"\xf0\x7dSC\x01\x02" + data + b"\xf7"):
        assert link.hear(message, 0.0) is None
        read_frame(message)
        identity_reply(message)


def test_in_any_order_and_any_number_of_times():
    message = {"text": "a" * 500}
    frames = split_message(message, 3, TO_DAEMON)
    assert len(frames) == 3
    for order in itertools.permutations([*frames, *frames]):
        parts = Reassembly()
        assert [found for frame in order if (found := parts.add(frame, 0.0))] == [message]
        break_off = Reassembly()
        assert [found for frame in order[:2] if (found := break_off.add(frame, 0.0))] == []


def test_an_id_that_goes_round_is_another_message():
    parts = Reassembly()
    old, new = (
        split_message({"t": "a" * 300}, 3, TO_DAEMON),
        split_message({"t": "b" * 300}, 3, TO_DAEMON),
    )
    assert parts.add(old[0], 0.0) is None
    assert parts.add(new[0], 0.0) is None
    assert parts.add(new[1], 0.0) == {"t": "b" * 300}
    assert parts.add(old[1], 0.0) is None


def test_a_message_too_long_for_all_frames_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        split_message({"t": "a" * 20000}, 1, TO_FL)
    link = FlLink()
    assert link.hear(Frame(TO_DAEMON, ACK, 1).to_bytes(), 0.0) is None
    link.put({"t": "a" * 20000})
    link.put({"t": "b"})
    assert any(read_frame(frame).type == DATA for frame in link.due(1.0))


def types(frames):
    return [
        (read_frame(frame).type, read_frame(frame).id, read_frame(frame).seq) for frame in frames
    ]


def test_a_ping_a_second_and_nothing_else_while_nobody_answers():
    link, pings, now = FlLink(), 0, 0.0
    link.put({"do": "hint"})
    while now < 10:
        frames = types(link.due(now))
        assert all(kind == PING for kind, _, _ in frames)
        pings += len(frames)
        assert link.wait_s(now) > 0
        now += min(link.wait_s(now), 1.0)
    assert 9 <= pings <= 11 and not link.is_answered(now)


def test_a_frame_without_an_answer_is_sent_again_and_then_given_up():
    link = FlLink()
    link.hear(Frame(TO_DAEMON, ACK, 99, 0, 0).to_bytes(), 0.0)
    link.put({"do": "one"})
    sent = [
        frame for step in range(60) for frame in types(link.due(step * 0.1)) if frame[0] == DATA
    ]
    assert len(sent) == MOST_TRIES and len(set(sent)) == 1
    assert SILENCE_S >= MOST_TRIES * RESEND_S


def test_one_frame_on_its_way_and_the_next_when_it_is_answered():
    link = FlLink()
    link.hear(Frame(TO_DAEMON, ACK, 99, 0, 0).to_bytes(), 0.0)
    link.put({"t": "a" * 400})
    for seq in range(3):
        ((kind, number, part),) = types(link.due(0.1))
        assert (kind, part) == (DATA, seq) and link.due(0.2) == []
        link.hear(Frame(TO_DAEMON, ACK, number, (seq + 1) % 3, 0).to_bytes(), 0.3)
        assert link.due(0.3) == []
        link.hear(Frame(TO_DAEMON, ACK, number, seq, 0).to_bytes(), 0.3)
    assert link.due(0.4) == []


def test_what_is_about_the_same_is_replaced_while_it_waits():
    link = FlLink()
    for value in range(100):
        link.put({"value": value}, "job")
    link.put({"value": "done"})
    link.hear(Frame(TO_DAEMON, ACK, 99, 0, 0).to_bytes(), 0.0)
    values, now, parts = [], 0.0, Reassembly()
    while now < 2:
        for data in link.due(now):
            frame = read_frame(data)
            if frame.type == DATA:
                values.append(parts.add(frame, now)["value"])
            link.hear(Frame(TO_DAEMON, ACK, frame.id, frame.seq, 0).to_bytes(), now)
        now += 0.02
    assert values == [99, "done"]


def test_a_script_with_frames_waiting_is_asked_for_them_at_once():
    link = FlLink()
    ((_, number, _),) = types(link.due(0.0))
    link.hear(Frame(TO_DAEMON, ACK, number, 0, 3).to_bytes(), 0.1)
    assert link.wait_s(0.1) <= 0.03
    assert types(link.due(0.13))[0][0] == PING


def test_each_data_frame_is_answered_also_when_it_comes_again():
    link = FlLink()
    (frame,) = split_message({"do": "touch"}, 7, TO_DAEMON)
    assert link.hear(frame.to_bytes(), 0.0) == {"do": "touch"}
    assert link.hear(frame.to_bytes(), 0.5) is None
    assert types(link.due(0.5))[:2] == [(ACK, 7, 0), (ACK, 7, 0)]


def test_own_echo_and_another_version_are_not_heard():
    link = FlLink()
    (echo,) = split_message({"do": "hint"}, 7, TO_FL)
    (other,) = [
        Frame(TO_DAEMON, DATA, 7, 0, 1, frame.payload, version=9)
        for frame in split_message({"do": "x"}, 7, TO_DAEMON)
    ]
    assert link.hear(echo.to_bytes(), 0.0) is None and link.other_version is None
    assert link.hear(other.to_bytes(), 0.0) is None and link.other_version == 9
    assert not link.is_answered(0.0)


def test_the_identity_that_fl_asks_for():
    assert identity_reply(bytes.fromhex("f07e7f0601f7")) == bytes.fromhex(
        "f07e7f06027d53430100010000 00f7"
    )
    assert identity_reply(bytes.fromhex("f07e7f0602f7")) is None
    assert identity_reply(b"") is None
