"""Pieces heard in sounds, by the work of `transcribe`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from daemon.brief import Brief
from daemon.errors import ConformError
from daemon.notes.transcribe import written_down
from daemon.parts.source import Source
from daemon.pieces.midi import read_midi
from daemon.pieces.piece import Part, Piece
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell

#: The share of a verb's progress in which its source is heard.
HEARD_SHARE = 0.6


def heard_piece(brief: Brief, path: str, folder: Path, tell: Tell) -> Piece:
    """The notes of a sound as a piece in its own tempo. ConformError where none can be heard."""
    said: Mapping[str, Any] = brief.corrected if path == brief.reference else brief.other_corrected
    source = Source.read(brief.amended(reference=path, corrected=said))
    result = written_down(source, {}, lambda share, words: tell(HEARD_SHARE * share, words))
    if result.bpm is None:
        raise ConformError(
            f"{source.name}: its notes are heard, and no beat: say its tempo with"
            " `sidecrate correct FILE --bpm N`"
        )
    piece = piece_of(result, folder, source.title)
    bpm = source.grid.bpm or piece.bpm
    return replace(piece, bpm=bpm, said=(*piece.said, *tempo_said(source)))


def piece_of(result: Result, folder: Path, name: str) -> Piece:
    """The piece that a transcription wrote down."""
    assert result.midi is not None, "a transcription is notes"
    file = folder / "heard.mid"
    file.write_bytes(result.midi)
    piece = read_midi(file)
    heard = f"the notes were heard in {name}, by {result.model}"
    said = (heard, *(one for one in result.report["said"] if not one.startswith("chords:")))
    parts = tuple(map(_named_by_role, piece.parts))
    return replace(piece, name=name, parts=parts, said=said, is_heard=True)


def tempo_said(source: Source) -> tuple[str, ...]:
    """What its user should know of a tempo that was only heard."""
    grid = source.grid
    if grid.how != "heard" or grid.bpm is None:
        return ()
    mend = "`sidecrate correct FILE --bpm N` says another"
    return (f"its tempo was heard: {grid.bpm:g} bpm; {mend}",)


def _named_by_role(part: Part) -> Part:
    """A part that is only called notes, by what it plays: its voice is then its role's."""
    return replace(part, name=part.role, program=None) if part.name == "notes" else part
