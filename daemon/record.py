"""The record of a clip: all that is known of it, stored with its job, in the library and in its WAV.

A record is born in `daemon/clip/record.py`, gets its place in the crate, and is read by nearly every
room. So its keys stand here, once, and a key that is not here is an error of mypy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict


class Cue(TypedDict):
    """A place in a clip that has a name: a section of a track, a line of a vocal."""

    frame: int
    name: str


class ClipRecord(TypedDict, total=False):
    """What a clip knows of itself. Records are JSON; those of older versions, and of files that were
    brought in, lack keys."""

    id: str
    kind: str
    """loop, oneshot, track, midi, sfx or vocal."""
    path: str
    """Where the file lies now; a record in the making has none yet."""
    prompt: str
    words: str
    request: Mapping[str, Any]
    """The request's fields as they were given, by which it is repeated."""
    engine: str
    """The engine's name; `file` where a file of the user's was fitted or brought in."""
    license: str
    seed: int
    bpm: float | None
    key: str | None
    meter: str
    bars: int | None
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
    report: Mapping[str, Any]
    """What was found, what was changed and how sure we are."""

    job: str
    n: int
    """Which of its job's clips it is, from 1."""
    of: int
    improved: Mapping[str, Any] | None
    genre: str
    tags: list[str]
    project: str
    engine_reason: str
    model: str
    model_version: str
    cost_usd: float | None
    parts: list[str]
    part: str
    """In a stem's own file: which part it is."""
    plan: Mapping[str, Any] | None
    kit_files: list[str]
    cues: list[Cue]
    sidecrate: str
    """The version that made it."""
    features: str | None
    """How it sounds, packed and in base64 (`daemon/hearing/features.py`)."""
    midi: str | None
    """The path of the notes beside the audio."""
    stems: list[str]
