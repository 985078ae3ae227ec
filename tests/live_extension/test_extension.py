"""Live's extension in a stand-in for its host, beside a real daemon: what it asks, and what it puts into the Set."""

from __future__ import annotations

import http.server
import json
import subprocess
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import soundfile

from daemon.home.places import Places
from daemon.install.daws import install
from tests.conftest import require
from tests.helpers.web_house import WebHouse

pytestmark = pytest.mark.slow

HOST = Path(__file__).parent / "host.mjs"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = WebHouse(tmp_path_factory.mktemp("live") / "home")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def extension(house, tmp_path_factory):
    """The package that `install live-extension` makes, unpacked as Live would."""
    folder = tmp_path_factory.mktemp("extension")
    (package,) = install(Places.find(house.home), "live-extension", folder).files
    assert package.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


@pytest.fixture(scope="module")
def loop(house):
    """A clip of two bars at 120 that lies in the Set."""
    clip = house.make(prompt="fake one", engine="fake", bpm=120, bars=2)
    return house.api.get(f"/clips/{clip}").json()["path"]


@pytest.fixture
def press(extension, tmp_path):
    """Choose a menu entry; what the extension did."""
    node = require("node", "nodejs")

    def press_it(title, on, *, folder=extension, slots=(None,) * 5, **plan):
        known = {"bpm": 93.5, "root": 9, "scale": "Minor", "slots": list(slots)}
        plan = {"title": title, "on": on, **plan, "set": {**known, **plan.get("set", {})}}
        done = subprocess.run(
            [node, str(HOST), str(folder), str(tmp_path), json.dumps(plan)],
            capture_output=True, text=True, timeout=90,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return press_it


def test_the_package_is_what_live_installs_and_its_menus_are_there(extension, house, press):
    manifest = json.loads((extension / "manifest.json").read_text())
    assert manifest["entry"] == "extension.js" and manifest["minimumApiVersion"] == "1.0.0"
    assert json.loads((extension / "sidecrate.json").read_text())["address"] == house.base
    scopes = [one["scope"] for one in press("", "ClipSlot")["menus"]]
    assert scopes.count("AudioClip") == 5
    assert {"ClipSlot", "ClipSlotSelection", "AudioTrack.ArrangementSelection"} < set(scopes)


def test_a_slot_is_filled_in_the_sets_tempo_key_and_meter(press):
    set_ = {"beats": 3, "unit": 4}
    log = press("Sidecrate: fill it", "ClipSlot", at=1, words="warm pads, 2 bars", set=set_)
    assert log["told"] == []
    ((placed,),) = log["steps"]
    beats = 6.0
    assert placed["audio"] == "A slot 1" and placed["isWarped"] is True
    assert placed["loopSettings"] == {
        "looping": True, "startMarker": 0, "endMarker": beats, "loopStart": 0, "loopEnd": beats,
    }  # fmt: skip
    (file,) = log["imported"]
    about = soundfile.info(file)
    assert about.frames == round(beats * 60 / 93.5 * about.samplerate) and "_Am_" in file
    assert [one["progress"] for one in log["progress"]] == sorted(
        one["progress"] for one in log["progress"]
    )


def test_a_midi_slot_gets_notes(press):
    log = press("Sidecrate: fill it", "ClipSlot midi", words="techno bass, 2 bars")
    made, notes = log["steps"]
    assert made == [{"midi": "M slot 0", "length": 8}]
    assert notes[0]["notes"] > 4 and 0 <= notes[0]["first"]["pitch"] <= 127


def test_stems_of_a_clip_go_into_the_free_slots_below_it_in_one_step(press, loop):
    log = press("Sidecrate: split", "AudioClip", slots=[loop, None, loop, None, None, None])
    assert log["told"] == []
    (step,) = log["steps"]
    assert [one["audio"] for one in step] == ["A slot 1", "A slot 3", "A slot 4"][: len(step)]
    assert all(one["loopSettings"]["loopEnd"] == 8 for one in step)


def test_a_stretch_of_the_arrangement_gets_a_take_lane(press, loop):
    log = press(
        "Sidecrate: make a part", "AudioTrack.ArrangementSelection", words="bass line",
        set={"bpm": 120, "arranged": loop},
    )  # fmt: skip
    assert log["told"] == [] and log["rendered"] == {"startTime": 16, "endTime": 24}
    lanes, ((placed),) = log["steps"]
    assert lanes == [{"make": "lane"}]
    assert (placed["audio"], placed["startTime"], placed["duration"]) == ("A lane 0", 16, 8)


def test_what_is_wrong_is_told_and_nothing_is_placed(press, extension, tmp_path, loop, house):
    log = press("Sidecrate: split", "AudioClip", slots=[loop])
    assert log["steps"] == [] and "slots are free" in log["told"][0]
    assert press("Sidecrate: fill it", "ClipSlot", words="")["progress"] == []
    other = tmp_path / "other"
    other.mkdir()
    (other / "extension.js").write_bytes((extension / "extension.js").read_bytes())
    for pairing, words in (
        ({"address": house.base, "token": "wrong"}, "Install it anew"),
        ({"address": "http://127.0.0.1:9", "token": "x"}, "sidecrate run"),
    ):
        (other / "sidecrate.json").write_text(json.dumps(pairing))
        log = press("Sidecrate: fill it", "ClipSlot", words="x", folder=other)
        assert words in log["told"][0] and log["steps"] == []
    log = press("Sidecrate: put on the grid", "AudioClip", slots=[str(tmp_path / "gone.wav"), None])
    assert "gone.wav" in log["told"][0]


def test_cancelling_cancels_the_job(press, house):
    words = "fake hang"
    house.api.put("/session", json={"bpm": 0})
    log = press("Sidecrate: fill it", "ClipSlot", words=words, cancel_ms=1)
    assert log["steps"] == [] and log["told"] == []
    newest = house.api.get("/jobs", params={"limit": 1}).json()[0]
    assert newest["prompt"] == words and newest["state"] == "cancelled"


def test_a_clip_that_did_not_come_is_told_beside_those_that_are_placed(press, house):
    words = "deep house drums and bass, 16 bars"
    with ThreadPoolExecutor(1) as hands:
        pressed = hands.submit(press, "Sidecrate: fill them", "ClipSlotSelection", words=words)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            (newest,) = house.api.get("/jobs", params={"limit": 1}).json()
            if newest["prompt"] == words and newest["clips"]:
                house.api.delete(f"/jobs/{newest['job']}")
                break
            time.sleep(0.02)
        log = pressed.result()
    (step,) = log["steps"]
    assert 1 <= len(step) < 5
    assert log["told"] == [f"{len(step)} of 5 clips came: cancelled as asked"]


@pytest.fixture
def restarting(house):
    """The house's API by a door that is shut for the second to the fourth look at a job, as in a restart of the daemon."""
    looks = []

    class Door(http.server.BaseHTTPRequestHandler):
        def handle_any(self):
            if self.path.startswith("/api/jobs/"):
                looks.append(self.path)
                if len(looks) in (2, 3):
                    self.connection.close()
                    return
                if len(looks) == 4:
                    self.answer(503, b'{"code": "no_answer", "text": "the daemon did not answer"}')
                    return
            size = int(self.headers.get("Content-Length") or 0)
            sent = {
                "Authorization": self.headers["Authorization"],
                "Content-Type": "application/json",
            }
            told = httpx.request(
                self.command, house.base + self.path, headers=sent, content=self.rfile.read(size), timeout=30
            )  # fmt: skip
            self.answer(told.status_code, told.content)

        def answer(self, status, content):
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = handle_any

        def log_message(self, *given):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", looks
    server.shutdown()
    server.server_close()


def test_a_job_is_followed_through_a_restart(press, restarting, extension, house, tmp_path):
    address, looks = restarting
    other = tmp_path / "other"
    other.mkdir()
    (other / "extension.js").write_bytes((extension / "extension.js").read_bytes())
    (other / "sidecrate.json").write_text(json.dumps({"address": address, "token": house.token}))
    log = press("Sidecrate: fill it", "ClipSlot", words="deep house, 8 bars", folder=other)
    assert log["told"] == [] and len(log["steps"]) == 1
    assert len(looks) > 4


def test_locrian_is_a_key_too(press, house):
    log = press(
        "Sidecrate: fill it", "ClipSlot", words="dark bass, 1 bar", set={"scale": "Locrian"}
    )
    assert len(log["steps"]) == 1
    newest = house.api.get("/clips", params={"limit": 1}).json()["clips"][0]
    assert newest["key"] == "Aloc"
