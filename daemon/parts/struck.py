"""Which piece of a kit is struck by a hit: the estimated pieces and the ear for strokes together.

Masks say how much of a strike each piece has, and are often wrong where two sound alike: of a
snare struck with a hat they give the hat all. The ear (`daemon/hearing/strokes.py`) says which
pieces are struck, and not how loud each is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from daemon.hearing.strokes import Stroke

#: s of a strike, and s before and after its start between which a stroke that is heard is its own.
STRIKE_S, _EARLY_S, _LATE_S = 0.06, 0.02, 0.05
#: Confidence from which a piece counts in full, and what one counts that was not heard at all.
_FULL, _UNHEARD = 0.25, 0.1
#: Confidence from which a stroke was heard at all, and the share of hits at which one must be for
#: the ear to know such drums: then the others are tails.
_HEARD, _MOST = 0.2, 0.7
#: Pieces of metal, which the masks take for each other, and the confidence from which the ear says.
_METAL, _TOLD = ("hats", "cymbals"), 0.3
#: Confidence of a snare from which its hit's hats are held to be as loud as they are without one;
#: of hats that they are struck, and of a snare that it is not.
_SNARE, _HATS, _NO_SNARE = 0.5, 0.5, 0.3

#: Piece -> what it has of a strike, or how surely it was heard there.
ByPiece = dict[str, float]


def shares_of(
    starts: Sequence[int],
    powers: Mapping[str, np.ndarray],
    strokes: Sequence[Stroke],
    sample_rate: int,
) -> list[ByPiece]:
    """For each hit what each piece has of its strike; empty for the tail of another hit.

    `powers`: piece -> (frames,). Where `strokes` are too few for such drums, or none were listened
    for, the pieces alone say it.
    """
    strike = round(STRIKE_S * sample_rate)
    shares = [
        {name: float(power[start : start + strike].sum()) for name, power in powers.items()}
        for start in starts
    ]
    heard = [_heard_at(start / sample_rate, strokes, powers) for start in starts]
    known = [max(own.values(), default=0.0) >= _HEARD for own in heard]
    if not known or sum(known) < _MOST * len(known):
        return shares
    usual = _hats_alone(shares, heard)
    return [
        _weighed(own, ear, usual) if is_known else {}
        for own, ear, is_known in zip(shares, heard, known, strict=True)
    ]


def _heard_at(hit_s: float, strokes: Sequence[Stroke], pieces: Mapping[str, np.ndarray]) -> ByPiece:
    """How surely each piece was heard to be struck by a hit, 0-1."""
    found = dict.fromkeys(pieces, 0.0)
    for stroke in strokes:
        if stroke.role in found and -_EARLY_S < stroke.at_s - hit_s < _LATE_S:
            found[stroke.role] = max(found[stroke.role], stroke.confidence)
    return found


def _hats_alone(shares: Sequence[ByPiece], heard: Sequence[ByPiece]) -> float | None:
    """What the hats usually have of a strike without a snare; None where there is none."""
    own = [
        share["hats"]
        for share, ear in zip(shares, heard, strict=True)
        if ear.get("hats", 0.0) >= _HATS and ear.get("snare", 0.0) < _NO_SNARE
    ]
    return float(np.median(own)) if own else None


def _weighed(shares: ByPiece, heard: ByPiece, hats_alone: float | None) -> ByPiece:
    """A hit's shares by what was heard there."""
    out = dict(shares)
    if hats_alone is not None and heard.get("snare", 0.0) >= _SNARE:
        more = max(0.0, out["hats"] - hats_alone)
        out["hats"] -= more
        out["snare"] += more
    sure = [heard.get(name, 0.0) for name in _METAL]
    if max(sure) > _TOLD and all(name in out for name in _METAL):
        both = sum(out[name] for name in _METAL)
        out |= {name: both * own / sum(sure) for name, own in zip(_METAL, sure, strict=True)}
    return {name: share * (_UNHEARD + min(1.0, heard[name] / _FULL)) for name, share in out.items()}
