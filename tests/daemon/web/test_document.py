"""The API's document: every operation is named, typed and refused as it is; a client made of it works."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile

from daemon.web.app import make_app
from daemon.web.document import OPERATIONS
from tests.conftest import skip_or_fail
from tests.helpers.daemon_process import wait_until
from tests.helpers.web_house import WebHouse

ROOT = Path(__file__).parents[3]
SETTINGS = """
content_type_overrides:
  audio/wav: application/octet-stream
  audio/midi: application/octet-stream
  audio/flac: application/octet-stream
  audio/mpeg: application/octet-stream
  audio/ogg: application/octet-stream
  audio/aiff: application/octet-stream
  application/zip: application/octet-stream
  image/png: application/octet-stream
  video/mp4: application/octet-stream
  text/event-stream: text/plain
"""
#: What a user of a generated client writes: from a prompt to a file, and a refusal.
SCRIPT = """
import sys, time
from client import AuthenticatedClient
from client.api.default import (
    edit_clip, export_clip, get_clip, get_clip_audio, get_export, get_job, list_engines, make,
    mark_clip, search_clips, trash_clip, upload_file,
)
from client.models import Accepted, Clip, Edit, EditStepType0, Export, Job, MakeValues, Marks, Refused
from client.models.export_format import ExportFormat
from client.types import File

base, token, sound = sys.argv[1:]
api = AuthenticatedClient(base_url=base, token=token, timeout=60)
assert any(one.name == "embedded" and one.ready for one in list_engines.sync(client=api))
accepted = make.sync(client=api, body=MakeValues.from_dict({"prompt": "dusty drums", "bpm": 90, "bars": 1}))
assert isinstance(accepted, Accepted), accepted
while (job := get_job.sync(accepted.job, client=api)).state != "done":
    assert isinstance(job, Job) and job.state != "failed", job
    time.sleep(0.1)
clip = get_clip.sync(job.clips[0], client=api)
assert isinstance(clip, Clip) and clip.bpm == 90 and clip.bars == 1 and clip.record["seed"] is not None
assert mark_clip.sync(clip.id, client=api, body=Marks(favourite=True, tags=["mine"])).favourite
assert [one.id for one in search_clips.sync(client=api, text="dusty drums").clips] == [clip.id]
step = EditStepType0.from_dict({"do": "tempo", "bpm": 100})
assert edit_clip.sync(clip.id, client=api, body=Edit(step=step)).steps[0]["bpm"] == 100
made = export_clip.sync(clip.id, client=api, body=Export(format_=ExportFormat.FLAC))
assert made.name.endswith(".flac") and get_export.sync(made.export, client=api).payload.read(4) == b"fLaC"
assert get_clip_audio.sync(clip.id, client=api).payload.read(4) == b"RIFF"
brought = upload_file.sync(client=api, name="mine.wav", body=File(payload=open(sound, "rb")))
assert get_clip.sync(brought["id"], client=api).engine == "file"
refused = make.sync(client=api, body=MakeValues.from_dict({"prompt": "x", "bpm": 9000}))
assert isinstance(refused, Refused) and "40" in refused.text and refused.code == "bad_request", refused
assert isinstance(get_clip.sync("nobody", client=api), Refused)
assert trash_clip.sync(clip.id, client=api).event == "told"
stranger = AuthenticatedClient(base_url=base, token="wrong")
assert get_clip.sync_detailed(clip.id, client=stranger).status_code == 401
print("all of it works")
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHouse]:
    made = WebHouse(tmp_path_factory.mktemp("web") / "home")
    yield made
    made.stop()


def document() -> dict[str, Any]:
    site: Any = SimpleNamespace(profiles=None)
    guard: Any = make_app(site, "token", lambda: 8765)
    found: dict[str, Any] = guard._app.openapi()
    return found


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, found in document()["paths"].items():
        for method, operation in found.items():
            yield f"{method.upper()} {path.removeprefix('/api')}", operation


@pytest.mark.slow
def test_every_operation_has_a_readable_name_of_its_own() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(set(names)) == len(names) > 50
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in names)
    assert {name for name, _ in operations()} >= set(OPERATIONS), (
        "no row is of a route that is gone"
    )


def test_the_way_in_and_the_address_are_told() -> None:
    said = document()
    assert said["servers"][0]["url"] == "http://127.0.0.1:8765"
    schemes = said["components"]["securitySchemes"]
    assert (schemes["token"]["scheme"], schemes["session"]["in"]) == ("bearer", "cookie")
    assert said["security"] == [{"token": []}, {"session": []}]


def test_every_answer_and_every_refusal_is_typed() -> None:
    schemas = document()["components"]["schemas"]
    for name, operation in operations():
        responses = operation["responses"]
        assert {"400", "401", "403", "421"} <= set(responses), name
        assert ("415" in responses) is not name.startswith("GET")
        assert ("404" in responses) or "{" not in name
        good = next(one for code, one in responses.items() if code.startswith("2"))
        for kind, content in good["content"].items():
            if kind == "application/json":
                reference = content["schema"]["$ref"].rsplit("/")[-1]
                assert reference in schemas, name
        refused = responses["400"]["content"]["application/json"]["schema"]
        assert refused == {"$ref": "#/components/schemas/Refused"}
    assert set(schemas["Refused"]["required"]) == {"code", "text"}


def test_answers_are_what_the_document_says(house: WebHouse) -> None:
    """Each shape is compared with a real answer, so that no key is promised that does not come."""
    clip = house.make(prompt="dusty kick", kind="oneshot")
    job = house.api.get("/jobs").json()[0]["job"]
    seen = set()

    def check(method: str, path: str, row: str, **what: Any) -> Any:
        answer = house.api.request(method, path, **what)
        assert answer.is_success, (path, answer.text)
        shape = OPERATIONS[f"{method} {row}"][1]
        assert shape is not None
        shape.model_validate(answer.json())
        seen.add(f"{method} {row}")
        return answer.json()

    for path in ("/clips", "/facets", "/steps", "/plugins", "/formats", "/collections", "/shares",
                 "/profile", "/preferences", "/jobs", "/session", "/engines", "/spend", "/settings",
                 "/fields", "/status", "/verbs", "/daws", "/map", "/pads", "/films", "/projects", "/radio", "/taught"):  # fmt: skip
        check("GET", path, path)
    check("GET", f"/clips/{clip}", "/clips/{clip}")
    check("GET", f"/clips/{clip}/peaks", "/clips/{clip}/peaks")
    check("GET", f"/jobs/{job}", "/jobs/{job}")
    notes = house.make(prompt="sad piano chords", kind="midi", bars=1)
    assert check("GET", f"/clips/{notes}/chords", "/clips/{clip}/chords")["known_by"] == "plan"
    found = check("GET", f"/clips/{notes}/notes", "/clips/{clip}/notes")
    part = found["parts"][0]
    start, length, pitch, _ = part["notes"][0]
    change = {
        "part": part["name"], "gone": [[start, pitch]], "new": [[start, length, pitch, 17]],
    }  # fmt: skip
    check("PUT", f"/clips/{notes}/notes", "/clips/{clip}/notes", json={"changes": [change]})
    assert [start, length, pitch, 17] in check(
        "GET", f"/clips/{notes}/notes", "/clips/{clip}/notes"
    )["parts"][0]["notes"]
    check("PATCH", f"/clips/{clip}", "/clips/{clip}", json={"rating": 3})
    check("GET", f"/clips/{clip}/family", "/clips/{clip}/family")
    best = check("POST", "/best", "/best", json={"clips": [clip], "count": 1})
    assert best["best"] == [clip] and best["taste"]["skill"] is None and not best["taste"]["used"]
    check("PUT", "/pads", "/pads", json={"cells": {"0-0": clip}})
    play = {"clip": clip, "start": 0, "end": 1}
    check("POST", "/performances", "/performances", json={"bpm": 120, "bars": 1, "plays": [play]})
    edits = "/clips/{clip}/edits"
    step = check("POST", f"/clips/{clip}/edits", edits, json={"step": {"do": "gain", "db": -3}})
    name = step["steps"][0]["id"]
    check("PATCH", f"/clips/{clip}/edits/{name}", edits + "/{step}", json={"settings": {"db": -6}})
    check("POST", f"/clips/{clip}/render", "/clips/{clip}/render")
    check("POST", f"/clips/{clip}/undo", "/clips/{clip}/undo")
    check("POST", f"/clips/{clip}/redo", "/clips/{clip}/redo")
    check("POST", f"/clips/{clip}/exports", "/clips/{clip}/exports", json={"format": "flac"})
    check("POST", f"/clips/{clip}/publish", "/clips/{clip}/publish")
    check("DELETE", f"/clips/{clip}/edits/{name}", edits + "/{step}")
    check("PUT", f"/collections/Kit/{clip}", "/collections/{name}/{clip}")
    check("GET", "/collections", "/collections")
    check("POST", "/collections/Kit/exports", "/collections/{name}/exports", json={})
    share = check("POST", "/shares", "/shares", json={"clip": clip})
    check("GET", "/shares", "/shares")
    check("DELETE", f"/shares/{share['id']}", "/shares/{share}")
    check("PATCH", "/collections/Kit", "/collections/{name}", json={"name": "Set"})
    check("DELETE", f"/collections/Set/{clip}", "/collections/{name}/{clip}")
    check("DELETE", "/collections/Set", "/collections/{name}")
    check("PUT", "/session", "/session", json={"bpm": 120})
    check("PUT", "/preferences", "/preferences", json={"theme": "dark"})
    check("POST", "/requests", "/requests", json={"prompt": "snare", "kind": "oneshot"})
    check("POST", f"/clips/{clip}/again", "/clips/{clip}/again")
    check("POST", f"/clips/{clip}/keep", "/clips/{clip}/keep")
    check("DELETE", f"/clips/{clip}", "/clips/{clip}")
    wanted = {"name": "night", "prompt": "house", "pieces": 1, "seconds": 4}
    assert check("POST", "/projects", "/projects", json=wanted)["missing"] == 5
    check("GET", "/projects", "/projects")
    assert check("GET", "/radio", "/radio")["state"] == "none"
    assert len(seen) > 40


def test_a_project_is_begun_run_looked_into_and_pruned(house: WebHouse) -> None:
    api = house.api
    faults = api.post("/projects", json={"name": "odd", "text": "pieces: 900\nbpn: 90"})
    assert faults.status_code == 400 and len(faults.json()["text"].splitlines()) == 3
    assert api.post("/projects", json={"name": "../odd", "prompt": "x"}).status_code == 400
    assert api.get("/projects/odd").status_code == 404
    text = "prompt: kick, 240 bpm\npieces: 2\nbars: 1\nseconds: 4\n"
    assert api.post("/projects", json={"name": "two", "text": text}).status_code == 201
    assert api.post("/projects", json={"name": "two", "text": text}).status_code == 409
    assert api.post("/projects/two/run", json={"step": "music"}).json()["running"]
    wait_until(lambda: api.get("/projects/two").json()["steps"]["music"] == ["made"] * 2, 60, "run")
    answer = api.get("/projects/two/music/1")
    assert answer.headers["content-type"] == "audio/wav" and answer.content[:4] == b"RIFF"
    assert api.delete("/projects/two/music/1").json()["steps"]["music"] == ["out", "made"]
    assert api.get("/projects/two/music/1").status_code == 404
    assert api.put("/projects/two", json={"text": text + "key: Am\n"}).json()["faults"] == []
    assert not api.delete("/projects/two/run").json()["running"]


def generator() -> str:
    """The program that generates clients: `make test` puts it into an environment of its own."""
    own = ROOT / ".venv-client" / "bin" / "openapi-python-client"
    found = str(own) if own.exists() else shutil.which("openapi-python-client")
    if found is None:
        skip_or_fail("openapi-python-client is not installed; `make .venv-client/.ready` brings it")
    return str(found)


def test_a_generated_client_makes_edits_and_fetches_a_clip(house: WebHouse, tmp_path: Path) -> None:
    program = generator()
    (tmp_path / "settings.yaml").write_text(SETTINGS)
    said = house.api.get("/openapi.json").json()
    (tmp_path / "openapi.json").write_text(json.dumps(said))
    ran = subprocess.run(
        [program, "generate", "--path", "openapi.json", "--output-path", "client", "--meta", "none",
         "--config", "settings.yaml"],
        cwd=tmp_path, capture_output=True, text=True, timeout=100,
        env={**os.environ, "PATH": f"{Path(program).parent}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    warnings = [line for line in ran.stdout.splitlines() if line.startswith("WARNING")]
    assert not warnings, ran.stdout
    soundfile.write(tmp_path / "mine.wav", 0.1 * np.ones(9000), 44100)
    (tmp_path / "use.py").write_text(SCRIPT)
    used = subprocess.run(
        [sys.executable, "use.py", said["servers"][0]["url"], house.token, "mine.wav"],
        cwd=tmp_path, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert used.returncode == 0 and "all of it works" in used.stdout, used.stderr[-3000:]
