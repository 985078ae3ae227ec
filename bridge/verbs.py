"""The verbs: one table, from which every door, error text and page of documentation derives.

A row names a verb's source, its fields and its results. The doors do not know what does the work:
the daemon registers its own rows, and those of installed packages, when it starts.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from bridge.errors import Fault, RequestError
from bridge.request import FIELDS, Field, Request, Value, read_fields, unknown_field
from bridge.text import shorten

WorksOn = Literal["words", "source", "notes", "either", "clip", "folder"]

#: What a user may name for each.
NAMED: dict[WorksOn, str] = {
    "words": "a prompt",
    "source": "an audio file on this machine, a clip, or last",
    "notes": "a MIDI file or a sound on this machine, a clip, or last",
    "either": "a MIDI file or a loop on this machine, a clip, or last",
    "clip": "a clip, a job, or last",
    "folder": "a folder of sounds, or a collection",
}
#: The request's field for it. A clip to repeat is named beside the request.
_HOLDS: dict[WorksOn, str] = {
    "words": "prompt",
    "source": "reference",
    "notes": "reference",
    "either": "reference",
    "clip": "",
    "folder": "kit",
}
#: The name of a verb's source, whichever field holds it.
SOURCE = "source"
#: The field by which a file names its verb.
DO = "do"
#: Fields of every verb.
COMMON = ("then", "tags", "target", "id")


@dataclass(frozen=True)
class Verb:
    """One row of the table."""

    name: str
    """A lower-case word, for addresses, commands and files."""
    works_on: WorksOn
    gives: str
    """Its results, in a few words."""
    said: str
    """Its work in words, {} being the source: `put {} on the grid`."""
    help: str
    example: str
    """A source and a field, as on the command line."""
    fields: tuple[str | Field, ...] = tuple(FIELDS)
    """Fields of the request's table by name, and rows of its own; `COMMON` come on top."""
    by_button: bool = False
    """Whether a button may order it without naming a source: that is then the newest clip."""

    folder_of: str = ""
    """The file by which a folder may be its source; empty where only a sound may be."""
    beside: str = ""
    """The field of its own that names a second source, as a path or a clip."""
    beside_folder: bool = False
    """Whether that may be a folder of sounds too."""
    beside_needed: bool = False
    """Whether it does nothing without one: on a command line it may then follow the first."""

    @property
    def holds(self) -> str:
        """The field for its source; empty where that stands beside the request."""
        return _HOLDS[self.works_on]

    @cached_property
    def takes(self) -> dict[str, Field]:
        """All its fields, by name."""
        own = [FIELDS[row] if isinstance(row, str) else row for row in self.fields]
        held = [FIELDS[self.holds]] if self.holds else []
        return {row.name: row for row in (*held, *own, *(FIELDS[name] for name in COMMON))}

    @property
    def own_fields(self) -> list[Field]:
        """Its rows that no other verb has."""
        return [row for row in self.fields if isinstance(row, Field)]

    @property
    def paths(self) -> tuple[str, ...]:
        """Its fields that name files or folders."""
        return tuple(name for name, row in self.takes.items() if row.is_path)

    def named(self, field: str) -> str:
        """The beginning of an error's text: `kit: `; nothing for the source, which has no name."""
        return "" if field == self.holds else f"{field}: "

    def read(self, pairs: Iterable[tuple[str, object]]) -> tuple[str, Request]:
        """(the clip to repeat, the request) of (name, raw) pairs; `source` names its source.

        RequestError holds every fault at once.
        """
        what = ""
        fields: list[tuple[str, object]] = []
        for name, raw in pairs:
            if str(name).strip().lower() != SOURCE:
                fields.append((name, raw))
            elif self.holds:
                fields.append((self.holds, raw))
            else:
                what = str(raw).strip()
        return what, read_fields(fields, self.takes, self.unknown)

    def taken_of(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The values whose fields it has."""
        return {name: value for name, value in values.items() if name in self.takes}

    def unknown(self, name: str) -> Fault:
        """The fault of a field that it does not have, with the fields that it has."""
        plain = name.strip().lower()
        if len(self.fields) == len(FIELDS) and not self.own_fields:
            return unknown_field(name)
        near = difflib.get_close_matches(plain, self.takes, n=1, cutoff=0.7)
        hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(self.takes)}"
        return Fault(plain, "", f"{shorten(name)} is not a field of {self.name}; {hint}")

    def missing(self) -> Fault:
        """The fault of a request without a source."""
        own = FIELDS[self.holds].if_empty if self.holds else ""
        needs = f"{self.name} needs {NAMED[self.works_on]}"
        text = own or f"{needs}; for example: {self.name} {self.example}"
        return Fault(self.holds or SOURCE, "", text)


#: The table. Rows of installed packages follow these.
VERBS: dict[str, Verb] = {
    row.name: row
    for row in (
        Verb(
            "make",
            "words",
            gives="clips",
            said="make {}",
            help="make clips of a prompt",
            example='"dusty boom bap drums" --bpm 90',
        ),
        Verb(
            "again",
            "clip",
            gives="clips",
            said="make {} again",
            help="the same with a new seed, or with what the fields change",
            example="last --change drums",
            by_button=True,
        ),
        Verb(
            "fit",
            "source",
            gives="a clip on the grid",
            said="put {} on the grid",
            help="put a sound exactly on the grid",
            example="guitar.wav --bpm 93",
        ),
        Verb(
            "render",
            "notes",
            gives="a loop of its bars, with the notes beside it; a track where it is long",
            said="play {}",
            help="have notes played by the embedded musician",
            example="riff.mid --genre jazz",
            fields=("prompt", "kind", "bpm", "key", "genre", "kit", "midi"),
            by_button=True,
        ),
    )
}


def register(row: Verb) -> None:
    """Add a row to the table. ValueError where it is invalid, or its name is in use."""
    if not re.fullmatch(r"[a-z][a-z0-9]{1,23}", row.name):
        raise ValueError(f"{row.name!r:.40} is no name of a verb: a word of 2 to 24 letters a-z")
    if row.name in VERBS and VERBS[row.name] != row:
        raise ValueError(f"the verb {row.name} is there already")
    if row.works_on == "clip" and row.name != "again":
        raise ValueError("again alone works on a clip's record; others work on a source")
    if missing := [name for name in row.fields if isinstance(name, str) and name not in FIELDS]:
        raise ValueError(f"there is no field {missing[0]}")
    if again := [one.name for one in row.own_fields if one.name in (*FIELDS, SOURCE, DO)]:
        raise ValueError(f"the field {again[0]} is there already; name it, or call yours otherwise")
    VERBS[row.name] = row


def find_verb(name: str) -> Verb:
    """The row of a verb. RequestError with the nearest one where there is none."""
    plain = name.strip().lower()
    if plain in VERBS:
        return VERBS[plain]
    near = difflib.get_close_matches(plain, VERBS, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(VERBS)}"
    text = f"{DO}: {shorten(name)} is not something that can be done here; {hint}"
    raise RequestError(Fault(DO, shorten(name), text))
