"""Statements of a file about its own sound, and which of them can be believed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from bridge.music import MAX_BPM, MIN_BPM, Key, note_name

#: A stated length in beats may differ from the file's by this many seconds...
_LENGTH_S = 0.05
#: ... and at any length by this share: MP3 pads what it holds.
_LENGTH_SHARE = 0.004


class Weight(IntEnum):
    """How much a source's word counts; the lower, the more."""

    RECORD = 0
    """A clip's own record inside its file."""
    CHUNK = 1
    """A loop's chunk, whose beats fit the file's length."""
    TAG = 2
    NAME = 3
    """A name that calls its number a tempo."""
    STALE = 4
    """A chunk that does not fit the file's length: it may be left from another sound."""
    BARE = 5
    """A number alone in a name: it may mean another thing."""


@dataclass(frozen=True)
class Statement:
    """What one source says of a file. None was not said.

    `bpm` counts quarters per minute, `beats` the quarters of the whole file. `root` is a MIDI
    number; `root_class` a pitch class (0-11, C = 0) without an octave.
    """

    who: str
    """The source, for people: `its acid chunk`."""
    weight: Weight
    bpm: float | None = None
    beats: float | None = None
    key: Key | None = None
    root: int | None = None
    root_class: int | None = None
    one_shot: bool | None = None

    def to_json(self) -> dict[str, Any]:
        values = {
            "who": self.who,
            "bpm": self.bpm,
            "beats": self.beats,
            "key": self.key.short if self.key else None,
            "root": self.root if self.root is not None else self.root_class,
            "one_shot": self.one_shot,
        }
        return {name: value for name, value in values.items() if value is not None}

    @property
    def words(self) -> str:
        """What it says, for people: `90 bpm, 16 beats, Am`."""
        said = [f"{self.bpm:g} bpm"] if self.bpm is not None else []
        if self.beats is not None:
            said.append(f"{self.beats:g} beats")
        if self.key is not None:
            said.append(self.key.short)
        if self.root is not None:
            said.append(f"root {note_name(self.root)}")
        elif self.root_class is not None:
            said.append(f"root {note_name(60 + self.root_class)[:-1]}")
        if self.one_shot:
            said.append("a one-shot")
        return ", ".join(said)


def believable(
    statements: tuple[Statement, ...], seconds: float
) -> tuple[tuple[Statement, ...], list[str]]:
    """What can be believed of a file of this length, best source first; and what cannot, in words.

    A tempo is within what the doors accept. Beats are believed where they last as long as the
    file; a tempo beside wrong beats stays, but weighs little. Beats alone give the tempo.
    """
    kept: list[Statement] = []
    doubts: list[str] = []
    for one in statements:
        believed = _with_fitting_beats(_with_tempo(one, seconds, doubts), seconds, doubts)
        if believed.words:
            kept.append(believed)
    return tuple(sorted(kept, key=lambda one: one.weight)), doubts


def _with_tempo(one: Statement, seconds: float, doubts: list[str]) -> Statement:
    if one.bpm is None and one.beats and seconds > 0:
        one = replace(one, bpm=round(one.beats * 60 / seconds, 3))
        if not MIN_BPM <= (one.bpm or 0) <= MAX_BPM:
            doubts.append(
                f"{one.who} says {one.beats:g} beats in {seconds:.2f} s, which is {one.bpm:g} bpm: "
                "that is not believed"
            )
            return replace(one, bpm=None, beats=None)
    if one.bpm is None or MIN_BPM <= one.bpm <= MAX_BPM:
        return one
    if not one.one_shot:
        doubts.append(
            f"{one.who} says {one.bpm:g} bpm, which is not believed: "
            f"a tempo goes from {MIN_BPM:g} to {MAX_BPM:g}"
        )
    return replace(one, bpm=None, beats=None)


def _with_fitting_beats(one: Statement, seconds: float, doubts: list[str]) -> Statement:
    if one.bpm is None or one.beats is None:
        return one
    lasts_s = one.beats * 60 / one.bpm
    if abs(lasts_s - seconds) <= length_tolerance_s(seconds):
        return one
    if one.beats and not one.one_shot:
        doubts.append(
            f"{one.who} says {one.beats:g} beats at {one.bpm:g} bpm, which last {lasts_s:.2f} s, "
            f"and the file lasts {seconds:.2f} s: the beats are not believed"
        )
    return replace(one, beats=None, weight=Weight.STALE)


def length_tolerance_s(seconds: float) -> float:
    """Seconds by which a stated length may differ from the file's."""
    return max(_LENGTH_S, _LENGTH_SHARE * seconds)
