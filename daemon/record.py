"""The record of a clip: all that is known of it, stored with its job, in the library and in its WAV.

A record is born in `daemon/clip/record.py`, gets its place in the crate, and is read by nearly every
room. So its keys stand here, once, and a key that is not here is an error of mypy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TypedDict, cast


class Cue(TypedDict):
    """A place in a clip that has a name: a section of a track, a line of a vocal."""

    frame: int
    name: str


class ClipReport(TypedDict, total=False):
    """What a record says of the road from the take to the clip (`daemon/conform/report.py`).

    What its parts hold hangs on the kind of the clip and on how its take was conformed.
    """

    asked: dict[str, Any]
    """What the brief said that bears on it."""
    found: dict[str, Any]
    """What was heard in the take."""
    did: dict[str, Any]
    """What was done to it."""
    after: dict[str, Any]
    """What the finished clip measures."""
    choices: list[dict[str, Any]]
    """The cuts that a fitted file could have, best first."""
    warnings: list[str]
    decided: dict[str, dict[str, Any]]
    """What the request left open: who decided it, and as what."""
    said: list[str]
    refused_takes: list[str]


class Repeatable(TypedDict, total=False):
    """What `again` reads: of a clip its record, of a job without clips what was asked alone."""

    do: str
    """The verb; records that lack it were made, or fitted by the engine `file`."""
    request: Mapping[str, Any]
    """The request's fields as they were given, by which it is repeated."""
    engine: str
    """The engine's name; `file` where a file of the user's was fitted or brought in."""
    bpm: float | None
    key: str | None
    meter: str | None
    bars: int | None
    plan: Mapping[str, Any] | None
    """The embedded musician's own notes."""
    improved: Mapping[str, Any] | None
    """What a language model answered, by step."""


#: `from` is a word of Python's own, so it stands in no class body. It names the clip or file that a verb worked on.
_Derived = TypedDict("_Derived", {"from": str}, total=False)


class ClipRecord(Repeatable, _Derived, total=False):
    """What a clip knows of itself. JSON.

    Records of older versions lack keys, and so do those of files that were brought in. What nearly
    every record has is read by `[]` all the same.
    """

    id: str
    kind: str
    """loop, oneshot, track, midi, sfx or vocal."""
    path: str
    """Where the file lies now; a record in the making has none yet."""
    midi: str | None
    """The path of the notes beside the audio."""
    stems: list[str]
    prompt: str
    words: str
    license: str
    seed: int | None
    """None where nothing was thrown: a file that was brought in."""
    note: int | None
    """A one-shot's MIDI number."""
    note_name: str | None
    seconds: float | None
    sample_rate: int
    frames: int
    channels: int
    created: float
    """When it was asked for, in seconds of the Unix epoch."""
    made: float
    report: ClipReport
    """What was found, what was changed and how sure we are."""

    job: str | None
    n: int
    """Which of its job's clips it is, from 1."""
    of: int
    genre: str
    tags: list[str]
    project: str
    engine_reason: str
    model: str
    model_version: str
    cost_usd: float | None
    parts: list[str]
    part: str
    """Which part of a clip it is: of a stem in its own file, and of what a verb has made of a source."""
    role: str
    """What a verb's result is beside its others: `chords`, `melody`."""
    kit_files: list[str]
    cues: list[Cue]
    sidecrate: str
    """The version that made it."""
    features: str | None
    """How it sounds, packed and in base64 (`daemon/hearing/features.py`)."""

    edits: list[dict[str, Any]]
    """The steps by which it was made of another clip, `edited_from`."""
    edited_from: str
    brought_from: str
    """The path of the user's file that it is."""


class CrateRecord(ClipRecord, total=False):
    """A clip of the crate as `Crate` finds it."""

    kept: str | None
    """The path of its second name under Kept/."""


class ListedRecord(CrateRecord, total=False):
    """A clip with its owner's marks, as `sidecrate clips` lists it."""

    favourite: bool
    rating: int
    used: float | None
    missing: bool
    edited: bool
    distance: float
    """How far its sound lies from that of the clip that others are compared with."""


#: The record's names as the documented JSON of a clip; the rest of the record follows them.
DOCUMENTED: Final = (
    "path", "id", "kind", "bpm", "key", "meter", "bars", "seconds", "sample_rate", "frames", "channels",
    "engine", "model", "seed", "license", "midi", "stems", "report",
)  # fmt: skip
#: What `done` says of a clip, beside its parts and how sure its beat is.
_TOLD: Final = (
    "n", "of", "kind", "bpm", "key", "meter", "bars", "frames", "sample_rate", "note_name", "engine",
)  # fmt: skip
#: Of what a verb has made of a source.
_TOLD_OF_A_RESULT: Final = ("part", "role", "from")
_MOST_LETTERS, _MOST_OF_PARTS = 300, 100
#: Letters of the notes in `done`: devices show a line or two, the record has them all.
_MOST_OF_NOTES = 240


def done_info(record: ClipRecord) -> dict[str, Any]:
    """What `done` says of a clip: flat, under 1 KB."""
    confidence = record["report"].get("found", {}).get("confidence")
    parts = ", ".join(record.get("parts") or ())[:_MOST_OF_PARTS]
    told: dict[str, Any] = {name: record.get(name) for name in _TOLD}
    derived = {name: str(record.get(name) or "") for name in _TOLD_OF_A_RESULT}
    # a long path is left to the record
    told |= {name: value for name, value in derived.items() if 0 < len(value) <= _MOST_LETTERS}
    notes = "; ".join(str(note) for note in record["report"].get("said") or ())
    if notes:
        told["notes"] = notes if len(notes) <= _MOST_OF_NOTES else notes[: _MOST_OF_NOTES - 1] + "…"
    return told | {"parts": parts, "confidence": confidence}


def as_record(said: Mapping[str, Any]) -> ClipRecord:
    """What another process, or a file, says of a clip. It is ours, so its values are taken at their word."""
    return cast(ClipRecord, said)


def parse_record(text: str | bytes) -> ClipRecord:
    """A record as it was stored. ValueError where the text is no JSON object."""
    said = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError("a clip's record is a JSON object")
    return as_record(said)


def without(record: ClipRecord, *names: str) -> ClipRecord:
    """A record that does not say these; of a file's own record, where it and what is beside it lie."""
    return as_record({name: value for name, value in record.items() if name not in names})
