"""Films by words: those of their title, their look, and the sound that they are of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_WORD = re.compile(r"[^\W_]+")


def is_found_by(film: Mapping[str, Any], words: str) -> bool:
    """Whether each of the words begins a word of a film's record; without words each film is found.

    A clip's id or file finds the films that are of it.
    """
    did = (film.get("report") or {}).get("did") or {}
    texts = [film.get(name) or "" for name in ("id", "words", "prompt", "key")]
    texts += [did.get("style") or "", Path(str(film.get("from") or "")).stem]
    there = [word for text in texts for word in _words(str(text))]
    return all(any(one.startswith(word) for one in there) for word in _words(words))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
