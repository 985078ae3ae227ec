"""Nets that write bars in the place of the piece's own, where their user has one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from daemon.pieces.piece import Note, Part, Piece


class Net(Protocol):
    """A net whose files are here."""

    @property
    def label(self) -> str:
        """Its name and that of its weights."""

    @property
    def licence(self) -> str:
        """The terms of what it writes, as far as they are known."""

    @property
    def said(self) -> str:
        """What its user should read beside what it wrote."""

    def write(
        self, piece: Piece, bars: Sequence[int], chosen: Sequence[Part], temperature: float,
        seed: int,
    ) -> Piece:  # fmt: skip
        """The piece with these bars (from 0) of some parts written by the net; all else stays.

        Bars behind the piece's end are its continuation. ConformError where it cannot.
        """


def gaps_of(bars: Sequence[int]) -> list[list[int]]:
    """Bars in rows without a bar between them."""
    gaps: list[list[int]] = []
    for bar in bars:
        if gaps and gaps[-1][-1] == bar - 1:
            gaps[-1].append(bar)
        else:
            gaps.append([bar])
    return gaps


def apart(notes: Sequence[Note], ticks: int) -> list[Note]:
    """Sorted notes, each ended where the next of its pitch begins, or the piece ends."""
    next_start: dict[int, int] = {}
    kept = []
    for note in reversed(notes):
        room = min(next_start.get(note.pitch, ticks), ticks) - note.start
        if room > 0:
            kept.append(replace(note, length=min(note.length, room)))
            next_start[note.pitch] = note.start
    return kept[::-1]
