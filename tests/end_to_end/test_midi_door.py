"""A pad over real MIDI ports (JACK), from another process, to a clip and back to the pad's light."""

import json
import subprocess
import sys

import pytest

from tests.daemon_process import wait_until
from tests.jack import jack  # noqa: F401

pytestmark = pytest.mark.alone

CONFIG = """
osc: {port: 0}
midi:
  api: jack
  map:
    - {note: 36, do: preset clicks, velocity: energy}
    - {cc: 21, do: set bpm, from: 70, to: 197}
    - {note: 37, do: again}
presets:
  clicks: {prompt: clicks, engine: fake, bars: 1}
"""

#: Another program: plays into the daemon's port and prints what its own input hears.
PAD = """
import json, sys, time, rtmidi
out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, "pad controller")
heard = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, "pad controller lights")
find = lambda client: next((n for n, name in enumerate(client.get_ports()) if "Sidecrate" in name), None)
until = time.monotonic() + 10
while (find(out) is None or find(heard) is None) and time.monotonic() < until:
    time.sleep(0.1)
out.open_port(find(out)); heard.open_port(find(heard))
time.sleep(0.5)
for message in json.loads(sys.argv[1]):
    out.send_message(message); time.sleep(0.05)
until = time.monotonic() + float(sys.argv[2])
lights = []
while time.monotonic() < until and (not lights or lights[-1][2] != 127):
    event = heard.get_message()
    if event and event[0][0] & 0xF0 == 0x90: lights.append(event[0])
    time.sleep(0.005)
print(json.dumps(lights))
out.delete(); heard.delete()
"""


def play(*messages, wait_s=20.0):
    done = subprocess.run(
        [sys.executable, "-c", PAD, json.dumps(messages), str(wait_s)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_pad_brings_a_clip_and_its_light_tells_how_it_goes(jack, start_daemon):  # noqa: F811
    daemon = start_daemon(config=CONFIG)
    assert json.loads(daemon.command("status", "--json"))["daemon"]["doors"]["midi"].startswith("open")
    lights = play([0xB0, 21, 30], [0x90, 36, 127], [0x80, 36, 0])
    (record,) = wait_until(daemon.clips, 20, "the clip")
    assert record["bpm"] == 100 and record["request"]["energy"] == 1
    velocities = [light[2] for light in lights if light[1] == 36]
    assert velocities[0] == 1 and 64 in velocities and velocities[-1] == 127
    play([0x90, 37, 100], [0x90, 37, 0])
    assert wait_until(lambda: len(daemon.clips()) == 2, 20, "another")
    assert daemon.clips()[1]["seed"] != record["seed"]
