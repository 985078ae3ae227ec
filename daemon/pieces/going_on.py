"""The work of `continue` and `infill`: more bars of a piece, and bars of it written anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from daemon.brief import Brief
from daemon.engines.embedded.notes import STEP
from daemon.errors import ConformError
from daemon.pieces.attributes import read_asked
from daemon.pieces.harmony import Harmony, at_home, find_chords, go_on, written_chords
from daemon.pieces.merit import bar_shape
from daemon.pieces.midigpt import find_checkpoint
from daemon.pieces.nets import Net, gaps_of
from daemon.pieces.phrases import Phrases
from daemon.pieces.piece import Note, Part, Piece
from daemon.pieces.results import result_of
from daemon.pieces.skytnt import find_skytnt
from daemon.pieces.source import named_parts, read_source, stays_sound
from daemon.pieces.writer import Writer
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell

#: What writes bars where nobody says, and the net that takes attributes.
OWN = "own"
_MIDIGPT = "midigpt"
#: Bars that may be added at once.
MOST_BARS = 64
#: Bars that are added where nobody says how many: a phrase, and four at least.
_USUAL_BARS = 4
#: Bars of a piece that may be a loop, which goes round and needs no end.
_LOOP_BARS = 8


def continue_(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """The piece with more bars after it, or those bars alone."""
    net = _net(request)
    piece = read_source(brief, folder, tell)
    chosen = named_parts(piece, list(request.get("parts", ())), "parts")
    count = _bars_wanted(request, piece)
    tell(0.7 if piece.is_heard else 0.1, f"{count} more bars")
    new = range(piece.bars, piece.bars + count)
    longer = _with_bars(piece, list(new), chosen, brief, request, net)
    report = _report(piece, longer, new, brief, request, net)
    length = Phrases.of(piece).bars
    if longer.bars % length:
        report["said"].append(
            f"{longer.bars} bars end within a phrase of {length}; the last note closes it"
        )
    if request.get("give") == "new":
        longer = part_of_bars(longer, piece.bars, longer.bars)
    yield _by(result_of(longer, brief, request, tell, method="own bars", report=report), net)


def infill(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """The piece with the marked bars written anew; of a sound the other bars stay as they are."""
    net = _net(request)
    names = list(request.get("parts", ()))
    if stays_sound(brief, request):
        # imported only here: notes alone need no ear
        from daemon.pieces.in_place import results, take_apart

        loop = take_apart(brief, folder, tell)
        filled, report = _filled(loop.piece, loop.stem_names(names), brief, request, net)
        found = results(
            loop, filled, brief, folder, tell, method="own bars", words="filled in", report=report
        )
        yield from (_by(one, net) for one in found)
        return
    piece = read_source(brief, folder, tell)
    tell(0.7 if piece.is_heard else 0.1, "writing bars anew")
    filled, report = _filled(piece, names, brief, request, net)
    yield _by(result_of(filled, brief, request, tell, method="own bars", report=report), net)


def _net(request: dict[str, Any]) -> Net | None:
    """The net that was asked for, looked for before any work; None for the own bars."""
    name = str(request.get("with", OWN))
    asked = read_asked(request.get("attributes", ()))
    if asked and name != _MIDIGPT:
        raise ConformError(
            f"attributes: {'the own bars take' if name == OWN else f'{name} takes'} none;"
            f" they are for MIDI-GPT: add `with: {_MIDIGPT}`, or leave them out"
        )
    if name == OWN:
        return None
    if "chords" in request:
        raise ConformError(f"chords: {name} takes none; leave them out, or leave `with` out")
    return find_checkpoint(asked) if name == _MIDIGPT else find_skytnt()


def _by(result: Result, net: Net | None) -> Result:
    """The result with the net's name and terms, where one wrote it."""
    if net is None:
        return result
    terms = f"{result.license}; weights: {net.licence}"
    return replace(result, model=net.label, license=terms)


def _with_bars(
    piece: Piece, bars: list[int], parts: tuple[Part, ...], brief: Brief, request: dict[str, Any],
    net: Net | None,
) -> Piece:  # fmt: skip
    """The piece with these bars written: behind its end, or in the place of its own."""
    temperature = float(request.get("temperature", 1.0))
    if net is not None:
        return net.write(piece, bars, parts, temperature, brief.seed)
    chords = str(request.get("chords", ""))
    if bars[0] >= piece.bars:
        return continued(piece, len(bars), temperature, brief.seed, chords=chords, parts=parts)
    return infilled(piece, bars, temperature, brief.seed, chords=chords, parts=parts)


def _filled(
    piece: Piece, names: list[str], brief: Brief, request: dict[str, Any], net: Net | None
) -> tuple[Piece, dict[str, Any]]:
    """The piece with its marked bars anew, and what the report says of it."""
    marked = read_marked(str(request.get("marked", "")), piece)
    parts = named_parts(piece, names, "parts")
    filled = _with_bars(piece, marked, parts, brief, request, net)
    return filled, _report(piece, filled, marked, brief, request, net)


def continued(
    piece: Piece, count: int, temperature: float, seed: int, *, chords: str = "",
    parts: tuple[Part, ...] | None = None,
) -> Piece:  # fmt: skip
    """The piece and `count` bars after it, in its own manner; other parts than `parts` rest.

    The last bar ends a phrase: it rests on a tone of its chord. A tune and a long piece end on the
    tonic's; a loop's chords stay those of its round.
    """
    parts = piece.parts if parts is None else parts
    old = find_chords(piece)
    new = (
        written_chords(chords, piece.key_, count, old.slots)
        if chords
        else go_on(old, count, Phrases.of(piece).bars)
    )
    is_tune = all(part.role == "lead" for part in piece.pitched)
    if not chords and piece.pitched and (is_tune or piece.bars > _LOOP_BARS):
        new = at_home(new, piece.key_)
    harmony = Harmony(old.chords + new.chords, old.slots)
    bars = list(range(piece.bars, piece.bars + count))
    writer = Writer(piece, range(piece.bars), harmony, temperature, seed, named=bool(chords))
    templates = writer.templates(bars, ends=True)
    done = []
    for part in piece.parts:
        notes = list(part.notes)
        if part in parts:
            written = writer.write(part, bars, templates)
            notes = _cut_at(notes, written) + writer.ended(part, written, bars[-1])
        done.append(part.with_notes(notes))
    return piece.with_parts(done, piece.bars + count)


def infilled(
    piece: Piece, marked: list[int], temperature: float, seed: int, *, chords: str = "",
    parts: tuple[Part, ...] | None = None,
) -> Piece:  # fmt: skip
    """The piece with these bars (from 0) of `parts` written anew; both sides join.

    Nothing of a marked bar is learnt from but its chords, where it has notes.
    """
    parts = piece.parts if parts is None else parts
    own = [bar for bar in range(piece.bars) if bar not in marked]
    if not any(piece.bar(part, bar) for part in parts for bar in own):
        raise ConformError(
            f"{piece.name}: all its bars are marked, and nothing is left to learn from;"
            " leave one bar at least"
        )
    harmony = _harmony(piece, marked, own, chords)
    width = piece.bar_ticks
    writer = Writer(piece, own, harmony, temperature, seed, named=bool(chords))
    done = {part.name: list(part.notes) for part in piece.parts}
    for gap in gaps_of(marked):
        templates = writer.templates(gap, ends=False)
        first, last = gap[0] * width - STEP // 2, (gap[-1] + 1) * width - STEP // 2
        for part in parts:
            now = done[part.name]
            before = [note for note in now if note.start < first]
            after = [note for note in now if note.start >= last]
            written = writer.write(part.with_notes([*before, *after]), gap, templates, after)
            done[part.name] = _cut_at(before, written) + _cut_at(written, after) + after
    return piece.each_part(lambda part: part.with_notes(done[part.name]))


def read_marked(text: str, piece: Piece) -> list[int]:
    """Bars from 0 of `3-4` or `2, 5-6`, which count from 1. ConformError names what is wrong."""
    bars: set[int] = set()
    for one in filter(None, re.split(r"[\s,;]+", text.replace("–", "-"))):
        match = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", one)
        if not match:
            raise ConformError(f"marked: {text} is no row of bars; for example: 3-4")
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= piece.bars:
            raise ConformError(
                f"marked: {one} is not within {piece.name}, which has bars 1 to {piece.bars}"
            )
        bars |= set(range(first - 1, last))
    if not bars:
        raise ConformError(
            f"marked: which bars of 1 to {piece.bars} are written anew? as in: --marked 3-4"
        )
    return sorted(bars)


def part_of_bars(piece: Piece, first: int, end: int) -> Piece:
    """Bars `first` to `end` (from 0, the end not included) as a piece of their own."""
    start, stop = first * piece.bar_ticks, end * piece.bar_ticks
    parts = [
        part.with_notes(
            note.moved(-start)
            for note in part.notes
            if start - STEP // 2 <= note.start < stop - STEP // 2
        )
        for part in piece.parts
    ]
    kept = [
        part.with_notes(replace(note, start=max(0, note.start)) for note in part.notes)
        for part in parts
        if part.notes
    ]
    return piece.with_parts(kept, end - first)


def _harmony(piece: Piece, marked: list[int], own: list[int], chords: str) -> Harmony:
    """The chords of all bars: of a marked one those that are named, else its own.

    An empty one takes those of the nearest bar at its place in a phrase.
    """
    found = find_chords(piece)
    chords_of = list(found.chords)
    if chords:
        named = written_chords(chords, piece.key_, len(marked), found.slots)
        for k, bar in enumerate(marked):
            chords_of[bar * found.slots : (bar + 1) * found.slots] = named.bar(k)
        return Harmony(tuple(chords_of), found.slots)
    empty = [bar for bar in marked if not any(piece.bar(part, bar) for part in piece.pitched)]
    length = Phrases.of(piece).bars
    for bar in empty:
        like = [one for one in own if one % length == bar % length] or own
        nearest = min(like, key=lambda one: abs(one - bar))
        chords_of[bar * found.slots : (bar + 1) * found.slots] = found.bar(nearest)
    return Harmony(tuple(chords_of), found.slots)


def _cut_at(notes: list[Note], after: list[Note]) -> list[Note]:
    """The notes, none of which rings into the same pitch of what follows."""
    first: dict[int, int] = {}
    for note in after:
        first.setdefault(note.pitch, note.start)
    cut = []
    for note in notes:
        room = first.get(note.pitch, note.end) - note.start
        cut.append(replace(note, length=min(note.length, room)) if room > 0 else note)
    return cut


def _bars_wanted(request: dict[str, Any], piece: Piece) -> int:
    """The bars that are asked for; else as many as end a phrase, four at least."""
    if "bars" in request:
        return int(request["bars"])
    length = Phrases.of(piece).bars
    return next(n for n in range(_USUAL_BARS, MOST_BARS) if (piece.bars + n) % length == 0)


def _report(
    piece: Piece, made: Piece, bars: Any, brief: Brief, request: dict[str, Any],
    net: Net | None,
) -> dict[str, Any]:  # fmt: skip
    """What was found in the piece, and how much of the new bars is quoted from it."""
    old = {
        bar_shape(piece.bar(part, bar), part.name)
        for part in piece.parts
        for bar in range(piece.bars)
    }
    new = [
        bar_shape(made.bar(part, bar), part.name)
        for part in made.parts
        for bar in bars
        if made.bar(part, bar)
    ]
    chords = find_chords(made)
    return {
        "found": {
            "key": str(piece.key_),
            "phrase_bars": Phrases.of(piece).bars,
            "parts": {part.name: part.role for part in piece.parts},
            "chords": [
                [bar + 1, *dict.fromkeys(chord.name for chord in chords.bar(bar))]
                for bar in range(made.bars)
            ][:64],
        },
        "did": {
            "method": "bars of its own, moved and joined" if net is None else net.label,
            "temperature": float(request.get("temperature", 1.0)),
            "seed": brief.seed,
            "bars": [bar + 1 for bar in bars],
            "quoted": round(sum(one in old for one in new) / max(1, len(new)), 3),
        },
        "said": [*made.said, *([net.said] if net else [])],
    }
