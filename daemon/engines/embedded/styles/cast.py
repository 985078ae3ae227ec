"""Who plays the names of the styles' tables in each style: a waltz has no electric bass.

Names that stand here for no style are played by what `voices.table.newest` gives.
"""

from __future__ import annotations

from daemon.engines.embedded.voices.table import newest

_JAZZ = {
    "guitar": "jazz guitar", "finger bass": "double bass", "mallet": "vibraphone",
    "brass": "tenor saxophone", "organ": "drawbar organ",
}  # fmt: skip
_ROCK = {
    "guitar": "distorted guitar", "organ": "drawbar organ", "finger bass": "picked bass",
    "lead": "solo guitar",
}  # fmt: skip
_SOUL = {
    "guitar": "clean guitar", "organ": "drawbar organ", "brass": "horn section",
    "strings": "string section",
}  # fmt: skip
_ISLAND = {
    "guitar": "muted guitar", "organ": "drawbar organ", "brass": "horn section",
    "round bass": "fingered bass",
}  # fmt: skip
_HALL = {
    "guitar": "harp", "finger bass": "double bass", "brass": "four horns",
    "round bass": "bowed bass",
    "strings": "string section", "mallet": "celesta",
}  # fmt: skip
_SOUTH = {
    "guitar": "nylon guitar", "brass": "horn section", "finger bass": "double bass",
    "round bass": "double bass",
    "strings": "string section",
}  # fmt: skip
_FOLK = {
    "finger bass": "double bass",
    "brass": "trumpet",
    "strings": "fiddle",
    "lead": "slide guitar",
    "mallet": "mandolin",
}

#: Style -> name in its tables -> voice.
CAST: dict[str, dict[str, str]] = {
    "jazz": _JAZZ, "lo-fi": {"guitar": "jazz guitar", "mallet": "vibraphone"},
    "boom bap": {"guitar": "jazz guitar", "mallet": "vibraphone", "brass": "horn section"},
    "rock": _ROCK, "punk": _ROCK, "metal": _ROCK, "shoegaze": _ROCK,
    "blues": _ROCK | {"guitar": "crunch guitar", "finger bass": "fingered bass"},
    "funk": _SOUL, "soul": _SOUL, "r&b": _SOUL, "disco": _SOUL | {"pluck bass": "fingered bass"},
    "nu disco": _SOUL, "g-funk": _SOUL,
    "reggae": _ISLAND, "dub": _ISLAND, "ska": _ISLAND, "dancehall": _ISLAND,
    "afrobeats": {
        "guitar": "clean guitar", "brass": "horn section", "mallet": "balafon",
        "pluck": "muted guitar",
    },
    "classical": _HALL, "waltz": _HALL, "cinematic": _HALL | {"guitar": "guitar"},
    "latin": _SOUTH, "salsa": _SOUTH, "bossa nova": _SOUTH, "samba": _SOUTH,
    "folk": _FOLK, "country": _FOLK | {"lead": "pedal steel"}, "pop": {"strings": "string section"},
    "trip-hop": {"guitar": "clean guitar", "strings": "string section"},
}  # fmt: skip


#: The same where the words name the instrument: who asks a waltz for a guitar wants no harp.
_ASKED: dict[str, dict[str, str]] = {
    "classical": {"guitar": "nylon guitar"}, "waltz": {"guitar": "nylon guitar"},
    "afrobeats": {"pluck": "pluck"},
}  # fmt: skip


def cast(voice: str, style: str, *, is_asked: bool = False) -> str:
    """The voice that plays a name of a style's tables in new plans; is_asked: by the words."""
    asked = _ASKED.get(style, {}).get(voice) if is_asked else None
    return newest(asked or CAST.get(style, {}).get(voice, voice))
