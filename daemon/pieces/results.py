"""Results of the note verbs: a piece as a MIDI clip, or with its sound by the musician."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.music import MAX_BARS, bar_seconds
from daemon.brief import Brief
from daemon.errors import ConformError
from daemon.pieces.midi import midi_of
from daemon.pieces.piece import Piece
from daemon.pieces.play import play
from daemon.prompt.length import MAX_LOOP_S
from daemon.verbs.registry import SOURCES_OWN, Result
from daemon.verbs.tell import Tell

#: What a clip's title says after its source's: else all that was made of one would be called alike.
_AFTER = {"continue": "continued", "infill": "filled in", "groove": "groove", "vary": "varied"}


def result_of(
    piece: Piece,
    brief: Brief,
    request: Mapping[str, Any],
    tell: Tell,
    *,
    method: str,
    report: Mapping[str, Any],
    part: str = "",
    words: str = "",
) -> Result:
    """The piece as a clip: its notes, or with `sound` a loop of their sound with the notes.

    A piece that was heard in a sound is a sound again, unless notes alone are asked for.
    """
    is_pitched = bool(piece.pitched)
    whole = {"said": list(piece.said), **report}
    audio = None
    if request.get("sound", piece.is_heard):
        check_loop(piece)
        audio = play(piece, brief, tell)
    return Result(
        "loop" if audio is not None else "midi",
        audio,
        brief.sample_rate,
        midi=midi_of(piece),
        part=part,
        words=words or " ".join(filter(None, (piece.name, _AFTER.get(brief.do)))),
        bpm=piece.bpm,
        key=piece.key_.short if is_pitched else None,
        meter=str(piece.meter),
        bars=piece.bars,
        method=brief.do,
        model=method,
        license=brief.source_licence or SOURCES_OWN,
        report=whole,
    )


def check_loop(piece: Piece) -> None:
    """ConformError where a piece is longer than a loop can be."""
    seconds = piece.bars * bar_seconds(piece.meter, piece.bpm)
    if piece.bars > MAX_BARS or seconds > MAX_LOOP_S:
        raise ConformError(
            f"{piece.name} has {piece.bars} bars ({seconds:.0f} s); a loop has at most {MAX_BARS}"
            f" and {MAX_LOOP_S:.0f} s: ask for its notes alone (sound: off), or render a track"
        )
