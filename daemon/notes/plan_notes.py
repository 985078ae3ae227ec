"""The notes of a clip of our own, exactly as its plan has them."""

from __future__ import annotations

from daemon.engines.embedded.harmony import chords_of_bar
from daemon.engines.embedded.plan import Plan, read_plan
from daemon.engines.embedded.score import Score
from daemon.engines.embedded.voices.table import VOICES
from daemon.notes.sheet import Sheet, SheetTrack
from daemon.record import ClipRecord


def has_plan(record: ClipRecord | None) -> bool:
    """Whether a clip sounds exactly as its plan says: edits are no part of a plan."""
    return (
        record is not None
        and record.get("engine") == "embedded"
        and bool(record.get("plan"))
        and record["kind"] in ("loop", "track", "midi")
        and not record.get("edits")
    )


def sheet_of_plan(record: ClipRecord, name: str) -> Sheet:
    """Its notes, chords, key and tempo."""
    plan = read_plan(record["plan"] or {})
    score = Score(plan)
    tracks = []
    for part in plan.parts:
        is_drums = part == "drums"
        notes = score.part(part)
        if not notes:
            continue
        rows = []
        for note in notes:
            pitch = VOICES[note.voice].gm if is_drums else min(127, max(0, note.pitch))
            end = min(note.start + note.length, score.ticks)
            rows.append((note.start, end, pitch, min(127, max(1, round(note.velocity * 127)))))
        program = None if is_drums else VOICES[notes[0].voice].gm
        tracks.append(SheetTrack(part, tuple(rows), program))
    pitched = [track for track in tracks if track.name not in ("drums", "texture", "fx")]
    return Sheet(
        name, ((0, plan.bpm),), plan.meter_, score.ticks, tuple(tracks),
        plan.key_ if pitched else None, _chords(plan, score) if pitched else (),
    )  # fmt: skip


def _chords(plan: Plan, score: Score) -> tuple[tuple[int, str], ...]:
    """(tick, name) where the chord changes, by letters."""
    found: list[tuple[int, str]] = []
    for bar in score.bars:
        chords = chords_of_bar(plan.chords_of[bar.index % len(plan.chords_of)], plan.key_)
        for n, chord in enumerate(chords):
            name = chord.symbol
            if not found or found[-1][1] != name:
                found.append((bar.start + n * score.bar_ticks // len(chords), name))
    return tuple(found)
