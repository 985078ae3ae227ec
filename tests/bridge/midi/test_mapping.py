"""The map of pads and knobs: what entries mean, and what is said of wrong ones."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.errors import RequestError
from bridge.events import (
    Accepted,
    Done,
    Failed,
    Finished,
    Origin,
    Progress,
    Refused,
    Told,
)
from bridge.midi.mapping import MidiMap, Touch, read_message
from bridge.midi.pad_lights import Lights
from bridge.midi.ports import plain_name
from bridge.midi.touches import Touches

PRESETS = {"dusty": {"prompt": "dusty drums", "bars": 2}, "Deep Bass": {"prompt": "deep bass"}}


def only(entry: dict[str, Any], **settings: Any) -> Any:
    return MidiMap.read([entry], PRESETS, **settings).mappings[0]


@pytest.mark.parametrize(
    ("entry", "verb", "what", "fields"),
    [
        ({"note": 36, "do": "preset dusty"}, "make", "dusty", {"prompt": "dusty drums", "bars": 2}),
        ({"note": 36, "do": "preset Deep Bass"}, "make", "Deep Bass", {"prompt": "deep bass"}),
        (
            {"note": 36, "do": "preset dusty", "with": {"bars": "8"}},
            "make",
            "dusty",
            {"prompt": "dusty drums", "bars": 8},
        ),
        (
            {"note": 36, "do": "make", "with": {"prompt": "a choir"}},
            "make",
            "",
            {"prompt": "a choir"},
        ),
        (
            {"note": 36, "do": "oneshot", "with": {"prompt": "kick"}},
            "make",
            "",
            {"kind": "oneshot", "prompt": "kick"},
        ),
        (
            {"cc": 20, "do": "again", "with": {"change": "drums"}},
            "again",
            "last",
            {"change": "drums"},
        ),
        ({"program": 3, "do": "cancel"}, "cancel", "all", {}),
        ({"note": 36, "do": "keep"}, "keep", "last", {}),
        ({"note": 36, "do": "audition"}, "audition", "last", {}),
        ({"note": 36, "do": "audition next"}, "audition", "next", {}),
    ],
)
def test_what_entries_do(
    entry: dict[str, Any], verb: str, what: str, fields: dict[str, Any]
) -> None:
    mapping = only(entry)
    assert (mapping.verb, mapping.what, dict(mapping.fields)) == (verb, what, fields)


@pytest.mark.parametrize(("names", "number"), [("live", 36), ("scientific", 24), ("fl", 12)])
def test_notes_by_name(names: str, number: int) -> None:
    assert only({"note": "C1", "do": "keep"}, note_names=names).number == number


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"do": "keep"}, "note, cc and program"),
        ({"note": 1, "cc": 2, "do": "keep"}, "note, cc and program"),
        ({"note": 128, "do": "keep"}, "0 to 127"),
        ({"note": "H2", "do": "keep"}, "0 to 127"),
        ({"note": True, "do": "keep"}, "0 to 127"),
        ({"cc": "C1", "do": "keep"}, "0 to 127"),
        ({"note": 1, "channel": 17, "do": "keep"}, "1 to 16"),
        ({"note": 1, "channel": 0, "do": "keep"}, "1 to 16"),
        ({"note": 1}, "preset NAME"),
        ({"note": 1, "do": "dance"}, "preset NAME"),
        ({"note": 1, "do": "keep it"}, "preset NAME"),
        ({"note": 1, "do": "preset dustie"}, "did you mean dusty"),
        ({"note": 1, "do": "preset"}, "presets are dusty, Deep Bass"),
        ({"cc": 1, "do": "set energi"}, "did you mean energy"),
        ({"cc": 1, "do": "set key"}, "values"),
        ({"cc": 1, "do": "set bpm", "from": 10, "to": 400}, "40 to 300"),
        ({"cc": 1, "do": "set key", "values": ["Am", "H#"]}, "Camelot"),
        ({"cc": 1, "do": "set key", "values": []}, "list"),
        ({"cc": 1, "do": "set bpm", "from": "slow"}, "numbers"),
        ({"cc": 1, "do": "set bpm", "step": -1}, "above 0"),
        ({"program": 1, "do": "set energy"}, "scale"),
        ({"cc": 1, "do": "preset dusty", "velocity": "energy"}, "scale"),
        ({"note": 1, "do": "make", "with": {"bars": 0}}, "1 to 64"),
        ({"note": 1, "do": "make", "with": "loud"}, "with:"),
        ({"note": 1, "doo": "keep", "do": "keep"}, "did you mean do"),
        ("note 36", "midi.map 1"),
    ],
)
def test_wrong_entries_say_what_and_how_to_mend_it(entry: Any, said: str) -> None:
    with pytest.raises(RequestError) as error:
        MidiMap.read([entry], PRESETS)
    assert said in error.value.text
    assert all(
        fault.text.startswith("midi.map 1: ") and "\n" not in fault.text
        for fault in error.value.faults
    )


def test_all_faults_come_at_once() -> None:
    with pytest.raises(RequestError) as error:
        MidiMap.read(
            [{"note": 200, "do": "dance"}, {"note": 1, "do": "keep"}, {"cc": -1, "do": "keep"}],
            PRESETS,
        )
    assert [fault.text[:11] for fault in error.value.faults] == [
        "midi.map 1:",
        "midi.map 1:",
        "midi.map 3:",
    ]


def test_knobs_cover_their_range() -> None:
    energy = only({"cc": 1, "do": "set energy"}).scale
    assert [energy.at(p) for p in (0, 64, 127)] == [0.0, 0.5, 1.0]
    bpm = only({"cc": 1, "do": "set bpm", "from": 70, "to": 170}).scale
    assert [bpm.at(p) for p in (0, 1, 127)] == [70.0, 71.0, 170.0]
    bars = only({"cc": 1, "do": "set bars", "from": 8, "to": 1}).scale
    assert [bars.at(p) for p in (0, 127)] == [8, 1] and {bars.at(p) for p in range(128)} == set(
        range(1, 9)
    )
    fine = only({"cc": 1, "do": "set bpm", "from": 90, "to": 91, "step": 0.25}).scale
    assert {fine.at(p) for p in range(128)} == {90.0, 90.25, 90.5, 90.75, 91.0}
    key = only({"cc": 1, "do": "set key", "values": ["Am", "Cm", "keep"]}).scale
    assert [key.at(p) for p in (0, 42, 43, 85, 86, 127)] == ["Am", "Am", "Cm", "Cm", "keep", "keep"]
    stems = only({"cc": 1, "do": "set stems", "values": ["off", "on"]}).scale
    assert [stems.at(p) for p in (63, 64)] == [False, True]


def test_velocity_sets_a_field_of_its_own_request() -> None:
    mapping = only({"note": 36, "do": "preset dusty", "velocity": "energy", "from": 0.5, "to": 1})
    assert (mapping.scale.field, mapping.scale.at(127), mapping.scale.at(0)) == ("energy", 1.0, 0.5)


@pytest.mark.parametrize(
    ("message", "touch"),
    [
        ([0x99, 36, 100], Touch("note", 36, 9, 100)),
        ([0x90, 36, 0], None),
        ([0x80, 36, 64], None),
        ([0xB2, 21, 0], Touch("cc", 21, 2, 0)),
        ([0xC0, 5], Touch("program", 5, 0, 127)),
        ([0xF8], None),
        ([0xF0, 1, 2, 0xF7], None),
        ([0xE0, 0, 64], None),
        ([0x90, 36], None),
        ([0x90, 200, 5], None),
        ([], None),
    ],
)
def test_messages(message: list[int], touch: Touch | None) -> None:
    assert read_message(message) == touch


def test_channels_ports_and_order() -> None:
    midi_map = MidiMap.read(
        [
            {"note": 36, "do": "keep", "channel": 10},
            {"note": 36, "do": "again", "port": "launchpad"},
            {"note": 36, "do": "set energy"},
        ]
    )

    def verbs(channel: int, port: str) -> list[str]:
        return [mapping.verb for mapping in midi_map.mapped(Touch("note", 36, channel, 100), port)]

    assert verbs(9, "Launchpad Mini MIDI 1") == ["set", "keep", "again"]
    assert verbs(0, "Launchpad Mini MIDI 1") == ["set", "again"]
    assert verbs(0, "nanoPAD") == ["set"]


def test_a_pad_shows_work_before_what_waits_and_that_before_the_end() -> None:
    sent: list[tuple[int, ...]] = []
    lights = Lights(
        {"queued": 1, "working": 2, "done": 3, "failed": 4},
        lambda message, port: sent.append(tuple(message)),
    )
    pad = Origin("midi", {"port": "p", "trigger": "note", "number": 36, "channel": 9})

    def shown(event: Any) -> int | None:
        sent.clear()
        lights.show(event)
        assert all(message[:2] == (0x99, 36) for message in sent) and len(sent) <= 1
        return sent[0][2] if sent else None

    assert shown(Accepted(pad, "a", 1)) == 1
    assert shown(Accepted(pad, "b", 2)) is None
    assert shown(Progress(pad, "a", 0.1, "x")) == 2
    assert shown(Done(pad, "a", "c", "/p", {})) is None
    assert shown(Finished(pad, "a", 1, 0)) == 1
    assert shown(Failed(pad, "b", "x", "y")) == 4
    assert shown(Told(pad, "keep", "c")) == 3
    assert shown(Refused(pad, "x", "y")) == 4
    sent.clear()
    lights.show_again()
    lights.put_out()
    assert sent == [(0x99, 36, 4), (0x99, 36, 0)]
    assert (
        shown(
            Finished(
                Origin("midi", {"trigger": "program", "port": "p", "number": 1, "channel": 0}),
                "j",
                1,
                0,
            )
        )
        is None
    )
    assert shown(Finished(Origin("midi", {}), "j", 1, 0)) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            "Launchpad Mini:Launchpad Mini MIDI 1 20:0",
            "Launchpad Mini:Launchpad Mini MIDI 1 24:0",
            True,
        ),
        ("pads:out", "pads-01:in", True),
        ("MPK mini 0", "MPK mini 1", True),
        ("Midi-Bridge:APC:(capture_0) APC MIDI 1", "Midi-Bridge:APC:(playback_0) APC MIDI 1", True),
        (
            "Midi-Bridge:APC:(capture_0) APC MIDI 1",
            "Midi-Bridge:Synth:(playback_0) Synth MIDI 1",
            False,
        ),
        ("Launchpad Mini", "nanoPAD2", False),
    ],
)
def test_the_two_directions_of_a_device_are_known_by_name(one: str, other: str, same: bool) -> None:
    assert (plain_name(one) == plain_name(other)) is same


def test_a_pads_order_says_whose_light_it_is_on_other_surfaces() -> None:
    presets = {"dusty": {"prompt": "dusty drums"}}
    entries = [
        {"note": 36, "do": "preset dusty"},
        {"note": 37, "do": "make", "with": {"prompt": "x"}},
        {"note": 38, "do": "again"},
    ]
    touches = Touches(MidiMap.read(entries, presets))
    origin = Origin("midi", {"port": "pads", "number": 36})
    orders = [
        touches.orders(Touch("note", note, 0, 100), "pads", origin)[0] for note in (36, 37, 38)
    ]
    assert [order.origin.address.get("preset", "") for order in orders] == ["dusty", "", ""]
    assert all(order.origin.address["port"] == "pads" for order in orders)
    assert [(order.verb, order.what) for order in orders] == [
        ("make", ""),
        ("make", ""),
        ("again", "last"),
    ]
