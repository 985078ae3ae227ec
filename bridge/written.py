"""Figures as people write them (pure): `93,5`, `93 bpm`, `8 Takte`, `1:30`, full-width digits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

#: A unit's words, and what one of it is in the field's own unit.
Units = Mapping[str, float]

NO_UNITS: Units = {}
TEMPO: Units = dict.fromkeys(
    (
        "bpm", "beats per minute", "beats/min", "beats a minute", "schläge pro minute", "schläge",
        "battements par minute", "pulsaciones por minuto", "ppm", "battiti al minuto",
    ),
    1.0,
)  # fmt: skip
BARS: Units = dict.fromkeys(
    (
        "bars", "bar", "measures", "measure", "takte", "takten", "takt", "mesures", "mesure",
        "compases", "compás", "compas", "compassos", "compasso", "battute", "battuta", "小節",
    ),
    1.0,
)  # fmt: skip
TIME: Units = {
    **dict.fromkeys(("ms", "msec", "milliseconds"), 0.001),
    **dict.fromkeys(
        (
            "s", "sec", "secs", "second", "seconds", "sek", "sekunde", "sekunden", "seconde",
            "secondes", "segundo", "segundos", "secondo", "secondi", "秒",
        ),
        1.0,
    ),
    **dict.fromkeys(("min", "mins", "minute", "minutes", "minuten", "minuto", "minutos"), 60.0),
}  # fmt: skip
CLIPS: Units = dict.fromkeys(("clips", "clip", "takes", "take", "times", "versions", "x"), 1.0)
LOUDNESS: Units = dict.fromkeys(("lufs", "lkfs", "db"), 1.0)
PERCENT: Units = dict.fromkeys(("%", "percent", "prozent"), 1.0)
#: Of a field from 0 to 1.
SHARE: Units = dict.fromkeys(("%", "percent", "prozent"), 0.01)

_FIGURE = re.compile(r"([-+]?\d+(?:[.,]\d+)?)\s*([^\W\d_][^\d]*|%)?")
#: What people write before a figure that need not be exact.
_ABOUT = re.compile(r"^(?:[~≈]|(?:ca|circa|about|around|etwa|environ)\b\.?)\s*", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d(?:[.,]\d+)?)")
_MINUS = str.maketrans({"−": "-", "–": "-"})


def figure(text: str, units: Units = NO_UNITS) -> float:
    """The number that a text names, in the field's own unit. ValueError for any other text."""
    plain = unicodedata.normalize("NFKC", text).translate(_MINUS).strip().rstrip(",;")
    plain = _ABOUT.sub("", plain, count=1)
    clock = _CLOCK.fullmatch(plain)
    if clock and units is TIME:
        return 60 * int(clock[1]) + _number(clock[2])
    match = _FIGURE.fullmatch(plain)
    if match is None:
        return float(plain)  # 1e2, .5 and what else Python reads
    unit = (match[2] or "").strip().rstrip(".").lower()
    if unit and unit not in units:
        raise ValueError(f"{text!r} has another unit")
    # nine decimals: 70 % is 0.7, not 0.7000000000000001
    return round(_number(match[1]) * units[unit], 9) if unit else _number(match[1])


def is_time(text: str) -> bool:
    """Whether a text is a length in time: `30 s`, `1:30`."""
    return has_unit(text, TIME) or _CLOCK.fullmatch(text.strip()) is not None


def has_unit(text: str, units: Units) -> bool:
    """Whether a text is a number with one of these units: `8 bars`, not `8`."""
    match = _FIGURE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return bool(match and match[2] and match[2].strip().rstrip(".").lower() in units)


def _number(digits: str) -> float:
    return float(digits.replace(",", "."))
