"""New bars by SkyTNT's midi-model, a transformer over MIDI events, as ONNX.

Two nets: one reads the events so far and gives a state, the other writes the tokens of the next
event from it, one by one. It only hears what was before: of some fillings of a gap the one is taken
after which the bars behind it are likeliest.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from daemon.engines.embedded.notes import STEP
from daemon.errors import ConformError, ModelError
from daemon.home.extras import how_to_install
from daemon.models.store import files_of
from daemon.models.table import MODELS
from daemon.pieces.nets import apart, gaps_of
from daemon.pieces.piece import Part, Piece
from daemon.pieces.skytnt_events import (
    NOTE,
    NOTE_FIELDS,
    UNIT_TICKS,
    UNITS,
    Struck,
    channels_of,
    note_row,
    opening,
    struck,
    token,
    tokens_of,
    value_of,
)

NAME = "skytnt"
#: Events before a bar that are heard: the net knows 4096 at most.
_HEARD = 768
#: Notes of a bar and part at most: a net that has lost its way writes hundreds.
_MOST_NOTES = 32
#: What is drawn from: the likeliest tokens that make up this share, and so many at most.
_SHARE, _LIKELIEST = 0.98, 20
#: Fillings of a gap of which the one that joins best is taken, and events behind it that say so.
_FILLINGS, _BEHIND = 3, 12
#: Whole quarters that may pass between two events.
_MOST_QUARTERS = 127


@dataclass(frozen=True)
class SkyTnt:
    """The two files of the model."""

    base: Path
    tokens: Path

    @property
    def label(self) -> str:
        return "SkyTNT midi-model, tv2o-medium"

    @property
    def licence(self) -> str:
        return MODELS[NAME].licence

    @property
    def said(self) -> str:
        return f"written by {self.label} ({self.licence})"

    def write(
        self, piece: Piece, bars: Sequence[int], chosen: Sequence[Part], temperature: float,
        seed: int,
    ) -> Piece:  # fmt: skip
        """The piece with these bars (from 0) of some parts written by the net; all else stays."""
        try:
            net = _Net.load(self.base, self.tokens)
        except Exception as error:  # onnxruntime's own classes are not known without it
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ConformError(f"SkyTNT's model could not be loaded: {why}") from error
        goes_on = bars[0] >= piece.bars
        count = max(piece.bars, bars[-1] + 1)
        done = piece.with_parts(piece.parts, count)
        for gap in gaps_of(bars):
            done = _best(net, done, gap, chosen, temperature, seed, 1 if goes_on else _FILLINGS)
        return done


def find_skytnt() -> SkyTnt:
    """The model's files. ConformError says what is missing, and how to bring it."""
    if find_spec("onnxruntime") is None:
        raise ConformError(
            "with: skytnt cannot be had: onnxruntime is not installed;"
            f" run: {how_to_install('transcribe')}"
        )
    try:
        base, tokens = files_of(NAME)
    except ModelError as fault:
        raise ConformError(f"with: skytnt cannot be had: {fault.text}") from None
    return SkyTnt(base, tokens)


# -- the nets


class _Past:
    """What a net keeps of what it has read: keys and values of each layer."""

    def __init__(self, session: Any) -> None:
        self._given = [one for one in session.get_inputs() if one.name.startswith("past_")]
        self._kept = [one.name.replace("past_key_values", "present") for one in self._given]
        self.values = {
            one.name: np.zeros((1, one.shape[1], 0, one.shape[3]), np.float32)
            for one in self._given
        }

    def run(self, session: Any, **given: np.ndarray) -> np.ndarray:
        """The net's answer to what is given after all that it has read."""
        first = session.get_outputs()[0].name
        answer, *kept = session.run([first, *self._kept], {**given, **self.values})
        self.values = dict(zip(self.values, kept, strict=True))
        return np.asarray(answer)


@dataclass
class _Net:
    base: Any
    tokens: Any

    @classmethod
    def load(cls, base: Path, tokens: Path) -> _Net:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = max(1, (os.cpu_count() or 2) - 1)
        options.log_severity_level = 3
        sessions = [
            onnxruntime.InferenceSession(str(one), options, providers=["CPUExecutionProvider"])
            for one in (base, tokens)
        ]
        return cls(*sessions)

    def read(self, rows: Sequence[Sequence[int]], past: _Past) -> np.ndarray:
        """The state after these events: float32 (1, 1, width)."""
        hidden = past.run(self.base, x=np.array([rows], np.int64))
        return hidden[:, -1:]

    def chances(self, hidden: np.ndarray, so_far: Sequence[int], past: _Past) -> np.ndarray:
        """Logits, float32 (vocabulary,), of the token after those of an event so far."""
        # the state comes first, then each token by itself
        state = hidden[:, :0] if so_far else hidden
        last = np.array([so_far[-1:]], np.int64)
        return np.asarray(past.run(self.tokens, hidden=state, x=last)[0, -1], np.float64)


# -- writing


def _best(
    net: _Net, piece: Piece, gap: Sequence[int], chosen: Sequence[Part], temperature: float,
    seed: int, count: int,
) -> Piece:  # fmt: skip
    """The likeliest of some fillings of a gap, by the events behind it."""
    last: tuple[float, Piece] | None = None
    for n in range(count):
        writer = _Writer(net, piece, gap, chosen, max(0.05, temperature), seed + 7919 * n)
        made = writer.filled()
        joins = writer.joins() if count > 1 else 0.0
        if last is None or joins > last[0]:
            last = joins, made
    assert last is not None
    return last[1]


class _Writer:
    """One filling of a gap. Notes of other parts within it are read in their places."""

    def __init__(
        self, net: _Net, piece: Piece, gap: Sequence[int], chosen: Sequence[Part],
        temperature: float, seed: int,
    ) -> None:  # fmt: skip
        self._net, self._piece, self._temperature = net, piece, temperature
        self._random = np.random.RandomState(seed % (2**31))
        self._channels = channels_of(piece.parts)
        self._writes = [k for k, part in enumerate(piece.parts) if part in chosen]
        width = piece.bar_ticks
        self._first, self._end = gap[0] * width, (gap[-1] + 1) * width
        notes = sorted(struck(k, note) for k, part in enumerate(piece.parts) for note in part.notes)
        self._start_unit, self._end_unit = self._first // UNIT_TICKS, self._end // UNIT_TICKS
        inside = [one for one in notes if self._start_unit <= one.unit < self._end_unit]
        self._given = [one for one in inside if one.part not in self._writes]
        self._behind = [one for one in notes if one.unit >= self._end_unit][:_BEHIND]
        self._past, self._quarter = _Past(net.base), 0
        heard = [one for one in notes if one.unit < self._start_unit][-_HEARD:]
        # a long piece is heard from a bar on, as if it began there
        bar_units = width // UNIT_TICKS
        self._skipped = heard[0].unit // bar_units * bar_units if heard else self._start_unit
        self._hidden = net.read([*opening(piece), *self._rows(heard)], self._past)
        self._unit = max([self._start_unit, *(one.unit for one in heard[-1:])])

    def _rows(self, notes: Sequence[Struck]) -> list[list[int]]:
        rows = []
        for one in notes:
            moved = Struck(one.unit - self._skipped, one.part, one.pitch, one.units, one.velocity)
            rows.append(note_row(moved, self._quarter, self._channels))
            self._quarter = moved.unit // UNITS
        return rows

    def _take(self, one: Struck) -> None:
        self._hidden = self._net.read(self._rows([one]), self._past)
        self._unit = one.unit

    def filled(self) -> Piece:
        """The piece with the gap written."""
        given = list(self._given)
        made: list[Struck] = []
        bars = -(-(self._end - self._first) // self._piece.bar_ticks)
        while len(made) < _MOST_NOTES * bars * len(self._writes):
            one = self._drawn()
            # what another part plays first is read first, and may change what this one plays
            if given and given[0].unit <= one.unit:
                self._take(given.pop(0))
                continue
            if one.unit >= self._end_unit:
                break
            made.append(one)
            self._take(one)
        for one in given:
            self._take(one)
        return self._merged(made)

    def joins(self) -> float:
        """Mean chance, in nats, of the events behind the gap after what was written."""
        total = count = 0.0
        for one in self._behind:
            (row,) = self._rows([one])
            past = _Past(self._net.tokens)
            for at in range(len(NOTE_FIELDS) + 1):
                logits = self._net.chances(self._hidden, row[:at], past)
                logits -= logits.max()
                total += float(logits[row[at]] - np.log(np.exp(logits).sum()))
                count += 1
            self._hidden = self._net.read([row], self._past)
        return total / count if count else 0.0

    def _drawn(self) -> Struck:
        """The next note."""
        past = _Past(self._net.tokens)
        row: list[int] = []
        values: dict[str, int] = {}
        for field in ("kind", *NOTE_FIELDS):
            logits = self._net.chances(self._hidden, row, past)
            row.append(self._pick(logits, self._allowed(field, values)))
            if field != "kind":
                values[field] = value_of(field, row[-1])
        unit = (self._quarter + values["time1"]) * UNITS + values["time2"] + self._skipped
        return Struck(
            unit, values["track"] - 1, values["pitch"], max(1, values["duration"]),
            values["velocity"],
        )  # fmt: skip

    def _allowed(self, field: str, values: dict[str, int]) -> np.ndarray:
        """Tokens that come into question: time does not go back, and others' parts are theirs."""
        now = self._unit - self._skipped
        if field == "kind":
            # a bar of rest is a note behind the gap; the piece never ends within it
            return np.array([NOTE], np.int64)
        if field == "time1":
            first = min(_MOST_QUARTERS, max(0, now // UNITS - self._quarter))
            return tokens_of("time1", range(first, _MOST_QUARTERS + 1))
        if field == "time2":
            first = now % UNITS if self._quarter + values["time1"] == now // UNITS else 0
            return tokens_of("time2", range(first, UNITS))
        if field == "track":
            return tokens_of("track", [k + 1 for k in self._writes])
        if field == "channel":
            return np.array([token("channel", self._channels[values["track"] - 1])])
        return tokens_of(field, range(1, 128) if field == "velocity" else None)

    def _pick(self, logits: np.ndarray, allowed: np.ndarray) -> int:
        """One token by its chance, out of the likeliest."""
        some = logits[allowed] / self._temperature
        chances = np.exp(some - some.max())
        chances /= chances.sum()
        order = np.argsort(-chances, kind="stable")[:_LIKELIEST]
        before = np.cumsum(chances[order]) - chances[order]
        order = order[before <= _SHARE]
        kept = chances[order] / chances[order].sum()
        return int(allowed[self._random.choice(order, p=kept)])

    def _merged(self, made: Sequence[Struck]) -> Piece:
        """The piece with the new notes in the place of those of the parts that are written."""
        first, end = self._first - STEP // 2, self._end - STEP // 2
        parts = []
        for number, part in enumerate(self._piece.parts):
            if number not in self._writes:
                parts.append(part)
                continue
            stays = [note for note in part.notes if not first <= note.start < end]
            new = [one.note() for one in made if one.part == number]
            parts.append(part.with_notes(apart(sorted([*stays, *new]), self._piece.ticks)))
        return self._piece.with_parts(parts)
