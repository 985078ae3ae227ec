"""A pad over real MIDI ports (JACK), from another process, to a clip and back to the pad's light."""

import pytest

from daemon.client.beacon import read_beacon
from tests.helpers.controller import controller
from tests.helpers.daemon_process import wait_until

pytestmark = pytest.mark.alone

CONFIG = """
osc: {port: 0}
fl: {enabled: false}
midi:
  api: jack
  map:
    - {note: 36, do: preset clicks, velocity: energy}
    - {cc: 21, do: set bpm, from: 70, to: 197}
    - {note: 37, do: again}
presets:
  clicks: {prompt: clicks, engine: fake, bars: 1}
"""


def lights_until(pads, last):
    """What the pad is sent, up to a light."""
    seen = []
    while last not in seen:
        seen.append(pads.lines.get(timeout=30))
    return seen


def test_a_pad_brings_a_clip_and_its_light_tells_how_it_goes(jack, start_daemon):
    daemon = start_daemon(config=CONFIG)
    assert read_beacon(daemon.places).doors["midi"].startswith("open")
    with controller("pad controller", to="Sidecrate") as pads:
        pads.play("b0151e", "90247f", "802400")
        lights = lights_until(pads, "90247f")
        assert lights[0] == "902401" and "902440" in lights
        (record,) = daemon.clips()
        assert record["bpm"] == 100 and record["request"]["energy"] == 1
        pads.play("902564", "902500")
        assert "902501" in lights_until(pads, "90257f")
        assert wait_until(lambda: len(daemon.clips()) == 2, 20, "another")
        assert daemon.clips()[1]["seed"] != record["seed"]
