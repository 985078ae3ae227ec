"""The feel that a request asks for: by its name, or learnt of another clip; and one as a clip."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bridge.inbox.names import is_midi
from daemon.brief import Brief
from daemon.engines.embedded.notes import STEP
from daemon.errors import ConformError
from daemon.pieces.feel import Feel, feel_of_notes, named_feel
from daemon.pieces.midi import read_midi
from daemon.pieces.piece import Note, Part, Piece
from daemon.pieces.results import result_of
from daemon.pieces.source import read_source
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell

#: General MIDI's side stick, which shows a feel's steps, and the ticks that it sounds.
_STICK = 37
_LENGTH = STEP // 2


def asked_feel(brief: Brief, request: Mapping[str, Any], bpm: float) -> Feel:
    """The feel by its name or of `like`. ConformError where both are said, or there is none."""
    if brief.other is None:
        return named_feel(str(request.get("feel", "human")), bpm)
    if "feel" in request:
        raise ConformError("feel and like both say a feel; leave one of them out")
    if is_midi(brief.other):
        return feel_of_notes(read_midi(Path(brief.other)))
    # imported only here: notes alone need no ear
    from daemon.pieces.attacks import feel_of_sound

    return feel_of_sound(Path(brief.other), brief.other_corrected)


def feel_alone(brief: Brief, request: Mapping[str, Any], folder: Path, tell: Tell) -> Result:
    """The source's own feel as a clip: a bar of strokes, each as late and as loud as it has them.

    `like` reads it as it reads any notes. ConformError where a feel is asked for, too.
    """
    if brief.other is not None or "feel" in request:
        raise ConformError(
            "give: the feel that comes out is the source's own; leave feel and like out"
        )
    assert brief.reference is not None, "a verb that works on what is there has a source"
    if is_midi(brief.reference):
        piece = read_source(brief, folder, tell)
        feel = feel_of_notes(piece)
    else:
        from daemon.pieces.attacks import feel_of_strokes, strokes_of_source

        heard = strokes_of_source(brief)
        feel = feel_of_strokes(heard)
        piece = Piece(heard.name, (), heard.bpm, heard.meter, None, 1)
    part = _bar_of(feel)
    report = {
        "did": {
            "feel": feel.name,
            "source": feel.source,
            "late_ms": feel.late_ms(piece.bpm),
            "spread_ms": feel.spread_by_step_ms(piece.bpm),
            "accent": [round(one, 3) for one in feel.accent],
        },
        "said": [f"the feel of {feel.name}, {feel.source}: give it to others with --like"],
    }
    shown = piece.with_parts([part], 1)
    return result_of(
        shown, brief, request, tell, method="feel", report=report, words=f"{piece.name} feel"
    )


def _bar_of(feel: Feel) -> Part:
    """A bar with a stroke on each step, as late and as loud as the feel has it."""
    bar, loudest = len(feel.late) * STEP, max(feel.accent)
    strokes = [
        # what is early on the downbeat stands at the end of the bar, as in a loop
        Note(
            round(step * STEP + late) % bar, _STICK, _LENGTH, max(1, round(127 * accent / loudest))
        )
        for step, (late, accent) in enumerate(zip(feel.late, feel.accent, strict=True))
    ]
    return Part("feel", tuple(sorted(strokes)), is_drums=True)
