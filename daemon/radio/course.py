"""The course of a set: which key, tempo, form and seed each piece has. Pure.

Keys go round the circle of fifths as DJs mix: a fifth up or down, or to the relative key. Tempi go
towards the one that is asked for by small steps, and hold otherwise.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from bridge.music import Key

#: Share by which the tempo of the next piece may differ.
_GLIDE = 0.05
#: Bars of a piece on the way to another tempo.
_ON_THE_WAY = 8
#: Bars of a phrase: what is rendered at once, and what a change of words waits for.
PHRASE_BARS = 4
#: Forms of a piece; the first of a set, or of new words, begins with an intro.
_DANCE = (("break", 8), ("build", 4), ("drop", 16), ("break", 4))
_SONG = (("verse", 8), ("hook", 8), ("bridge", 4), ("hook", 8))
_CALM = (("theme", 8), ("break", 4), ("theme", 12))
#: Steps between keys, in fifths: up oftener than down.
_MOVES = (1, 1, -1)


@dataclass(frozen=True)
class Piece:
    """What a piece of the set is to be."""

    number: int
    words: str
    key: str | None
    """None where the words or the style choose it."""
    bpm: float | None
    sections: tuple[tuple[str, int], ...]
    seed: int


class Course:
    """Gives one piece after another; `say` changes what the next are of."""

    def __init__(self, words: str, seed: int, follow: tuple[str, ...] = ()) -> None:
        """follow: words of later stretches of the set, each for `each` pieces, round and round."""
        self.words = words
        self.seed = seed
        self._follow = follow
        self._place = self._place_of(words)
        self._stream = random.Random(f"radio:{seed}")
        self.number = 0
        """That of the next piece."""
        self._since = 0
        self._last: Piece | None = None
        self._drawn = 0

    def memory(self) -> dict[str, Any]:
        """Where the set has come to, for JSON: `remember` goes on from there."""
        last = asdict(self._last) if self._last else None
        return {
            "words": self.words, "number": self.number, "since": self._since,
            "place": self._place, "drawn": self._drawn, "last": last,
        }  # fmt: skip

    def remember(self, memory: Mapping[str, Any]) -> None:
        """Go on from where a course of the same seed had come to."""
        self.words = str(memory["words"])
        self.number, self._since = int(memory["number"]), int(memory["since"])
        self._place = int(memory["place"])
        last = memory["last"]
        if last is not None:
            sections = tuple((str(name), int(bars)) for name, bars in last["sections"])
            self._last = Piece(**{**last, "sections": sections})
        for _ in range(int(memory["drawn"])):
            self._move()

    def say(self, words: str) -> None:
        """The pieces from now on are of these words."""
        self.words, self._since, self._place = words, 0, self._place_of(words)

    def _place_of(self, words: str) -> int:
        """The first place of words among those that are followed; -1 for others."""
        return self._follow.index(words) if words in self._follow else -1

    def next(self, each: int = 4) -> Piece:
        """The next piece. Its key and tempo follow from what `played` told of the last."""
        if self._follow and self._since >= each:
            # by its place, not its words: a set may come back to the same ones
            place = (self._place + 1) % len(self._follow)
            self.say(self._follow[place])
            self._place = place
        last = self._last
        piece = Piece(
            self.number, self.words, None if last is None else self._key(last.key),
            None if last is None else last.bpm, (), self.seed + self.number,
        )  # fmt: skip
        self.number += 1
        self._since += 1
        return piece

    def formed(self, piece: Piece, form: str, asked_bpm: float, is_minor: bool | None) -> Piece:
        """The piece with its form, its tempo on the way to the one of its words, and its mode.

        is_minor: the mode of its words; None where they have none. A key of the other mode becomes
        its relative one. A piece on the way to another tempo is short, and stays in its key.
        """
        sections = {"dance": _DANCE, "calm": _CALM}.get(form, _SONG)
        if piece.number == 0:
            sections = (("intro", 4), *sections)
        bpm, key = glide(piece.bpm, asked_bpm), piece.key
        if bpm != asked_bpm:
            sections = ((sections[0][0], _ON_THE_WAY),)
            key = self._last.key if self._last else key
        if key is not None and is_minor not in (None, Key.parse(key).is_minor):
            key = neighbour(key, 0)
        return replace(piece, sections=sections, bpm=bpm, key=key)

    def played(self, piece: Piece) -> None:
        """Tell what was begun: with its key and tempo, from which the next one goes on."""
        self._last = piece

    def _key(self, key: str | None) -> str | None:
        if key is None:
            return None
        return neighbour(key, self._move())

    def _move(self) -> int:
        self._drawn += 1
        return self._stream.choice(_MOVES)


def glide(bpm: float | None, asked_bpm: float) -> float:
    """The next tempo on the way to another: by a step that is no jump, or there at once.

    Half and double are the same pulse: it goes from the one that is nearest.
    """
    if bpm is None:
        return asked_bpm
    bpm = min((bpm, bpm / 2, bpm * 2), key=lambda one: abs(math.log2(asked_bpm / one)))
    step = bpm * _GLIDE
    if abs(asked_bpm - bpm) <= step:
        return asked_bpm
    return round(bpm + (step if asked_bpm > bpm else -step), 2)


def neighbour(key: str, move: int) -> str:
    """The key some fifths away, in the same mode; for 0 the relative one."""
    parsed = Key.parse(key)
    if move:
        return _named((parsed.tonic + 7 * move) % 12, parsed.is_minor)
    tonic = parsed.tonic + (3 if parsed.is_minor else -3)
    return _named(tonic % 12, not parsed.is_minor)


def _named(tonic: int, is_minor: bool) -> str:
    flats = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
    sharps = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
    return f"{(sharps if is_minor else flats)[tonic]} {'minor' if is_minor else 'major'}"
