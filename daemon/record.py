"""The record of a clip: all its facts, stored with its job, in the library and in its WAV.

`daemon/clip/record.py` makes a record, the crate adds its paths, and nearly every room reads it.
Its keys are declared here, once, so that mypy reports any other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TypedDict, cast


class Cue(TypedDict):
    """A named place in a clip: a section of a track, a line of a vocal."""

    frame: int
    name: str


class Performer(TypedDict):
    """One instrument of a clip."""

    part: str
    """drums, bass, chords, lead, pad, texture, fx."""
    instrument: str
    program: int | None
    """Its General MIDI program from 1; None for drums and sounds without a program."""


class ClipReport(TypedDict, total=False):
    """A record's account of the way from take to clip (`daemon/conform/report.py`).

    The content of its parts depends on the clip's kind and on how its take was conformed.
    """

    asked: dict[str, Any]
    """What the Brief requested, where it matters here."""
    found: dict[str, Any]
    """What was detected in the take."""
    did: dict[str, Any]
    """What was changed in it."""
    after: dict[str, Any]
    """What was measured in the finished clip."""
    choices: list[dict[str, Any]]
    """Possible cuts of a fitted file, best first."""
    warnings: list[str]
    decided: dict[str, dict[str, Any]]
    """What the request left open: the source of each decision, and its value."""
    said: list[str]
    refused_takes: list[str]


class Repeatable(TypedDict, total=False):
    """What `again` reads: a clip's record, or the request of a job without clips."""

    id: str
    """The clip's; a job without clips has none."""
    kind: str
    """loop, oneshot, track, midi, sfx, vocal or video."""
    do: str
    """The verb; records without it were made, or fitted by the engine `file`."""
    request: Mapping[str, Any]
    """The request's fields as they were given, for a repeat."""
    engine: str
    """The engine's name; `file` where a user's file was fitted or brought in."""
    bpm: float | None
    key: str | None
    meter: str | None
    bars: int | None
    plan: Mapping[str, Any] | None
    """The embedded composer's own notes."""
    improved: Mapping[str, Any] | None
    """A language model's answers, by step."""


#: `from` is a keyword, so no class body can declare it. It names the source of a verb's result.
_Derived = TypedDict("_Derived", {"from": str}, total=False)


class ClipRecord(Repeatable, _Derived, total=False):
    """A clip's facts, as JSON.

    Records of older versions lack keys, and so do those of files that were brought in. Keys that
    nearly every record has are read by `[]` all the same.
    """

    path: str
    """Where the file is now; empty until the clip is published."""
    midi: str | None
    """The path of the notes beside the audio."""
    stems: list[str]
    width: int
    """Pixels of a video."""
    height: int
    picture: str
    """The path of a picture of what was done; only verbs that draw one have it."""
    pair: list[str]
    """The clips that are it before and after, equally loud; only a master has them."""
    prompt: str
    words: str
    license: str
    seed: int | None
    """None where nothing is random: a file that was brought in."""
    note: int | None
    """A one-shot's MIDI number."""
    note_name: str | None
    seconds: float | None
    sample_rate: int
    frames: int
    channels: int
    created: float
    """The time of the request, in seconds of the Unix epoch."""
    made: float
    report: ClipReport
    """What was detected and changed, and with which confidence."""

    job: str | None
    n: int
    """Its number among its job's clips, from 1."""
    of: int
    genre: str
    tags: list[str]
    project: str
    engine_reason: str
    model: str
    model_version: str
    cost_usd: float | None
    parts: list[str]
    players: list[Performer]
    """Who plays in it, where the engine knows that."""
    part: str
    """Its part in a larger clip: of a stem in its own file, and of a verb's result."""
    role: str
    """Its role among a verb's results: `chords`, `melody`."""
    collection: str
    """The collection that it belongs to from the start: a kit's sounds."""
    kit_files: list[str]
    fonts: list[str]
    """The sound fonts that it was played on."""
    cues: list[Cue]
    sidecrate: str
    """The version that made it."""
    features: str | None
    """Features of its sound, packed and in base64 (`daemon/hearing/features.py`)."""

    corrected: dict[str, Any]
    """The user's word on it (`daemon/correction.py`), where the library has one."""
    edits: list[dict[str, Any]]
    """The steps that made it from another clip, `edited_from`."""
    edited_from: str
    brought_from: str
    """The path of the user's file that was brought in."""
    brought_hash: str
    """SHA-256 of that file's bytes, in hex."""
    performance: dict[str, Any]
    """What was played on the pads (`daemon/library/performance.py`)."""


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
    """Distance of its sound from the clip that others are compared with."""


#: The keys of a clip's documented JSON, in order; the record's other keys follow.
DOCUMENTED: Final = (
    "path", "id", "kind", "bpm", "key", "meter", "bars", "seconds", "sample_rate", "frames",
    "channels", "engine", "model", "seed", "license", "midi", "stems", "report",
)  # fmt: skip
#: The keys that `done` sends, beside the parts and the confidence of the beat.
_TOLD: Final = (
    "n", "of", "kind", "bpm", "key", "meter", "bars", "frames", "sample_rate", "note_name",
    "engine",
)  # fmt: skip
#: Further ones of a verb's result.
_TOLD_OF_A_RESULT: Final = ("part", "role", "from")
#: Characters of each of those: together they must fit 1 KB.
_MOST_LETTERS: Final = 300
#: Characters of the list of parts.
_MOST_OF_PARTS: Final = 100
#: Characters of the notes in `done`: devices show a line or two, the record has them all.
_MOST_OF_NOTES: Final = 240


def done_info(record: ClipRecord) -> dict[str, Any]:
    """The values that `done` sends of a clip: flat, under 1 KB."""
    confidence = record["report"].get("found", {}).get("confidence")
    parts = ", ".join(record.get("parts") or ())[:_MOST_OF_PARTS]
    told: dict[str, Any] = {name: record.get(name) for name in _TOLD}
    derived = {name: str(record.get(name) or "") for name in _TOLD_OF_A_RESULT}
    # a long path stays in the record alone
    told |= {name: value for name, value in derived.items() if 0 < len(value) <= _MOST_LETTERS}
    notes = "; ".join(str(note) for note in record["report"].get("said") or ())
    if notes:
        told["notes"] = notes if len(notes) <= _MOST_OF_NOTES else notes[: _MOST_OF_NOTES - 1] + "…"
    return told | {"parts": parts, "confidence": confidence}


def as_record(values: Mapping[str, Any]) -> ClipRecord:
    """A record from another process or file of ours, whose types are trusted."""
    return cast(ClipRecord, values)


def parse_record(text: str | bytes) -> ClipRecord:
    """A record as it was stored. ValueError where the text is no JSON object."""
    values = json.loads(text)
    if not isinstance(values, dict):
        raise ValueError("a clip's record is a JSON object")
    return as_record(values)


def without(record: ClipRecord, *names: str) -> ClipRecord:
    """A record without these keys, such as the paths in a file's own record."""
    return as_record({name: value for name, value in record.items() if name not in names})
