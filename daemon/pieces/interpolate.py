"""The work of `interpolate`: clips on the way from one piece to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from daemon.brief import Brief
from daemon.errors import ConformError
from daemon.pieces.morph import distance, steps_of, way
from daemon.pieces.results import result_of
from daemon.pieces.source import is_asked, read_source
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell

#: Clips of a way where nobody says how many.
_USUAL = 6


def interpolate(
    brief: Brief, request: dict[str, Any], folder: Path, tell: Tell
) -> Iterator[Result]:
    """The first piece, the clips between, and the second: each nearer to it."""
    if brief.other is None:
        raise ConformError("to: which clip does the way lead to? as in: --to other.mid")
    first = read_source(brief, folder, tell)
    last = read_source(brief, folder, tell, brief.other)
    if brief.bpm and (is_asked(brief, "bpm") or not last.is_heard):
        last = replace(last, bpm=brief.bpm)
    if not {part.role for part in first.parts} & {part.role for part in last.parts}:
        roles = [" and ".join(part.role for part in one.parts) for one in (first, last)]
        raise ConformError(
            f"{first.name} has {roles[0]} and {last.name} has {roles[1]}: nothing in one leads to"
            " anything in the other"
        )
    count = int(request.get("steps", _USUAL))
    steps = steps_of(way(first, last, brief.seed), count)
    said = []
    if len(steps) < count:
        said = [f"they differ in so few beats that {len(steps)} different clips lie on the way"]
    for k, piece in enumerate(steps):
        tell(k / len(steps), f"{k + 1} of {len(steps)}")
        name = f"{first.name} to {last.name} {k + 1}"
        report = {
            "found": {"keys": [str(first.key_), str(last.key_)], "bars": [first.bars, last.bars]},
            "did": {
                "step": k + 1,
                "of": len(steps),
                "notes_from_first": distance(first, piece),
                "notes_to_second": distance(piece, last),
                "seed": brief.seed,
            },
            "said": [*said, *first.said, *last.said],
        }
        yield result_of(
            replace(piece, name=name, is_heard=first.is_heard or last.is_heard), brief, request,
            lambda *_: None, method="changing beats", report=report,
        )  # fmt: skip
