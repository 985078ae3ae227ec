"""Clips heard in time with the project: the daemon plays into a real JACK server, and another client writes down what is heard."""

import importlib.util
import json
import time

import numpy as np
import pytest

from bridge.midi.backend import backend
from daemon.audio.loudness import integrated_lufs
from daemon.errors import ServiceError
from tests.conftest import skip_or_fail
from tests.helpers.audition import hear, heard_tempo, make, players, silence
from tests.helpers.daemon_process import DaemonProcess, wait_until
from tests.helpers.jack import jack_server
from tests.helpers.jack_recorder import Recording, Slipped
from tests.helpers.link_peer import Peer

pytestmark = pytest.mark.alone

#: Clicks are sparse: so low a level is reached before their peaks are full.
CONFIG = """
osc: {port: 0}
fl: {enabled: false}
audition: {level: -30, idle_s: 1}
midi:
  api: jack
  inputs: [pads of a test]
  map:
    - {note: 36, do: preset low}
    - {note: 37, do: again, with: {seed: 301, then: audition}}
    - {note: 38, do: audition next}
    - {note: 39, do: audition previous}
    - {note: 40, do: audition stop}
presets:
  low: {prompt: clicks, engine: fake, bars: 1, seed: 1, then: audition}
"""
#: s; how far from the project's bar a loop may begin.
ON_THE_BAR_S = 0.005
RATE = 48000


@pytest.fixture(scope="module")
def jack():
    try:
        import jack  # noqa: F401
    except (ImportError, OSError):
        skip_or_fail("JACK-Client (a Python package) is not installed")
    # long periods: a machine that is busy with other tests must not make the server slip
    with jack_server(RATE, 1024) as name:
        yield name


@pytest.fixture(scope="module")
def daemon(jack, tmp_path_factory):
    """One for all that is heard: none of it leaves anything but clips."""
    daemon = DaemonProcess(tmp_path_factory.mktemp("audition") / "home", CONFIG)
    yield daemon
    daemon.stop()


def on_a_steady_clock(measure, tries=4):
    """`measure()`, again where the server's clock slipped or something came out wrong.

    A machine with other work delays a message now and then, and the sound with it. A fault of ours is there at every try.
    """
    wrong = None
    for _ in range(tries):
        try:
            return measure()
        except Slipped as slip:
            said = str(slip)
        except AssertionError as error:
            wrong, said = error, str(error)
        print(f"once more: {said}")
    if wrong:
        raise wrong
    pytest.skip(f"this machine is too busy to measure time by: {said}")


class Project:
    """A DAW that plays, as its device would tell of it."""

    def __init__(self, daemon, bpm=240.0):
        self.daemon = daemon
        self.bpm, self.at_s, self.quarters = bpm, time.monotonic(), 0.0
        self.say()

    def say(self):
        """Where it is, several times over: one message may be late, of several the earliest counts."""
        for _ in range(6):
            self.at_s, self.quarters = self._now()
            about = {
                "source": "max",
                "bpm": self.bpm,
                "playing": True,
                "position": self.quarters,
            }
            self.daemon.link.send("/sidecrate/context", json.dumps(about))
            time.sleep(0.05)

    def turn_to(self, bpm):
        self.at_s, self.quarters = self._now()
        self.bpm = bpm
        self.say()

    def _now(self):
        now = time.monotonic()
        return now, self.quarters + (now - self.at_s) * self.bpm / 60

    def off_bar_s(self, time_s):
        """How far a moment lies from the nearest bar line of 4/4."""
        quarters = self.quarters + (time_s - self.at_s) * self.bpm / 60
        return ((quarters + 2) % 4 - 2) * 60 / self.bpm


def pitch_at(recording, frame):
    """Hz of the click that begins at a frame."""
    piece = recording.audio[frame : frame + 1200, 0]
    piece = piece * np.hanning(len(piece))
    return float(np.argmax(np.abs(np.fft.rfft(piece, 48000))))


def test_it_starts_swaps_and_stops_on_the_bar_without_a_gap_and_equally_loud(daemon, tmp_path):
    a = make(daemon, bpm=240.0, seed=1, level=-24.0)
    b = make(daemon, bpm=200.0, seed=301, level=-34.0)
    on_a_steady_clock(lambda: _starts_swaps_and_stops(daemon, tmp_path, a, b))


def _starts_swaps_and_stops(daemon, tmp_path, a, b):
    silence(daemon)
    recording = Recording(tmp_path, 20)
    project = Project(daemon)
    first = hear(daemon, a["id"])
    recording.begun()
    assert first["on_bar"] and first["bpm"] == 240 and first["device"]
    time.sleep(max(0.0, first["in_s"]) + 2.6)
    second = hear(daemon, b["id"])
    assert (second["on_bar"], second["bpm"], second["semitones"]) == (True, 240, 0)
    time.sleep(max(0.0, second["in_s"]) + 1.3)
    project.say()
    ends_in_s = hear(daemon, "stop")["in_s"]
    ends_s = ends_in_s + time.monotonic()
    time.sleep(max(0.0, ends_in_s) + 0.3)
    recording.done()

    clicks = recording.onsets()
    assert abs(project.off_bar_s(recording.time_of(clicks[0]))) < ON_THE_BAR_S, "starts on the bar"
    of_b = [frame for frame in clicks if pitch_at(recording, frame) > 600]
    assert abs(project.off_bar_s(recording.time_of(of_b[0]))) < ON_THE_BAR_S, (
        "the swap is on the bar"
    )
    assert [frame for frame in clicks if frame < of_b[0]] == [
        frame for frame in clicks if pitch_at(recording, frame) < 600
    ]
    assert all(abs(step - RATE // 4) < 0.003 * RATE for step in np.diff(of_b)), (
        "re-fitted from 200 to 240"
    )

    loop = RATE
    heard = recording.audio[clicks[0] + 100 : of_b[0] - 100]
    assert len(heard) > 2.5 * loop
    assert np.array_equal(heard[:-loop], heard[loop:]), (
        "each round is the same to the sample: no gap, no drift"
    )

    last = recording.time_of(int(np.flatnonzero(np.abs(recording.audio).max(axis=1) > 1e-4)[-1]))
    assert ends_s - 0.3 < last < ends_s + 0.02, (
        "the last click before the bar rings out, the one on it is not heard"
    )
    assert project.off_bar_s(ends_s) == pytest.approx(0, abs=0.01)

    one, other = recording.audio[clicks[0] :][:loop], recording.audio[of_b[0] :][:loop]
    assert integrated_lufs(np.tile(one, (2, 1)), RATE) == pytest.approx(
        integrated_lufs(np.tile(other, (2, 1)), RATE), abs=0.5
    )
    assert integrated_lufs(np.tile(one, (2, 1)), RATE) == pytest.approx(-30, abs=0.5)


def test_it_follows_the_tempo(daemon, tmp_path):
    clip = make(daemon, bpm=240.0, seed=1)
    on_a_steady_clock(lambda: _follows(daemon, tmp_path, clip))


def _follows(daemon, tmp_path, clip):
    silence(daemon)
    for file in daemon.places.refitted.glob("*.wav"):
        file.unlink()
    recording = Recording(tmp_path, 40)
    project = Project(daemon)
    first = hear(daemon, clip["id"])
    recording.begun()
    time.sleep(max(0.0, first["in_s"]) + 1.2)
    project.turn_to(264.0)
    wait_until(lambda: list(daemon.places.refitted.glob("*.wav")), 20, "the loop at the new tempo")
    # from the next bar it is heard, and put right after two looks at a second's distance
    for _ in range(6):
        time.sleep(1)
        project.say()
    recording.done()
    late = [frame for frame in recording.onsets() if recording.time_of(frame) > project.at_s - 1.5]
    beat = 60 / 264
    assert len(late) > 4 and all(abs(step / RATE - beat) < 0.003 for step in np.diff(late))
    off = [
        (project.off_bar_s(recording.time_of(frame)) + beat / 2) % beat - beat / 2 for frame in late
    ]
    assert max(map(abs, off)) < ON_THE_BAR_S
    assert len(list(daemon.places.refitted.glob("*.wav"))) == 1


@pytest.fixture
def press(daemon):
    """Press one of the pads: a note to the daemon's own port."""
    pads = backend().output("jack", "pads of a test")
    pads.open_port(next(name for name in pads.get_ports() if name.startswith("Sidecrate")), "out")
    # what is sent right after opening is lost; the daemon has met the port when it hears it by itself too
    wait_until(lambda: "pads of a test:" in daemon.log(), 10, "the pads' port")
    time.sleep(0.2)

    def press(note):
        pads.send_message([0x90, note, 100])
        pads.send_message([0x80, note, 0])

    yield press
    pads.close_port()
    pads.delete()


def test_a_pad_is_heard_when_its_clip_is_done_and_others_swap_go_back_and_stop_on_the_bar(
    daemon, press, tmp_path
):
    on_a_steady_clock(lambda: _by_pads(daemon, press, tmp_path))


def _by_pads(daemon, press, tmp_path):
    silence(daemon)
    recording = Recording(tmp_path, 60)
    project = Project(daemon)
    clips, auditions = len(daemon.clips()), _auditions(daemon)
    press(36)
    recording.begun()
    wait_until(lambda: _auditions(daemon) > auditions, 20, "the first clip's audition")
    time.sleep(2)
    press(37)
    wait_until(lambda: _auditions(daemon) > auditions + 1, 20, "the other's")
    time.sleep(2)
    project.say()
    press(38)
    wait_until(lambda: _auditions(daemon) > auditions + 2, 20, "the one before it")
    time.sleep(2)
    press(40)
    time.sleep(1.5)
    recording.done()
    assert [record["seed"] for record in daemon.clips()[clips:]] == [1, 301]
    onsets = recording.onsets()
    high = [pitch_at(recording, frame) > 600 for frame in onsets]
    first, last = high.index(True), len(high) - 1 - high[::-1].index(True)
    assert first > 0 and all(high[first : last + 1]) and last + 1 < len(high), (
        "the low one, the high one, the low one again"
    )
    for frame in (onsets[0], onsets[first], onsets[last + 1]):
        assert abs(project.off_bar_s(recording.time_of(frame))) < ON_THE_BAR_S
    assert recording.time_of(onsets[-1]) < recording.time_of(len(recording.audio)) - 0.4, "the stop"


def _auditions(daemon):
    return daemon.log().count("audition of")


def test_of_two_link_peers_the_daemon_follows_one_and_a_loop_starts_on_its_bar(
    jack, start_daemon, tmp_path
):
    if importlib.util.find_spec("aalink") is None:
        skip_or_fail("aalink is not installed (pip install 'sidecrate[link]')")
    daemon = start_daemon(
        config="osc: {port: 0}\nmidi: {enabled: false}\nfl: {enabled: false}\nlink: {enabled: true}\naudition: {idle_s: 1}\n"
    )
    clip = make(daemon, bpm=200.0, seed=1)
    peer = Peer(200.0)
    try:
        # who comes second takes over the tempo that it finds
        if not heard_tempo(daemon, None, 10):
            skip_or_fail("no multicast on this machine: two Link peers do not find each other")
        on_a_steady_clock(lambda: _by_link(daemon, peer, clip, tmp_path))
    finally:
        peer.process.kill()
        peer.process.wait()


def _by_link(daemon, peer, clip, tmp_path):
    took_s = []
    for bpm in (200.0, 210.0, 220.0, 230.0, 240.0):
        _, did_s = peer.do(f"bpm {bpm}")
        took_s.append(heard_tempo(daemon, bpm) - did_s)
        time.sleep(0.55)
    # Link itself holds a change back by up to 50 ms, when something else was just sent; on a busy machine all is later
    assert min(took_s) < 0.05 and sorted(took_s)[2] < 0.1, took_s
    recording = Recording(tmp_path, 20)
    heard = hear(daemon, clip["id"])
    assert heard["on_bar"] and heard["bpm"] == 240
    recording.begun()
    line_s = peer.bar_line_s(240.0)
    time.sleep(max(0.0, heard["in_s"]) + 1)
    recording.done()
    silence(daemon)
    off_s = (recording.time_of(recording.onsets()[0]) - line_s + 0.5) % 1 - 0.5
    assert abs(off_s) < ON_THE_BAR_S


def test_next_and_previous_go_through_the_newest_clips_and_the_process_ends_when_idle(daemon):
    old, middle, new = (make(daemon, seed=n) for n in range(3))
    heard = []
    for what in ("last", "next", "next", "previous", "previous", "previous"):
        heard.append(hear(daemon, what)["path"])
        time.sleep(0.2)  # the same message at once again would be one touch that came twice
    assert heard == [record["path"] for record in (new, middle, old, middle, new, new)]
    assert players(daemon), "it plays"
    assert daemon.command("play", "stop") == ""
    wait_until(lambda: not players(daemon), 20, "the end of the player")
    with pytest.raises(ServiceError, match="nothing is being auditioned"):
        hear(daemon, "stop")


def test_without_a_sound_device_the_rest_works_and_the_reason_is_said(start_daemon, monkeypatch):
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    daemon = start_daemon(
        config=CONFIG.replace("level", "device: none of these, level").replace(
            "api: jack", "enabled: false"
        )
    )
    record = make(daemon, then="audition")
    with pytest.raises(ServiceError) as error:
        hear(daemon, record["id"])
    assert error.value.code == "no_sound" and (
        "no sound device" in error.value.text or "audition.device" in error.value.text
    )
    assert daemon.command("play", "--in-time", code=1) == ""
    assert make(daemon)["id"] != record["id"]
