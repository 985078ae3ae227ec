"""sidecrate/_verbs.py, made from the table of verbs: `python -m tools.tables` writes it."""

from __future__ import annotations

import keyword
import textwrap
from typing import Any, get_type_hints

from bridge.request import Field, Number, OneOf
from bridge.verbs import NAMED, VERBS, Verb
from daemon.cli.options import offered_fields
from daemon.verbs.registry import BUILT_IN, load_object

HEADING = '''"""Each verb of the table as a typed function.

This file is made from the tables (`python -m tools.tables`); a test holds it to them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

from sidecrate._clip import Clip
from sidecrate._order import Source, ask_given
'''
#: What Python gives to a field whose reader gives back one of these.
_TYPES: dict[Any, str] = {
    bool: "bool",
    float: "float",
    int: "int",
    str: "str",
    str | float: "str | float",
    list[str]: "str | Sequence[str]",
}
#: Readers that also take another type than they give back.
_MORE = {"note": " | int", "improve": " | bool"}
_WIDTH = 100


def python_door() -> str:
    """The whole file. Verbs of installed packages have no function in it."""
    own = [load_object(value).row for value in BUILT_IN]
    rows = [*VERBS.values(), *(row for row in own if row.name not in VERBS)]
    return "\n\n".join([HEADING, *map(_function, rows)])


def _function(verb: Verb) -> str:
    fields = offered_fields(verb)
    first = "prompt" if verb.works_on == "words" else "source"
    kind = "str" if verb.works_on == "words" else "Source"
    start = ' = "last"' if verb.works_on == "clip" else ""
    lines = [
        f"def {function_name(verb.name)}(",
        f"    {first}: {kind}{start},",
        "    *,",
        *(f"    {row.python_name}: {field_type(row)} | None = None," for row in fields),
        "    out: str | os.PathLike[str] | None = None,",
        "    force: bool = False,",
        ") -> list[Clip]:",
        *_docstring(verb, first, fields),
        f'    return ask_given("{verb.name}", {first}, locals())',
    ]
    return "\n".join(lines) + "\n"


def _docstring(verb: Verb, first: str, fields: list[Field]) -> list[str]:
    help = verb.help[0].upper() + verb.help[1:]
    said = [
        f"{first}: {NAMED[verb.works_on].capitalize()}.",
        *(f"{row.python_name}: {row.help} {row.allowed[0].upper()}{row.allowed[1:]}; by default: {row.default}." for row in fields),
        "out: A file to write instead of a clip in the crate.",
        "force: Write over a file that is there.",
    ]  # fmt: skip
    wrapped = [
        line
        for one in said
        for line in textwrap.wrap(
            one, _WIDTH, initial_indent="    ", subsequent_indent=" " * 8, break_on_hyphens=False
        )
    ]
    return [
        f'    """{help}.',
        "",
        *wrapped,
        "",
        "    SidecrateError says what, why and what to do.",
        '    """',
    ]


def function_name(verb: str) -> str:
    """A verb's name in Python: `continue_`, for Python has a `continue` of its own."""
    return f"{verb}_" if keyword.iskeyword(verb) else verb


#: Characters of a type that names every choice.
_MOST_NAMED = 72


def field_type(row: Field) -> str:
    """The type that Python gives to a field, as it is written in an annotation."""
    if isinstance(row.read, OneOf):
        named = "Literal[{}]".format(", ".join(f'"{choice}"' for choice in row.read.choices))
        # a longer one has no place on a line
        return named if len(named) <= _MOST_NAMED else "str"
    if row.is_path:
        return "Source"
    read = row.read.__call__ if isinstance(row.read, Number) else row.read
    return _TYPES[get_type_hints(read)["return"]] + _MORE.get(row.name, "")
