"""The device in its stand-in for Live, over real UDP, with the real daemon."""

import json
import socket
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.music import Meter, loop_frames
from tests.conftest import require
from tests.helpers.daemon_process import DaemonProcess, wait_until

pytestmark = pytest.mark.slow

RACK = Path(__file__).parent / "js" / "rack.js"
BAD_NETWORK = {"drop": 0.3, "repeat": 0.3, "delay_ms": 400}


class Rack:
    """Devices in one Set, spoken to in JavaScript."""

    def __init__(self) -> None:
        node = require("node", "nodejs")
        self.process = subprocess.Popen(
            [node, str(RACK)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def js(self, expression):
        self.process.stdin.write(expression.replace("\n", " ") + "\n")
        self.process.stdin.flush()
        found = json.loads(self.process.stdout.readline())
        assert "error" not in found, found["error"]
        return found["value"]

    def add(self, port, network=None, setup=""):
        n = self.js(f"add({port}, {json.dumps(network or {})})")
        for line in setup.splitlines():
            self.js(line.replace("device", f"devices[{n}]"))
        self.js(f"devices[{n}].start()")
        return Player(self, n)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(5)


class Player:
    """One device, and the musician at it."""

    def __init__(self, rack, n):
        self.rack, self.n = rack, n

    def js(self, expression):
        return self.rack.js(f"devices[{self.n}]{expression}")

    def set(self, **controls):
        for name, value in controls.items():
            self.js(f".say('control', {name!r}, {json.dumps(value)})")

    def press(self, name):
        self.js(f".say('press', {name!r}, 'bang')")

    @property
    def status(self):
        return self.js(".status")

    def clips(self, track=0):
        return [clip for clip in self.rack.js(f"clips(devices[{self.n}], {track})") if clip]

    def wait_for_clips(self, count, track=0, wait_s=60):
        def there():
            found = self.clips(track)
            return found if len(found) >= count and not self.js(".world.placing") else None

        try:
            return wait_until(there, wait_s, "the clip")
        except AssertionError:
            raise AssertionError(
                f"{self.status}: {self.clips(track)}, {self.js('.live.console')}"
            ) from None


@pytest.fixture
def rack():
    rack = Rack()
    yield rack
    rack.close()


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    daemon = DaemonProcess(tmp_path_factory.mktemp("home"))
    yield daemon
    daemon.stop()


def port_of(daemon):
    return daemon.link.port


def jobs(daemon):
    return len(daemon.rows("SELECT id FROM jobs"))


def assert_exact(clip, daemon, bpm, meter, bars):
    """The clip in Live holds the whole file, its loop on the beat to the frame."""
    beats = bars * meter.quarters_per_bar
    assert (clip["warping"], clip["looping"], clip["loop_start"], clip["start_marker"]) == (
        1,
        1,
        0,
        0,
    )
    assert clip["loop_end"] == clip["end_marker"] == beats
    assert clip["warp_mode"] in (0, 1, 2)
    wav = soundfile.info(clip["file_path"])
    assert wav.frames == loop_frames(bars, meter, bpm, wav.samplerate)
    assert Path(clip["file_path"]).stem == clip["name"]
    for marker in clip["markers"]:
        assert marker["beat_time"] == pytest.approx(marker["sample_time"] * bpm / 60, abs=2e-3)
    assert daemon.places.crate in Path(clip["file_path"]).parents


def test_a_prompt_typed_becomes_a_clip_in_the_slot_with_exact_loop_points(daemon, rack):
    player = rack.add(port_of(daemon))
    player.js(".live.change('tempo', 93.5)")
    player.set(prompt="dusty boom bap drums", bars=2)
    player.press("generate")
    (clip,) = player.wait_for_clips(1)
    assert_exact(clip, daemon, 93.5, Meter(), 2)
    assert clip["warp_mode"] == 0
    assert player.js(".live.console") == [] and player.js(".progress") == 100
    assert daemon.clips()[-1]["report"]["decided"]["bpm"]["source"].startswith("max:")


@pytest.mark.parametrize("seed", [2, 3])
def test_packets_lost_repeated_and_reordered_make_one_job_and_each_clip_once(daemon, rack, seed):
    before = jobs(daemon)
    player = rack.add(port_of(daemon), {**BAD_NETWORK, "seed": seed})
    for name, value in (("tempo", 101.25), ("signature_numerator", 3)):
        player.js(f".live.change({name!r}, {value})")
    player.set(prompt="techno bass and chords", bars=2, count=2)
    player.press("generate")
    clips = player.wait_for_clips(2)
    for clip in clips:
        assert_exact(clip, daemon, 101.25, Meter(3, 4), 2)
    assert len({clip["name"] for clip in clips}) == 2
    wait_until(lambda: player.js(".world.conversation.busy()") is False, 40, "the end")
    assert jobs(daemon) == before + 1 and len(player.clips()) == 2
    assert player.js(".udp.wire.lost") > 3 and player.js(".udp.wire.repeated") > 0


def test_notes_go_to_a_midi_track(daemon, rack):
    player = rack.add(port_of(daemon))
    player.set(prompt="house chords in A minor", kind=2, bars=2)
    player.press("generate")
    (clip,) = player.wait_for_clips(1, track=1)
    assert (clip["looping"], clip["loop_end"]) == (1, 8) and clip["notes"]
    record = daemon.clips()[-1]
    assert record["kind"] == "midi" and Path(record["path"]).stem == clip["name"]
    import mido

    on = sum(
        message.type == "note_on" and message.velocity > 0
        for message in mido.MidiFile(record["path"])
    )
    assert len(clip["notes"]) == on
    # the clip in Live is the source of the next one, which comes into the slot below
    player.js(".live.view.clip = devices[0].live.tracks[1].children.clip_slots[0].clip, 0")
    player.js(".live.view.slot = devices[0].live.tracks[1].children.clip_slots[0], 0")
    player.press("useclip")
    first, longer = player.wait_for_clips(2, track=1)
    assert first["notes"] == clip["notes"] and longer["loop_end"] == 16
    starts = {(note["pitch"], round(4 * note["start_time"])) for note in longer["notes"]}
    assert {(n["pitch"], round(4 * n["start_time"])) for n in clip["notes"]} <= starts
    assert daemon.clips()[-1]["do"] == "continue"


def test_again_makes_another_and_live_s_key_is_followed(daemon, rack):
    player = rack.add(port_of(daemon))
    player.js(".live.change('root_note', 2)")
    player.js(".live.change('scale_name', 'Minor')")
    player.set(prompt="house chords", bars=1, livekey=1)
    player.press("generate")
    player.wait_for_clips(1)
    player.press("again")
    player.wait_for_clips(2)
    first, second = daemon.clips()[-2:]
    assert first["key"] == second["key"] == "Dm" and first["seed"] != second["seed"]


def test_devices_that_begin_at_the_same_port_do_not_disturb_each_other(daemon, rack):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        first = taken.getsockname()[1]
        begin = f"device.world.FIRST_PORT = {first}\ndevice.world.PORTS = 1"
        players = [rack.add(port_of(daemon), setup=begin) for _ in range(3)]
        assert {player.js(".to('hello')[0][2]") for player in players} == {first}
        for player in players:
            player.js(".world.PORTS = 8")
        for n, player in enumerate(players):
            player.set(prompt="house drums", bars=1, target=1)
            player.js(f".live.change('tempo', {100 + n})")
            player.press("generate")
        for n, player in enumerate(players):
            (clip,) = player.wait_for_clips(1)
            assert_exact(clip, daemon, 100 + n, Meter(), 1)
    assert len({player.js(".udp.bound") for player in players}) == 3


def test_cancel_ends_a_job(daemon, rack):
    player = rack.add(port_of(daemon), {**BAD_NETWORK, "seed": 5})
    player.set(prompt="house drums", bars=8, count=16)
    player.press("generate")
    wait_until(lambda: player.js(".progress") > 0, 30, "progress")
    player.press("cancel")
    wait_until(lambda: player.js(".world.conversation.busy()") is False, 30, "the end")
    # the clip that was being published when the cancel came is
    newest = "SELECT state FROM jobs ORDER BY created DESC LIMIT 1"
    wait_until(lambda: daemon.rows(newest)[0]["state"] in ("cancelled", "done"), 30, "its end")
    assert len(player.clips()) < 16


def test_what_is_refused_is_said(daemon, rack):
    player = rack.add(port_of(daemon))
    player.set(prompt="house drums", engine="no-such-engine")
    player.press("generate")
    wait_until(lambda: "no-such-engine" in player.status, 20, "the reason")


def test_a_clip_of_the_set_is_put_on_the_grid_at_another_tempo(daemon, rack):
    player = rack.add(port_of(daemon))
    player.js(".live.change('tempo', 120)")
    player.set(prompt="house drums", bars=2)
    player.press("generate")
    player.wait_for_clips(1)
    player.js(
        f".live.view.clip = devices[{player.n}].live.tracks[0].children.clip_slots[0].clip, 0"
    )
    player.js(".live.change('tempo', 126)")
    player.press("useclip")
    made = player.wait_for_clips(2)[1]
    assert_exact(made, daemon, 126, Meter(), 2)
    assert daemon.clips()[-1]["engine"] == "file"


def test_bars_that_the_device_listened_to_come_back_on_the_grid(daemon, rack):
    """The recording begins in the middle of a bar; what comes back begins with the bar's accent."""
    bpm, rate, late_s = 160, 44100, 0.4
    bar_s = 4 * 60 / bpm
    player = rack.add(port_of(daemon))
    player.js(f".live.change('tempo', {bpm})")
    player.js(".live.change('is_playing', 1)")
    frames = int(3.2 * bar_s * rate)
    ramp = f"Float64Array.from({{length: {frames}}}, (_, n) => ((n / {rate} + {late_s}) % {bar_s}) / {bar_s})"
    player.js(f".buffers['001bars'] = {{rate: {rate}, samples: {ramp}}}, 1")
    player.set(listenbars=2)
    player.press("listen")
    (write,) = wait_until(lambda: player.js(".from(4, 'write')"), 10, "the end of listening")
    t = np.arange(frames) / rate + late_s
    sound = np.zeros(frames)
    for beat in range(14):
        since = t - beat * 60 / bpm
        hit = np.sin(2 * np.pi * (60 if beat % 4 == 0 else 190) * since) * np.exp(
            -np.maximum(since, 0) * 18
        )
        sound += np.where(since >= 0, hit, 0) * (0.8 if beat % 4 == 0 else 0.3)
    soundfile.write(write[3], np.stack([sound, sound], axis=1), rate)
    (clip,) = player.wait_for_clips(1)
    assert_exact(clip, daemon, bpm, Meter(), 2)
    audio = soundfile.read(clip["file_path"], always_2d=True)[0].mean(axis=1)
    beat = round(60 / bpm * rate)
    loudness = [np.abs(audio[n * beat : n * beat + beat // 2]).max() for n in range(8)]
    assert {int(n) for n in np.argsort(loudness)[-2:]} == {0, 4}, "the accents stand on the bars"
    assert daemon.places.recordings in Path(write[3]).parents


def test_a_reference_that_no_engine_listens_to_is_refused_with_the_reason(daemon, rack):
    player = rack.add(port_of(daemon))
    player.set(prompt="house drums", bars=1, use=2)
    player.press("generate")
    player.wait_for_clips(1)
    player.js(
        f".live.view.clip = devices[{player.n}].live.tracks[0].children.clip_slots[0].clip, 0"
    )
    before = jobs(daemon)
    player.press("useclip")
    wait_until(lambda: "no engine" in player.status, 20, "the reason")
    assert jobs(daemon) == before


def test_a_daemon_that_dies_and_comes_back_is_found_and_the_clip_arrives(start_daemon, rack):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    daemon = start_daemon("fixed", f"osc: {{port: {port}}}\nmidi: {{enabled: false}}\n")
    player = rack.add(port)
    player.set(prompt="house drums and bass", bars=8, count=2)
    player.press("generate")
    wait_until(lambda: player.js(".progress") > 0, 30, "progress")
    daemon.kill()
    daemon.start()
    clips = player.wait_for_clips(2, wait_s=90)
    assert len({clip["name"] for clip in clips}) == 2 and jobs(daemon) == 1


def test_one_job_s_status_tells_every_clip_and_the_end_and_what_a_device_needs_of_each(daemon):
    daemon.link.send(
        "/sidecrate/generate",
        "house drums and bass",
        "count",
        2,
        "bars",
        1,
        "meter",
        "3/4",
        "id",
        "told",
    )
    job = next(
        m.arguments[1]
        for m in daemon.link.listen(60)
        if m.address == "/sidecrate/finished" and m.arguments[0] == "told"
    )
    daemon.link.send("/sidecrate/got", "told")
    daemon.link.send("/sidecrate/status", job)
    heard = [
        message for message in daemon.link.listen(0.6) if message.arguments[:2] == ("told", job)
    ]
    done = [
        json.loads(message.arguments[4])
        for message in heard
        if message.address == "/sidecrate/done"
    ]
    assert (
        sorted(info["n"] for info in done) == [1, 2] and heard[-1].address == "/sidecrate/finished"
    )
    for info in done:
        assert (info["kind"], info["meter"], info["bars"], info["of"]) == ("loop", "3/4", 1, 2)
        assert "drums" in info["parts"].split(", ") and info["frames"] and info["sample_rate"]
