"""Words to be sung in a prompt, under markers such as `[Verse]`: they are no words of sound."""

from __future__ import annotations

import re

from daemon.prompt.genres import spellings
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.patterns import pattern
from daemon.prompt.vocabulary import moods, sounds

#: A marker of a sung section, and what stands under it.
_SUNG = (
    r"(?:\[\s*((?:verse|chorus|hook|bridge|pre-?\s?chorus|refrain)(?:\s*\d)?)\s*\]|"
    r"^\s*((?:verse|chorus|hook|bridge|pre-?\s?chorus|refrain)(?:\s*\d)?)\s*:\s*$)"
    r"([^\[]*)"
)
_FLAGS = re.IGNORECASE | re.MULTILINE
#: Fewer words than this under a marker are not taken for lyrics.
_FEWEST_WORDS = 4
#: More words of sound than this share are a description: `[Verse] soft piano and bass`.
_MOST_SOUND = 0.25
#: Under a later marker, where one had lyrics.
_MOST_SOUND_LATER = 0.6


def take_lyrics(text: MarkedText) -> str:
    """Mark the lines under the markers of sung sections as read.

    The first marker as it was written; empty where no line is to be sung.
    """
    first = ""
    tables = (sounds(), moods(), spellings())
    for match in text.find(_SUNG, _FLAGS):
        words = pattern(r"[^\W\d_]+").findall(match[3])
        told = sum(any(word.lower() in table for table in tables) for word in words)
        most = _MOST_SOUND_LATER if first else _MOST_SOUND
        figures = pattern(r"\d\s*b\.?p\.?m\b").search(match[3])
        if len(words) < _FEWEST_WORDS or told > most * len(words) or figures:
            continue
        first = first or text.text[match.start() : match.start(3)].strip()
        text.take(match.start(), match.end())
    return first
