"""Our scripts in a real Ardour: what they place lies on the bars, and comes out as the clip, to the sample."""

from __future__ import annotations

import socket
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.osc.packet import parse_packet
from tests.helpers.ardour import Ardour, command_of, export_session, make_session, need_ardour
from tests.helpers.jack import jack_server

pytestmark = [pytest.mark.slow, pytest.mark.alone]

ARDOUR = Path(__file__).parents[2] / "ardour"
BPM, METER, BARS = 132.0, "4/4", 4
FRAMES = 320727
#: 16 bits and no dither.
ROUNDING = 1.01 / 32768


def action(command: Path, said: str = "") -> str:
    """The action with a command of the test's own; `said` in place of its dialog's answers."""
    text = (ARDOUR / "Sidecrate.lua").read_text(encoding="utf-8")
    text = text.replace("local COMMAND = 'sidecrate'", f"local COMMAND = [[{command}]]")
    return text.replace("local said = ask ()", f"local said = {said}") if said else text


def test_a_loop_and_its_parts_lie_on_the_bars_and_come_out_as_they_are(tmp_path):
    need_ardour()
    command = command_of(tmp_path / "home", tmp_path / "sidecrate")
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    listener.settimeout(60)
    tempo = (ARDOUR / "Sidecrate tempo.lua").read_text(encoding="utf-8")
    scripts = {
        "make": action(command),
        "split": action(command, '{ prompt = "", wish = 4, kind = "loop", bars = 4, target = "new" }'),
        "tempo": tempo.replace("PORT = 9140", f"PORT = {listener.getsockname()[1]}"),
    }  # fmt: skip
    with jack_server(rate=44100, period=1024):
        session = make_session(tmp_path / "session", BPM, METER)
        ardour = Ardour(tmp_path, session, scripts)
        try:
            ardour.start()
            ardour.press("make")
            ardour.type_prompt("techno loop in A minor")
            (loop,) = ardour.wait_for_regions(1)
            assert loop[1:] == (0, FRAMES, "5|1|0", False)
            ardour.save()
            ardour.run("select")
            ardour.press("split")
            parts = ardour.wait_for_regions(3)
            assert all(one[1:] == (0, FRAMES, "5|1|0", False) for one in parts)
            ardour.press("tempo")
            heard = [one for _ in range(2) for one in parse_packet(listener.recv(2048))]
            assert [(one.address, one.arguments[0]) for one in heard] == [
                ("/sidecrate/bpm", 132.0),
                ("/sidecrate/playing", 0),
            ]
        finally:
            ardour.stop()
            listener.close()
    made = tmp_path / "home" / "crate" / "Loops" / f"{loop[0]}.wav"
    clip, rate = soundfile.read(made, dtype="float64")
    out, out_rate = soundfile.read(export_session(session.parent, FRAMES), dtype="float64")
    assert (out.shape, out_rate) == (clip.shape, rate) == ((FRAMES, 2), 44100)
    assert np.max(np.abs(out - clip)) < ROUNDING
