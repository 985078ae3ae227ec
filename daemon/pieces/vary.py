"""The work of `vary`: the same piece a little otherwise, up to another take of the same idea."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from daemon.brief import Brief
from daemon.pieces.harmony import find_chords
from daemon.pieces.morph import share_changed, way
from daemon.pieces.piece import Part, Piece
from daemon.pieces.results import Tell, result_of
from daemon.pieces.source import named_parts, read_source
from daemon.pieces.writer import Writer
from daemon.verbs.registry import Result

#: How far the other take goes from the bars that are there.
_TEMPERATURE = 1.2
_USUAL_STRENGTH = 0.3


def vary(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """The piece with some of its beats from another take: none at 0, all at 1."""
    piece = read_source(brief)
    locked = list(request.get("lock", ()))
    kept = named_parts(piece, locked, "lock") if locked else ()
    strength = float(request.get("strength", _USUAL_STRENGTH))
    tell(0.1, "another take")
    made = varied(piece, strength, brief.seed, locked=kept)
    report = {
        "found": {"parts": {part.name: part.role for part in piece.parts}},
        "did": {
            "strength": strength,
            "seed": brief.seed,
            "locked": [part.name for part in kept],
            "changed": round(share_changed(piece, made), 4),
        },
        "said": list(piece.said),
    }
    yield result_of(made, brief, request, tell, method="another take", report=report)


def varied(piece: Piece, strength: float, seed: int, *, locked: tuple[Part, ...] = ()) -> Piece:
    """The piece on the way to another take of it; a higher strength keeps what a lower changed."""
    return way(piece, retaken(piece, seed, locked), seed).at(strength)


def retaken(piece: Piece, seed: int, locked: tuple[Part, ...] = ()) -> Piece:
    """Another take: each bar from other bars of the piece at its place, on its own chords."""
    bars = list(range(piece.bars))
    writer = Writer(piece, bars, find_chords(piece), _TEMPERATURE, seed, anew=True)
    templates = writer.templates(bars, ends=False)
    return piece.each_part(
        lambda part: part if part in locked else part.with_notes(
            note for note in writer.write(part, bars, templates) if 0 <= note.start < piece.ticks
        )
    )  # fmt: skip
