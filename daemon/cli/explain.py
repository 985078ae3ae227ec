"""`make --explain`: the prompt with every word marked by what it set, in colour on a terminal."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict
from typing import Any

from bridge.verbs import find_verb
from daemon.briefing.explain import Explained, Part, explain
from daemon.cli.status import offline_session
from daemon.home.places import Places
from daemon.settings.load import load_config
from daemon.settings.meaning import engine_policy, prompt_defaults
from daemon.settings.schema import use

#: State -> (colour of a terminal, marks round the words elsewhere, what it means).
_SHOWN = {
    "set": ("32", "[]", "sets something"),
    "told": ("36", "()", "told to the engine as words"),
    "overruled": ("33", "~~", "overruled"),
    "unused": ("31", "??", "sets nothing"),
}
_ESCAPE = "\x1b["


def explained_text(prompt: str, fields: dict[str, Any], *, as_json: bool = False) -> str:
    """The explanation of a prompt with its fields; errors as from `make`."""
    _, request = find_verb("make").read({"prompt": prompt, **fields}.items())
    places = Places.find()
    config = load_config(places.config_file)
    use(config)
    found = explain(
        request,
        offline_session(places),
        prompt_defaults(config),
        engine_policy(config),
        time.monotonic(),
    )
    if as_json:
        return json.dumps(asdict(found))
    return _lines(found, sys.stdout.isatty() and not os.environ.get("NO_COLOR"))


def _lines(found: Explained, colours: bool) -> str:
    lines = ["".join(_marked(part, colours) for part in found.parts), ""]
    named = [part for part in found.parts if part.state != "plain"]
    width = max((len(_one_line(part.text)) for part in named), default=0)
    lines += [f"  {_one_line(part.text):<{min(width, 40)}}  {_about(part)}" for part in named]
    used = [state for state in _SHOWN if any(part.state == state for part in named)]
    lines += ["", ", ".join(_legend(state, colours) for state in used)] if used else []
    values = ", ".join(f"{one.name} {one.value} ({one.source})" for one in found.settings)
    lines += ["", f"engine: {found.engine or 'none can make this'}", f"values: {values}"]
    lines += [f"note: {line}" for line in found.said]
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _marked(part: Part, colours: bool) -> str:
    return part.text if part.state == "plain" else _dressed(part.text, part.state, colours)


def _dressed(text: str, state: str, colours: bool) -> str:
    colour, marks, _ = _SHOWN[state]
    if colours:
        return f"{_ESCAPE}{colour}m{text}{_ESCAPE}0m"
    return f"{marks[0]}{text}{marks[1]}"


def _legend(state: str, colours: bool) -> str:
    return f"{_dressed('word', state, colours)} {_SHOWN[state][2]}"


def _about(part: Part) -> str:
    """What a part is of, its value, and why it set nothing."""
    value = f" {part.value}" if part.value and part.value.lower() != part.text.lower() else ""
    facet = f"{part.facet}{':' if value else ''}{value}"
    state = "" if part.state == "set" else _SHOWN[part.state][2]
    why = f"{state} ({part.why})" if state and part.why else state
    return "; ".join(one for one in (facet, why) if one)
