"""The contract of the MIDI libraries: each does the same over real JACK ports, and none at all is said in one line.

Each library is loaded in a process of its own: two that bring a libjack each would share what they should not.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bridge.errors import DoorError
from bridge.midi import backend as midi_backend
from bridge.midi.door import MidiDoor
from bridge.midi.mapping import MidiMap
from daemon.doctor.connections import check_midi
from daemon.settings.schema import Config

LIBRARIES = ["rtmidi", "supriya_midi"]
MAP = MidiMap.read([{"note": 36, "do": "again"}], {})

#: What every part is run with: `library` alone can be loaded, `said` is printed at the end.
HEAD = """
import json, sys, time
from bridge.midi import backend as midi_backend
from bridge.midi.backend import MidiFault, backend
from bridge.midi.clients import let_go
from bridge.midi.ports import MidiPorts
midi_backend.LIBRARIES = (sys.argv[1],)
said = {"library": backend().name}

def until(look):
    end_s = time.monotonic() + 60
    while not (found := look()):
        assert time.monotonic() < end_s, "it never came"
        time.sleep(0.01)
    return found
"""
TAIL = """
print(json.dumps(said))
"""


def said_by(library: str, part: str) -> dict[str, object]:
    """Run a part of a program with one library; what it said. It must end well, and say nothing else."""
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    program = HEAD + textwrap.dedent(part) + TAIL
    ran = subprocess.run(
        [sys.executable, "-c", program, library], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    assert "leaked" not in ran.stderr and "Traceback" not in ran.stderr
    said: dict[str, object] = json.loads(ran.stdout.splitlines()[-1])
    assert said.pop("library") == library
    return said


each_library = pytest.mark.parametrize("library", LIBRARIES)


@pytest.mark.alone
@each_library
def test_messages_go_from_one_client_to_another_unchanged_whether_asked_for_or_called_back(
    jack: str, library: str
) -> None:
    said = said_by(
        library,
        """
        out, asked, called = backend().output("jack", "plays"), backend().input("jack", "asks"), backend().input("jack", "is called")
        heard, polled = [], []
        out.open_virtual_port("out")
        asked.ignore_types(sysex=True, timing=True, active_sense=True)
        called.ignore_types(sysex=False, timing=False, active_sense=True)
        called.set_callback(lambda message, delta_s: heard.append((list(message), delta_s)))
        for client in (asked, called):
            client.open_port("plays:out", "in")
        # the first message after joining is lost
        def both():
            out.send_message([0x90, 1, 1])
            time.sleep(0.05)
            return asked.get_message() and heard
        until(both)
        time.sleep(0.2)
        while asked.get_message():
            pass
        heard.clear()
        for message in ([0xB0, 21, 127], [0xC0, 5], [0xF8], [0xF0, 125, 1, 2, 3, 0xF7], [0xF2, 16, 0], [0x80, 60, 0]):
            out.send_message(message)
        until(lambda: len(heard) == 6)
        while event := asked.get_message():
            polled.append(list(event[0]))
        said["called"] = [message for message, _ in heard]
        said["asked"] = polled
        said["deltas"] = all(0 <= delta_s < 5 for _, delta_s in heard)
        let_go(called, asked, out)
        said["deleted"] = [client.is_deleted for client in (called, asked, out)]
        """,
    )
    unfiltered = [
        [0xB0, 21, 127],
        [0xC0, 5],
        [0xF8],
        [0xF0, 125, 1, 2, 3, 0xF7],
        [0xF2, 16, 0],
        [0x80, 60, 0],
    ]
    assert said["called"] == unfiltered
    assert said["asked"] == [m for m in unfiltered if m[0] not in (0xF8, 0xF0)], (
        "clock and system exclusive are kept back"
    )
    assert said["deltas"] and said["deleted"] == [True, True, True]


@pytest.mark.alone
@each_library
def test_an_error_of_the_library_is_raised_and_others_go_on(jack: str, library: str) -> None:
    said = said_by(
        library,
        """
        for name, doing in (
            ("a name too long", lambda client: client.open_virtual_port("x" * 600)),
            ("gone", lambda client: client.open_port("nobody:in", "out")),
        ):
            client = backend().output("jack", "fails")
            try:
                doing(client)
            except MidiFault as error:
                said[name] = str(error)
            let_go(client)
        out = backend().output("jack", "plays")
        out.open_virtual_port("out")
        asks = backend().input("jack", "asks")
        said["ports"] = asks.get_ports()
        let_go(asks, out)
        """,
    )
    assert "error creating virtual port" in str(said["a name too long"])
    assert said["gone"] == "no port is called nobody:in any more"
    assert said["ports"] == ["plays:out"]


@pytest.mark.alone
@each_library
def test_the_port_class_hears_lights_and_finds_again_over_either_library(
    jack: str, library: str
) -> None:
    said = said_by(
        library,
        """
        from bridge.midi import ports as midi_ports
        from bridge.midi.rtmidi_system import RtMidiSystem
        midi_ports.join = lambda *named: RtMidiSystem(*named)
        heard = []
        ports = MidiPorts(lambda port, message, at_s: heard.append((port, list(message))), api="jack")
        ports.open()
        said["own"] = ports.own_port
        pads, lamps = backend().output("jack", "pads"), backend().input("jack", "pads")
        pads.open_virtual_port("out")
        lamps.open_virtual_port("in")
        until(lambda: ports.refresh() and ports.heard_ports and ports.lit_ports)
        (port,) = ports.heard_ports
        def played():
            pads.send_message([0x90, 36, 100])
            time.sleep(0.05)
            return heard
        until(played)
        said["heard"] = [heard[0][0] == port, heard[0][1]]
        def lit():
            ports.send([0x90, 36, 1], port)
            time.sleep(0.05)
            return lamps.get_message()
        said["lit"] = list(until(lit)[0])
        said["listed"] = [any("pads" in port.name for port in found) for found in midi_ports._list_by_clients("jack")]
        let_go(pads, lamps)
        until(lambda: ports.refresh() and not ports.heard_ports and not ports.lit_ports)
        said["still"] = ports.stands_still
        ports.close()
        said["closed"] = ports.own_port
        """,
    )
    assert said == {
        "own": "Sidecrate",
        "heard": [True, [0x90, 36, 100]],
        "lit": [0x90, 36, 1],
        "listed": [True, True],
        "still": False,
        "closed": "",
    }


@pytest.mark.skipif(sys.platform != "linux", reason="which systems a library is built for differs")
@each_library
def test_a_library_is_built_for_both_systems_of_linux_and_says_where_one_does_not_run(
    library: str,
) -> None:
    said = said_by(
        library,
        """
        import os
        os.environ.update(JACK_DEFAULT_SERVER="nobody's", JACK_NO_START_SERVER="1")
        said["systems"] = backend().systems
        try:
            backend().output("jack", "plays").open_virtual_port("out")
        except MidiFault as error:
            said["fault"] = str(error)
        """,
    )
    assert said["systems"] == ["alsa", "jack"]
    assert said["fault"]


def test_no_library_is_one_clear_line_in_the_doors_state_and_in_the_doctor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Linux has libraries of its own for ALSA and JACK
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(midi_backend, "LIBRARIES", ("a_module_that_is_not_there",))
    midi_backend.backend.cache_clear()
    try:
        door = MidiDoor(MAP, lambda order: None)
        door.start()
        (check,) = check_midi(Config(), None)
        for text in (door.health(), check.text):
            assert text.startswith(
                "MIDI is off: neither python-rtmidi nor supriya-midi is installed for Python 3."
            )
            assert "pip install" in text and "\n" not in text
        assert check.verdict == "note"
        with pytest.raises(DoorError, match="MIDI is off"):
            midi_backend.backend()
    finally:
        midi_backend.backend.cache_clear()


def test_a_library_that_cannot_be_loaded_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken_midi.py").write_text(
        "raise ImportError('libasound.so.2: cannot open shared object file')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(midi_backend, "LIBRARIES", ("broken_midi",))
    midi_backend.backend.cache_clear()
    try:
        with pytest.raises(DoorError, match=r"broken_midi cannot be loaded \(libasound.so.2"):
            midi_backend.backend()
    finally:
        midi_backend.backend.cache_clear()
