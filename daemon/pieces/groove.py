"""The work of `groove`: another feel on notes, by name, from a clip, or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bridge.inbox.names import is_midi
from daemon.brief import Brief
from daemon.engines.embedded.notes import TICKS_PER_QUARTER
from daemon.pieces.asked_feel import asked_feel, feel_alone
from daemon.pieces.feel import Feel, Mover
from daemon.pieces.grid import Grid, grid_of
from daemon.pieces.piece import Note, Part, Piece
from daemon.pieces.play import drum_voice
from daemon.pieces.results import result_of
from daemon.pieces.source import named_parts, read_source
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell


def groove(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """The piece or loop with the feel that is named, or that of another clip, by its amount.

    With `give: feel` the source's own feel instead.
    """
    if request.get("give") == "feel":
        yield feel_alone(brief, request, folder, tell)
        return
    assert brief.reference is not None, "a verb that works on what is there has a source"
    if not is_midi(brief.reference):
        # imported only here: notes alone need no ear
        from daemon.pieces.loop_groove import felt_loop

        yield felt_loop(brief, request, tell)
        return
    piece = read_source(brief, folder, tell)
    amount = float(request.get("amount", 1.0))
    chosen = named_parts(piece, list(request.get("parts", ())), "parts")
    tell(0.1, "finding the feel")
    feel = asked_feel(brief, request, piece.bpm)
    grid = grid_of(piece)
    felt = with_feel(piece, feel, amount, brief.seed, parts=chosen, grid=grid)
    report = {
        "found": {"grid": grid.words},
        "did": {
            "feel": feel.name,
            "source": feel.source,
            "amount": amount,
            "late_ms": feel.late_ms(piece.bpm),
            "accent": [round(one, 3) for one in feel.accent],
            "moved_ms": moved_ms(piece, felt),
        },
        "said": [
            f"{feel.name}: {feel.source}",
            f"notes moved by {moved_ms(piece, felt):.1f} ms in the mean",
            *piece.said,
        ],
    }
    yield result_of(felt, brief, request, tell, method=feel.name, report=report)


def with_feel(
    piece: Piece, feel: Feel, amount: float, seed: int, *, parts: tuple[Part, ...] | None = None,
    grid: Grid | None = None,
) -> Piece:  # fmt: skip
    """The piece with a feel, 0 leaves it as it is, 1 is the feel alone; other parts stay.

    A note between two steps (of a triplet, a roll) moves with the step before it.
    """
    chosen = piece.parts if parts is None else parts
    mover = Mover(feel, grid or grid_of(piece), amount, piece.bpm, seed)

    def felt(part: Part, note: Note) -> Note:
        voice = drum_voice(note.pitch) if part.role == "drums" else part.role
        tick, factor, louder = mover.moved(note.start, voice, part.role)
        velocity = note.velocity * factor + louder
        start = max(0, round(tick))
        return replace(note, start=start, velocity=min(127, max(1, round(velocity))))

    def changed(part: Part) -> Part:
        if part not in chosen:
            return part
        moved = sorted(felt(part, note) for note in part.notes)
        return part.with_notes(_apart(moved, piece.ticks))

    return piece.each_part(changed)


def _apart(notes: list[Note], ticks: int) -> list[Note]:
    """The notes, none of which begins before one of its pitch has ended, or after the end."""
    done: list[Note] = []
    last: dict[int, int] = {}
    for note in notes:
        note = replace(note, start=min(note.start, ticks - 1))
        if note.pitch in last:
            before = done[last[note.pitch]]
            room = max(1, note.start - before.start)
            done[last[note.pitch]] = replace(before, length=min(before.length, room))
        last[note.pitch] = len(done)
        done.append(note)
    return done


def moved_ms(piece: Piece, felt: Piece) -> float:
    """How far the notes have moved, in ms in the mean."""
    pairs = [
        (a.start, b.start)
        for one, other in zip(piece.parts, felt.parts, strict=True)
        for a, b in zip(one.notes, other.notes, strict=False)
    ]
    ticks = sum(abs(a - b) for a, b in pairs) / max(1, len(pairs))
    return round(ticks * 60_000 / piece.bpm / TICKS_PER_QUARTER, 2)
