"""The events that SkyTNT's midi-model reads and writes, as rows of eight tokens.

Its vocabulary is that of the project's second tokenizer (github.com/SkyTNT/midi-model, Apache-2.0):
three tokens of its own, one for each kind of event, then each value of each field in a row. Time is
in sixteenths of a quarter; whole quarters count from the event before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from daemon.engines.embedded.notes import TICKS_PER_QUARTER
from daemon.pieces.piece import Note, Part, Piece

PAD, _BOS = 0, 1
#: Tokens of a row: an event's kind and seven fields.
WIDTH = 8
#: Units of time in a quarter.
UNITS = 16
UNIT_TICKS = TICKS_PER_QUARTER // UNITS
#: Kinds of events and their fields, in the order of their tokens.
_KINDS: dict[str, tuple[str, ...]] = {
    "note": ("time1", "time2", "track", "channel", "pitch", "velocity", "duration"),
    "patch_change": ("time1", "time2", "track", "channel", "patch"),
    "control_change": ("time1", "time2", "track", "channel", "controller", "value"),
    "set_tempo": ("time1", "time2", "track", "bpm"),
    "time_signature": ("time1", "time2", "track", "nn", "dd"),
    "key_signature": ("time1", "time2", "track", "sf", "mi"),
}
_SIZES = {
    "time1": 128, "time2": 16, "duration": 2048, "track": 128, "channel": 16, "pitch": 128,
    "velocity": 128, "patch": 128, "controller": 128, "value": 128, "bpm": 384, "nn": 16, "dd": 4,
    "sf": 15, "mi": 2,
}  # fmt: skip
_KIND_TOKENS = {kind: 3 + at for at, kind in enumerate(_KINDS)}
_FIRST: dict[str, int] = dict(
    zip(
        _SIZES,
        np.cumsum([3 + len(_KINDS), *_SIZES.values()])[:-1].tolist(),
        strict=True,
    )
)
VOCABULARY = 3 + len(_KINDS) + sum(_SIZES.values())
NOTE = _KIND_TOKENS["note"]
NOTE_FIELDS = _KINDS["note"]
_DRUMS = 9


@dataclass(frozen=True, order=True)
class Struck:
    """A note at a unit of time, by the number of its part."""

    unit: int
    part: int
    pitch: int
    units: int
    velocity: int

    def note(self) -> Note:
        return Note(
            self.unit * UNIT_TICKS, self.pitch, max(1, self.units) * UNIT_TICKS, self.velocity
        )


def struck(number: int, note: Note) -> Struck:
    """A part's note on the grid of the events."""
    return Struck(
        max(0, round(note.start / UNIT_TICKS)),
        number,
        note.pitch,
        min(_SIZES["duration"] - 1, max(1, round(note.length / UNIT_TICKS))),
        note.velocity,
    )


def channels_of(parts: Sequence[Part]) -> list[int]:
    """A MIDI channel for each part: 9 for drums, the others in their order."""
    melodic = iter(one for one in range(16) if one != _DRUMS)
    return [_DRUMS if part.role == "drums" else next(melodic, 15) for part in parts]


def token(field: str, value: int) -> int:
    """The token of a field's value."""
    return _FIRST[field] + min(_SIZES[field] - 1, max(0, value))


def value_of(field: str, one: int) -> int:
    return one - _FIRST[field]


def tokens_of(field: str, values: Sequence[int] | range | None = None) -> np.ndarray:
    """The tokens that a field may have, or those of some values."""
    every = range(_SIZES[field]) if values is None else values
    return np.array([token(field, value) for value in every], np.int64)


def opening(piece: Piece) -> list[list[int]]:
    """Rows before the first note: the meter, the tempo, and who plays."""
    meter, key = piece.meter, piece.key_
    # fifths of the major key with the same notes
    fifths = (key.tonic + 3 * key.is_minor) * 7 % 12
    fifths = fifths - 12 if fifths > 6 else fifths
    rows = [
        [_BOS],
        _row(
            "time_signature", 0, 0, 0, meter.numerator - 1, (meter.denominator.bit_length() - 1) - 1
        ),
        _row("key_signature", 0, 0, 0, fifths + 7, int(key.is_minor)),
        _row("set_tempo", 0, 0, 0, round(piece.bpm)),
    ]
    for number, (part, channel) in enumerate(
        zip(piece.parts, channels_of(piece.parts), strict=True)
    ):
        rows.append(_row("patch_change", 0, 0, number + 1, channel, part.program or 0))
    return [_padded(row) for row in rows]


def note_row(one: Struck, quarter: int, channels: Sequence[int]) -> list[int]:
    """A note as a row; `quarter` is that of the event before."""
    return _row(
        "note", one.unit // UNITS - quarter, one.unit % UNITS, one.part + 1, channels[one.part],
        one.pitch, one.velocity, one.units,
    )  # fmt: skip


def _row(kind: str, *values: int) -> list[int]:
    fields = zip(_KINDS[kind], values, strict=True)
    return _padded([_KIND_TOKENS[kind], *(token(field, value) for field, value in fields)])


def _padded(row: list[int]) -> list[int]:
    return [*row, *[PAD] * (WIDTH - len(row))]
