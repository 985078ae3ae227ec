"""Where each genre is played: on which drums, in which room, how tightly, and how loud each part.

Machines keep time; people do not: a bass lies behind, a ride leans ahead, and hits scatter by 6 to
9 ms (`spread_ms` is twice their standard deviation). Guitars of rock stand as loud as its drums.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from daemon.engines.embedded.styles.style import Style


@dataclass(frozen=True)
class Stage:
    kit: str = ""
    """See `kits.py`; empty for machines."""
    room: str = "club"
    spread_ms: float | None = None
    """How far hits scatter; None leaves the style's own."""
    late_ms: dict[str, float] = field(default_factory=dict)
    levels_db: dict[str, float] = field(default_factory=dict)
    """Beside the style's own."""
    slope_db: float | None = None

    def of(self, style: Style) -> Style:
        """The style on this stage."""
        return replace(
            style,
            kit=self.kit,
            room=self.room,
            spread_ms=style.spread_ms if self.spread_ms is None else self.spread_ms,
            late_ms={**self.late_ms, **style.late_ms},
            levels_db=_added(self.levels_db, style.levels_db),
            slope_db=style.slope_db if self.slope_db is None else self.slope_db,
        )


def _added(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    return {part: one.get(part, 0) + other.get(part, 0) for part in {**one, **other}}


_LAID_BACK = {"bass": 10.0, "chords": 7.0, "snare": 7.0, "lead": 9.0}
_AHEAD = {"ride": -8.0, "bass": 9.0, "lead": 12.0}
#: Bands: the bass behind, the ride ahead, a singer's line behind both.
_BAND = {"bass": 8.0, "ride": -6.0, "snare": 4.0, "chords": 5.0, "lead": 8.0}
_GUITARS = {"chords": 4.8, "lead": 1.0}

STAGES: dict[str, Stage] = {
    "pop": Stage("pop", "studio", 11, _BAND, {"chords": 1.5, "lead": 2}, -4.4),
    "folk": Stage("folk", "studio", 16, _BAND, {"drums": -3, "chords": 3, "lead": 2}, -4.9),
    "rock": Stage("rock", "drum room", 15, _BAND, _GUITARS, -4.1),
    "punk": Stage(
        "rock", "garage", 15, {"bass": 6, "chords": -5}, {"chords": 5.8, "lead": 3}, -3.8
    ),
    "metal": Stage(
        "metal",
        "drum room",
        11,
        {"bass": 6, "chords": 4},
        {"chords": 7.0, "bass": -2.5, "lead": 3.5},
        -3.6,
    ),
    "shoegaze": Stage("rock", "hall", 16, _BAND, {"chords": 4.5, "drums": -1}, -4.3),
    "blues": Stage("folk", "stage", 17, _LAID_BACK, {"chords": 2, "lead": 2.5, "drums": -1}, -4.9),
    "country": Stage("folk", "studio", 15, _BAND, {"chords": 3, "lead": 2, "drums": -2}, -4.5),
    "funk": Stage("funk", "drum room", 13, _BAND, {"bass": 1.5, "chords": 2, "lead": 2}, -4.4),
    "soul": Stage("funk", "drum room", 15, _LAID_BACK, {"bass": 1, "chords": 2.5, "lead": 3}, -4.9),
    "jazz": Stage("jazz", "stage", 17, _AHEAD, {"lead": 3, "chords": 1, "drums": -1}, -5.1),
    "waltz": Stage(
        "jazz", "stage", 16, _AHEAD, {"bass": -4, "drums": -3, "lead": 2, "chords": 1}, -5.1
    ),
    "cinematic": Stage(
        "orchestra",
        "hall",
        13,
        {"bass": 8, "lead": 6},
        {"bass": -2, "drums": -1, "chords": 2},
        -5.2,
    ),
    "classical": Stage(
        "orchestra", "hall", 15, {"bass": 8, "lead": 8}, {"bass": -2, "chords": 1, "lead": 2}, -5.2
    ),
    "disco": Stage(
        "funk", "studio", 12, {"bass": 5, "chords": 4, "lead": 6}, {"chords": 2, "lead": 2}, -4.4
    ),
    "breakbeat": Stage("", "studio"),
    "boom bap": Stage("dusty", "studio", 11, {}, {}, -5.2),
    "hip-hop": Stage("dusty", "studio", 10, {}, {}, -5.0),
    "trip-hop": Stage("dusty", "chamber", 11, {}, {}, -5.4),
    # breaks of old records under live players
    "g-funk": Stage("dusty", "studio", 7),
    "nu disco": Stage("funk", "studio", 5, {}, {"chords": 1, "lead": 1}),
    "lo-fi": Stage("worn", "booth", 12, {}, {}, -5.9),
    "r&b": Stage("pop", "studio", 9, {"bass": 6, "chords": 5}),
    "afrobeats": Stage("latin", "studio", 9, {"bass": 5, "lead": 6}, {"chords": 1.5}),
    "chillout": Stage("", "chamber"),
    "reggae": Stage(
        "reggae", "drum room", 14, _LAID_BACK, {"bass": 2, "chords": 1.5, "lead": 1}, -5.5
    ),
    "dub": Stage("reggae", "chamber", 14, _LAID_BACK, {}, -6.0),
    "ska": Stage("reggae", "stage", 13, _BAND, {"chords": 2, "lead": 2}, -4.4),
    "latin": Stage("latin", "stage", 14, _BAND, {"chords": 1, "lead": 1}, -4.7),
    "salsa": Stage(
        "latin", "stage", 14, {"bass": -6, "lead": 8, "chords": 5}, {"chords": 2, "lead": 2}, -4.5
    ),
    "bossa nova": Stage("latin", "studio", 15, _BAND, {"drums": -2, "chords": 2}, -5.0),
    "samba": Stage("latin", "stage", 15, _BAND, {"chords": 2, "lead": 1.5}, -4.6),
    "bhangra": Stage("latin", "studio", 12, {"bass": 5, "lead": 6}),
    "ambient": Stage("", "hall"),
    "synthwave": Stage("", "plate"),
    "synth-pop": Stage("", "plate"),
    "chiptune": Stage("", ""),
}


def staged(style: Style) -> Style:
    """A style as it is played; those without a row are played by machines in a club."""
    return STAGES.get(style.name, Stage()).of(style)
