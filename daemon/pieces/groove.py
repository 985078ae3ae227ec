"""The work of `groove`: another feel on notes, by name, from a clip, or none."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bridge.inbox.names import is_midi
from daemon.brief import Brief
from daemon.engines.embedded.notes import STEP, TICKS_PER_QUARTER
from daemon.errors import ConformError
from daemon.pieces.feel import NOTE_MS, Drift, Feel, feel_of_notes, named_feel
from daemon.pieces.grid import Grid, grid_of
from daemon.pieces.midi import read_midi
from daemon.pieces.piece import Note, Part, Piece
from daemon.pieces.play import drum_voice
from daemon.pieces.results import Tell, result_of
from daemon.pieces.source import named_parts, read_source
from daemon.verbs.registry import Result


def groove(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """The piece with the feel that is named, or that of another clip, by its amount."""
    piece = read_source(brief, folder, tell)
    amount = float(request.get("amount", 1.0))
    chosen = named_parts(piece, list(request.get("parts", ())), "parts")
    tell(0.1, "finding the feel")
    feel = _feel(brief, request, piece)
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
        "said": [f"{feel.name}: {feel.source}", *piece.said],
    }
    yield result_of(felt, brief, request, tell, method=feel.name, report=report)


def _feel(brief: Brief, request: dict[str, Any], piece: Piece) -> Feel:
    if brief.other is not None:
        if "feel" in request:
            raise ConformError("feel and like both say a feel; leave one of them out")
        if is_midi(brief.other):
            return feel_of_notes(read_midi(Path(brief.other)))
        # imported only here: notes alone need no ear
        from daemon.pieces.attacks import feel_of_sound

        return feel_of_sound(Path(brief.other), piece.meter)
    return named_feel(str(request.get("feel", "human")), piece.bpm)


def with_feel(
    piece: Piece, feel: Feel, amount: float, seed: int, *, parts: tuple[Part, ...] | None = None,
    grid: Grid | None = None,
) -> Piece:  # fmt: skip
    """The piece with a feel, 0 leaves it as it is, 1 is the feel alone; other parts stay.

    A note between two steps (of a triplet, a roll) moves with the step before it.
    """
    grid = grid or grid_of(piece)
    chosen = piece.parts if parts is None else parts
    beat = Drift(seed, feel.spread_ms, "time")
    loud = Drift(seed, feel.spread_velocity, "velocity")
    single = random.Random(f"{seed}:notes")
    per_ms = TICKS_PER_QUARTER * piece.bpm / 60_000

    def felt(part: Part, note: Note) -> Note:
        place = grid.place(note.start)
        step = grid.step_of(note.start)
        between = 0.0
        if step is None:
            step = int(place)
            between = (place - step) * STEP
        voice = drum_voice(note.pitch) if part.role == "drums" else part.role
        late_ms = feel.voices_ms.get(voice, feel.voices_ms.get(part.role, 0.0))
        if feel.spread_ms:
            late_ms += beat.at(step) + single.gauss(0, NOTE_MS)
        late = feel.late[step % len(feel.late)] + late_ms * per_ms
        # a human drift goes on top of the feel that is there; any other takes its place
        on_step = note.start if feel.spread_ms else step * STEP + between
        goal = on_step + late
        start = max(0, round(note.start + amount * (goal - note.start)))
        factor = 1 + amount * (feel.accent[step % len(feel.accent)] - 1)
        velocity = note.velocity * factor
        if feel.spread_velocity:
            velocity += amount * loud.at(step)
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
