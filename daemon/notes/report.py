"""What a transcription says of itself: how it was heard, how sure, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from daemon.notes.heard_notes import HeardNote
from daemon.notes.listen import Voice
from daemon.notes.ticks import Ticks
from daemon.parts.source import Grid

#: Notes left out that are named, the surest first.
_NAMED = 24

#: (first tick, tick after the last, note).
Row = tuple[int, int, HeardNote]


def report_of(
    grid: Grid,
    ticks: Ticks,
    lines: str,
    voices: Sequence[Voice],
    rows: Mapping[str, Sequence[Row]],
    sure: float,
) -> dict[str, Any]:
    """found, did and said. `rows` by voice: the notes of the file, in its order."""
    left = [
        (note, voice.name) for voice in voices for note in voice.notes if note.confidence < sure
    ]
    left.sort(key=lambda one: -one[0].confidence)
    kept = {name: own for name, own in rows.items() if own}
    return {
        "found": {
            "grid": grid.how,
            "bpm": round(grid.bpm or ticks.tempos[0][1], 3) if ticks.on_grid else None,
            "confidence": grid.confidence,
            "lines": lines,
            "sure": {
                n: [round(note.confidence, 2) for _, _, note in own] for n, own in kept.items()
            },
        },
        "did": {
            "methods": {voice.name: voice.method for voice in voices if voice.name in kept},
            "exact": False,
            "sure": sure,
            "left_out": len(left),
            "left_out_surest": [
                [
                    *ticks.beat_of(ticks.at(note.start_s)),
                    name,
                    note.pitch,
                    round(note.confidence, 2),
                ]
                for note, name in left[:_NAMED]
            ],
        },
        "said": _said(ticks, kept, len(left), sure),
    }


def _said(ticks: Ticks, rows: Mapping[str, Sequence[Row]], left_out: int, sure: float) -> list[str]:
    tracks = ", ".join(f"{name} ({len(own)} notes)" for name, own in rows.items())
    said = [f"tracks: {tracks}"]
    if not ticks.on_grid:
        said.append(
            "no beat was heard: notes stand where they sounded, at 120 bpm; where it has one, say"
            " its tempo with `sidecrate correct FILE --bpm N`"
        )
    elif not ticks.is_loop:
        said.append(f"bar 1 of the notes is at {ticks.starts_s:.3f} s of the sound")
        tempos = [bpm for _, bpm in ticks.tempos]
        if len(tempos) > 1:
            said.append(
                f"its tempo moves between {min(tempos):.1f} and {max(tempos):.1f} bpm, and the"
                " MIDI file's with it"
            )
    ringing = sum(end >= ticks.length for own in rows.values() for _, end, _ in own)
    if ringing and ticks.is_loop:
        what = "1 note rings" if ringing == 1 else f"{ringing} notes ring"
        said.append(f"{what} over the loop's end, and ends there")
    if left_out:
        what = "1 note" if left_out == 1 else f"{left_out} notes"
        said.append(f"left out: {what} less sure than {sure:g} (--sure)")
    said.append("notes are heard, not known: their ends and velocities are the least sure")
    return said
