"""Radio, projects and films by the API, on one daemon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import soundfile

from tests.helpers.daemon_process import wait_until
from tests.helpers.web_house import WebHouse

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHouse]:
    made = WebHouse(tmp_path_factory.mktemp("rooms") / "home")
    yield made
    made.stop()


def refused(answer: httpx.Response, code: int, words: str) -> None:
    assert answer.status_code == code and words in answer.json()["text"], answer.text


def test_a_project_is_begun_changed_made_and_pruned(house: WebHouse) -> None:
    api = house.api
    new = {"name": "night", "prompt": "dusty drums", "pieces": 2, "seconds": 8}
    assert api.post("/projects", json=new).status_code == 201
    refused(api.post("/projects", json=new), 409, "a project night already")
    refused(api.post("/projects", json={**new, "name": "../x"}), 400, "cannot name a folder")
    refused(api.get("/projects/none"), 404, "there is no project none")
    text = api.get("/projects/night").json()["text"]
    broken = text.replace("pieces: 2", "peices: 2\nbpm: fast")
    answer = api.put("/projects/night", json={"text": broken})
    refused(answer, 400, "did you mean pieces?")
    assert "bpm" in answer.json()["text"], "all faults at once"
    api.put("/projects/night", json={"text": text + "bars: 1\nbpm: 160\n"}).raise_for_status()
    assert api.post("/projects/night/run", json={"step": "music"}).status_code == 202
    wait_until(lambda: not api.get("/projects/night").json()["running"], 60, "the end of the run")
    row = api.get("/projects").json()[0]
    assert row["trouble"] == "" and row["steps"]["music"] == ["made", "made"]
    sound = api.get("/projects/night/music/1")
    assert sound.headers["content-type"] == "audio/wav" and sound.content.startswith(b"RIFF")
    refused(api.get("/projects/night/clip/1"), 404, "no clip of piece 1")
    thrown = api.delete("/projects/night/music/2").raise_for_status().json()
    assert {states[1] for states in thrown["steps"].values()} == {"out"}
    assert not (Path(row["folder"]) / "music" / "02.wav").exists()


def test_a_radio_is_begun_told_other_words_kept_and_ended(house: WebHouse) -> None:
    api = house.api
    assert api.get("/radio").json()["state"] == "none"
    for call in (api.get("/radio/stream"), api.post("/radio/words", json={"words": "techno"}), api.delete("/radio")):  # fmt: skip
        refused(call, 409, "no radio plays here")
    assert api.post("/radio", json={"words": "lo-fi, 90 bpm"}).json()["state"] == "begins"
    refused(api.post("/radio", json={"words": "x"}), 400, "plays already")

    def now() -> dict[str, Any]:
        found: dict[str, Any] = api.get("/radio").json()
        assert found["state"] != "none", found
        return found

    wait_until(lambda: now()["state"] == "plays" and now()["bpm"] == 90, 60, "its first phrase")
    with api.stream("GET", "/radio/stream") as stream:
        assert stream.headers["content-type"] == "audio/mpeg"
        assert len(next(stream.iter_bytes(2000))) == 2000
    api.post("/radio/words", json={"words": "dark techno"}).raise_for_status()
    assert now()["words"] == "dark techno"
    kept = api.post("/radio/kept", json={"minutes": 0.01})
    assert kept.status_code == 201 and soundfile.info(kept.json()["path"]).duration > 0
    api.delete("/radio").raise_for_status()
    assert api.get("/radio").json()["state"] == "none"


def test_a_film_is_listed_and_sent_in_parts(house: WebHouse) -> None:
    pytest.importorskip("av")
    assert house.api.get("/films").json() == []
    clip = house.make(prompt="kick", kind="oneshot")
    values = {"source": clip, "size": "1:1", "style": "waveform", "loops": 1, "fps": 24}
    job = house.api.post("/video", json=values).raise_for_status().json()["job"]
    wait_until(lambda: house.api.get(f"/jobs/{job}").json()["state"] == "done", 60, "the film")
    film = house.api.get("/films").json()[0]
    assert film["has_poster"] and Path(film["path"]).suffix == ".mp4" and film["job"] == job
    for words in ("kick", "wave", clip, f"ki {clip[:4]}"):
        found = house.api.get("/films", params={"search": words}).json()
        assert [one["id"] for one in found] == [film["id"]]
    assert house.api.get("/films", params={"search": "kick rain"}).json() == []
    address = f"/films/{film['id']}"
    part = house.api.get(f"{address}/video", headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    assert house.api.get(f"{address}/poster").content.startswith(b"\x89PNG")
    refused(house.api.get("/films/none/video"), 404, "there is no film none")
