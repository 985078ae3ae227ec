"""Clips and jobs as the tools tell of them: short, for a language model pays for every word."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from daemon.jobs.table import Job
from daemon.library.rows import LibraryClip
from daemon.record import ClipRecord

#: What is told of a clip unless other fields are asked for.
CLIP_FIELDS = ("id", "kind", "bpm", "key", "bars", "path", "notes")
#: What is told of a clip of a search.
FOUND_FIELDS = ("id", "kind", "bpm", "key", "bars", "prompt")
#: All that can be asked for.
FIELDS = (
    "id", "name", "kind", "bpm", "key", "meter", "bars", "seconds", "frames", "sample_rate", "path",
    "midi", "stems", "prompt", "engine", "seed", "licence", "genre", "tags", "rating", "favourite",
    "lufs", "cost_usd", "players", "chords", "collections", "edits", "notes", "part", "from",
)  # fmt: skip
#: Bytes of one clip's JSON at most: longer values are cut.
MOST_BYTES = 1000
#: Letters of a text, and entries of a list.
_LETTERS = 120
_ENTRIES = 6


def clip_shape(row: LibraryClip, record: ClipRecord, fields: Sequence[str]) -> dict[str, Any]:
    """The asked fields of a clip that have a value."""
    report = record.get("report") or {}
    of_record: dict[str, Any] = {
        name: record.get(name)
        for name in (
            "meter", "frames", "sample_rate", "midi", "stems", "seed", "cost_usd", "part", "from",
        )
    }  # fmt: skip
    said = [str(one) for one in (*report.get("said", ()), *report.get("warnings", ()))]
    known: dict[str, Any] = {
        **row,
        **of_record,
        "notes": said,
        "chords": (report.get("found") or {}).get("chords"),
        "edits": [step["do"] for step in row.get("steps", ())],
        "players": [f"{one['part']}: {one['instrument']}" for one in record.get("players") or ()],
    }
    shape = {name: _short(known.get(name), name) for name in fields}
    shape = {name: value for name, value in shape.items() if value not in (None, "", [], False)}
    return _fitting({"id": row["id"], **shape})


def _short(value: Any, name: str) -> Any:
    if name in ("path", "midi"):
        return value
    if isinstance(value, str):
        return value if len(value) <= _LETTERS else value[: _LETTERS - 1] + "…"
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, list | tuple):
        if name == "stems":
            return [str(one).replace("\\", "/").rpartition("/")[2] for one in value]
        kept = [_short(one, "") for one in value[:_ENTRIES]]
        return kept + ([f"and {len(value) - _ENTRIES} more"] if len(value) > _ENTRIES else [])
    return value


def _fitting(shape: dict[str, Any]) -> dict[str, Any]:
    """The shape within MOST_BYTES: the last fields go first, and that is told."""
    left_out = []
    while len(json.dumps(shape).encode()) > MOST_BYTES - 80 and len(shape) > 2:
        left_out.append(shape.popitem()[0])
    if left_out:
        shape["left_out"] = f"{', '.join(left_out)}: ask for fewer fields"
    return shape


def job_shape(job: Job, clips: Sequence[str], proposal: str | None = None) -> dict[str, Any]:
    """A job: what became of it, or how far it is."""
    shape: dict[str, Any] = {"job": job.id, "state": job.state}
    if not job.ended:
        shape["progress"] = round(job.progress or 0.0, 2)
        shape["stage"] = job.stage
        if proposal:
            shape["proposal"] = proposal
    elif job.error_text:
        shape["error"] = job.error_text
    if clips:
        shape["clips"] = list(clips)
    return shape


#: Fields that a line says without their name.
_PLAIN = ("id", "kind", "bars", "bpm", "key", "prompt")


def clip_line(shape: Mapping[str, Any]) -> str:
    """A clip in one line, for hosts that show text alone: `k3f9 loop 4 bars 90 bpm Am`.

    Its path is left out, for a link beside the text says that.
    """
    bars = f"{shape['bars']} bars" if shape.get("bars") else ""
    bpm = f"{shape['bpm']:g} bpm" if shape.get("bpm") else ""
    facts = [shape["id"], shape.get("kind"), bars, bpm, shape.get("key"), shape.get("prompt")]
    for name, value in shape.items():
        if name not in (*_PLAIN, "path"):
            said = ", ".join(map(str, value)) if isinstance(value, list) else value
            facts.append(f"({name}: {said})")
    return " ".join(str(one) for one in facts if one)
