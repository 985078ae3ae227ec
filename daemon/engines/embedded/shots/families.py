"""Families of one-shots: how far the seed may go in each dimension, and a voice's relatives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from daemon.engines.embedded.voices.acoustic import ROWS
from daemon.engines.embedded.voices.voice import Voice


@dataclass(frozen=True)
class Family:
    """reach: the seed's part of each dimension, 0 to 1; a dimension that is not named stays put.

    semitones: what `pitch` and `punch` at their ends are. low_hz, high_hz: the band in which its
    colour lies. weight_hz: what is under it is its weight. relatives: voices laid under it.
    """

    reach: Mapping[str, float]
    semitones: float = 0.0
    low_hz: float = 150.0
    high_hz: float = 6000.0
    weight_hz: float = 150.0
    ring_hz: float = 900.0
    relatives: tuple[str, ...] = ()
    is_mono: bool = False
    centre: Mapping[str, float] = field(default_factory=dict)
    """Where a dimension's middle lies, if not at 0."""
    voices: tuple[str, ...] = field(default=())


_ALL = dict.fromkeys(
    ("pitch", "length", "attack", "snap", "bright", "weight", "colour", "body", "bite",
     "click_tone", "noise_tone", "noise_length", "ring_tone", "room_size", "width", "other",
     "click", "drive", "vintage", "room", "noise", "ring", "layer", "gate"), 1.0,
)  # fmt: skip
#: A room that suits a short sound.
_NEAR = {"room_size": -0.5}
_FAMILIES: dict[str, Family] = {
    "kick": Family(
        _ALL | {"punch": 1.0, "ring": 0.25, "noise": 0.6, "room": 0.6, "room_size": 0.4,
                "body": 0.7, "weight": 0.8, "width": 0.0}, 3.0, 80, 4000, 90, 260,
        ("hard kick", "acoustic kick", "low tom"), True, _NEAR,
        ("kick", "hard kick", "acoustic kick", "concert bass drum"),
    ),
    "snare": Family(
        _ALL | {"punch": 0.7, "flam": 0.5, "weight": 0.6, "bright": 0.85, "ring": 0.7},
        5.0, 180, 7000, 220, 420,
        ("acoustic snare", "clap", "rim", "brush", "snare"),
        voices=("snare", "acoustic snare"),
    ),
    # what strokes is no stick: no click, no second hit, nothing under it
    "stroked": Family(
        _ALL | dict.fromkeys(("click", "flam", "layer", "gate", "ring", "noise", "drive"), 0.0)
        | {"snap": 0.5, "attack": 0.5, "room_size": 0.5}, 5.0, 400, 9000, 500, 900, (), False,
        _NEAR, ("brush", "brush sweep", "shaker", "guiro"),
    ),
    "clap": Family(
        _ALL | {"flam": 1.0, "ring": 0.3}, 4.0, 500, 6000, 600, 1100,
        ("snap", "clap", "snare", "shaker"), voices=("clap", "snap"),
    ),
    "hat": Family(
        _ALL | {"flam": 0.25, "room_size": 0.5}, 6.0, 1500, 12000, 4500, 3100,
        ("shaker", "ride", "tambourine", "chip noise"), False, _NEAR,
        ("hat", "chip noise"),
    ),
    "metal": Family(
        _ALL | {"flam": 0.25, "room_size": 0.5, "length": 0.7, "bright": 0.8},
        5.0, 1500, 12000, 4500, 3100,
        ("hat", "open hat", "tambourine", "ride"), False, _NEAR,
        ("open hat", "ride", "crash", "tambourine", "sleigh bells", "triangle", "gong",
         "vibraslap"),
    ),
    "small": Family(
        _ALL | {"punch": 0.3, "flam": 0.2, "room_size": 0.6}, 6.0, 400, 8000, 400, 1700,
        ("rim", "woodblock", "snap", "clave"), False, _NEAR,
        ("rim", "cross-stick", "clave", "cowbell", "woodblock", "temple block", "castanets",
         "high agogo", "low agogo", "samba whistle"),
    ),
    "skin": Family(
        _ALL | {"punch": 0.9, "flam": 0.3, "ring": 0.5}, 4.0, 120, 5000, 130, 480,
        ("low tom", "acoustic mid tom", "low conga", "djembe", "frame drum"),
    ),
    "bass": Family(
        _ALL | {"pitch": 0.0, "layer": 0.0, "ring": 0.0, "noise": 0.3, "room": 0.2,
                "room_size": 0.4, "width": 0.0}, 0.0, 90, 3000, 100, 260, (), True, _NEAR,
    ),
    "synth": Family(
        _ALL | {"pitch": 0.0, "layer": 0.0, "ring": 0.0, "noise": 0.4, "gate": 0.5},
        0.0, 250, 6000, 250, 900,
    ),
    # an instrument stays itself: a violin that is driven by its seed is none
    "instrument": Family(
        dict.fromkeys(("length", "attack", "snap", "bright", "weight", "colour", "body", "width"),
                      0.7) | {"room": 0.6, "room_size": 1.0},
        0.0, 250, 6000, 250, 900,
    ),
    "effects": Family(
        dict.fromkeys(("length", "bright", "weight", "colour", "body", "width", "attack"), 0.7)
        | {"drive": 0.5, "bite": 1.0, "vintage": 0.4, "room": 0.7, "room_size": 1.0},
    ),
}  # fmt: skip
_BY_VOICE = {voice: family for family in _FAMILIES.values() for voice in family.voices}
_INSTRUMENTS = frozenset(
    row.name for row in ROWS if row.family != "drums" and not row.name.startswith("chip")
)


def family_of(voice: Voice) -> Family:
    """The family of a voice."""
    if voice.name in _BY_VOICE:
        return _BY_VOICE[voice.name]
    if voice.name in _INSTRUMENTS:
        return _FAMILIES["instrument"]
    if voice.family in ("bass", "effects"):
        return _FAMILIES[voice.family]
    return _FAMILIES["skin" if voice.family == "drums" else "synth"]
