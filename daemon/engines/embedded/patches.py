"""The plain names under which plans have the voices that are one of several: a grand is a piano.

A reader of a plan looks for instruments: `voice` is the plain name, which plans have had from the
first version on, and `patch` says which of its voices plays.
"""

from __future__ import annotations

import re
from typing import Final

#: Winds whose breath is softer since version 9.
_BREATHY: Final = ("bansuri", "ney", "shakuhachi", "pan flute", "quena", "dizi")
#: Plain name -> its voices that have names of their own.
PATCHES: Final[dict[str, tuple[str, ...]]] = {
    "piano": ("grand piano", "upright piano", "felt piano", "honky tonk piano"),
    "organ": ("drawbar organ", "pipe organ"),
    "guitar": (
        "steel guitar", "nylon guitar", "twelve string guitar", "clean guitar", "jazz guitar",
        "muted guitar", "slide guitar", "solo guitar", "first solo guitar",
        "second solo guitar",
        "bottleneck guitar", "guitar harmonics",
    ),
    "power guitar": (
        "distorted guitar", "crunch guitar", "first distorted guitar", "first crunch guitar",
    ),
    "finger bass": (
        "fingered bass", "picked bass", "slapped bass", "fretless bass", "sliding bass",
    ),
    "double bass": ("bowed bass", "first bowed bass"),
    "strings": ("string section", "violin section", "cello section", "string quartet",
                "four strings",
                "first string section", "first violin section", "first cello section"),
    "harpsichord": ("first harpsichord", "second harpsichord", "third harpsichord"),
    "spinet": ("first spinet", "second spinet"),
    "violin": ("fiddle",),
    **{one: (f"first {one}",) for one in _BREATHY},
    "choir": ("choir ah", "choir oo", "boys choir"),
    "brass": ("horn section", "first horn section"),
    "french horn": ("four horns",),
    "electric piano": ("tine piano",),
    "accordion": ("first accordion",),
    "bandoneon": ("first bandoneon",),
    "trumpet": ("muted trumpet",),
    "saxophone": ("soprano saxophone", "tenor saxophone", "baritone saxophone"),
    "mallet": ("marimba",),
    "bell": ("tubular bells", "church bells"),
    "chip": ("chip square", "chip thin"),
    "chip bass": ("chip triangle",),
}  # fmt: skip
_PLAIN: Final = {voice: name for name, voices in PATCHES.items() for voice in voices}


#: Version of plans -> voices that sound otherwise since, and what plans before it have instead.
REPLACED: Final[dict[int, dict[str, str]]] = {
    6: {
        one: f"first {one}"
        for one in (
            "distorted guitar",
            "crunch guitar",
            "solo guitar",
            "harpsichord",
            "string section",
            "violin section",
            "cello section",
        )
    },
    7: {
        **{
            one: f"first {one}"
            for one in ("horn section", "accordion", "bandoneon", "bowed bass", "spinet")
        },
        "harpsichord": "second harpsichord",
    },
    9: {
        "harpsichord": "third harpsichord",
        "spinet": "second spinet",
        "solo guitar": "second solo guitar",
        **{one: f"first {one}" for one in _BREATHY},
    },
}


def of_version(voice: str, version: int) -> str:
    """The voice that a plan of a version means by a name: older plans are played as they were."""
    for since, replaced in REPLACED.items():
        if version < since:
            voice = replaced.get(voice, voice)
    return voice


def called(voice: str) -> str:
    """A voice's name for people: the first of its kind has that of today's."""
    return re.sub("^(?:first|second|third) ", "", voice)


def plain_of(voice: str) -> str:
    """The plain name of a voice: its own, where it is one of its kind."""
    return _PLAIN.get(voice, voice)


def exact(voice: str, patch: str) -> str:
    """The voice of a plan's sound. A patch of another instrument is none of this one's."""
    return patch if patch and _PLAIN.get(patch) == voice else voice
