"""The work of `vary`: the same piece a little otherwise, up to another take of the same idea."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from daemon.brief import Brief
from daemon.pieces.harmony import find_chords
from daemon.pieces.morph import share_changed, way
from daemon.pieces.piece import Part, Piece
from daemon.pieces.results import result_of
from daemon.pieces.source import named_parts, read_source, stays_sound
from daemon.pieces.writer import Writer
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell

#: How far the other take goes from the bars that are there.
_TEMPERATURE = 1.2
_USUAL_STRENGTH = 0.3


def vary(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """The piece with some of its beats from another take: none at 0, all at 1.

    Of a sound only those beats are played anew; the rest stays as it is.
    """
    strength = float(request.get("strength", _USUAL_STRENGTH))
    locked = list(request.get("lock", ()))
    if stays_sound(brief, request):
        # imported only here: notes alone need no ear
        from daemon.pieces.in_place import results, take_apart

        loop = take_apart(brief, folder, tell)
        made, report = _varied(loop.piece, strength, loop.stem_names(locked), brief.seed)
        yield from results(
            loop, made, brief, folder, tell, method="another take", words="varied", report=report
        )
        return
    piece = read_source(brief, folder, tell)
    tell(0.7 if piece.is_heard else 0.1, "another take")
    made, report = _varied(piece, strength, locked, brief.seed)
    yield result_of(made, brief, request, tell, method="another take", report=report)


def _varied(
    piece: Piece, strength: float, locked: list[str], seed: int
) -> tuple[Piece, dict[str, Any]]:
    """The piece varied, and what the report says of it."""
    kept = named_parts(piece, locked, "lock") if locked else ()
    made = varied(piece, strength, seed, locked=kept)
    said = list(piece.said)
    if kept and len(kept) == len(piece.parts):
        said.append("all that is heard of it is locked, so nothing of it changed")
    elif strength and made == piece:
        said.append(
            f"nothing of it changed at a strength of {strength:g}: another take comes from its"
            f" other bars, and it has {piece.bars}; a higher strength or another seed may find more"
        )
    return made, {
        "found": {"parts": {part.name: part.role for part in piece.parts}},
        "did": {
            "method": "beats of another take",
            "strength": strength,
            "seed": seed,
            "locked": [part.name for part in kept],
            "changed": round(share_changed(piece, made), 4),
        },
        "said": said,
    }


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
