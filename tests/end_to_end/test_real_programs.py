"""Programs that people make music with, as senders of OSC and as places for our loops: Pure Data, SuperCollider, Sonic Pi, LMMS."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from daemon.client.beacon import read_beacon
from tests.conftest import require, skip_or_fail
from tests.helpers.daemon_process import DaemonProcess

ORDER = '{"prompt": "clicks", "engine": "fake", "bars": 1, "bpm": 132}'
#: Where Debian puts Sonic Pi's Ruby.
SONIC_PI = Path("/usr/lib/sonic-pi/app/server/ruby/lib/sonicpi/osc")
#: Asks, and prints each answer's address; it ends with the order's end.
PURE_DATA = r"""#N canvas 0 0 600 400 12;
#X obj 10 10 loadbang;
#X msg 10 40 connect 127.0.0.1 {port};
#X obj 10 300 netsend -u -b;
#X obj 300 10 loadbang;
#X obj 300 40 del 300;
#X msg 300 70 list clicks engine fake bars 1 bpm 132;
#X obj 300 100 oscformat sidecrate generate;
#X obj 300 130 list prepend send;
#X obj 300 160 list trim;
#X obj 10 330 oscparse;
#X obj 10 360 print heard;
#X connect 0 0 1 0;
#X connect 1 0 2 0;
#X connect 2 1 9 0;
#X connect 3 0 4 0;
#X connect 4 0 5 0;
#X connect 5 0 6 0;
#X connect 6 0 7 0;
#X connect 7 0 8 0;
#X connect 8 0 2 0;
#X connect 9 0 10 0;
"""
SUPER_COLLIDER = r"""
var to = NetAddr("127.0.0.1", {port});
thisProcess.addOSCRecvFunc({{ |message|
    ("heard" + message[0]).postln;
    if (message[0] == '/sidecrate/finished') {{ 0.exit }};
}});
to.sendMsg("/sidecrate/generate", "clicks", \engine, "fake", \bars, 1, \bpm, 132.0);
{{ 40.wait; 1.exit }}.fork;
"""
RUBY = r"""
require "socket"
require_relative "{sonic_pi}/oscencode"
require_relative "{sonic_pi}/oscdecode"
socket = UDPSocket.new
socket.bind("127.0.0.1", 0)
encoder, decoder = SonicPi::OSC::OscEncode.new(true), SonicPi::OSC::OscDecode.new(true)
words = ["clicks", "engine", "fake", "bars", 1, "bpm", 132.0]
socket.send(encoder.encode_single_message("/sidecrate/generate", words), 0, "127.0.0.1", {port})
loop do
  address, _ = decoder.decode_single_message(socket.recvfrom(16384)[0])
  puts "heard #{{address}}"
  break if address == "/sidecrate/finished"
end
"""
LMMS = """<?xml version="1.0"?>
<!DOCTYPE lmms-project>
<lmms-project version="1.0" creator="LMMS" type="song"><head bpm="132" timesig_numerator="4"
timesig_denominator="4" mastervol="100" masterpitch="0"/><song><trackcontainer type="song">
<track type="2" name="loop" muted="0" solo="0"><sampletrack vol="100"/>
<sampletco pos="0" len="768" muted="0" src="{path}"/>
<sampletco pos="768" len="768" muted="0" src="{path}"/></track></trackcontainer></song></lmms-project>
"""


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    made = DaemonProcess(tmp_path_factory.mktemp("programs") / "home")
    yield made
    made.stop()


def port_of(daemon: DaemonProcess) -> int:
    beacon = read_beacon(daemon.places)
    assert beacon is not None
    return beacon.osc_port


def heard(
    daemon: DaemonProcess, command: list[str], tmp_path: Path, wait_s: float = 60.0
) -> list[str]:
    """The addresses that a program says it heard, until it ends or the order has."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path),
                   "QTWEBENGINE_DISABLE_SANDBOX": "1", "XDG_RUNTIME_DIR": str(tmp_path)}  # fmt: skip
    program = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL, text=True, errors="replace",
    )  # fmt: skip
    found = []
    assert program.stdout is not None
    try:
        for line in program.stdout:
            if "heard" in line:
                found.append(line.split("heard", 1)[1].strip(" :\n"))
                if "finished" in line:
                    break
    finally:
        program.kill()
        program.wait(wait_s)
        program.stdout.close()
    return found


def names(addresses: list[str]) -> list[str]:
    """Each kind of answer once, in the order of its coming."""
    words = [one for line in addresses for one in re.findall(r"sidecrate[/ ](\w+)", line)]
    return list(dict.fromkeys(word for word in words if word != "session"))


ANSWERS = ["accepted", "progress", "done", "finished"]


def test_pure_data(daemon, tmp_path):
    pd = require("pd", "puredata-core")
    patch = tmp_path / "ask.pd"
    patch.write_text(PURE_DATA.format(port=port_of(daemon)))
    command = [pd, "-nogui", "-noaudio", "-nomidi", "-stderr", str(patch)]
    assert names(heard(daemon, command, tmp_path)) == ANSWERS


def test_super_collider(daemon, tmp_path):
    sclang = require("sclang", "supercollider-language")
    script = tmp_path / "ask.scd"
    script.write_text(SUPER_COLLIDER.format(port=port_of(daemon)))
    assert names(heard(daemon, [sclang, str(script)], tmp_path)) == ANSWERS


def test_sonic_pis_ruby(daemon, tmp_path):
    if not SONIC_PI.is_dir():
        skip_or_fail("Sonic Pi (Debian: sonic-pi-server) is not installed")
    script = tmp_path / "ask.rb"
    script.write_text(RUBY.format(port=port_of(daemon), sonic_pi=SONIC_PI))
    command = [require("ruby", "ruby"), str(script)]
    assert names(heard(daemon, command, tmp_path)) == ANSWERS


def test_lmms_plays_our_loop_in_time(daemon, tmp_path):
    """Two loops one after the other: the second begins where the project's bar does."""
    lmms = require("lmms", "lmms")
    out = daemon.command("make", "clicks", "--engine", "fake", "--bars", "4", "--bpm", "132", "--json")  # fmt: skip
    loop = daemon.clips()[-1]["path"]
    assert loop in out
    project = tmp_path / "p.mmp"
    project.write_text(LMMS.format(path=loop))
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}
    command = [lmms, *(["--allowroot"] if os.geteuid() == 0 else []), "-r", str(project),
               "-o", str(tmp_path / "out.wav"), "-f", "wav", "-s", "44100"]  # fmt: skip
    subprocess.run(command, env=environment, capture_output=True, timeout=100, check=False)
    played, rate = soundfile.read(tmp_path / "out.wav", dtype="float32", always_2d=True)
    clip, _ = soundfile.read(loop, dtype="float32", always_2d=True)
    frames = len(clip)
    assert (rate, frames) == (44100, 320727)
    # the second one is found where it fits best, by its first beat
    beat = clip[:4000, 0]
    around = played[frames - 500 : frames + 4500, 0]
    found = int(np.argmax(np.correlate(around, beat, mode="valid"))) - 500
    assert abs(found) <= 1
