"""The chords of a clip, as the player writes them above the waveform. Runs in a child process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from daemon.crate.crate import notes_of
from daemon.engines.embedded.notes import TICKS_PER_QUARTER
from daemon.notes.plan_notes import has_plan, sheet_of_plan
from daemon.pieces.harmony import find_chords
from daemon.pieces.midi import read_midi
from daemon.pieces.piece import Piece
from daemon.record import as_record
from daemon.verbs.tell import TellStage

#: (bar from 1, quarter of the bar from 1, name)
ChordAt = tuple[int, float, str]


def chords_of(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """{record} -> {chords: [[bar, quarter, name]], known_by}: where each chord begins.

    `known_by` is `plan` where the musician wrote them, `report` where they were heard, `notes`
    where they are those that fit the clip's notes best, and empty where none are known.
    """
    record = as_record(task["record"])
    if has_plan(record):
        sheet = sheet_of_plan(record, "")
        bar = sheet.meter.quarters_per_bar * TICKS_PER_QUARTER
        return _answer([_at(tick, bar, name) for tick, name in sheet.chords], "plan")
    report: dict[str, Any] = dict(record.get("report") or {})
    heard = (report.get("found") or {}).get("chords")
    if heard:
        return _answer([(int(row[0]), float(row[1]), str(row[2])) for row in heard], "report")
    path = notes_of(record)
    if path is None or not Path(path).is_file():
        return _answer([], "")
    piece = read_midi(Path(path))
    return _answer(_by_notes(piece) if piece.pitched else [], "notes")


def _by_notes(piece: Piece) -> list[ChordAt]:
    harmony = find_chords(piece)
    found: list[ChordAt] = []
    for slot, chord in enumerate(harmony.chords):
        if not found or found[-1][2] != chord.symbol:
            found.append(
                _at(slot * piece.bar_ticks // harmony.slots, piece.bar_ticks, chord.symbol)
            )
    return found


def _at(tick: float, bar_ticks: float, name: str) -> ChordAt:
    bar, rest = divmod(tick, bar_ticks)
    return int(bar) + 1, round(rest / TICKS_PER_QUARTER + 1, 3), name


def _answer(chords: list[ChordAt], known_by: str) -> dict[str, Any]:
    return {"chords": chords, "known_by": known_by if chords else ""}
