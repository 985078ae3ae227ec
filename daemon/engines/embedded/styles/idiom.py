"""How each genre tells a tune: the cells of its rhythm, where its bars begin, its manner.

Cells are written for one beat (four marks) or two (eight): `x` begins a note, `-` holds it, `.`
rests. A cell that begins with `-` holds the note before over the beat or the bar line.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Idiom:
    cells: dict[str, float]
    """Cell -> how likely it is, before the tune's density counts."""
    on_one: float = 0.45
    """Share of bars that begin on their first beat."""
    motif_bars: int = 2
    """Bars after which the first thought is answered or said again."""
    pick_up: float = 0.4
    """How likely a phrase is led into by the last beat before it."""
    rest: int = 4
    """Sixteenths of silence at least where a phrase ends."""
    full_scale: bool = False
    """All seven degrees, not five."""
    leap: float = 0.16
    """Share of moves by more than a neighbour."""
    manner: str = ""
    """What fingers and breath add: see `ornaments.py`."""


_SUNG = {
    "x---": 3, "x-x-": 5, "--x-": 3, "..x-": 2.5, "----": 2, "x-xx": 1.2, "x--x": 1.2, "....": 0.8,
    ".xx-": 1,
}  # fmt: skip
_RIFF = {
    "x-x-": 3, "xx..": 2, "x..x": 3, "..x-": 2.5, "x.xx": 2, ".x.x": 1.2, "x---": 1, "....": 1,
    "--xx": 1, "x-x.": 2, "..xx": 1.5,
}  # fmt: skip
_EIGHTHS = {
    "x-x-": 8, "..x-": 3.5, "--x-": 3.5, "x---": 2, "....": 1, "----": 1, "..x.": 1.5, "x-x.": 2,
}  # fmt: skip
_BLUES = {
    "x---": 2, "x-x-": 3, "..x-": 3, "--x-": 3, "----": 2.5, "....": 2, "x-x.": 1.5,
}  # fmt: skip
_HOOK = {
    "x--x--x-": 4, "x-x--x--": 2, "x--x-x--": 2, "..x--x--": 2.5, "x-xxx-x-": 1, "x---x-x-": 2,
    "--x--x--": 2, "-x--x-x-": 1, ".x-x--x-": 1.2, "x--x....": 1, "..x-x-x-": 1.5,
    "x-------": 0.6, "..x-----": 0.6, "--------": 0.4, "x--x----": 0.8,
}  # fmt: skip
_OSTINATO = {
    "x.x.": 2, "..x.": 3, "x...": 2, "....": 3, ".x..": 1.2, "...x": 2, "xx..": 1, ".x.x": 1,
    "..xx": 1, "x..x": 1.5,
}  # fmt: skip
_BELLS = {
    "x---": 3, "..x-": 2.5, "x-x-": 3, "----": 3, "x--x": 2, "--x-": 2.5, "..xx": 1, ".x--": 1,
    "-x--": 0.7,
}  # fmt: skip
_CLAVE = {
    "x--x--x-": 3, "..x-x---": 2.5, "x-x-..x-": 2, ".x-x-x-.": 1.5, "--x-x-x-": 2, "..x-.x-x": 1.5,
    "x-.x-.x-": 2, "-x-x--x-": 1.2, "..x---x-": 2, "x-xx-xx-": 1,
    "x-------": 0.5, "..x-----": 0.5, "--------": 0.4, "...x----": 0.6,
}  # fmt: skip
_OFFBEAT = {
    "..x-": 5, "x-x-": 2, ".x-x": 1.2, "...x": 1, "----": 2, "x---": 2, "....": 2, "--x-": 2,
}  # fmt: skip
_HYMN = {"x---": 5, "----": 5, "x-x-": 3, "--x-": 2, "x--x": 1.2, "..x-": 1.5}
_RUN = {
    "xxxx": 2, "x-xx": 2, "xx-x": 2, "x-x-": 3, "x--x": 2, "..xx": 1.2, "-xxx": 1, "-xx-": 1,
    ".xxx": 1,
}  # fmt: skip

_POP = Idiom(_SUNG, 0.4, 2, 0.5)
_FOLK = Idiom(_SUNG, 0.5, 2, 0.6, 4, True, 0.12, "graced")
_SOULFUL = Idiom(_SUNG, 0.35, 2, 0.45, 6, False, 0.14, "slid")
_ROCKING = Idiom(_RIFF, 0.55, 1, 0.3, 3, False, 0.2, "bent")
_HEAVY = Idiom(_RIFF, 0.6, 1, 0.2, 2, True, 0.15, "slid")
_BEBOP = Idiom(_EIGHTHS, 0.35, 2, 0.55, 4, True, 0.2, "graced")
_BLUESY = Idiom(_BLUES, 0.4, 2, 0.5, 8, False, 0.15, "bent")
_FLOOR = Idiom(_HOOK, 0.5, 2, 0.25, 4)
_SOARING = Idiom(_HOOK, 0.55, 2, 0.4, 2, True, 0.22)
_MACHINE = Idiom(_OSTINATO, 0.45, 1, 0.1, 4)
_TRAP = Idiom(_BELLS, 0.5, 2, 0.25, 4, True, 0.14)
_SOUTHERN = Idiom(_CLAVE, 0.4, 2, 0.4, 4, True, 0.18, "graced")
_ISLAND = Idiom(_OFFBEAT, 0.35, 2, 0.35, 6, False, 0.14, "slid")
_CANTABILE = Idiom(_HYMN, 0.6, 2, 0.45, 3, True, 0.14, "graced")
_STILL = Idiom(_HYMN, 0.5, 2, 0.1, 6, False, 0.2)
_PLAYFUL = Idiom(_RUN, 0.55, 1, 0.35, 2, True, 0.25)
_BROKEN = Idiom(_BELLS, 0.4, 2, 0.25, 6)
_DUSTY = Idiom(_BLUES, 0.4, 2, 0.35, 6, False, 0.16, "graced")

#: Idiom -> the styles that tell their tunes so. What stands in none is told as on a dance floor.
_TOLD: tuple[tuple[Idiom, str], ...] = (
    (_POP, "pop, synth-pop, synthwave, disco, nu disco, future garage"),
    (_FOLK, "folk, country, bhangra"),
    (_SOULFUL, "soul, r&b, g-funk, deep house, two-step, uk garage, cloud rap"),
    (_ROCKING, "rock, punk, ska, funk"),
    (_HEAVY, "metal, industrial"),
    (_BEBOP, "jazz"),
    (_BLUESY, "blues"),
    (_SOARING, "trance, edm, hardstyle, eurodance, progressive house, future bass, melodic techno"),
    (
        _MACHINE,
        "techno, minimal techno, dub techno, hard techno, acid techno, detroit techno, acid house, "
        "tech house, electro, neurofunk, footwork",
    ),
    (_TRAP, "trap, drill, grime, crunk, phonk, rage"),
    (_SOUTHERN, "latin, salsa, samba, bossa nova, reggaeton, moombahton, baile funk, afro house"),
    (_ISLAND, "reggae, dub, dancehall, afrobeats, amapiano"),
    (_CANTABILE, "classical, waltz, cinematic"),
    (_STILL, "ambient, chillout, shoegaze"),
    (_PLAYFUL, "chiptune, hyperpop, psytrance, breakcore, idm"),
    (_BROKEN, "drum and bass, liquid drum and bass, jungle, dubstep, breakbeat"),
    (_DUSTY, "boom bap, hip-hop, lo-fi, trip-hop"),
)
_BY_STYLE = {name.strip(): idiom for idiom, names in _TOLD for name in names.split(",")}


def idiom_of(style: str, riff: bool = False) -> Idiom:
    """How a style tells its tunes; `riff` where the words ask for one."""
    return _ROCKING if riff else _BY_STYLE.get(style, _FLOOR)
