"""The API as a script uses it, and as one that sends anything at all."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile

from daemon.pieces.midi import midi_of
from tests.conftest import skip_or_fail
from tests.helpers.daemon_process import wait_until
from tests.helpers.pieces import twinkle
from tests.helpers.web_house import WebHouse


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHouse]:
    made = WebHouse(tmp_path_factory.mktemp("web") / "home")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def loop(house: WebHouse) -> str:
    return house.make(prompt="dusty boom bap drums and bass", bpm=90, key="Am", bars=1)


def test_events_tell_of_a_request_to_its_end(house: WebHouse) -> None:
    with house.api.stream("GET", "/events") as stream:
        job = house.api.post("/requests", json={"prompt": "snare", "kind": "oneshot"}).json()["job"]
        seen = []
        for line in stream.iter_lines():
            if line.startswith("data: ") and (event := json.loads(line[6:])).get("job") == job:
                seen.append(event["event"])
                if event["event"] == "finished":
                    break
    assert seen[-2:] == ["done", "finished"] and "progress" in seen


def test_a_job_for_voices_that_cannot_be_told_apart_ends_with_the_mend(
    house: WebHouse, tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 24000)
    soundfile.write(tmp_path / "noise.wav", noise, 48000)
    order = {"source": str(tmp_path / "noise.wav"), "parts": "voice"}
    job = house.api.post("/split", json=order).raise_for_status().json()["job"]
    wait_until(lambda: house.api.get(f"/jobs/{job}").json()["state"] == "failed", 60)
    said = house.api.get(f"/jobs/{job}").text
    assert "vocals cannot be told apart here" in said and "models get spleeter" in said


def _hears_of_jobs(stream: httpx.Response) -> bool:
    """Whether jobs are told before the stream has been silent for long."""
    for line in stream.iter_lines():
        if line in ("event: jobs", "event: alive"):
            return line == "event: jobs"
    return False


def test_a_page_that_comes_later_is_told_the_jobs_too(house: WebHouse) -> None:
    """One that comes back may have missed a change, where another page heard it."""
    with house.api.stream("GET", "/events") as first:
        assert _hears_of_jobs(first)
        with house.api.stream("GET", "/events") as second:
            assert _hears_of_jobs(second)


def test_what_cannot_be_taken_is_refused_with_the_reason(house: WebHouse) -> None:
    for values, word in (
        ({"prompt": "x", "bpm": 9000}, "40"),
        ({"prompt": "x", "engine": "nobody"}, "nobody"),
        ({}, "prompt"),
    ):
        answer = house.api.post("/requests", json=values)
        assert answer.status_code == 400 and word in answer.json()["text"]


def test_a_prompt_is_explained_and_nothing_is_made(house: WebHouse) -> None:
    before = house.api.get("/jobs").json()
    values = {"prompt": "dark techno at 132 bpm with frogs", "key": "A minor"}
    found = house.api.post("/explain", json=values).json()
    assert "".join(part["text"] for part in found["parts"]) == values["prompt"]
    states = {part["text"]: (part["state"], part["facet"]) for part in found["parts"]}
    assert states["techno"] == ("set", "genre") and states["frogs"] == ("unused", "")
    assert house.api.get("/jobs").json() == before
    assert house.api.post("/explain", json={"bpm": 90}).status_code == 400


def test_a_rounded_number_is_told_by_every_route(house: WebHouse) -> None:
    values = {"prompt": "dry kick loop", "bpm": 90.98765, "bars": 1}
    for route in ("/requests", "/make"):
        job = house.api.post(route, json=values).raise_for_status().json()["job"]
        report = house.done(job)["record"]["report"]
        assert any("90.98765 is taken as 90.988" in line for line in report["said"]), route
    told = house.api.post("/explain", json=values).raise_for_status().json()["said"]
    assert any("90.98765 is taken as 90.988" in line for line in told)


def test_a_master_is_seen_and_compared(house: WebHouse, loop: str) -> None:
    job = house.api.post("/master", json={"source": loop}).raise_for_status().json()["job"]
    record = house.done(job)["record"]
    picture = house.api.get(f"/clips/{record['id']}/picture")
    assert picture.headers["content-type"] == "image/png" and picture.content[:4] == b"\x89PNG"
    pair = [house.api.get(f"/clips/{clip}").json()["record"] for clip in record["pair"]]
    assert [one["part"] for one in pair] == ["before", "after"]
    assert abs(pair[0]["report"]["after"]["lufs"] - pair[1]["report"]["after"]["lufs"]) < 0.1
    assert house.api.get(f"/clips/{loop}/picture").status_code == 404


def test_clips_are_found_heard_in_parts_and_drawn(house: WebHouse, loop: str) -> None:
    # other tests of this house make dusty loops too, before or after this one
    def found(text: str) -> list[str]:
        asked = {"text": text, "kind": "loop", "bpm_from": 80}
        return [clip["id"] for clip in house.api.get("/clips", params=asked).json()["clips"]]

    assert loop in found("dusty") and found("no such words") == []
    part = house.api.get(f"/clips/{loop}/audio", headers={"Range": "bytes=0-3"})
    assert part.status_code == 206 and part.content == b"RIFF"
    peaks = house.api.get(f"/clips/{loop}/peaks").json()
    assert 0.1 < max(peaks["peaks"]) <= 1 and abs(peaks["seconds"] - 4 * 60 / 90) < 0.001


def test_edits_leave_the_original_and_are_undone(house: WebHouse, loop: str) -> None:
    path = Path(house.api.get(f"/clips/{loop}").json()["path"])
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (
        house.api.post(f"/clips/{loop}/edits", json={"step": {"do": "tempo", "bpm": 120}}).json()[
            "steps"
        ][0]["bpm"]
        == 120
    )
    peaks = house.api.get(f"/clips/{loop}/peaks", params={"version": "edited"}).json()
    assert abs(peaks["seconds"] - 2.0) < 0.001
    assert (
        house.api.post(
            f"/clips/{loop}/edits", json={"step": {"do": "mute", "stem": "drums"}}
        ).status_code
        == 200
    )
    assert (
        house.api.post(
            f"/clips/{loop}/edits", json={"step": {"do": "mute", "stem": "tuba"}}
        ).status_code
        == 400
    )
    assert len(house.api.get(f"/clips/{loop}").json()["steps"]) == 2
    made = house.api.post(f"/clips/{loop}/exports", json={"format": "mp3"}).json()
    assert (
        made["name"].endswith(".mp3")
        and len(house.api.get(made["url"].removeprefix("/api")).content) > 5000
    )
    for _ in range(2):
        house.api.post(f"/clips/{loop}/undo").raise_for_status()
    assert house.api.get(f"/clips/{loop}").json()["steps"] == []
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_the_library_is_narrowed_by_what_its_clips_say(house: WebHouse, loop: str) -> None:
    row = house.api.get(f"/clips/{loop}").json()
    for asked, there in (
        ({"licence": row["licence"]}, True), ({"licence": "none"}, False), ({"genre": row["genre"]}, True), ({"days": 1}, True),
        ({"days": 0}, False), ({"lufs_from": row["lufs"] - 1, "lufs_to": row["lufs"] + 1}, True), ({"lufs_from": 0}, False),
        ({"project": "none"}, False), ({"engine": "embedded"}, True),
    ):  # fmt: skip
        found = house.api.get("/clips", params={"kind": "loop", **asked}).json()["clips"]
        assert (loop in [clip["id"] for clip in found]) == there, asked


def test_plugins_are_listed_and_others_refused(house: WebHouse) -> None:
    listed = house.api.get("/plugins").json()
    assert isinstance(listed["names"], list) and (listed["text"] == "") == (
        find_spec("pedalboard") is not None
    )
    for name in ("No such plugin", "..%2f..%2fetc%2fpasswd"):
        assert house.api.get(f"/plugins/{name}").status_code == 404


def test_a_collection_is_renamed_and_let_go(house: WebHouse, loop: str) -> None:
    house.api.put(f"/collections/First/{loop}").raise_for_status()
    assert "Second" in [
        one["name"] for one in house.api.patch("/collections/First", json={"name": "Second"}).json()
    ]
    assert house.api.delete("/collections/First").status_code == 404
    house.api.delete("/collections/Second").raise_for_status()
    assert house.api.get(f"/clips/{loop}").json()["collections"] == []


def test_marks_collections_and_pins(house: WebHouse, loop: str) -> None:
    assert (
        house.api.patch(
            f"/clips/{loop}", json={"favourite": True, "rating": 4, "tags": ["good"]}
        ).json()["rating"]
        == 4
    )
    assert house.api.get("/clips", params={"favourite": True, "tag": "good"}).json()["total"] == 1
    house.api.put(f"/collections/Night/{loop}").raise_for_status()
    assert house.api.get("/collections").json()[0]["name"] == "Night"
    house.api.put("/session", json={"bpm": 97, "key": "Em"}).raise_for_status()
    assert house.api.get("/session").json()["bpm"] == 97
    house.api.put("/session", json={"bpm": 0, "key": ""}).raise_for_status()
    assert "bpm" not in house.api.get("/session").json()["said_by"]


def test_a_person_s_word_goes_before_what_was_heard_until_it_is_forgotten(
    house: WebHouse, loop: str
) -> None:
    def corrected(**word: object) -> httpx.Response:
        return house.api.put(f"/clips/{loop}/correction", json=word)

    heard = house.api.get(f"/clips/{loop}").json()
    said = corrected(bpm=45, key="e minor", downbeat_s=0.25).json()
    assert (said["bpm"], said["key"], said["record"]["bpm"]) == (45, "Em", 45)
    assert corrected(bpm=50).json()["record"]["corrected"] == {
        "bpm": 50, "downbeat_s": 0.25, "key": "Em",
    }  # fmt: skip
    narrowed = {"bpm_from": 49, "bpm_to": 51, "key": "Em"}
    assert house.api.get("/clips", params=narrowed).json()["total"] == 1
    for wrong, named in (
        ({"bpm": 900}, "40 to 300"),
        ({"downbeat_s": 99}, "lasts"),
        ({"key": "J"}, "key"),
    ):
        refused = corrected(**wrong)
        assert refused.status_code == 400 and named in refused.json()["text"]
    assert house.api.delete(f"/clips/{loop}/correction").json()["bpm"] == heard["bpm"]
    assert "corrected" not in house.api.get(f"/clips/{loop}").json()["record"]


def test_a_step_is_changed_in_its_place(house: WebHouse, loop: str) -> None:
    step = house.api.post(f"/clips/{loop}/edits", json={"step": {"do": "gain", "db": -3}}).json()[
        "steps"
    ][0]
    house.api.post(f"/clips/{loop}/edits", json={"step": {"do": "reverse"}}).raise_for_status()
    changed = house.api.patch(
        f"/clips/{loop}/edits/{step['id']}", json={"settings": {"db": -6}}
    ).json()
    assert [(one["do"], one.get("db")) for one in changed["steps"]] == [
        ("gain", -6),
        ("reverse", None),
    ]
    assert (
        house.api.patch(
            f"/clips/{loop}/edits/{step['id']}", json={"settings": {"db": 99}}
        ).status_code
        == 400
    )
    assert house.api.patch(f"/clips/{loop}/edits/none", json={"settings": {}}).status_code == 404
    for _ in range(3):
        house.api.post(f"/clips/{loop}/undo").raise_for_status()


def test_an_instrument_plays_along_as_a_step_on_top(house: WebHouse, loop: str) -> None:
    with house.api.stream("GET", "/events") as stream:
        job = (
            house.api.post(f"/clips/{loop}/instruments", json={"what": "strings"})
            .raise_for_status()
            .json()["job"]
        )
        lines = (json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: "))
        told = next(event for event in lines if event["event"] == "edited")
    assert (told["clip"], told["text"]) == (loop, "")
    made, now = house.done(job), house.api.get(f"/clips/{loop}").json()
    assert [(one["do"], one["clip"]) for one in now["steps"]] == [("layer", made["id"])]
    assert (made["bpm"], made["bars"], made["key"]) == (now["bpm"], now["bars"], now["key"])
    house.api.post(f"/clips/{loop}/undo").raise_for_status()
    kick = house.make(prompt="kick", kind="oneshot")
    assert house.api.post(f"/clips/{kick}/instruments", json={"what": "strings"}).status_code == 400


def test_a_file_comes_in_as_it_is_or_fitted(house: WebHouse, tmp_path: Path) -> None:
    rate, path = 22050, tmp_path / "mine.flac"
    clicks = np.zeros(rate * 4, np.float32)
    clicks[:: rate // 2] = 0.8
    soundfile.write(path, clicks, rate)
    sent = {"content": path.read_bytes(), "headers": {"Content-Type": "audio/flac"}}
    brought = house.api.post("/uploads", params={"name": "Café loop_120bpm_Am.flac"}, **sent)
    assert brought.status_code == 201, brought.text
    clip = brought.json()
    assert (clip["kind"], clip["bpm"], clip["key"], clip["bars"]) == (
        "loop",
        120,
        "Am",
        2,
    ) and clip["name"].startswith("cafe-loop")
    heard = soundfile.read(clip["path"], dtype="float32")[0]
    assert np.abs(heard - clicks).max() < 2**-15
    again = house.api.post("/uploads", params={"name": "again.flac"}, **sent).json()
    assert again["id"] == clip["id"], "it is there already"
    other = house.api.post("/uploads", params={"name": "again.flac", "bpm": "60"}, **sent).json()
    assert other["id"] != clip["id"] and other["bpm"] == 60, "but not as it is said to be now"
    job = house.api.post(
        "/uploads", params={"name": "mine.flac", "fit": True, "bpm": "125"}, **sent
    ).json()["job"]
    assert house.done(job)["bpm"] == 125
    notes = midi_of(twinkle("D", 96.0))
    sent = {"content": notes, "headers": {"Content-Type": "audio/midi"}}
    brought = house.api.post("/uploads", params={"name": "tune.mid"}, **sent)
    assert brought.status_code == 201, brought.text
    clip = brought.json()
    assert (clip["kind"], clip["bpm"], clip["key"], clip["bars"]) == ("midi", 96, "D", 8)
    assert Path(clip["path"]).read_bytes() == notes
    varied = house.done(house.api.post("/vary", json={"source": clip["id"]}).json()["job"])
    assert varied["record"]["from"] == clip["id"] and varied["record"]["kind"] == "midi"
    sent["content"] = notes[:40]
    half = house.api.post("/uploads", params={"name": "half.mid"}, **sent)
    assert half.status_code == 400 and "half" in half.json()["text"]


def test_people_have_marks_and_edits_of_their_own(house: WebHouse, loop: str) -> None:
    house.api.patch(f"/clips/{loop}", json={"favourite": False}).raise_for_status()
    alone = httpx.Client(base_url=house.base, timeout=30)
    alone.get(house.link())
    assert alone.get("/api/profile").json() == {"name": None, "names": []}
    assert alone.patch(f"/api/clips/{loop}", json={"rating": 3}).status_code == 200
    made = alone.post("/api/profiles", json={"name": "Ana", "password": "correct horse"})
    assert made.status_code == 201 and made.json() == {"name": "Ana", "names": ["Ana"]}
    assert alone.get(f"/api/clips/{loop}").json()["rating"] == 3, (
        "the first takes over what was there"
    )
    alone.put("/api/preferences", json={"theme": "dark"}).raise_for_status()
    alone.patch(f"/api/clips/{loop}", json={"favourite": True}).raise_for_status()
    step = alone.post(f"/api/clips/{loop}/edits", json={"step": {"do": "reverse"}})
    assert len(step.json()["steps"]) == 1
    assert (
        alone.post("/api/profiles", json={"name": "Ben", "password": "battery staple"}).json()[
            "name"
        ]
        == "Ana"
    )

    other = httpx.Client(base_url=house.base, timeout=30)
    other.get(house.link())
    assert (
        other.get("/api/clips").json()["code"] == "profile"
        and other.get("/api/clips").status_code == 401
    )
    assert (
        other.post("/api/profiles", json={"name": "Eve", "password": "let me in now"}).status_code
        == 401
    )
    assert other.post("/api/login", json={"name": "ben", "password": "wrong"}).status_code == 403
    assert (
        other.post("/api/login", json={"name": "ben ", "password": "battery staple"}).json()["name"]
        == "Ben"
    )
    mine = other.get(f"/api/clips/{loop}").json()
    assert (mine["favourite"], mine["rating"], mine["steps"]) == (False, 0, [])
    assert other.get("/api/preferences").json()["theme"] == "system"
    new = house.make(prompt="kick", kind="oneshot")
    assert other.get(f"/api/clips/{new}").status_code == 200, (
        "what comes into the crate is everybody's"
    )
    assert house.api.get(f"/clips/{loop}").json()["favourite"] is False, (
        "a script's library is the house's"
    )

    share = other.post("/api/shares", json={"clip": new}).json()
    assert (
        alone.get("/api/shares").json() == []
        and alone.delete(f"/api/shares/{share['id']}").status_code == 404
    )
    changed = other.put(
        "/api/profile/password", json={"old": "battery staple", "new": "another staple"}
    )
    assert changed.status_code == 200 and other.get("/api/clips").status_code == 200
    for _ in range(4):
        other.post("/api/login", json={"name": "ana", "password": "guess"})
    assert (
        other.post("/api/login", json={"name": "ana", "password": "correct horse"}).status_code
        == 429
    )
    stored = (house.home / "state" / "profiles").rglob("*")
    assert all(b"staple" not in path.read_bytes() for path in stored if path.is_file())
    ran = house.command("profile", "remove", "Ben", "--yes")
    assert ran.returncode == 0 and other.get("/api/clips").status_code == 401
    assert house.command("profile", "remove", "Ana", "--yes").returncode == 0
    assert house.command("profile", "add", "Cy", words="short\n").returncode == 2
    alone.close(), other.close()


@pytest.fixture
def house_of_its_own(tmp_path: Path) -> Iterator[WebHouse]:
    made = WebHouse(tmp_path / "home")
    yield made
    made.stop()


def test_nothing_that_is_sent_makes_a_server_error(
    house_of_its_own: WebHouse, tmp_path: Path
) -> None:
    """schemathesis, bounded. It deletes what it finds.

    Events never end and are left out, and so is what starts a program of its own.
    """
    house = house_of_its_own
    house.make(prompt="dusty drums", bars=1)
    try:
        import schemathesis  # noqa: F401
    except ImportError:
        skip_or_fail("schemathesis is not installed; `make setup` brings it")
    ran = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")), "run", f"{house.base}/api/openapi.json",
            "--header", f"Authorization: Bearer {house.token}", "--checks", "not_a_server_error", "--phases", "examples,fuzzing",
            "--max-examples", "5", "--exclude-path", "/api/events", "--exclude-operation-id", "begin_radio", "--exclude-operation-id", "run_project", "--seed", "1", "--generation-deterministic", "--request-timeout", "15",
        ],
        capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "NO_COLOR": "1"}, timeout=100,
    )  # fmt: skip
    assert ran.returncode == 0, (
        ran.stdout[:200] + ran.stdout[ran.stdout.find("FAILURES") :][:5000] + ran.stderr[-2000:]
    )


def test_an_edited_clip_is_shared_as_it_is_heard(house: WebHouse, loop: str) -> None:
    house.api.post(
        f"/clips/{loop}/edits", json={"step": {"do": "tempo", "bpm": 120}}
    ).raise_for_status()
    heard = house.api.get(f"/clips/{loop}/audio", params={"version": "edited"}).content
    house.api.put(f"/collections/Set/{loop}").raise_for_status()
    shares = [
        house.api.post("/shares", json=what).json()
        for what in ({"clip": loop}, {"collection": "Set"})
    ]
    house.api.post(f"/clips/{loop}/undo").raise_for_status()
    original = Path(house.api.get(f"/clips/{loop}").json()["path"]).read_bytes()
    assert heard != original
    for share in shares:
        page = house.share_base + share["path"]
        assert "120 bpm" in httpx.get(page).text
        assert httpx.get(f"{page}/0/audio").content == heard
        download = httpx.get(f"{page}/0/download")
        assert download.content == heard and "120bpm" in download.headers["content-disposition"]
        house.api.delete(f"/shares/{share['id']}").raise_for_status()
    assert not list((house.home / "state" / "web" / "shared").iterdir()), (
        "what was kept for a link goes with it"
    )
    plain = house.api.post("/shares", json={"clip": loop}).json()
    assert httpx.get(f"{house.share_base}{plain['path']}/0/audio").content == original
