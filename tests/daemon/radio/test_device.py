"""The radio's sound device, by a real sound server without hardware."""

import subprocess
import sys

import numpy as np
import pytest

from daemon.radio.phrase import RATE
from daemon.radio.station import BLOCK
from tests.helpers.jack import jack_server
from tests.helpers.jack_recorder import Recording

BLOCKS = 20
#: Each sample has a value of its own, which float32 holds exactly.
STEP = 2.0**-18
_PLAY = f"""
import time, numpy as np
from daemon.radio.device import Device
device = Device()
print(device.name, flush=True)
input()
for k in range({BLOCKS}):
    ramp = (np.arange({BLOCK}) + k * {BLOCK} + 1) * {STEP}
    device.put(np.stack([ramp, -ramp], axis=1).astype(np.float32))
    time.sleep(0.1 if k > 4 else 0)
time.sleep(1.5)
device.end()
"""


@pytest.mark.alone
@pytest.mark.slow
def test_a_real_sound_server_hears_each_sample_once_and_in_order(tmp_path):
    pytest.importorskip("sounddevice")
    pytest.importorskip("jack")
    with jack_server(RATE, 1024):
        recording = Recording(tmp_path, 20)
        with subprocess.Popen(
            [sys.executable, "-c", _PLAY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as player:
            assert player.stdout and player.stdout.readline()
            recording.begun()
            player.communicate("\n", timeout=60)
        assert player.returncode == 0
        heard = recording.done().audio
    # where the machine was late there is silence, and nothing is lost for it
    played = heard[np.abs(heard[:, 0]) > 0]
    if recording.gaps == 0:
        assert len(played) == BLOCKS * BLOCK
    assert (played[:, 0] == -played[:, 1]).all()
    places = np.round(played[:, 0] / STEP).astype(int)
    assert places[0] == 1 and (np.diff(places) >= 1).all() and places[-1] == BLOCKS * BLOCK
