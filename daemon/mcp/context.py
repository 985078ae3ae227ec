"""What a host may attach to a conversation: resources to read, and prompts to begin with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.verbs import NAMED, VERBS, find_verb
from daemon.engines.table import engine_rows
from daemon.errors import LibraryError
from daemon.mcp.house import House
from daemon.verbs.registry import draw_in_verbs

SCHEME = "sidecrate://"
#: (address, name, description) of what is always there.
RESOURCES = (
    ("session", "session", "Tempo, key and meter of the DAW's project, and where each is from."),
    ("engines", "engines", "Who can make clips here, with prices, and why others cannot."),
)
#: (address, name, description) of what is named.
TEMPLATES = (
    ("clip/{id}", "clip", "All that is known of a clip: its record, edits and report."),
    ("fields/{verb}", "fields", "The fields of a verb: what each allows, and its default."),
)


@dataclass(frozen=True)
class Prompt:
    """A beginning that a person chooses in the host."""

    name: str
    about: str
    arguments: Mapping[str, str]
    """Each with its description; the first is needed."""
    text: Callable[[Mapping[str, str]], str]


def _finish(given: Mapping[str, str]) -> str:
    wish = f" The user wants: {given['wish']}." if given.get("wish") else ""
    return (
        f"Finish the loop {given['clip']} with Sidecrate's tools.{wish} Look at it with `find`"
        " (fields: kind, bpm, key, bars, players, chords). Say what it lacks (drums, bass, chords,"
        " lead). Make each missing part in its tempo, key, meter and bars, in one `make` call, then"
        " a variation of 4 bars with `again` (options.change). Collect all of it with `mark`. Tell"
        " the ids and paths, and that `undo` takes the last step back."
    )


def _song(given: Mapping[str, str]) -> str:
    where = ", ".join(f"{name} {given[name]}" for name in ("bpm", "key") if given.get(name))
    return (
        f"Write a short song in the style of {given['style']} with Sidecrate's tools"
        f"{f' ({where})' if where else ''}. Pin tempo and key with `session`. In one `make` call"
        " order intro, verse, chorus and outro as loops of 4 to 8 bars, with one seed for what"
        " belongs together. Change single parts with `again` (options.change) where sections are"
        " too alike. Collect them in order with `mark`. Tell the order, ids and paths."
    )


def _alike(given: Mapping[str, str]) -> str:
    return (
        f"Find what in the library goes with the clip {given['clip']}: `find` its fields, then"
        " `find` with its bpm within 3, its key, and with `similar`. Offer at most five, each with"
        " one line why."
    )


PROMPTS = {
    prompt.name: prompt
    for prompt in (
        Prompt(
            "finish_this_loop",
            "Make the parts that a loop lacks, and a variation.",
            {"clip": "a clip's id, last, or a path", "wish": "what it should become"},
            _finish,
        ),
        Prompt(
            "song",
            "The loops of a short song, in one tempo and key.",
            {"style": "as in `dusty boom bap`", "bpm": "its tempo", "key": "its key"},
            _song,
        ),
        Prompt(
            "what_goes_with",
            "Clips of the library that go with one.",
            {"clip": "a clip's id, last, or a path"},
            _alike,
        ),
    )
}


async def read_resource(house: House, uri: str) -> str:
    """A resource's text, JSON. LibraryError where there is none of that address."""
    what, _, name = uri.removeprefix(SCHEME).partition("/")
    if what == "session" and not name:
        return json.dumps(await house.session())
    if what == "engines" and not name:
        return json.dumps([_engine(row) for row in engine_rows()])
    if what == "clip" and name:
        return json.dumps(house.library.get(house.library.find(name)))
    if what == "fields" and name:
        draw_in_verbs()
        return json.dumps(_fields(name))
    known = [address for address, _, _ in (*RESOURCES, *TEMPLATES)]
    raise LibraryError(
        f"{uri} is no resource; there are {', '.join(SCHEME + one for one in known)}",
        "unknown_resource",
    )


def _engine(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "line" and value not in (None,)}


def _fields(name: str) -> dict[str, Any]:
    verb = find_verb(name)
    rows = {
        row.name: f"{row.allowed}; default {row.default}. {row.help}" for row in verb.takes.values()
    }
    return {"works_on": NAMED[verb.works_on], "gives": verb.gives, "fields": rows}


def fields_resources() -> list[str]:
    """The verbs, each with a resource of its fields."""
    draw_in_verbs()
    return list(VERBS)
