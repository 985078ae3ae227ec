"""Words for the part of a sound that is written anew. Imports nothing heavy."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Words for what can be written anew: the part that the musician writes, and the stem that goes.
PARTS: dict[str, tuple[str, str]] = {
    "drums": ("drums", "drums"),
    "beat": ("drums", "drums"),
    "bass": ("bass", "bass"),
    "bassline": ("bass", "bass"),
    "chords": ("chords", "other"),
    "harmony": ("chords", "other"),
    "lead": ("lead", "other"),
    "melody": ("lead", "other"),
}


@dataclass(frozen=True)
class Place:
    """What is written anew: the musician's part, and the stem of the source in its place."""

    part: str
    stem: str


def place_in(words: str) -> Place | None:
    """The part that `words` name, as "funky drums" do; None where they name none."""
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in PARTS:
            return Place(*PARTS[word])
    return None
