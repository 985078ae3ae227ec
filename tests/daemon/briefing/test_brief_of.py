"""What a request says about how it was read, and sources that cannot be taken, on the way to a Brief."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import RequestError
from bridge.request import read_request
from bridge.session import Session
from daemon.brief import Brief
from daemon.briefing.brief_of import make_brief
from daemon.briefing.named_sounds import Material
from daemon.briefing.repeat import repeat_request
from daemon.crate.crate import Crate
from daemon.engines.registry import Policy
from daemon.jobs.database import Database
from daemon.prompt.defaults import PromptDefaults


def brief_of(folder: Path, *pairs: tuple[str, object], do: str = "make") -> Brief:
    database = Database(folder / "x.db")
    material = Material(Crate(folder / "crate", "{kind}", database), folder / "library.db")
    try:
        asked = read_request(pairs)
        return make_brief(asked, Session(), PromptDefaults(), Policy(), material, do=do)
    finally:
        database.close()


def test_a_rounded_tempo_is_said_in_the_brief_and_so_in_the_clips_report(tmp_path: Path) -> None:
    brief = brief_of(tmp_path, ("prompt", "dusty drums"), ("bpm", 127.98765))
    assert brief.bpm == 127.988
    assert "bpm: 127.98765 is taken as 127.988; 3 decimals are kept" in brief.said


def test_a_repeat_says_what_its_changes_were_rounded_to() -> None:
    record = {"request": {"prompt": "drums", "bpm": 90.0}, "engine": "embedded"}
    _, request, _ = repeat_request(record, read_request([("bpm", 91.23456)]))
    assert request["bpm"] == 91.235 and request["prompt"] == "drums" and request.said


@pytest.mark.parametrize("name", ["riff.mid", "Riff.MIDI", "missing.mid"])
@pytest.mark.parametrize("do", ["fit", "make"])
def test_notes_as_a_source_are_refused_with_what_to_do(tmp_path: Path, name: str, do: str) -> None:
    path = tmp_path / name
    if not name.startswith("missing"):
        path.write_bytes(b"MThd")
    pairs = [("reference", str(path)), *([("prompt", "a choir")] if do == "make" else [])]
    with pytest.raises(RequestError, match="sidecrate render") as refused:
        brief_of(tmp_path, *pairs, do=do)
    assert "\n" not in refused.value.text


@pytest.mark.parametrize(
    ("prompt", "key"),
    [
        ("bass in E", "E minor"),
        ("techno in G", "G minor"),
        ("happy techno in G", "G major"),
        ("not happy techno in G", "G minor"),
        ("pop loop in F#", "F# major"),
        ("sad pop loop in F#", "F# minor"),
        ("psytrance 145 F#", "F# phrygian"),
    ],
)
def test_a_tonic_without_a_mode_gets_the_one_that_genre_or_mood_suggest(
    tmp_path: Path, prompt: str, key: str
) -> None:
    brief = brief_of(tmp_path, ("prompt", prompt))
    tonic = key.partition(" ")[0]
    assert (brief.key_name, brief.decided["key"].value) == (key, key)
    assert f"{tonic} in the prompt names no mode; {key} is played" in brief.said


@pytest.mark.parametrize("prompt", ["808 kick loop in F#", "drum loop in E", "snare in F#"])
def test_no_mode_is_told_of_drums(tmp_path: Path, prompt: str) -> None:
    assert not any("names no mode" in line for line in brief_of(tmp_path, ("prompt", prompt)).said)
