"""Clips heard in time with the project: the daemon plays into a real JACK server, and another client writes down what is heard."""

import json
import time

import numpy as np
import psutil
import pytest

from daemon.conform.loudness import integrated_lufs
from daemon.errors import ServiceError
from tests.conftest import skip_or_fail
from tests.daemon_process import wait_until
from tests.jack import jack_server
from tests.jack_recorder import Recording, Slipped

pytestmark = pytest.mark.alone

#: Clicks are sparse: so low a level is reached before their peaks are full.
CONFIG = "osc: {port: 0}\nmidi: {enabled: false}\naudition: {level: -30, idle_s: 30}\n"
#: s; how far from the project's bar a loop may begin.
ON_THE_BAR_S = 0.005
RATE = 48000


@pytest.fixture
def jack():
    try:
        import jack  # noqa: F401
    except (ImportError, OSError):
        skip_or_fail("JACK-Client (a Python package) is not installed")
    # long periods: a machine that is busy with other tests must not make the server slip
    with jack_server(RATE, 1024) as name:
        yield name


def on_a_steady_clock(start_daemon, measure, tries=3):
    """`measure(daemon)` on a new daemon, again where the server's clock slipped meanwhile."""
    for number in range(tries):
        daemon = start_daemon(f"home{number}", CONFIG)
        try:
            return measure(daemon)
        except Slipped as slip:
            said = str(slip)
        finally:
            daemon.stop()
    pytest.skip(f"this machine is too busy to measure time by: {said}")


class Project:
    """A DAW that plays, as its device would tell of it."""

    def __init__(self, daemon, bpm=240.0):
        self.daemon = daemon
        self.bpm, self.at_s, self.quarters = bpm, time.monotonic(), 0.0
        # one message may be late, of several the earliest counts
        for _ in range(6):
            self.say()
            time.sleep(0.05)

    def say(self, **more):
        self.at_s, self.quarters = self._now()
        about = {"source": "max", "bpm": self.bpm, "playing": True, "position": self.quarters, **more}
        self.daemon.link.send("/sidecrate/context", json.dumps(about))

    def turn_to(self, bpm, **more):
        self.at_s, self.quarters = self._now()
        self.bpm = bpm
        self.say(**more)

    def _now(self):
        now = time.monotonic()
        return now, self.quarters + (now - self.at_s) * self.bpm / 60

    def off_bar_s(self, time_s):
        """How far a moment lies from the nearest bar line of 4/4."""
        quarters = self.quarters + (time_s - self.at_s) * self.bpm / 60
        return ((quarters + 2) % 4 - 2) * 60 / self.bpm


def hear(daemon, what):
    return json.loads(daemon.link.ask("/sidecrate/audition", what, wait_s=30).arguments[2])


def make(daemon, label, **fields):
    """One clip of clicks; its record."""
    before = len(daemon.clips())
    daemon.link.generate("make", {"prompt": "clicks", "engine": ["fake"], "bars": 1, **fields}, label)
    return wait_until(lambda: len(daemon.clips()) > before and daemon.clips()[-1], 30, "the clip")


def pitch_at(recording, frame):
    """Hz of the click that begins at a frame."""
    piece = recording.audio[frame : frame + 1200, 0]
    piece = piece * np.hanning(len(piece))
    return float(np.argmax(np.abs(np.fft.rfft(piece, 48000))))


def test_it_starts_swaps_and_stops_on_the_bar_without_a_gap_and_equally_loud(jack, start_daemon, tmp_path):
    on_a_steady_clock(start_daemon, lambda daemon: _starts_swaps_and_stops(daemon, tmp_path))


def _starts_swaps_and_stops(daemon, tmp_path):
    a = make(daemon, "a", bpm=240.0, seed=1, level=-24.0)
    b = make(daemon, "b", bpm=200.0, seed=301, level=-34.0)
    recording = Recording(tmp_path, 12)
    project = Project(daemon)
    first = hear(daemon, a["id"])
    recording.begun()
    assert first["on_bar"] and first["bpm"] == 240 and first["device"]
    time.sleep(max(0.0, first["in_s"]) + 3.6)
    second = hear(daemon, b["id"])
    assert (second["on_bar"], second["bpm"], second["semitones"]) == (True, 240, 0)
    time.sleep(max(0.0, second["in_s"]) + 2.5)
    project.say()
    ends_s = hear(daemon, "stop")["in_s"] + time.monotonic()
    recording.done()

    clicks = recording.onsets()
    assert abs(project.off_bar_s(recording.time_of(clicks[0]))) < ON_THE_BAR_S, "starts on the bar"
    of_b = [frame for frame in clicks if pitch_at(recording, frame) > 600]
    assert abs(project.off_bar_s(recording.time_of(of_b[0]))) < ON_THE_BAR_S, "the swap is on the bar"
    assert [frame for frame in clicks if frame < of_b[0]] == [frame for frame in clicks if pitch_at(recording, frame) < 600]
    assert all(abs(step - RATE // 4) < 0.003 * RATE for step in np.diff(of_b)), "re-fitted from 200 to 240"

    loop = RATE
    heard = recording.audio[clicks[0] + 100 : of_b[0] - 100]
    assert len(heard) > 2.5 * loop
    assert np.array_equal(heard[:-loop], heard[loop:]), "each round is the same to the sample: no gap, no drift"

    last = recording.time_of(int(np.flatnonzero(np.abs(recording.audio).max(axis=1) > 1e-4)[-1]))
    assert ends_s - 0.3 < last < ends_s + 0.02, "the last click before the bar rings out, the one on it is not heard"
    assert project.off_bar_s(ends_s) == pytest.approx(0, abs=0.01)

    one, other = recording.audio[clicks[0] :][: 2 * loop], recording.audio[of_b[0] :][: 2 * loop]
    assert integrated_lufs(one, RATE) == pytest.approx(integrated_lufs(other, RATE), abs=0.5)
    assert integrated_lufs(one, RATE) == pytest.approx(-30, abs=0.5)


def test_it_follows_the_tempo(jack, start_daemon, tmp_path):
    on_a_steady_clock(start_daemon, lambda daemon: _follows(daemon, tmp_path))


def _follows(daemon, tmp_path):
    clip = make(daemon, "a", bpm=240.0, seed=1)
    recording = Recording(tmp_path, 10)
    project = Project(daemon)
    first = hear(daemon, clip["id"])
    recording.begun()
    time.sleep(max(0.0, first["in_s"]) + 1.2)
    project.turn_to(264.0)
    for _ in range(6):
        time.sleep(1)
        project.say()
    recording.done()
    late = [frame for frame in recording.onsets() if recording.time_of(frame) > project.at_s - 2]
    beat = 60 / 264
    assert len(late) > 4 and all(abs(step / RATE - beat) < 0.003 for step in np.diff(late))
    off = [(project.off_bar_s(recording.time_of(frame)) + beat / 2) % beat - beat / 2 for frame in late]
    assert max(map(abs, off)) < ON_THE_BAR_S
    assert len(list(daemon.places.refitted.glob("*.wav"))) == 1


def test_a_new_clip_is_heard_when_done_and_again_takes_its_place_on_the_bar(jack, start_daemon, tmp_path):
    on_a_steady_clock(start_daemon, lambda daemon: _heard_when_done(daemon, tmp_path))


def _heard_when_done(daemon, tmp_path):
    recording = Recording(tmp_path, 12)
    project = Project(daemon)
    first = make(daemon, "a", seed=1, then="audition")
    recording.begun()
    assert first["bpm"] == 240
    time.sleep(3)
    daemon.link.send("/sidecrate/again", first["id"], "seed", 301, "then", "audition")
    wait_until(lambda: len(daemon.clips()) == 2, 20, "another")
    recording.done()
    clicks = recording.onsets()
    pitches = [pitch_at(recording, frame) > 600 for frame in clicks]
    assert pitches == sorted(pitches) and 0 < sum(pitches) < len(pitches)
    starts = [clicks[0], clicks[pitches.index(True)]]
    assert all(abs(project.off_bar_s(recording.time_of(frame))) < ON_THE_BAR_S for frame in starts)


def test_next_and_previous_go_through_the_newest_clips_and_the_process_ends_when_idle(jack, start_daemon):
    daemon = start_daemon(config=CONFIG.replace("idle_s: 30", "idle_s: 1"))
    old, middle, new = (make(daemon, label, seed=n) for n, label in enumerate("abc"))
    heard = []
    for what in ("last", "next", "next", "next", "previous"):
        heard.append(hear(daemon, what)["path"])
        time.sleep(0.2)  # the same message at once again would be one touch that came twice
    assert heard == [record["path"] for record in (new, middle, old, old, middle)]
    assert _players(daemon), "it plays"
    assert daemon.command("play", "stop") == ""
    wait_until(lambda: not _players(daemon), 20, "the end of the player")
    with pytest.raises(ServiceError, match="nothing is being auditioned"):
        hear(daemon, "stop")


def _players(daemon):
    return [child.pid for child in psutil.Process(daemon.process.pid).children() if "--normal-priority" in _command_line(child)]


def _command_line(process):
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:  # also said of one that has ended and is not yet buried
        return []


def test_without_a_sound_device_the_rest_works_and_the_reason_is_said(start_daemon, monkeypatch):
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    daemon = start_daemon(config=CONFIG.replace("level", "device: none of these, level"))
    record = make(daemon, "a", then="audition")
    with pytest.raises(ServiceError) as error:
        hear(daemon, record["id"])
    assert error.value.code == "no_sound" and ("no sound device" in error.value.text or "audition.device" in error.value.text)
    assert daemon.command("play", "--in-time", code=1) == ""
    assert make(daemon, "b")["id"] != record["id"]
