"""The table of tools, most of it derived from the table of verbs. It imports no protocol.

Every description is sent with every turn of a model, so each says what its arguments do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from bridge.request import FIELDS, KINDS, OneOf
from bridge.verbs import VERBS, Verb, WorksOn
from daemon.library.filters import SORTS
from daemon.library.versions import FORMATS
from daemon.mcp.orders import MOST_ORDERS
from daemon.mcp.shapes import CLIP_FIELDS, FOUND_FIELDS
from daemon.verbs.registry import draw_in_verbs

#: Said once to every host.
INSTRUCTIONS = (
    "Sidecrate makes, fits and takes apart clips for a DAW, in its project's tempo and key. Put"
    " style, instruments and mood into the prompt's words. Name clips by id, `last` or a file's"
    " path. Order many in one call. Orders cost nothing unless a paid engine is named. `undo` takes"
    " back the last change."
)
#: Hosts give up on a call after a minute.
WAIT_S = 50
MOST_WAIT_S = 600
#: Rows of a read, and their limit.
LIMIT = 8
MOST_LIMIT = 50
#: Fields of a request that a prompt's words do not carry as well; others may be given all the same.
_MAKE_FIELDS = ("prompt", "kind", "bpm", "key", "meter", "bars", "count", "seed", "engine", "stems")
#: The tool of all verbs that work on the same.
_TOOL_OF: dict[WorksOn, str] = {
    "words": "make",
    "source": "sound",
    "folder": "sound",
    "notes": "notes",
    "either": "notes",
    "clip": "again",
}


@dataclass(frozen=True)
class Tool:
    """One row: what a host is told of a tool."""

    name: str
    about: str
    properties: Mapping[str, Any]
    required: tuple[str, ...] = ()
    read_only: bool = False
    destructive: bool = False
    costs_money: bool = False
    verbs: tuple[str, ...] = field(default=())
    """The verbs that it orders."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its arguments."""
        needed = {"required": list(self.required)} if self.required else {}
        return {"type": "object", "properties": dict(self.properties), **needed}


def _text(about: str = "") -> dict[str, Any]:
    return {"type": "string", **({"description": about} if about else {})}


def _list(about: str = "") -> dict[str, Any]:
    kind = {"type": "array", "items": {"type": "string"}}
    return {**kind, **({"description": about} if about else {})}


def _number(low: float, high: float, about: str = "") -> dict[str, Any]:
    kind = {"type": "number", "minimum": low, "maximum": high}
    return {**kind, **({"description": about} if about else {})}


def _whole(low: int, high: int, about: str = "") -> dict[str, Any]:
    return {**_number(low, high, about), "type": "integer"}


def _fields(usual: tuple[str, ...]) -> dict[str, Any]:
    return _list(f"default {' '.join(usual)}")


_WAIT = _number(0, MOST_WAIT_S, f"default {WAIT_S}; then `job` goes on")
_PRICE = _number(0, 1000, "USD allowed for paid engines; default 0")


def _order_field(name: str) -> dict[str, Any]:
    row = FIELDS[name]
    if isinstance(row.read, OneOf):
        return {"enum": list(row.read.choices)}
    if name in ("bpm", "bars", "count", "seed"):
        return {"type": "number"}
    return {"type": "boolean"} if name == "stems" else {"type": "string"}


def _make(verbs: tuple[Verb, ...]) -> Tool:
    order = {
        "type": "object",
        "properties": {name: _order_field(name) for name in _MAKE_FIELDS},
        "required": ["prompt"],
    }
    do = {"do": {"enum": [verb.name for verb in verbs]}} if len(verbs) > 1 else {}
    orders = {"type": "array", "items": order, "maxItems": MOST_ORDERS}
    return Tool(
        "make",
        "Make clips of prompts, exactly on the grid. What is left out comes from the words, then"
        " from the DAW's project. More fields: resource sidecrate://fields/make.",
        {**do, "clips": orders, "wait_s": _WAIT, "max_price": _PRICE},
        ("clips",),
        costs_money=True,
        verbs=tuple(verb.name for verb in verbs),
    )


def _of_verbs(name: str, about: str, verbs: tuple[Verb, ...]) -> Tool:
    """A tool for all verbs that work on the same: each in a line, with its own fields."""
    lines = [f"{verb.name}: {verb.help}{_own(verb)}" for verb in verbs]
    options = {"type": "object", "description": "fields of the verb; sidecrate://fields/VERB"}
    return Tool(
        name,
        f"{about}\n" + "\n".join(lines),
        {
            "do": {"enum": [verb.name for verb in verbs]},
            "sources": _list("clip ids, last, or paths"),
            "options": options,
            "wait_s": _WAIT,
        },
        ("do", "sources"),
        verbs=tuple(verb.name for verb in verbs),
    )


def _own(verb: Verb) -> str:
    names = [row.name for row in verb.own_fields]
    return f" ({', '.join(names)})" if names else ""


def _again() -> Tool:
    return Tool(
        "again",
        "Clips once more with a new seed. options.change writes one part anew (drums, bass, chords,"
        " lead, sounds, fill) and keeps the rest note for note; other fields change that alone.",
        {
            "sources": _list("clip ids or last"),
            "options": {"type": "object"},
            "wait_s": _WAIT,
            "max_price": _PRICE,
        },
        ("sources",),
        costs_money=True,
        verbs=("again",),
    )


def _reads() -> tuple[Tool, ...]:
    return (
        Tool(
            "find",
            "Search the library, newest first; or tell more of named clips.",
            {
                "text": _text("beginnings of words in name, prompt, tags"),
                "clips": _list("ids: only these"),
                "kind": {"enum": list(KINDS)},
                "bpm": _text("120 or 118-124"),
                "key": _text("with its neighbours on the circle of fifths"),
                "collection": _text(),
                "similar": _text("clip id: nearest in sound first"),
                "favourite": {"type": "boolean"},
                "sort": {"enum": list(SORTS)},
                "fields": _fields(FOUND_FIELDS),
                "limit": _whole(1, MOST_LIMIT, f"default {LIMIT}"),
                "offset": _whole(0, 1_000_000),
            },
            read_only=True,
        ),
        Tool(
            "job",
            "How far jobs are, the newest if none is named; waits, cancels, or answers a proposal.",
            {
                "jobs": _list(),
                "wait_s": _number(0, MOST_WAIT_S, "default 0"),
                "cancel": {"type": "boolean"},
                "answer": {"enum": ["yes", "no"]},
                "fields": _fields(CLIP_FIELDS),
                "limit": _whole(1, MOST_LIMIT),
            },
        ),
    )


def _changes() -> tuple[Tool, ...]:
    return (
        Tool(
            "edit",
            "Edit clips in words, as in `a bit faster, darker, more reverb`; each original stays."
            " publish makes the result a clip of its own.",
            {"clips": _list(), "words": _text(), "publish": {"type": "boolean"}},
            ("clips",),
        ),
        Tool(
            "mark",
            "Mark clips; keep gives a second name under Kept.",
            {
                "clips": _list(),
                "favourite": {"type": "boolean"},
                "rating": _whole(0, 5),
                "add_tags": _list(),
                "remove_tags": _list(),
                "collection": _text("made if need be"),
                "keep": {"type": "boolean"},
            },
            ("clips",),
        ),
        Tool(
            "trash",
            "Clips into the system's bin. Undo cannot bring them back; the bin can.",
            {"clips": _list()},
            ("clips",),
            destructive=True,
        ),
        Tool(
            "export",
            "Clips with their edits as files in a folder; nothing is written over.",
            {"clips": _list(), "format": {"enum": list(FORMATS)}, "folder": _text("a whole path")},
            ("clips", "folder"),
        ),
        Tool(
            "session",
            "What is known of the DAW's project; pins tempo, key, meter if given (0 or empty:"
            " follow the DAW again).",
            {"bpm": _number(0, 300), "key": _text(), "meter": _text()},
        ),
        Tool("undo", "Take back the last change of these tools.", {}),
    )


@cache
def tool_table() -> dict[str, Tool]:
    """Every tool by name. The first call reads the installed packages' verbs."""
    draw_in_verbs()
    by_tool: dict[str, list[Verb]] = {}
    for verb in VERBS.values():
        by_tool.setdefault(_TOOL_OF[verb.works_on], []).append(verb)
    tools = (
        _make(tuple(by_tool["make"])),
        _again(),
        _of_verbs("sound", "Work on audio files or clips:", tuple(by_tool["sound"])),
        _of_verbs(
            "notes", "Work on MIDI files, clips with notes, and sounds:", tuple(by_tool["notes"])
        ),
        *_reads(),
        *_changes(),
    )
    return {tool.name: tool for tool in tools}
