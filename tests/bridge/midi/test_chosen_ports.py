"""Which ports are heard and lit, and why: of devices, of programs, of clocks."""

from __future__ import annotations

import pytest

from bridge.midi.chosen_ports import (
    CLOCK,
    LIGHTS,
    NOTES,
    UNUSED,
    MidiPort,
    choose_inputs,
    choose_outputs,
    has_device,
    in_words,
)

PADS = MidiPort("system:midi_capture_1", ("alsa_pcm:Launchpad/midi_capture_1",))
LAMPS = MidiPort("system:midi_playback_2", ("alsa_pcm:Launchpad/midi_playback_1",))
TRACK = MidiPort("ardour:Bass/midi_out 1", (), False)
KEYBOARD = MidiPort("ardour:x-virtual-keyboard", (), False)
CLOCKS = [
    MidiPort("ardour:MIDI Clock out", (), False),
    MidiPort("jack_midi_clock:mclk_out", (), False),
    MidiPort("Bitwig:Bitwig sync 129:1", (), False),
]
CONTROLS = [
    MidiPort("ardour:MTC out", (), False),
    MidiPort("ardour:MMC out", (), False),
    MidiPort("qjackctl:Machine Control", (), False),
]
OWN = MidiPort("Sidecrate FL:out", (), False)
THROUGH = MidiPort("Midi Through:Midi Through Port-0 14:0")
ALL = [PADS, TRACK, KEYBOARD, *CLOCKS, *CONTROLS, OWN, THROUGH]


def used(ports, inputs=(), *, clock=False):
    found = choose_inputs(ports, inputs, clock=clock, ours="Sidecrate")
    return {one.port: one.use for one in found if one.use}


def test_devices_are_heard_and_nothing_else_unless_it_is_asked_for() -> None:
    assert used(ALL) == {PADS: NOTES}
    assert used(ALL, clock=True) == {PADS: NOTES, **dict.fromkeys(CLOCKS, CLOCK)}


def test_a_loopback_port_brings_its_clock_and_its_notes_only_by_name() -> None:
    loopback = MidiPort("loopMIDI Port 1", (), has_device("winmm", "loopMIDI Port 1"))
    assert used([loopback]) == {} and used([loopback], clock=True) == {loopback: CLOCK}
    assert used([loopback], ["loopmidi"], clock=True) == {loopback: NOTES}


def test_names_in_the_config_choose_programs_and_a_clock_or_mtc_never_gives_notes() -> None:
    assert used(ALL, ["ARDOUR"]) == {TRACK: NOTES, KEYBOARD: NOTES}
    assert used(ALL, ["ardour"], clock=True)[CLOCKS[0]] == CLOCK
    assert not {*CONTROLS} & {*used(ALL, ["ardour", "qjackctl"], clock=True)}
    assert used(ALL, ["launchpad"]) == {PADS: NOTES}, "by its second name"


def test_a_device_may_be_called_a_clock() -> None:
    device = MidiPort("E-RM multiclock:MIDI 1 24:0")
    assert used([device, MidiPort("Clock:MIDI Clock 24:0")], clock=True)[device] == NOTES


def test_every_port_but_ours_has_a_reason_and_they_are_told_in_a_line() -> None:
    choices = choose_inputs(ALL, (), clock=False, ours="Sidecrate")
    assert [one.port for one in choices] == [port for port in ALL if port != OWN]
    assert all(one.why for one in choices)
    words = in_words(one for one in choices if one.use == UNUSED)
    assert "ardour:Bass/midi_out 1, ardour:x-virtual-keyboard (it is a program's" in words
    assert "ardour:MTC out, ardour:MMC out, qjackctl:Machine Control (it carries MTC" in words
    many = [MidiPort(f"daw:track {number}", (), False) for number in range(64)]
    told = in_words(choose_inputs(many, (), clock=False, ours="Sidecrate"))
    assert "daw:track 2 and 61 more (" in told and len(told) < 200


def test_lights_go_to_devices_that_are_heard_and_to_what_the_config_names() -> None:
    synth = MidiPort("system:midi_playback_9", ("alsa_pcm:Synth/midi_playback_1",))
    sinks = [LAMPS, synth, MidiPort("ardour:Bass/midi_in 1", (), False)]
    sinks += [MidiPort("ardour:MTC in", (), False), MidiPort("ardour:MIDI Clock in", (), False)]

    def lit(outputs=(), heard=(PADS,)):
        found = choose_outputs(sinks, outputs, heard, ours="Sidecrate")
        return [one.port for one in found if one.use == LIGHTS]

    assert lit() == [LAMPS]
    assert lit(heard=(PADS, TRACK)) == [LAMPS], "a DAW's track is no controller"
    assert lit(["ardour"]) == [sinks[2]]
    assert lit(["Synth"]) == [synth]


@pytest.mark.parametrize(
    ("system", "name", "device"),
    [
        ("alsa", "Launchpad:Launchpad MIDI 1 20:0", True),
        ("alsa", "Ardour:MIDI 1 128:3", False),
        ("coremidi", "Launchpad Mini", True),
        ("coremidi", "IAC Driver Bus 1", False),
        ("winmm", "APC Key 25 1", True),
        ("winmm", "loopMIDI Port 2", False),
        ("winmm", "Default App Loopback (A) 3", False),
    ],
)
def test_names_tell_devices_from_programs_as_far_as_they_can(system, name, device) -> None:
    assert has_device(system, name) is device


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (PADS, LAMPS, True),
        (MidiPort("system:midi_capture_1"), MidiPort("system:midi_playback_1"), True),
        (MidiPort("system:midi_capture_1"), MidiPort("system:midi_playback_2"), False),
        (
            MidiPort("x", ("alsa_pcm:A/midi_capture_1",)),
            MidiPort("y", ("alsa_pcm:B/midi_playback_1",)),
            False,
        ),
    ],
)
def test_both_directions_of_a_device_are_one_device(one, other, same) -> None:
    assert (one.device == other.device) is same
