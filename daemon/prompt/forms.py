"""Prompts in the forms of other tools, written out as plain text: JSON, fields with yes or no.

`{"genre": "house", "bpm": 124}` becomes `genre: house, bpm: 124`. A text in no such form stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from daemon.prompt.patterns import pattern

#: Fields whose value is the prompt itself.
_PROMPTS = ("prompt", "description", "text", "caption", "input")
#: Fields of what must not be heard.
DENIED_FIELDS = (
    r"(?:negative(?:[\s_]*(?:prompt|tags?))?|exclud(?:e|ing)(?:d?[\s_]*(?:styles?|tags?))?|avoid|"
    r"not[\s_]*wanted|without)"
)
#: Fields that are a name or a file, and ask for no sound.
_NAMES = (
    r"(?:title|(?:track|song|file|clip|project)[\s_]?name|name|id|uuid|url|path|file|model|"
    r"version|seed|author|user)"
)
#: Fields of a length without a unit, which is in seconds.
_SECONDS = (
    r"(?:duration|seconds|duration[_\s]s|audio[_\s]length|seconds[_\s]total|max[_\s]duration)"
)
_YES = r"(?:yes|true|on)"
_NO = r"(?:no|none|false|off|without|n/a|nil|null|0)"
#: A sung part, as fields name it.
_VOCAL_FIELD = r"(?:(?:lead|fe)?male[\s_]+)?(?:vocals?|voices?|singers?|vocalists?|lyrics?)"
#: Deeper objects than this are no prompt.
_DEEPEST = 6
#: A longer text is not parsed as JSON.
_MOST_LETTERS = 20_000


def written_out(text: str) -> str:
    """The text in plain words where it is in a form of another tool."""
    said = _from_json(text) if text.lstrip()[:1] in ("{", "[") else None
    return _fields(said if said is not None else text)


def _from_json(text: str) -> str | None:
    """The fields of a JSON object as `name: value`, or None where it is none."""
    if len(text) > _MOST_LETTERS or not pattern(r'[}\]"]\s*$').search(text):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict | list):
        return None
    return ", ".join(_pairs(value, "", 0)) or None


def _pairs(value: Any, name: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST or value is None or value == "":
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _pairs(inner, str(key).replace("_", " "), depth + 1)
    elif isinstance(value, list):
        if all(isinstance(one, str | int | float) for one in value):
            yield _pair(name, ", ".join(str(one) for one in value))
        else:
            for one in value:
                yield from _pairs(one, name, depth + 1)
    else:
        yield _pair(name, str(value).lower() if isinstance(value, bool) else str(value))


def _pair(name: str, value: str) -> str:
    return value if not name or name.lower() in _PROMPTS else f"{name}: {value}"


def _fields(text: str) -> str:
    """Fields whose words would be misread, in words that say the same."""
    if ":" not in text:
        return text
    said = pattern(rf"\b{_VOCAL_FIELD}\s*:\s*{_NO}\b").sub("no vocals", text)
    said = pattern(rf"\binstrumental\s*:\s*{_YES}\b").sub("instrumental", said)
    said = pattern(rf"(?:^|[,;|]\s*)instrumental\s*:\s*{_NO}\b").sub("", said)
    said = pattern(rf"(?<![\w-])({_SECONDS})\s*:\s*(\d+(?:\.\d+)?)(?=\s*(?:$|[,;|\n]))").sub(
        r"\1: \2 seconds", said
    )
    named = pattern(rf"(?:^|[,;|.\n])\s*{_NAMES}\s*:[^,;|.\n]*").sub("", said)
    return named.lstrip(" ,;|.\n") or text
