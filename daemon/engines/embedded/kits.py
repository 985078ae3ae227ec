"""Which drums a genre is played on: machines, or kits of wood and skin, each tuned its own way."""

from __future__ import annotations

import re

#: How the voices of wood, skin and bronze begin.
WOOD = "acoustic"
#: The drum of wood and skin that takes a machine's row.
_WOOD = {
    "kick": "acoustic kick", "snare": "acoustic snare", "rim": "cross-stick",
    "hat": "acoustic hat", "open hat": "acoustic open hat", "ride": "acoustic ride",
    "crash": "acoustic crash", "high tom": "acoustic high tom", "mid tom": "acoustic mid tom",
    "low tom": "acoustic low tom",
}  # fmt: skip
_TOMS = ("high tom", "mid tom", "low tom")
_CYMBALS = ("hat", "open hat", "ride", "crash")

#: Tones by kit and row; `tune` in semitones. The machine has no row here.
KITS: dict[str, dict[str, dict[str, float]]] = {
    "rock": {"kick": {"attack": 0.6, "length": 0.9}, "snare": {"attack": 0.65, "length": 1.1}},
    "metal": {
        "kick": {"attack": 1.0, "length": 0.55, "bright": 0.35, "tune": -1},
        "snare": {"attack": 0.8, "length": 0.85, "tune": 2},
    },
    "pop": {"kick": {"attack": 0.55, "length": 0.75}, "snare": {"length": 0.85, "tune": 1}},
    "funk": {
        "kick": {"attack": 0.6, "length": 0.6, "tune": 1},
        "snare": {"attack": 0.8, "length": 0.65, "tune": 4},
    },
    "jazz": {
        "kick": {"attack": 0.2, "length": 1.2, "bright": -0.3, "tune": 5},
        "snare": {"attack": 0.4, "length": 1.15, "tune": 3},
        "toms": {"length": 1.2, "tune": 4},
        "cymbals": {"length": 1.25, "bright": -0.2},
    },
    "folk": {
        "kick": {"attack": 0.3, "length": 0.9, "bright": -0.2},
        "snare": {"attack": 0.45, "length": 0.95},
        "cymbals": {"bright": -0.15},
    },
    "latin": {
        "kick": {"attack": 0.35, "length": 0.7, "tune": 2},
        "snare": {"attack": 0.5, "length": 0.7, "tune": 3},
        "cymbals": {"length": 0.8},
    },
    "reggae": {
        "kick": {"attack": 0.3, "length": 0.75, "bright": -0.25},
        "snare": {"attack": 0.6, "length": 0.7, "tune": 5},
        "cymbals": {"length": 0.7, "attack": 0.65},
    },
    "orchestra": {
        "kick": {"attack": 0.15, "length": 2.0, "bright": -0.4, "tune": -6},
        "snare": {"attack": 0.4, "length": 1.0, "tune": 2},
        "toms": {"length": 1.5, "tune": -3},
    },
    "dusty": {
        "kick": {"attack": 0.2, "length": 0.7, "dirt": 0.3, "bright": -0.5},
        "snare": {"attack": 0.45, "length": 0.75, "dirt": 0.4, "tune": 1, "bright": -0.25},
        "toms": {"dirt": 0.3},
        "cymbals": {"dirt": 0.35, "bright": -0.4, "length": 0.8},
        "rim": {"dirt": 0.3},
    },
    "worn": {
        "kick": {"attack": 0.25, "length": 0.65, "dirt": 0.45, "bright": -0.3},
        "snare": {"attack": 0.3, "length": 0.7, "dirt": 0.5, "bright": -0.3},
        "cymbals": {"dirt": 0.5, "bright": -0.5, "length": 0.7},
        "rim": {"dirt": 0.5, "bright": -0.3},
    },
}

_SAYS_MACHINE = re.compile(
    r"\b(drum ?machines?|[78]08|909|606|707|linn ?drum|electronic drums?|programmed drums?|"
    r"drum ?computer|elektronische drums)\b", re.I,
)  # fmt: skip
_SAYS_WOOD = re.compile(
    r"\b(acoustic drums?|live drums?|real drums?|drum ?kit|drum ?set|live drummer|drummer|"
    r"akustisches? schlagzeug|batería acústica|batterie acoustique)\b", re.I,
)  # fmt: skip


def kit_of(own: str, words: str) -> str:
    """The kit of a genre's `own`, or the one that the words ask for; empty for machines."""
    if _SAYS_MACHINE.search(words):
        return ""
    if _SAYS_WOOD.search(words):
        return own or "rock"
    return own


def on_kit(kit: str, row: str) -> tuple[str, dict[str, float]] | None:
    """The voice and tone by which a kit plays a row; None where the machine's voice stays."""
    if kit not in KITS or row not in _WOOD:
        return None
    tones = KITS[kit]
    shared = "toms" if row in _TOMS else "cymbals" if row in _CYMBALS else ""
    return _WOOD[row], dict(tones.get(row, tones.get(shared, {})))
