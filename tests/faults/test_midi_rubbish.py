"""Rubbish on MIDI ports: SysEx that is cut, foreign or endless, data without a status, floods. (The readers alone, without ports.)"""

import json

from hypothesis import given
from hypothesis import strategies as st

from bridge.events import Origin
from bridge.fl.link import (
    MAGIC,
    MAX_FRAME,
    FlLink,
    Reassembly,
    identity_reply,
    read_frame,
    split_message,
)
from bridge.midi.followed_clock import Clocks
from bridge.midi.mapping import MidiMap, read_message
from bridge.midi.touches import Touches

BYTES = st.lists(st.integers(0, 255), max_size=40)
STATUS = st.sampled_from(
    [
        0x80,
        0x90,
        0xA0,
        0xB0,
        0xC0,
        0xD0,
        0xE0,
        0xF0,
        0xF1,
        0xF2,
        0xF3,
        0xF6,
        0xF7,
        0xF8,
        0xFA,
        0xFB,
        0xFC,
        0xFE,
        0xFF,
    ]
)
MESSAGES = BYTES | st.builds(
    lambda status, rest: [status, *rest], STATUS, st.lists(st.integers(0, 255), max_size=4)
)
FRAMES = st.builds(
    lambda head, payload, end: [*MAGIC, *head, *payload, *end],
    st.lists(st.integers(0, 127), min_size=4, max_size=8),
    st.lists(st.integers(0, 140), max_size=30),
    st.sampled_from([[0xF7], [0xF7], [], [0xF7, 0xF7]]),
)


@given(MESSAGES)
def test_no_message_breaks_a_reader(message):
    touch = read_message(message)
    assert touch is None or (0 <= touch.number <= 127 and 0 <= touch.position <= 127)
    if touch:
        entries = [
            {"note": 36, "do": "again"},
            {"cc": 21, "do": "set bpm", "from": 70, "to": 180},
            {"program": 3, "do": "cancel"},
        ]
        Touches(MidiMap.read(entries)).orders(touch, "port", Origin("midi"))
    Clocks().note("port", message, 1.0)
    identity_reply(message)
    read_frame(message)


@given(st.lists(FRAMES | MESSAGES, max_size=12))
def test_no_frames_break_the_link_and_little_is_kept_of_them(frames):
    link = FlLink()
    for n, frame in enumerate(frames):
        link.hear(frame, n * 0.01)
        link.due(n * 0.01)
    assert link.wait_s(1.0) >= 0


def test_a_flood_of_unfinished_messages_is_bounded():
    reassembly = Reassembly()
    parts = split_message({"what": "x" * 400}, 1, 0)
    assert len(parts) > 1
    for n in range(5000):
        frame = type(parts[0])(
            parts[0].direction, parts[0].type, n % 128, 0, parts[0].total, bytes([n % 128]) * 20
        )
        assert reassembly.add(frame, n * 0.0001) is None
    assert len(reassembly._partial) < 64
    whole = [reassembly.add(part, 1.0) for part in split_message({"what": "drums"}, 5, 0)]
    assert whole[-1] == {"what": "drums"}


def test_an_endless_sysex_is_no_frame():
    assert read_frame([*MAGIC, *[1] * (MAX_FRAME * 10)]) is None
    assert read_frame([*MAGIC, *[1] * (MAX_FRAME * 10), 0xF7]) is None


@given(st.lists(st.tuples(MESSAGES.filter(bool), st.floats(0, 2)), max_size=60))
def test_a_clock_of_rubbish_says_only_what_a_session_can_hold(messages):
    clocks, now_s = Clocks(), 0.0
    for message, delta_s in messages:
        now_s += delta_s
        clocks.note("port", message, now_s)
        said = clocks.look(now_s)
        json.dumps(said, allow_nan=False)
