"""A MIDI clock from a program that nobody here wrote (x42's jack_midi_clock) drives the daemon's tempo, over real JACK ports."""

import json
import time

import pytest

from tests.conftest import require, skip_or_fail
from tests.helpers.daemon_process import wait_until
from tests.helpers.jack import jack_server
from tests.helpers.jack_clock import others_clock

pytestmark = pytest.mark.alone

CONFIG = """
osc: {port: 0}
fl: {enabled: false}
midi: {api: jack, clock: true, inputs: [jack_midi_clock]}
"""
#: As odd as a tempo can be that is still said to a tenth.
BPM = 93.4
#: s; a machine with too much to do makes the dummy server's clock, by which the ticks go, run late.
MOST_SLIP_S = 0.005


@pytest.fixture(autouse=True)
def parts():
    require("jack_midi_clock", "jack-midi-clock")
    try:
        import jack  # noqa: F401
    except (ImportError, OSError):
        skip_or_fail("JACK-Client (a Python package) is not installed")


class Told:
    """What the daemon says of the session, and when it said it."""

    def __init__(self, daemon):
        self.link, self.session, self.at_s = daemon.link, {}, 0.0

    def now(self):
        for message in self.link.listen(0.02):
            if message.address == "/sidecrate/session":
                self.session, self.at_s = json.loads(message.arguments[0]), time.monotonic()
        return self.session


def test_the_daemon_follows_its_tempo_position_start_and_stop(start_daemon, tmp_path):
    for number in range(3):
        slip_s = follows(start_daemon, tmp_path, f"home{number}")
        if slip_s <= MOST_SLIP_S:
            return
    pytest.skip(
        f"this machine is too busy to measure time by: the JACK server's clock slipped by {1000 * slip_s:.0f} ms"
    )


def follows(start_daemon, tmp_path, home):
    with jack_server(48000, 512):
        with others_clock(BPM, tmp_path) as clock:
            daemon = start_daemon(home, CONFIG)
            told = Told(daemon)
            wait_until(lambda: "mclk_out is open" in daemon.log(), 10, "the clock's port")
            clock.say("start")
            until = time.monotonic() + 60
            while time.monotonic() < until and told.now().get("bpm") != BPM:
                time.sleep(0.05)
            said, asked_s = told.session, time.monotonic()
            position = json.loads(daemon.command("status", "--json"))["session"]["position"]
            answered_s = time.monotonic()
            clock.say("stop")
            until = time.monotonic() + 60
            while time.monotonic() < until and told.now().get("playing"):
                time.sleep(0.02)
            daemon.stop()
        if clock.slip_s > MOST_SLIP_S:
            return clock.slip_s
        assert clock.bpm_sent == pytest.approx(BPM, abs=0.002), (
            "what was sent is what was asked of it"
        )
        assert (said["bpm"], said["said_by"]["bpm"], said["playing"]) == (BPM, "midi_clock", True)
        quarters = [(time_s - clock.ticks_s[0]) * BPM / 60 for time_s in (asked_s, answered_s)]
        assert quarters[0] - 0.1 < position < quarters[1] + 0.1, "counted from Start"
        assert told.session["playing"] is False and told.session["bpm"] == BPM, "the tempo stays"
        return clock.slip_s
