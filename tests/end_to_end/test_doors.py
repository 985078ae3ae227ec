"""The whole road, through each door, with a real daemon."""

import json
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.music import Meter, loop_frames
from daemon.version import __version__
from tests.conftest import require
from tests.helpers.daemon_process import DaemonProcess, wait_until, workers_maps


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    daemon = DaemonProcess(tmp_path_factory.mktemp("home"))
    yield daemon
    daemon.stop()


def hear(daemon, label, wait_s=60.0):
    """What the door is told of one request, to its end: names of the messages, and clips."""
    names, clips, until = [], [], time.monotonic() + wait_s
    while time.monotonic() < until:
        for message in daemon.link.listen(0.5):
            if message.arguments and message.arguments[0] == label:
                names.append(message.address.rsplit("/", 1)[1])
                if names[-1] == "done":
                    clips.append(
                        (
                            message.arguments[2],
                            message.arguments[3],
                            json.loads(message.arguments[4]),
                        )
                    )
                if names[-1] in ("finished", "failed"):
                    return names, clips
    raise AssertionError(f"no end was heard, only {names}")


@pytest.mark.parametrize(
    ("meter", "bpm", "bars"), [("4/4", 93.5, 4), ("3/4", 90, 2), ("6/8", 100, 2), ("7/8", 132, 2)]
)
def test_a_loop_by_osc_is_exact_and_every_step_is_told(daemon, meter, bpm, bars):
    label = f"exact {meter}"
    daemon.link.send(
        "/sidecrate/generate",
        "house drums and bass",
        "meter",
        meter,
        "bpm",
        bpm,
        "bars",
        bars,
        "key",
        "Am",
        "id",
        label,
    )
    names, ((clip, path, info),) = hear(daemon, label)
    assert names[0] == "accepted" and "progress" in names and names[-2:] == ["done", "finished"]
    frames = loop_frames(bars, Meter.parse(meter), bpm, 44100)
    with soundfile.SoundFile(path) as wav:
        assert wav.frames == frames == info["frames"]
        assert f"{bpm:.2f}"[:4] in wav.extra_info, "the acid chunk's tempo"
        audio = wav.read(always_2d=True)
    assert np.abs(audio).max() > 0.1
    assert info["key"] == "Am" and clip in path


def test_oscsend_a_client_of_others(daemon):
    oscsend = require("oscsend", "liblo-tools")
    before = len(daemon.clips())
    port = str(daemon.link.port)
    subprocess.run(
        [oscsend, "localhost", port, "/sidecrate/generate", "s", "dusty boom bap drums 90 bpm"],
        check=True,
    )
    wait_until(lambda: len(daemon.clips()) > before, 60, "the clip")
    record = daemon.clips()[-1]
    assert (record["bpm"], record["genre"], record["kind"]) == (90.0, "boom bap", "loop")


def test_a_dropped_text_file(daemon):
    (daemon.places.inbox / "My prompt.txt").write_bytes(
        "\ufeffbpm: 90\r\nkey: A minor\r\ncount: 2\r\n\r\ndusty boom bap drums\r\n".encode()
    )
    result = daemon.places.inbox / "done" / "My prompt.txt.result.json"
    wait_until(result.exists, 60, "the result")
    wait_until(lambda: (daemon.places.inbox / "done" / "My prompt.txt").exists())
    assert len([path for path in daemon.wavs() if "dusty-boom-bap" in path.name]) >= 2
    assert not list((daemon.places.inbox / "working").iterdir())


def test_a_dropped_audio_file_is_put_on_the_grid(daemon, tmp_path):
    rate, bpm = 48000, 100.0
    beat = 60 / bpm
    t = np.arange(round(9.5 * rate)) / rate
    audio = np.zeros(len(t))
    for k in range(15):
        at = 0.31 + k * beat
        freq = 60 if k % 4 == 0 else 190 if k % 2 else 110
        audio += np.where(
            t >= at, np.sin(2 * np.pi * freq * (t - at)) * np.exp(-np.maximum(t - at, 0) * 14), 0
        ) * (1 if k % 4 == 0 else 0.6)
    soundfile.write(tmp_path / "x.wav", audio * 0.5, rate)
    (tmp_path / "x.wav").rename(daemon.places.inbox / "my take.wav")
    wait_until((daemon.places.inbox / "done" / "my take.wav").exists, 60, "the fitted file")
    record = daemon.clips()[-1]
    assert Path(record["path"]).name.startswith("my-take_")
    assert record["engine"] == "file" and record["bpm"] == pytest.approx(bpm, abs=0.1)
    assert record["frames"] == loop_frames(
        record["bars"], Meter(), record["bpm"], record["sample_rate"]
    )
    again = json.loads(daemon.command("again", record["id"], "--json"))
    assert again["report"]["asked"]["choice"] == 2, (
        "the next best cut of the same file, found where it was put away"
    )


def test_a_file_that_is_no_prompt_fails_with_the_reason(daemon):
    (daemon.places.inbox / "bad.txt").write_text("bpm: 1000\nbmp: 3\n---\nx")
    error = daemon.places.inbox / "failed" / "bad.txt.error.txt"
    wait_until(error.exists, 20, "the error")
    text = error.read_text()
    assert "40 to 300" in text and "did you mean bpm" in text


def test_make_prints_the_clips_as_json(daemon):
    out = daemon.command("make", "kick in G", "--count", "2", "--json")
    records = [json.loads(line) for line in out.splitlines()]
    assert len(records) == 2 and records[0]["seed"] != records[1]["seed"]
    for record in records:
        assert record["kind"] == "oneshot" and record["note_name"].startswith("G")
        assert {"path", "id", "engine", "model", "seed", "license", "report"} <= set(record)
        assert soundfile.info(record["path"]).frames == record["frames"]


def test_again_keep_and_clips(daemon):
    first = json.loads(
        daemon.command("make", "techno drums 130 bpm", "--bars", "1", "--seed", "7", "--json")
    )
    second = json.loads(daemon.command("again", first["id"], "--json"))
    assert second["bpm"] == 130 and second["seed"] != first["seed"]
    kept = daemon.command("keep", second["id"]).strip()
    assert "/Kept/" in kept.replace("\\", "/")
    listed = [json.loads(line)["id"] for line in daemon.command("clips", "--json").splitlines()]
    assert listed[:2] == [second["id"], first["id"]]


def test_the_same_seed_gives_the_same_sound(daemon):
    one, two = (
        json.loads(daemon.command("make", "house loop", "--bars", "1", "--seed", "5", "--json"))
        for _ in range(2)
    )
    a, b = (soundfile.read(record["path"], dtype="int32")[0] for record in (one, two))
    assert one["id"] != two["id"] and np.array_equal(a, b)


def test_a_pinned_tempo_holds_until_it_is_let_go(daemon):
    assert "101.5 (pin)" in daemon.command("tempo", "101.5")
    try:
        assert (
            json.loads(daemon.command("make", "house loop", "--bars", "1", "--json"))["bpm"]
            == 101.5
        )
        assert (
            json.loads(
                daemon.command("make", "house loop", "--bars", "1", "--bpm", "99", "--json")
            )["bpm"]
            == 99
        )
    finally:
        daemon.command("tempo", "0")
    assert "pin" not in daemon.command("tempo")


def test_the_context_of_a_daw_is_followed_and_reported(daemon):
    daemon.link.send(
        "/sidecrate/context",
        json.dumps({"source": "max:1", "bpm": 97.25, "key": "Dm", "sample_rate": 48000}),
    )
    try:
        record = json.loads(daemon.command("make", "house chords", "--bars", "1", "--json"))
        assert (record["bpm"], record["key"], record["sample_rate"]) == (97.25, "Dm", 48000)
        assert record["report"]["decided"]["bpm"]["source"].startswith("max")
    finally:
        daemon.link.send("/sidecrate/bye", "max:1")


def test_status_speaks_of_it_all(daemon):
    daemon.command("make", "clicks", "--engine", "fake", "--bars", "1")
    found = json.loads(daemon.command("status", "--json"))
    assert found["running"] and found["daemon"]["pid"] == daemon.process.pid
    assert found["jobs"] and "osc" in found["daemon"]["doors"]
    assert found["version"] == found["daemon"]["version"] == __version__
    assert f"Sidecrate {__version__} runs (pid {daemon.process.pid})" in daemon.command("status")


def test_what_is_published_is_read_by_other_programs(daemon):
    ffprobe, sox = require("ffprobe", "ffmpeg"), require("sox", "sox")
    record = json.loads(daemon.command("make", "trap beat 140 bpm", "--bars", "1", "--json"))
    probe = subprocess.run([ffprobe, "-v", "error", "-show_entries", "stream=sample_rate,channels,duration_ts", "-of", "json", record["path"]],
                           capture_output=True, text=True, check=True)  # fmt: skip
    stream = json.loads(probe.stdout)["streams"][0]
    assert (int(stream["sample_rate"]), stream["duration_ts"]) == (
        record["sample_rate"],
        record["frames"],
    )
    said = subprocess.run(
        [sox, "--info", "-s", record["path"]], capture_output=True, text=True, check=True
    )
    assert int(said.stdout) == record["frames"]


def test_the_daemon_stays_light_and_the_embedded_road_loads_nothing_it_can_do_without(daemon):
    daemon.command("make", "house loop", "--bars", "1")
    if not Path("/proc/self/maps").exists():
        pytest.skip("/proc is not here")
    maps = Path(f"/proc/{daemon.process.pid}/maps").read_text()
    # jiter is the compiled part of OpenAI's client
    for library in ("numpy", "scipy", "librosa", "soundfile", "numba", "llvmlite", "jiter"):
        assert library not in maps, library
    children = [path.read_text() for path in workers_maps(daemon.process.pid)]
    assert children
    for text in children:
        assert not [
            library
            for library in ("numba", "llvmlite", "scipy/signal", "scipy/stats", "scipy/optimize")
            if library in text
        ]


def test_a_track_has_its_sections_as_cues(daemon):
    record = json.loads(daemon.command("make", "house track 128 bpm", "--seconds", "45", "--json"))
    with soundfile.SoundFile(record["path"]) as wav:
        assert "cue" in wav.extra_info.lower()
        bar = 4 * 60 / 128 * wav.samplerate
        assert len(record["cues"]) >= 2 and all(
            abs(cue["frame"] / bar - round(cue["frame"] / bar)) < 1e-3 for cue in record["cues"]
        )


def test_an_error_names_the_address_that_was_sent(daemon):
    daemon.link.send("/sidecrate/status", "zz")
    errors = [
        message.arguments
        for message in daemon.link.listen(1.0)
        if message.address == "/sidecrate/error"
    ]
    assert errors and errors[0][0] == "/sidecrate/status" and "zz" in errors[0][2]


def test_a_broken_audio_file_is_named_as_its_user_named_it(daemon):
    (daemon.places.inbox / "broken.wav").write_bytes(b"RIFF\x24\0\0\0WAVEfmt nonsense")
    error = daemon.places.inbox / "failed" / "broken.wav.error.txt"
    wait_until(error.exists, 20, "the error")
    assert (
        error.read_text().startswith(("broken.wav", "'broken.wav"))
        or " broken.wav" in error.read_text()
        or "/broken.wav" in error.read_text()
    )


def test_one_part_changes_and_what_all_share_does_not(daemon):
    first = json.loads(daemon.command("make", "house loop 122 bpm Am", "--bars", "2", "--json"))
    second = json.loads(daemon.command("again", first["id"], "--change", "drums", "--json"))
    assert (second["bpm"], second["key"], second["frames"]) == (122, first["key"], first["frames"])
    assert second["plan"]["bass"] == first["plan"]["bass"]
    daemon.command("again", first["id"], "--change", "bass", "--meter", "3/4", code=2)


def test_a_loop_of_anybody_gets_a_new_part_by_again(daemon, tmp_path):
    made = json.loads(
        daemon.command("make", "house loop 122 bpm Am", "--bars", "2", "--seed", "7", "--json")
    )
    audio, rate = soundfile.read(made["path"])
    soundfile.write(tmp_path / "theirs.wav", audio, rate)
    theirs = json.loads(daemon.command("add", str(tmp_path / "theirs.wav"), "--json"))
    new = json.loads(daemon.command("again", theirs["id"], "--change", "drums", "--json"))
    assert (new["do"], new["from"], new["changed"]) == ("swap", theirs["id"], "drums")
    assert (new["frames"], new["bars"], new["kind"]) == (made["frames"], 2, "loop")


def test_what_is_made_of_a_clips_notes_has_the_clips_licence(daemon, tmp_path):
    made = json.loads(daemon.command("make", "sad piano chords", "--kind", "midi", "--json"))
    for source in (made["id"], made["path"]):
        new = json.loads(daemon.command("vary", source, "--strength", "0.2", "--json"))
        assert (new["license"], new["from"]) == (made["license"], made["id"])
    copy = tmp_path / "riff.mid"
    copy.write_bytes(Path(made["path"]).read_bytes())
    own = json.loads(daemon.command("vary", str(copy), "--strength", "0.2", "--json"))
    assert own["license"] == "the source's own"
