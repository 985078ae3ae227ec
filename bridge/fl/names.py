"""Names in an FL Studio project: a prompt where one begins with `>`, a key in brackets (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bridge.music import Key

_TAG = re.compile(r"\[([^\[\]]{1,24})\]")


def prompt_in(name: str) -> str:
    """The prompt in a channel's or pattern's name, without its key; empty without a leading `>`."""
    if not name.startswith(">"):
        return ""
    words = name.lstrip("> ")
    tag = _key_tag(words)
    if tag:
        words = words.replace(tag, " ", 1)
    return " ".join(words.split())


def key_in(*names: str) -> str:
    """The first key in brackets, as in [Am], in one of the names; empty where there is none."""
    return next((tag[1:-1].strip() for tag in map(_key_tag, names) if tag), "")


def _key_tag(name: str) -> str:
    """A key with its brackets, as it stands in the name; empty where there is none."""
    for match in _TAG.finditer(name):
        try:
            Key.parse(match[1].strip())
        except ValueError:
            continue
        return match[0]
    return ""


def first_prompt(names: Iterable[str]) -> dict[str, str]:
    """Fields of a request from the first name with a prompt: that prompt, and the name's key."""
    for name in names:
        if prompt := prompt_in(name):
            key = key_in(name)
            return {"prompt": prompt, "key": key} if key else {"prompt": prompt}
    return {}
