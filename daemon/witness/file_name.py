"""Tempo, key and root in the name of a file, as sample packs and musicians write them. Pure."""

from __future__ import annotations

import re
import unicodedata

from bridge.music import MAX_BPM, MIN_BPM, Key, pitch_class
from daemon.witness.statement import Statement, Weight

#: Bare numbers that may be a tempo: outside these they count takes, or name years.
_BARE_LOW = 60
_BARE_HIGH = 200
#: Names of machines, which are no tempi.
_MACHINES = frozenset({"101", "303", "404", "505", "606", "626", "707", "727", "808", "909"})
#: Words beside which a bare number counts something else.
_COUNTED = r"(?:take|nr|no|vol|volume|part|version|v|pt|bars?|track|of|von)"
#: Words of a sample's name whose bare number is a tempo.
_LOOPS = r"(?:loop|loops|lp|break|breaks|beat|groove|top|drums?|drumloop|perc|fill)"
_NUMBER = r"(?<![\d.,])(\d{2,3}(?:[.,]\d{1,3})?)(?![\d.,]*\d)"
_CALLED = (
    rf"{_NUMBER}(?:\s*-\s*\d{{2,3}})?\s*(?:bpm|schl[aä]ge)(?![a-z])",
    rf"(?<![a-z])(?:bpm|tempo)\s*{_NUMBER}",
)
#: A key with its mode: `Amin`, `A Minor`, `F#m`, `a-Moll`, `Cmaj`, `C Dur`, `Amaj7`.
_KEYED = re.compile(
    r"(?<![A-Za-z#])(?P<note>[A-Ha-h](?:#|♯|♭|b|is|es|s(?=[ -](?:dur|moll)))?)"
    r"(?P<gap>[ -]?)(?P<mode>minor|major|moll|dur|min|maj|Minor|Major|Moll|Dur|Min|Maj|MIN|MAJ|m|M)"
    r"(?:7|9)?(?![A-Za-z#]|[ ]I[ ])"
)
_CAMELOT = re.compile(r"(?<![A-Za-z0-9])(1[0-2]|[1-9])([AB])(?![A-Za-z0-9])")
#: A root alone: at the end of a name, or in brackets. `A` alone is an article, and stays unread.
_ROOT = re.compile(r"(?:\(|\[)([A-G](?:#|b|♯|♭)?)(-?\d)?(?:\)|\])|(?<![A-Za-z#])([A-G](?:#|b))$")
_MODES = {
    "moll": "minor",
    "min": "minor",
    "m": "minor",
    "dur": "major",
    "maj": "major",
    "M": "major",
}


def read_name(stem: str) -> Statement | None:
    """What a file's name without its ending says; None where it says nothing of its sound.

    A tempo that is called one weighs more than a bare number.
    """
    plain = unicodedata.normalize("NFC", stem).replace("_", " ")
    words = _words(plain)
    key = _key(words) or _camelot(plain)
    called = _called_tempo(words)
    bare = None if called is not None else _bare_tempo(words, key is not None)
    root = None if key else _root(plain)
    statement = Statement(
        "its name",
        Weight.BARE if bare is not None else Weight.NAME,
        bpm=called if called is not None else bare,
        key=key,
        root_class=root,
    )
    return statement if statement.words else None


def _words(plain: str) -> str:
    """The name with blanks where camel case or a number parts two words."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    plain = re.sub(r"(?<=[A-Za-zäöü])(?=\d)", " ", plain)
    plain = re.sub(r"(?<=\d)(?=[A-Za-z](?:[a-zA-Z#♯♭]|$))(?!bpm)", " ", plain)
    return re.sub(r"\s+", " ", plain).strip()


def _called_tempo(words: str) -> float | None:
    """A number with `bpm` beside it; a range says two, and its middle is taken."""
    wide = re.search(r"(?<!\d)(\d{2,3})\s*-\s*(\d{2,3})\s*bpm", words, re.IGNORECASE)
    if wide:
        low, high = float(wide[1]), float(wide[2])
        return (low + high) / 2 if MIN_BPM <= low <= high <= MAX_BPM else None
    spaced = words.replace("-", " ")
    for form in _CALLED:
        match = re.search(form, spaced, re.IGNORECASE)
        if match:
            return float(match[1].replace(",", "."))
    return None


def _bare_tempo(words: str, has_key: bool) -> float | None:
    """A number alone that can be a tempo, where the name has just one such number.

    It stands beside the word for a loop, or in a name with a key.
    """
    spaced = words.replace("-", " ")
    found = []
    for match in re.finditer(_NUMBER, spaced):
        text = match[1]
        value = float(text.replace(",", "."))
        before = spaced[: match.start()].rstrip()
        if text in _MACHINES or text.startswith("0") or not _BARE_LOW <= value <= _BARE_HIGH:
            continue
        if re.search(rf"(?<![a-z]){_COUNTED}\.?$", before, re.IGNORECASE):
            continue
        near = re.search(rf"(?<![a-z]){_LOOPS}(?![a-z])", spaced, re.IGNORECASE)
        if near or has_key:
            found.append(value)
    return found[0] if len(set(found)) == 1 else None


def _key(words: str) -> Key | None:
    for match in _KEYED.finditer(words):
        note, gap, mode = match["note"], match["gap"], match["mode"]
        if mode in ("m", "M") and gap:
            continue  # "A m..." is no key
        if note[0].islower() and mode.lower() not in ("moll", "dur"):
            continue  # only German writes minor keys small
        german = mode.lower() in ("moll", "dur")
        tonic = _german(note) if german else note[0].upper() + note[1:]
        if tonic is None:
            continue
        try:
            plain = _MODES.get(mode if mode in ("m", "M") else mode.lower(), mode.lower())
            return Key.parse(f"{tonic} {plain}")
        except ValueError:
            continue
    return None


def _camelot(plain: str) -> Key | None:
    match = _CAMELOT.search(plain)
    return Key.parse(match[0]) if match else None


def _german(note: str) -> str | None:
    """A German note in English spelling: h is B, b is B flat, `is` sharp and `es` flat."""
    plain = note.lower()
    if plain in ("h", "b"):
        return {"h": "B", "b": "Bb"}[plain]
    if plain in ("es", "as"):
        return {"es": "Eb", "as": "Ab"}[plain]
    letter, rest = plain[0].upper(), plain[1:]
    if letter == "H" or rest not in ("", "is", "es", "#", "♯", "b", "♭"):
        return None
    return letter + {"is": "#", "es": "b"}.get(rest, rest)


def _root(words: str) -> int | None:
    match = _ROOT.search(words)
    if not match:
        return None
    return pitch_class(match[1] or match[3])
