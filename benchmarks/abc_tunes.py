"""Tunes in ABC notation from a folder of the user's: public collections of folk tunes are in it.

One line as it stands: repeats are not played twice, grace notes and ornaments are left out. The
bar before the first whole one is filled with a rest. Tunes of one meter and 8 bars or more count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from bridge.music import Key, Meter
from daemon.engines.embedded.notes import STEP
from daemon.pieces.piece import Note, Part, Piece

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHARPS, _FLATS = "FCGDAEB", "BEADGCF"
#: Fifths that a mode lies over the major key of its tonic.
_MODES = {"": 0, "maj": 0, "ion": 0, "mix": -1, "dor": -2, "m": -3, "min": -3, "aeo": -3, "phr": -4}
_TOKEN = re.compile(
    r"(?P<bar>\|[:\]|]?|:\||\[\||::)|(?P<tuplet>\((?P<n>\d))|(?P<broken>[<>]+)|(?P<tie>-)"
    r"|(?P<sign>\^{1,2}|_{1,2}|=)?(?P<letter>[A-Ga-gzx])(?P<octaves>[,']*)"
    r"(?P<length>\d*(?:/+\d*)?)"
)
_FEWEST_BARS = 8
_MIDDLE_C = 60


def abc_tunes(folder: Path, count: int) -> list[Piece]:
    """`count` tunes, spread evenly over those that can be read in the folder's `.abc` files."""
    tunes = [tune for path in sorted(folder.rglob("*.abc")) for tune in _tunes_of(path)]
    every = max(1, len(tunes) // max(1, count))
    return tunes[::every][:count]


def _tunes_of(path: Path) -> Iterator[Piece]:
    text = path.read_text(encoding="latin-1")
    for block in re.split(r"(?m)^(?=X:)", text):
        try:
            tune = _tune(block)
        except (ValueError, KeyError, ZeroDivisionError):
            continue  # another meter, a key of its own, several voices
        if tune is not None and tune.bars >= _FEWEST_BARS:
            yield tune


def _tune(block: str) -> Piece | None:
    fields: dict[str, str] = dict(re.findall(r"(?m)^([A-Z]):\s*(.*?)\s*$", block)[::-1])
    if not {"X", "M", "K"} <= fields.keys() or re.search(
        r"(?m)^(V:|\[M:|M:.*\n[^A-Z].*\nM:)", block
    ):
        return None
    meter = Meter.parse("4/4" if fields["M"] in ("C", "C|") else fields["M"])
    signs, key = _key(fields["K"])
    unit = Fraction(fields.get("L", "1/8")) * 16
    body = block[block.index("K:") :].split("\n", 1)[1]
    body = re.sub(r"(?m)^[A-Za-z]:.*$|%.*$", "", body)
    body = re.sub(r'"[^"]*"|\{[^}]*\}|![^!]*!|\[[A-Z]:[^\]]*\]', "", body)
    body = re.sub(r"\[([_^=]?[A-Ga-g][,']*)[^\]|]*\]", r"\1", body)
    rows, first_bar = _notes(body, signs, unit)
    if not rows:
        return None
    width = meter.sixteenths_per_bar
    at = Fraction(width - first_bar) if 0 < first_bar < width else Fraction(0)
    notes: list[Note] = []
    for pitch, length, is_tied in rows:
        start, end = round(at * STEP), round((at + length) * STEP)
        if is_tied and notes and notes[-1].pitch == pitch:
            notes[-1] = replace(notes[-1], length=end - notes[-1].start)
        elif pitch is not None:
            notes.append(Note(start, pitch, max(1, end - start), 90))
        at += length
    piece = Piece(fields.get("T", fields["X"]), (Part("lead", tuple(notes)),), 100.0, meter, key)
    return replace(piece, bars=-(-notes[-1].end // piece.bar_ticks))


def _key(text: str) -> tuple[dict[str, int], Key]:
    match = re.match(r"([A-G])([#b]?)\s*([A-Za-z]*)", text)
    if match is None:
        raise ValueError(text)
    letter, sign, mode = match[1], match[2], match[3].lower()[:3]
    mode = "m" if mode == "m" else mode
    fifths = "FCGDAEB".index(letter) - 1 + {"#": 7, "b": -7, "": 0}[sign] + _MODES[mode]
    signs = (
        dict.fromkeys(_SHARPS[:fifths], 1) if fifths > 0 else dict.fromkeys(_FLATS[:-fifths], -1)
    )
    # the key that the signature spells: the tools know it as major or its minor
    tonic = (fifths * 7) % 12
    is_minor = _MODES[mode] in (-3, -2, -4)
    names = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
    return signs, Key.parse(names[(tonic + 9) % 12] + "m" if is_minor else names[tonic])


def _notes(
    body: str, signs: dict[str, int], unit: Fraction
) -> tuple[list[tuple[int | None, Fraction, bool]], Fraction]:
    """(pitch or None for a rest, sixteenths, tied to the one before), length of the first bar."""
    rows: list[tuple[int | None, Fraction, bool]] = []
    here: dict[str, int] = {}
    first_bar, left, factor, broken, is_tied = Fraction(0), 0, Fraction(1), Fraction(0), False
    for token in _TOKEN.finditer(body):
        if token["bar"]:
            here = {}
            first_bar = first_bar or sum((row[1] for row in rows), Fraction(0))
        elif token["tuplet"]:
            left = int(token["n"])
            factor = Fraction({2: 3, 3: 2, 4: 3, 6: 2}.get(left, left), left)
        elif token["broken"] and rows:
            share = Fraction(1, 2 ** len(token["broken"]))
            pitch, length, tied = rows[-1]
            longer = token["broken"][0] == ">"
            rows[-1] = (pitch, length * (2 - share if longer else share), tied)
            broken = share if longer else 2 - share
        elif token["tie"]:
            is_tied = True
        elif token["letter"]:
            length = unit * _length(token["length"])
            if left:
                length, left = length * factor, left - 1
            if broken:
                length, broken = length * broken, Fraction(0)
            rows.append((_pitch(token, signs, here), length, is_tied))
            is_tied = False
    return rows, first_bar


def _pitch(token: re.Match[str], signs: dict[str, int], here: dict[str, int]) -> int | None:
    letter = token["letter"]
    if letter in "zx":
        return None
    name = letter.upper()
    if token["sign"]:
        here[letter] = {"^": 1, "_": -1, "=": 0}[token["sign"][0]] * len(token["sign"])
    octaves = token["octaves"].count("'") - token["octaves"].count(",") + letter.islower()
    return _MIDDLE_C + _LETTERS[name] + here.get(letter, signs.get(name, 0)) + 12 * octaves


def _length(text: str) -> Fraction:
    if not text:
        return Fraction(1)
    over, slash, under = text.partition("/")
    slashes = text.count("/")
    below = int(under.strip("/") or 2**slashes) if slash else 1
    return Fraction(int(over or 1), below)
