"""`make --explain` shows what each word sets, in marks where there is no terminal."""

import json

import pytest

from bridge.errors import SidecrateError
from daemon.cli.explain import explained_text


def test_the_words_have_marks_and_each_a_line():
    lines = explained_text(
        "dusty boom bap, squelchy, 90 bpm, a rapper", {"bpm": "100"}
    ).splitlines()
    assert lines[0] == "[dusty] [boom bap], ?squelchy?, ~90 bpm~, a ?rapper?"
    assert any(line.split()[:2] == ["boom", "bap"] and line.endswith("genre") for line in lines)
    assert any("overruled (request says 100)" in line for line in lines)
    assert "engine: embedded" in lines


def test_programs_get_the_same_as_json():
    found = json.loads(explained_text("house in A minor", {}, as_json=True))
    assert found["engine"] == "embedded"
    assert [part["text"] for part in found["parts"]] == ["house", " ", "in A minor"]
    assert {one["name"]: one["value"] for one in found["settings"]}["key"] == "A minor"


def test_colours_are_for_terminals_alone(monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[32mhouse\x1b[0m" in explained_text("house loop", {})
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in explained_text("house loop", {})


def test_a_field_that_is_wrong_is_refused_as_by_make():
    with pytest.raises(SidecrateError, match="40"):
        explained_text("house", {"bpm": "9000"})
