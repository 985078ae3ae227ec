"""Keys in other languages inside a prompt: `h-Moll`, `la mineur`, `sol mayor`, `イ短調`."""

from __future__ import annotations

from bridge.key_names import FORMS
from daemon.prompt.marked_text import MarkedText


def read_foreign_keys(text: MarkedText) -> list[tuple[int, str]]:
    """(place, key as `Key.parse` reads it) of each key in another language. They are taken."""
    found: list[tuple[int, str]] = []
    for form, key_of in FORMS:
        for match in text.find(form.pattern):
            found.append((match.start(), key_of(match)))
            text.take(match.start(), match.end())
    return found
