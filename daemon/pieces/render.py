"""The work of `render`: notes played by the embedded musician."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bridge.music import MAX_BARS, bar_seconds
from daemon.brief import Brief
from daemon.errors import ConformError
from daemon.pieces.midi import midi_of
from daemon.pieces.play import play
from daemon.pieces.results import check_loop
from daemon.pieces.source import read_source
from daemon.prompt.length import MAX_LOOP_S
from daemon.verbs.registry import SOURCES_OWN, Result
from daemon.verbs.tell import Tell

#: s of music that are played as one track.
_MOST_TRACK_S = 1200.0


def render(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """The piece's sound as a loop of its bars, or a track where it is longer than a loop can be."""
    piece = read_source(brief, folder, tell)
    seconds = piece.bars * bar_seconds(piece.meter, piece.bpm)
    kind = str(request.get("kind", ""))
    is_track = kind == "track" or (not kind and (piece.bars > MAX_BARS or seconds > MAX_LOOP_S))
    if kind not in ("", "loop", "track"):
        raise ConformError(f"kind: render makes loop or track, and not {kind}")
    if seconds > _MOST_TRACK_S:
        raise ConformError(
            f"{piece.name} lasts {seconds:.0f} s; at most {_MOST_TRACK_S:.0f} s are played at once"
        )
    if not is_track:
        check_loop(piece)
    tell(0.05, f"playing {piece.name}")
    audio = play(piece, brief, tell, is_track=is_track)
    yield Result(
        "track" if is_track else "loop",
        audio,
        brief.sample_rate,
        midi=midi_of(piece) if brief.midi else None,
        words=piece.name,
        bpm=piece.bpm,
        key=piece.key_.short if piece.pitched else None,
        meter=str(piece.meter),
        bars=piece.bars,
        method=brief.do,
        model="musician",
        license=brief.source_licence or SOURCES_OWN,
        report={
            "found": {
                "parts": {part.name: part.role for part in piece.parts},
                "notes": len(piece.notes),
                "bars": piece.bars,
            },
            "did": {"method": "played by the embedded musician"},
            "said": list(piece.said),
        },
    )
