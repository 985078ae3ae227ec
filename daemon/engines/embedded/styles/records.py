"""How a genre's records are made: band, colour, distance, width and compression, drawn by seed.

Records differ more in how they were recorded and mastered than in what is played: a disc of one
microphone, four tracks of tape, a dead studio, a big desk, a sampler, a cassette. Corners and
slopes are those that such machines have; which genre is made on which is its history.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

from daemon.audio import tilt
from daemon.engines.embedded.plan import Mix
from daemon.engines.embedded.turns import in_turn


@dataclass(frozen=True)
class Medium:
    """One way of making a record; fields as in `plan.Mix`."""

    low_hz: float = 0.0
    top_hz: float = 0.0
    bells: tuple[tuple[float, float], ...] = ()
    slope_db: float = 0.0
    """By how much the mix falls off more (below 0) or less, dB an octave."""
    width: float = 1.0
    distance: float = 1.0
    glue: float = 0.2
    warmth: float = 0.0


MEDIA: dict[str, Medium] = {
    # one microphone and a lacquer disc
    "disc": Medium(90, 6500, ((300, 1.5), (2500, 2)), -0.2, 0.1, 1.5, 0.1, 0.35),
    # four tracks in one big room; tape rounds the peaks and lifts the low end
    "four tracks": Medium(55, 10000, ((110, 2), (700, 1), (3500, -1)), -0.4, 0.75, 1.5, 0.35, 0.3),
    # a dead studio and close microphones
    "dead studio": Medium(40, 13500, ((100, 1.5), (400, -2)), -0.1, 1.0, 0.5, 0.35, 0.2),
    # a big desk, equalised bright
    "big desk": Medium(30, 0, ((80, 1), (320, -2.5), (9000, 2.5)), 0.1, 1.3, 1.1, 0.45, 0.1),
    "digital": Medium(25, 0, ((60, 1), (350, -1.5)), 0.0, 1.15, 1.1, 0.5, 0.1),
    # mastered for loudness
    "loud": Medium(30, 0, ((70, 1), (2800, 1)), 0.15, 1.15, 1.0, 0.9, 0.5),
    "cassette": Medium(65, 8500, ((120, 1.5), (1200, 1)), -0.4, 0.75, 1.2, 0.35, 0.4),
    # twelve bits
    "sampler": Medium(40, 9500, ((110, 2.5), (900, 0.5)), -0.3, 0.6, 1.0, 0.4, 0.4),
    # two microphones before the players, and nothing else
    "one pair": Medium(35, 0, ((250, 1), (2500, -1.5)), -0.5, 1.2, 2.2, 0.0, 0.0),
    # near microphones, no room
    "close": Medium(50, 14000, ((180, 1.5), (4500, 1)), -0.1, 0.85, 0.35, 0.2, 0.05),
    # a dance record's groove: narrow, firm
    "twelve inch": Medium(35, 13000, ((70, 1.5), (450, -1)), -0.1, 0.9, 1.15, 0.5, 0.2),
    "dub desk": Medium(30, 8000, ((70, 2), (1500, -1.5)), -0.6, 0.95, 1.4, 0.3, 0.25),
    # eight tracks in a cellar
    "cellar": Medium(90, 8000, ((220, 1.5), (1800, 2)), 0.0, 0.65, 1.8, 0.6, 0.5),
}  # fmt: skip

#: Media -> the styles whose records are made so. What stands in none is made for clubs.
_CLUB = ("twelve inch", "digital", "loud", "big desk")
_MADE: tuple[tuple[tuple[str, ...], str], ...] = (
    (("four tracks", "dead studio", "big desk", "cellar", "loud"), "rock"),
    (("cellar", "loud", "cassette", "dead studio"), "punk"),
    (("big desk", "loud", "dead studio", "cellar"), "metal"),
    (("cassette", "big desk", "four tracks", "loud"), "shoegaze"),
    (("four tracks", "disc", "one pair", "dead studio", "close"), "blues, jazz"),
    (("close", "one pair", "four tracks", "dead studio", "digital"), "folk, country, bossa nova"),
    (("four tracks", "dead studio", "big desk", "cellar"), "soul, funk, ska"),
    (("four tracks", "dub desk", "dead studio", "cellar"), "reggae, dub"),
    (("four tracks", "one pair", "big desk", "dead studio"), "latin, salsa, samba"),
    (("dead studio", "four tracks", "twelve inch"), "disco"),
    (("dead studio", "digital", "twelve inch", "loud"), "nu disco, french house"),
    # a hall's players are never heard without it
    (("one pair", "four tracks", "big desk", "digital"), "classical, waltz, cinematic"),
    (("digital", "loud", "big desk", "close"), "pop, r&b, synth-pop, afrobeats, amapiano, bhangra"),
    (("sampler", "cassette", "twelve inch", "digital"), "boom bap, hip-hop, g-funk, lo-fi house"),
    (("cassette", "sampler", "close", "four tracks"), "lo-fi, trip-hop, phonk"),
    (("digital", "loud", "cassette", "close"), "trap, drill, cloud rap, rage, crunk, grime"),
    (("big desk", "cassette", "twelve inch", "digital"), "synthwave, chillout, future garage"),
    (("digital", "one pair", "cassette", "close"), "ambient"),
    (("sampler", "twelve inch", "loud", "cassette"), "jungle, breakbeat, house, acid house"),
    (("cassette", "twelve inch", "dub desk", "digital"), "dub techno, detroit techno, deep house"),
    (("cellar", "loud", "twelve inch", "digital"), "industrial, hard techno, hardcore, breakcore"),
    (("digital", "close", "loud"), "chiptune"),
)  # fmt: skip
_BY_STYLE = {name.strip(): media for media, names in _MADE for name in names.split(",")}

#: Rooms that stand for a genre's own in some of its records.
_ROOMS = {
    "studio": ("studio", "booth", "drum room", "plate"),
    "drum room": ("drum room", "studio", "garage", "stage"),
    "garage": ("garage", "drum room", "stage"),
    "stage": ("stage", "studio", "chamber", "hall"),
    "hall": ("hall", "chamber", "stage"),
    "club": ("club", "studio", "plate", "chamber"),
    "plate": ("plate", "club", "chamber"),
    "chamber": ("chamber", "plate", "studio"),
    "booth": ("booth", "studio"),
}
#: How far records of one kind differ: slope in dB an octave, levels and bells in dB.
_SLOPE_DB, _LEVEL_DB, _BELL_DB = 0.3, 1.2, 1.8

#: dB by which vinyl, tape and air are louder than in mixes without a band of their own.
_NOISE_DB = 3.0


def media_of(style: str) -> tuple[str, ...]:
    """The media of a style's records."""
    return _BY_STYLE.get(style, _CLUB)


def recorded(mix: Mix, style: str, seed: int) -> Mix:
    """A mix as a seed's record of the style has it."""
    medium = MEDIA[in_turn(media_of(style), seed, f"record:{style}")]
    stream = random.Random(f"{seed}:record:{style}")
    bells = [[hz, db] for hz, db in medium.bells]
    for _ in range(2):
        # microphones, rooms and ears differ
        hz = math.exp(stream.uniform(math.log(150), math.log(6000)))
        bells.append([round(hz), round(_drawn(stream, _BELL_DB), 1)])
    low_hz = round(medium.low_hz * math.exp(stream.gauss(0, 0.15)))
    top_hz = round(medium.top_hz * math.exp(stream.gauss(0, 0.12)), -2)
    leaning = medium.slope_db + stream.gauss(0, _SLOPE_DB)
    leaning += tilt.slope_of_colour(low_hz, top_hz, _pairs(bells))
    return replace(
        mix,
        levels_db={
            **mix.levels_db,
            # a record's own noise is heard, whatever its band leaves of it
            "texture": mix.levels_db.get("texture", 0.0) + _NOISE_DB,
            **{
                part: round(mix.levels_db.get(part, 0.0) + _drawn(stream, _LEVEL_DB), 2)
                for part in ("drums", "bass", "chords", "lead", "pad")
            },
        },
        reverb_s=round(mix.reverb_s * math.exp(stream.gauss(0, 0.25)), 2),
        slope_db=round(_within(mix.slope_db + leaning + 5.0, 2.6) - 5.0, 2),
        room=stream.choice((mix.room, *_ROOMS.get(mix.room, ()))),
        low_hz=low_hz,
        top_hz=top_hz,
        bells=bells,
        width=round(min(1.4, medium.width * stream.uniform(0.85, 1.2)), 2),
        distance=round(min(2.8, medium.distance * math.exp(stream.gauss(0, 0.25))), 2),
        glue=round(min(1.0, max(0.0, medium.glue + stream.uniform(-0.15, 0.15))), 2),
        warmth=round(max(0.0, medium.warmth + stream.uniform(-0.1, 0.1)), 2),
    )


def _pairs(bells: list[list[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((hz, db) for hz, db in bells)


def _drawn(stream: random.Random, spread: float) -> float:
    return _within(stream.gauss(0, spread), 2 * spread)


def _within(value: float, limit: float) -> float:
    return min(limit, max(-limit, value))
