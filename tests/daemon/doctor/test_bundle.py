"""The doctor's bundle where things are not as they should be."""

import json
import zipfile
from pathlib import Path, PureWindowsPath

import pytest

from daemon.doctor.bundle import write_bundle
from daemon.doctor.check import Check
from daemon.errors import ServiceError
from daemon.home.places import Places


@pytest.fixture
def places(tmp_path):
    found = Places.find(tmp_path)
    found.state.mkdir(parents=True)
    return found


def parts_of(target):
    with zipfile.ZipFile(target) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def test_who_owns_the_home_is_not_told(places, tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: PureWindowsPath("C:\\Users\\Jane Doe"))
    said = {"text": "clips appear in C:\\Users\\Jane Doe\\Music"}
    places.log.write_text(json.dumps(said) + "\n")
    places.config_file.write_text("crate: {folder: C:\\Users\\Jane Doe\\Music}\n")
    write_bundle(places, [Check("home", "ok", "C:\\Users\\Jane Doe")], tmp_path / "b.zip")
    parts = parts_of(tmp_path / "b.zip")
    assert not [name for name, text in parts.items() if "Jane" in text]
    assert json.loads(parts["log/sidecrate.log"])["text"] == "clips appear in ~\\Music"


def test_what_cannot_be_read_is_said_and_the_rest_is_there(places, tmp_path, monkeypatch):
    places.log.write_text("{}\n")
    places.database.write_bytes(
        b"this is no database, but nobody knows that before it is read" * 30
    )
    real = Path.read_text

    def refused(path, **how):
        if path == places.log:
            raise PermissionError(13, "Permission denied")
        return real(path, **how)

    monkeypatch.setattr(Path, "read_text", refused)
    write_bundle(places, [], tmp_path / "b.zip")
    parts = parts_of(tmp_path / "b.zip")
    assert "cannot be read (Permission denied)" in parts["log/sidecrate.log"]
    assert "not a database" in json.loads(parts["jobs.json"])[0]["error"]
    assert "python" in parts["system.json"]
    with pytest.raises(ServiceError, match="is there already"):
        write_bundle(places, [], tmp_path / "b.zip")
