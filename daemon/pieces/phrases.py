"""How long the phrases of a piece are."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.engines.embedded.notes import STEP
from daemon.pieces.merit import likeness
from daemon.pieces.piece import Piece


@dataclass(frozen=True)
class Phrases:
    """The length of a phrase in bars, and each bar's likeness to others."""

    bars: int

    @classmethod
    def of(cls, piece: Piece) -> Phrases:
        """The lag, of 2, 4 and 8 bars, at which the rhythm repeats best; 4 where all is alike.

        A piece of four bars or less is one phrase.
        """
        if piece.bars <= 4:
            return cls(piece.bars)
        shapes = [_shape(piece, bar) for bar in range(piece.bars)]
        best, length = -1.0, 4
        for lag, prior in ((4, 0.06), (2, 0.03), (8, 0.02)):
            pairs = list(zip(shapes, shapes[lag:], strict=False))
            if not pairs:
                continue
            found = sum(likeness(a, b) for a, b in pairs) / len(pairs) + prior
            if found > best:
                best, length = found, lag
        return cls(length)


def _shape(piece: Piece, bar: int) -> frozenset[tuple[str, int]]:
    return frozenset(
        (part.name, round(note.start / STEP))
        for part in piece.parts
        for note in piece.bar(part, bar)
    )
