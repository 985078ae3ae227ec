"""Instruments with one letter wrong: `gutar`, `volin`, `saxaphone`. Data and one question."""

from __future__ import annotations

from functools import cache

from bridge.text import is_one_letter_off
from daemon.prompt.vocabulary import moods, sounds

#: The instruments that people misspell, folded. Rare or short names would catch other words.
_OFTEN = (
    "piano", "guitar", "guitars", "violin", "violins", "trumpet", "trumpets", "saxophone",
    "synthesizer", "synthesizers", "accordion", "harmonica", "clarinet", "percussion", "orchestra",
    "keyboard", "keyboards", "strings", "marimba", "tambourine", "harpsichord", "vibraphone",
    "trombone", "banjo", "ukulele", "mandolin", "glockenspiel", "xylophone", "didgeridoo",
    "bagpipes", "theremin", "contrabass",
)  # fmt: skip
#: Words that are one letter away and mean themselves.
_OTHERS = frozenset((
    "springs", "stings", "strong", "stringy", "string", "orchestral", "orchestras", "percussive",
    "piani", "pianos", "violent", "keyboarded", "guitarist", "saxophones", "harmonics",
))  # fmt: skip


@cache
def misspelled_instrument(word: str) -> str:
    """The spelling that a folded word is one letter away from; empty where there is none."""
    if len(word) < 4 or word in _OTHERS or word in sounds() or word in moods():
        return ""
    for spelling in _OFTEN:
        near = abs(len(spelling) - len(word)) <= 1 and spelling[0] == word[0]
        # a word as long as a short name is likelier another word
        sure = len(spelling) >= 7 or len(word) != len(spelling) or sorted(word) == sorted(spelling)
        if near and sure and len(spelling) >= 5 and is_one_letter_off(word, spelling):
            return spelling
    return ""
