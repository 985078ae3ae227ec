"""The work of `drumify`: drums from any rhythm, in the manner of a genre.

Where the source strikes, something is struck; how strong and how low it is says what. The genre's
own groove decides between kick, snare and cymbals, and gives the backbeat. Nothing else is added
at a density of 0.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bridge.inbox.names import is_midi
from daemon.brief import Brief
from daemon.engines.embedded.drummer import write_drums
from daemon.engines.embedded.likeness import find_style
from daemon.engines.embedded.notes import STEP, TICKS_PER_QUARTER
from daemon.engines.embedded.plan import Plan
from daemon.engines.embedded.rows import VELOCITY, fit_row, with_fill
from daemon.engines.embedded.wishes import read_wishes
from daemon.errors import ConformError
from daemon.pieces.grid import Grid, find_grid
from daemon.pieces.piece import Note, Part, Piece
from daemon.pieces.play import drum_number
from daemon.pieces.results import result_of
from daemon.pieces.source import named_parts, read_source
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell

#: Voices by what they do in a groove.
KICKS = ("kick", "hard kick")
BACKBEATS = ("snare", "clap", "snap", "rim", "brush")
TOPS = ("hat", "open hat", "ride", "shaker", "tambourine", "chip noise")
#: Struck with the hands; the feet have kick and pedal hat. Nobody has three hands.
_HANDS = 2
#: Weight of a step by its place in the beat: on it, its sixteenths.
_PLACES = (1.0, 0.15, 0.5, 0.2)
#: Density from which the genre's own strokes join, and ghost strokes of the snare.
_BACKBEAT_FROM, _TOP_FROM, _GHOSTS_FROM = 0.15, 0.35, 0.45
#: Bars between two fills.
_FILL_EVERY = 4
#: s of each stroke's note; drums have no length.
_LENGTH = STEP // 2
_USUAL_DENSITY = 0.5


@dataclass(frozen=True)
class Rhythm:
    """What a source strikes: by step the strength 0-1, how low 0-1, and the ticks it is late."""

    name: str
    strength: Mapping[int, float]
    low: Mapping[int, float]
    late: Mapping[int, int]
    bars: int
    steps: int
    """Of a bar."""


def drumify(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """Drums of the source's rhythm, alone or with the source."""
    tell(0.05, "hearing the rhythm")
    piece, rhythm = _source(brief, request, folder, tell)
    density = float(request.get("density", _USUAL_DENSITY))
    drums, genre = drums_of(piece, rhythm, brief, density)
    whole = request.get("give") == "whole" and piece.parts
    parts = (*(part for part in piece.parts if part.role != "drums"), drums) if whole else (drums,)
    made = replace(piece.with_parts(parts), name=f"{piece.name} drums")
    hits = {round(note.start / STEP) for note in drums.notes}
    report = {
        "found": {"onsets": len(rhythm.strength), "bars": rhythm.bars},
        "did": {
            "genre": genre,
            "density": density,
            "seed": brief.seed,
            "strokes": len(drums.notes),
            "on_onsets": round(near_share(hits, rhythm.strength), 3),
        },
        "said": [f"struck like {genre}", *piece.said],
    }
    yield result_of(made, brief, request, tell, method=genre, part="drums", report=report)


def _source(
    brief: Brief, request: dict[str, Any], folder: Path, tell: Tell
) -> tuple[Piece, Rhythm]:
    assert brief.reference is not None, "a verb that works on notes has a source"
    if is_midi(brief.reference):
        piece = read_source(brief, folder, tell)
        return piece, rhythm_of(piece, named_parts(piece, list(request.get("parts", ())), "parts"))
    # imported only here: notes alone need no ear
    from daemon.pieces.attacks import strokes_of_source

    heard = strokes_of_source(brief)
    notes = [
        Note(max(0, round(tick)), 36 if low else 72, STEP, max(1, round(127 * strength)))
        for tick, strength, low in zip(heard.ticks, heard.strength, heard.low, strict=True)
    ]
    part = Part("rhythm", tuple(sorted(notes)))
    piece = Piece(heard.name, (part,), brief.bpm or heard.bpm, heard.meter, None, heard.bars)
    return piece.with_parts(()), rhythm_of(piece, (part,))


def rhythm_of(piece: Piece, parts: Iterable[Part]) -> Rhythm:
    """The rhythm of these parts; ConformError where they have no notes on steps."""
    notes = sorted(note for part in parts for note in part.notes)
    if not notes:
        raise ConformError(f"{piece.name}: nothing is struck in it that drums could follow")
    grid = find_grid(notes)
    pitches = sorted(note.pitch for note in notes)
    middle = pitches[len(pitches) // 2]
    strength: dict[int, float] = {}
    low: dict[int, float] = {}
    late: dict[int, int] = {}
    last = piece.ticks // STEP
    for note in notes:
        step = grid.step_of(note.start)
        step = round(note.start / STEP) if step is None else step
        if step >= last:
            continue
        own = note.velocity / 127 * (0.7 + 0.3 * min(1.0, note.length / TICKS_PER_QUARTER))
        if own > strength.get(step, 0.0):
            late[step] = note.start - step * STEP
        strength[step] = max(own, strength.get(step, 0.0))
        low[step] = max(low.get(step, 0.0), _lowness(note.pitch, middle))
    top = max(strength.values())
    return Rhythm(
        piece.name, {step: one / top for step, one in strength.items()}, low, late, piece.bars,
        piece.meter.sixteenths_per_bar,
    )  # fmt: skip


def _lowness(pitch: int, middle: int) -> float:
    return 1 / (1 + math.exp((pitch - middle) / 3))


def drums_of(piece: Piece, rhythm: Rhythm, words: Brief, density: float) -> tuple[Part, str]:
    """(the drums, the genre that they are struck like)."""
    style = find_style(words)
    wishes = replace(read_wishes(words), wants_drums=True, density=0.5, parts=None)
    plan = Plan(style.name, piece.bpm, "C", str(piece.meter), max(2, rhythm.bars))
    written = write_drums(style, wishes, plan, words.seed)
    assert written is not None, "drums are wanted"
    wants_fills = re.search(r"\bfills?\b", words.prompt.lower()) is not None
    stream = random.Random(f"{words.seed}:drumify")
    notes: list[Note] = []
    for bar in range(rhythm.bars):
        rows = {
            voice: fit_row(lines[bar % len(lines)], rhythm.steps)
            for voice, lines in written.rows.items()
        }
        hits = _hits(rhythm, bar, rows, density, stream)
        is_last = bar == rhythm.bars - 1 or bar % _FILL_EVERY == _FILL_EVERY - 1
        if wants_fills and is_last and written.fill:
            hits = _filled(hits, written.fill, rhythm.steps)
        notes += _played(_by_two_hands(hits), rhythm, bar, Grid(style.swing, style.swing_steps))
    return Part("drums", tuple(sorted(notes)), is_drums=True), style.name


#: Velocity 0-1 by voice and step of a bar.
Hits = dict[tuple[str, int], float]


def _hits(
    rhythm: Rhythm, bar: int, rows: Mapping[str, str], density: float, stream: random.Random
) -> Hits:
    """The strokes of one bar."""
    kick = next((voice for voice in KICKS if voice in rows), "kick")
    snare = next((voice for voice in BACKBEATS if voice in rows), "snare")
    top = next((voice for voice in TOPS if voice in rows), "hat")
    first = bar * rhythm.steps
    hits: Hits = {}
    for step in range(rhythm.steps):
        strength = rhythm.strength.get(first + step, 0.0)
        marks = {voice: VELOCITY.get(row[step], 0.0) for voice, row in rows.items()}
        if not strength:
            _genre_strokes(hits, step, marks, density, rhythm, first)
            continue
        low = rhythm.low[first + step]
        place = _PLACES[step % 4]
        backbeat = max((marks.get(voice, 0.0) for voice in BACKBEATS), default=0.0)
        for_kick = strength * (0.35 + 0.75 * low) + 0.35 * marks.get(kick, 0.0) + 0.15 * place
        if backbeat >= VELOCITY["x"]:
            hits[snare, step] = max(0.75, 0.6 + 0.4 * strength)
            if for_kick > 1.1:
                hits[kick, step] = 0.5 + 0.4 * strength
        elif for_kick > 0.85 - 0.3 * density:
            hits[kick, step] = min(1.0, 0.55 + 0.4 * strength)
        elif density > _GHOSTS_FROM and low < 0.5 and stream.random() < density * strength:
            hits[snare, step] = 0.3 + 0.15 * strength
        struck = any(at == step for _, at in hits)
        if not struck or density >= _TOP_FROM:
            hits[top, step] = 0.35 + 0.35 * strength * (0.6 + 0.4 * place)
        for voice, mark in marks.items():
            # the genre's percussion strikes where the source does
            if voice not in (*KICKS, *BACKBEATS, *TOPS) and mark and density >= _TOP_FROM:
                hits[voice, step] = 0.8 * mark
    return hits


def _genre_strokes(
    hits: Hits, step: int, marks: Mapping[str, float], density: float, rhythm: Rhythm, first: int
) -> None:
    """Strokes where the source has none: the backbeat, and the pulse of a dense groove."""
    near = any(first + step + off in rhythm.strength for off in (-2, -1, 1, 2))
    for voice, mark in marks.items():
        is_backbeat = voice in BACKBEATS and mark >= VELOCITY["x"]
        if is_backbeat and density >= _BACKBEAT_FROM:
            hits[voice, step] = 0.9 * mark
        elif voice in TOPS and mark and density >= _TOP_FROM:
            # a pulse beside the source's own strokes; through its rests at a high density alone
            if (near and step % 2 == 0) or density > 0.75:
                hits[voice, step] = 0.6 * mark
        elif voice in KICKS and mark == VELOCITY["X"] and step == 0 and density > 0.6:
            hits[voice, step] = 0.85


def _filled(hits: Hits, fill: Mapping[str, str], steps: int) -> Hits:
    """A bar with a fill over its end, as the genre has them."""
    length = min(steps, max(len(row) for row in fill.values()))
    rows = {voice: "." * steps for voice in fill if voice != "*"}
    over = with_fill(rows, {voice: row for voice, row in fill.items() if voice != "*"}, steps)
    kept = {at: one for at, one in hits.items() if at[1] < steps - length}
    more = {
        (voice, step): VELOCITY[mark]
        for voice, row in over.items()
        for step, mark in enumerate(row)
        if mark in VELOCITY and step >= steps - length
    }
    return {**kept, **more}


def _by_two_hands(hits: Hits) -> Hits:
    """At most two strokes of the hands at once: the softest others are left out."""
    kept: Hits = {}
    for step in sorted({step for _, step in hits}):
        now = {voice: hits[voice, step] for voice, at in hits if at == step}
        hands = sorted((v for v in now if v not in KICKS), key=lambda v: -now[v])[:_HANDS]
        feet = [voice for voice in now if voice in KICKS][:1]
        kept |= {(voice, step): now[voice] for voice in (*feet, *hands)}
    return kept


def _played(hits: Hits, rhythm: Rhythm, bar: int, grid: Grid) -> list[Note]:
    """The strokes as notes: with the source where it strikes, else in the genre's swing."""
    notes = []
    for (voice, step), velocity in hits.items():
        at = bar * rhythm.steps + step
        late = rhythm.late.get(at)
        start = at * STEP + late if late is not None else round(grid.tick(at))
        number = drum_number(voice)
        notes.append(Note(max(0, start), number, _LENGTH, min(127, max(1, round(127 * velocity)))))
    return notes


def near_share(hits: Iterable[int], onsets: Iterable[int]) -> float:
    """F1 of strokes and onsets, each in steps, that lie within an eighth of one another."""
    struck, heard = sorted(set(hits)), sorted(set(onsets))
    if not struck or not heard:
        return 0.0
    precision = sum(_near(step, heard) for step in struck) / len(struck)
    recall = sum(_near(step, struck) for step in heard) / len(heard)
    return 2 * precision * recall / max(1e-9, precision + recall)


def _near(step: int, others: Sequence[int]) -> bool:
    return any(abs(step - other) <= 2 for other in others)
