"""FL Studio's script over real MIDI ports (JACK) to the real daemon and back: orders, the session, hints, the piano roll."""

from __future__ import annotations

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bridge.fl.piano_roll import read_choices
from bridge.midi.backend import backend
from tests.fl_studio_scripts.fl_studio import Fl
from tests.helpers.daemon_process import wait_until
from tests.helpers.jack import jack_lives

pytestmark = pytest.mark.alone

CONFIG = """
osc: {{port: 0}}
midi:
  api: jack
  map:
    - {{note: 36, do: preset clicks, velocity: energy}}
    - {{note: 37, do: loop, with: {{engine: fake}}}}
    - {{note: 38, do: preset melody}}
    - {{note: 39, do: preset faulty}}
    - {{cc: 21, do: set swing, from: 50, to: 70}}
fl:
  piano_roll_scripts: {folder}
presets:
  clicks: {{prompt: clicks, engine: fake, bars: 1}}
  faulty: {{prompt: please fail, engine: fake, bars: 1}}
  melody: {{prompt: piano melody, kind: midi, bars: 1}}
"""


class FlOnJack:
    """FL with the script in it, whose input and output are linked to the daemon's ports. OnIdle comes while it is awaited.

    server: the JACK server's name. loopback: the ports are there without the daemon, which opens them by name, as on Windows. lost: how likely a frame is lost.
    """

    def __init__(
        self, server: str, *, idle: bool = True, loopback: bool = False, lost: float = 0.0
    ) -> None:
        self.server, self.fl, self.idle = server, Fl(real_time=True), idle
        self.chance, self.lost = random.Random(3), lost
        self.longest = {"to FL": 0, "to the daemon": 0}
        names = ("Sidecrate to FL", "Sidecrate from FL") if loopback else ("FL", "FL")
        self.input, self.output = (
            backend().input("jack", names[0]),
            backend().output("jack", names[1]),
        )
        self.input.ignore_types(sysex=False, timing=True, active_sense=True)
        if loopback:
            self.input.open_virtual_port("in")
            self.output.open_virtual_port("out")
        else:
            for client in (self.input, self.output):
                found = wait_until(
                    lambda c=client: [n for n in c.get_ports() if n.startswith("Sidecrate FL")],
                    10,
                    "the port",
                )
                client.open_port(found[0], "FL")
        time.sleep(0.3)

    def turn(self) -> bool:
        """What FL does in 20 ms. Returns True, so that it can stand in a condition."""
        time.sleep(0.02)
        assert jack_lives(self.server), "the JACK server has gone"
        # asked, not called back: a callback waits for Python, and a JACK server in synchronous mode waits for the callback
        while event := self.input.get_message():
            frame = bytes(event[0])
            self.longest["to FL"] = max(self.longest["to FL"], len(frame))
            if self.chance.random() >= self.lost:
                self.fl.sysex(frame)
            self.send()
        if self.idle:
            self.fl.call("OnIdle")
            self.send()
        return True

    def send(self) -> None:
        for frame in self.fl.take_sent():
            self.longest["to the daemon"] = max(self.longest["to the daemon"], len(frame))
            if self.chance.random() >= self.lost:
                self.output.send_message(list(frame))

    def until(self, look, wait_s: float = 30.0, what: str = "it"):
        try:
            return wait_until(lambda: self.turn() and look(), wait_s, what)
        except AssertionError as error:
            raise AssertionError(
                f"{error}; FL's hints: {list(dict.fromkeys(self.fl.hints))}"
            ) from None

    def hint(self, *words: str, wait_s: float = 30.0) -> str:
        """The first hint with all these words in it, from now on."""
        self.fl.hints.clear()
        return self.until(
            lambda: next((h for h in self.fl.hints if all(w in h for w in words)), None),
            wait_s,
            f"a hint with {words}",
        )

    def close(self) -> None:
        for client in (self.input, self.output):
            client.close_port()
            client.delete()


class Heard:
    """The session as the daemon tells those who said hello."""

    def __init__(self, daemon) -> None:
        self.link, self.session = daemon.link, {}

    def get(self, name: str):
        for message in self.link.listen(0.01):
            if message.address == "/sidecrate/session":
                self.session = json.loads(message.arguments[0])
        return self.session.get(name)


@pytest.fixture(params=[True, False], ids=["OnIdle alive", "OnIdle dead"])
def joined(request, jack, start_daemon, tmp_path):
    folder = tmp_path / "Piano roll scripts"
    folder.mkdir()
    daemon = start_daemon(config=CONFIG.format(folder=folder))
    fl = FlOnJack(jack, idle=request.param)
    yield daemon, fl, folder
    fl.close()


def test_from_fl_to_a_clip_and_back(joined):
    daemon, fl, folder = joined
    project, session = fl.fl, Heard(daemon)
    project.channel_names[0] = (
        "> dusty boom bap drums with a very long name "
        + "so that it takes more than a frame " * 4
        + "[F#m]"
    )
    fl.until(
        lambda: project.globals["_script"].boot and not project.globals["_script"].waiting,
        what="the daemon's welcome",
    )
    # presets, knobs and velocity
    assert project.touch(0xB0, 21, 127).handled
    assert project.touch(0x90, 36, 127).handled and not project.touch(0x90, 90, 1).handled
    assert fl.hint("queued", "clicks").startswith("^i")
    assert fl.hint("done", ".wav").startswith("^c")
    (record,) = daemon.clips()
    assert (record["bpm"], record["meter"], session.get("key")) == (128.5, "4/4", "F#m")
    assert (
        record["request"]["energy"] == 1
        and record["request"]["swing"] == 70
        and record["project"] == "night drive"
    )
    # the prompt of a channel's name, in the key of its tag
    project.touch(0x90, 37, 100)
    fl.until(lambda: len(daemon.clips()) == 2, 60, "the clip of the name")
    assert (
        daemon.clips()[1]["prompt"].startswith("dusty boom bap drums")
        and daemon.clips()[1]["request"]["key"] == "F#m"
    )
    # a fault is told
    project.touch(0x90, 39, 100)
    assert "fail" in fl.hint("^e", "failed")
    # tempo follows; notes reach FL's piano roll
    project.tempo, project.channel_names[0] = 90000, "Sampler"
    fl.until(lambda: session.get("bpm") == 90 and not session.get("key"), what="the tempo")
    project.touch(0x90, 38, 100)
    script = folder / "Sidecrate.pyscript"
    fl.until(script.exists, 60, "the piano roll's script")
    choices = read_choices(script.read_text(encoding="ascii"))
    assert choices and choices[0][1]
    assert fl.longest == {"to FL": 256, "to the daemon": 256}
    assert session.get("said_by")["bpm"] == "fl:studio"
    wanted = "answers" if fl.idle else "OnIdle"
    fl.until(
        lambda: wanted in json.loads(daemon.places.beacon.read_text())["doors"]["fl"],
        what="the door's health",
    )
    # FL goes on meanwhile: a script that is silent for seconds counts as gone
    with ThreadPoolExecutor(1) as thread:
        doctor = thread.submit(daemon.command, "doctor", "--json")
        fl.until(doctor.done, 100, "the doctor")
    checks = [json.loads(line) for line in doctor.result().splitlines()]
    assert next(check for check in checks if check["name"] == "fl studio")["verdict"] == (
        "ok" if fl.idle else "note"
    )
    project.call("OnDeInit")
    fl.send()
    fl.until(lambda: session.get("bpm") is None, what="the end of the session")


def test_ports_by_name_lost_frames_and_a_daemon_that_is_started_anew(jack, start_daemon, tmp_path):
    fl = FlOnJack(jack, loopback=True, lost=0.1)
    try:
        daemon = start_daemon(config=CONFIG.format(folder=tmp_path))
        session = Heard(daemon)
        fl.until(lambda: session.get("bpm") == 128.5, what="the tempo")
        fl.until(lambda: fl.fl.touch(0x90, 90, 1) and fl.fl.globals["_script"].map, what="the map")
        fl.fl.touch(0x90, 36, 127)
        fl.until(lambda: len(daemon.clips()) == 1, 60, "the clip")
        # stopped, not killed: a JACK server in synchronous mode stands still for seconds when a client is killed
        daemon.stop()
        daemon.start()
        session = Heard(daemon)
        fl.until(
            lambda: session.get("bpm") == 128.5 and session.get("project") == "night drive",
            what="the session anew",
        )
        fl.fl.touch(0x90, 36, 64)
        fl.until(lambda: len(daemon.clips()) == 2, 60, "another clip")
        time.sleep(1)
        assert len(daemon.clips()) == 2
    finally:
        fl.close()
