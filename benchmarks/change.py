"""The note tools, beside a Markov chain of order 1 and a piece's own other half, in one run.

Old tunes that belong to nobody, lines of the embedded musician with seeds that nothing was tuned
on, chorales where music21 is installed, and 100 tunes of a folder of `.abc` files where one is
given. Go on: the first half is the
source, and what comes is held against it as the true second half is. Infill: two bars at a time, as
those that were there are held against the rest. Distances are Jensen-Shannon's, base 2, of
intervals and of rhythm in pairs.

    python -m benchmarks change
    python -m benchmarks.change --tunes oneills1850/
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.abc_tunes import abc_tunes
from benchmarks.chorales import chorales
from benchmarks.doors import daemon, round_trips
from benchmarks.judge import Judged, cross_validated, looks
from benchmarks.old_tunes import old_tunes
from bridge.osc.packet import build_message
from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.notes import STEP
from daemon.pieces.drumify import drums_of, rhythm_of
from daemon.pieces.going_on import continued, infilled, part_of_bars
from daemon.pieces.midi import read_midi
from daemon.pieces.morph import distance, keeps_to_key, steps_of, way
from daemon.pieces.piece import Note, Part, Piece, share_in_key
from daemon.pieces.vary import retaken

#: Seeds from here on nothing was tuned on.
FIRST_SEED = 1_000_000
GENRES = ("house", "jazz", "folk", "boom bap", "techno", "bossa nova", "rock", "pop", "reggae",
          "funk", "classical", "trance", "soul", "drum and bass", "blues", "lo-fi")  # fmt: skip
#: Bars of the musician's pieces.
_BARS = 8
#: Notes that make pairs of intervals.
_FEWEST_NOTES = 3
_SEEDS = 3
#: Tunes of a folder that are measured, and chorales.
_FROM_FOLDER = 100
_CHORALES = 40
#: Semitones over a root of what sounds together as a chord.
_CHORDS = tuple(
    frozenset(one)
    for one in ((0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 7, 10), (0, 4, 7, 11), (0, 3, 7, 10),
                (0, 3, 6, 10), (0, 3, 6, 9))
)  # fmt: skip


def bench() -> None:
    compare(None)


def compare(folder: Path | None) -> None:
    """Every table; `folder` holds ABC tunes that are measured as well."""
    pieces = [musician(genre, FIRST_SEED + k) for k, genre in enumerate(GENRES)]
    lines = [one_line(piece, part) for piece in pieces for part in piece.pitched if part.is_line]
    tunes = old_tunes()
    groups = {"old tunes": tunes, "musician's lines": lines}
    sung = chorales(_CHORALES)
    if sung:
        groups["chorales' sopranos"] = [one_line(piece, piece.parts[0]) for piece in sung]
        together_table(sung)
    if folder is not None:
        groups["tunes of the folder"] = abc_tunes(folder, _FROM_FOLDER)
    for name, songs in groups.items():
        go_on_table(name, songs)
        gap_table(name, songs)
    for name, songs in {"old tunes and lines": [*tunes, *lines], **groups}.items():
        judge_table(name, songs)
    way_table([*tunes, *lines], pieces)
    drum_table([*tunes, *pieces])
    vary_table(pieces)
    speed_table(tunes)
    key_table()


def musician(genre: str, seed: int) -> Piece:
    brief = Brief(genre, genre, genre=genre, kind="midi", bpm=110.0, bars=_BARS)
    take = make(brief, seed, lambda *_: None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{genre}.mid"
        path.write_bytes(take.midi or b"")
        return read_midi(path)


def one_line(piece: Piece, part: Part) -> Piece:
    return replace(piece, name=f"{piece.name} {part.name}", parts=(part,), key=piece.key_)


# -- go on


def go_on_table(name: str, songs: Sequence[Piece]) -> None:
    print(f"\ngo on: {len(songs)} {name}, {_SEEDS} seeds")
    ways: dict[str, Callable[[Piece, int, int], Piece]] = {
        "own": lambda half, bars, seed: part_of_bars(
            continued(half, bars, 1.0, seed), half.bars, half.bars + bars
        ),
        "Markov, order 1": markov,
    }
    rows: dict[str, list[tuple[float, ...]]] = {"second half itself": []}
    for song in songs:
        middle = song.bars // 2
        first, second = part_of_bars(song, 0, middle), part_of_bars(song, middle, song.bars)
        if not (first.notes and second.notes and len(first.notes) > 5):
            continue
        rows["second half itself"].append(measures(first, second))
        for way_name, generate in ways.items():
            for seed in range(_SEEDS):
                made = generate(first, second.bars, seed)
                if made.notes:
                    rows.setdefault(way_name, []).append(measures(first, made))
    _print_measures(rows)


def _print_measures(rows: dict[str, list[tuple[float, ...]]]) -> None:
    print(f"{'':<22}{'in key':>8}{'on step':>9}{'in register':>13}{'intervals':>11}{'rhythm':>9}")
    for label, found in rows.items():
        key, step, register, intervals, rhythm = np.mean(found, axis=0)
        print(
            f"{label:<22}{key:8.3f}{step:9.3f}{register:13.3f}{intervals:11.3f}{rhythm:9.3f}",
            flush=True,
        )


def gap_table(name: str, songs: Sequence[Piece]) -> None:
    """Two bars at a time: those that were there, and those that are written there."""
    print(f"\ninfill: {len(songs)} {name}, each gap of two bars")
    rows: dict[str, list[tuple[float, ...]]] = {}
    fills = {"the bars themselves": lambda song, *_: song, "own": own_fill}
    for song in songs:
        for seed, gap in enumerate(gaps_of(song)):
            rest = _without(song, gap)
            for label, fill in {**fills, "Markov, order 1": markov_fill}.items():
                made = part_of_bars(fill(song, gap, seed), gap[0], gap[-1] + 1)
                if len(made.notes) > _FEWEST_NOTES and len(rest.notes) > _FEWEST_NOTES:
                    rows.setdefault(label, []).append(measures(rest, made))
    _print_measures(rows)


def gaps_of(song: Piece) -> list[list[int]]:
    """Each two bars with notes in both, but for the first bar and the last."""
    pairs_of_bars = [[first, first + 1] for first in range(1, song.bars - 2, 2)]
    return [gap for gap in pairs_of_bars if all(song.bar(song.parts[0], bar) for bar in gap)]


def _without(song: Piece, gap: Sequence[int]) -> Piece:
    start, end = (bar * song.bar_ticks - STEP // 2 for bar in (gap[0], gap[-1] + 1))
    part = song.parts[0]
    return song.with_parts([part.with_notes(n for n in part.notes if not start <= n.start < end)])


def measures(source: Piece, other: Piece) -> tuple[float, ...]:
    """Shares in key, on the source's steps and in its register, and the two distances to it."""
    notes = other.notes
    places = {note.start % (4 * STEP) // (STEP // 4) for note in source.notes}
    low, high = min(n.pitch for n in source.notes), max(n.pitch for n in source.notes)
    return (
        share_in_key(notes, source.key_),
        sum(n.start % (4 * STEP) // (STEP // 4) in places for n in notes) / len(notes),
        sum(low - 2 <= n.pitch <= high + 2 for n in notes) / len(notes),
        jensen_shannon(pairs(source, rhythm=False), pairs(other, rhythm=False)),
        jensen_shannon(pairs(source, rhythm=True), pairs(other, rhythm=True)),
    )


def pairs(piece: Piece, *, rhythm: bool) -> Counter[tuple[int, int]]:
    notes = piece.notes
    if rhythm:
        row = [round((b.start - a.start) / STEP) for a, b in pairwise(notes)]
    else:
        row = [b.pitch - a.pitch for a, b in pairwise(notes)]
    return Counter(pairwise(row))


def jensen_shannon(one: Counter[tuple[int, int]], other: Counter[tuple[int, int]]) -> float:
    total, others = sum(one.values()), sum(other.values())
    if not total or not others:
        return 1.0
    bits = 0.0
    for kind in one.keys() | other.keys():
        p, q = one[kind] / total, other[kind] / others
        middle = (p + q) / 2
        bits += sum(0.5 * share * math.log2(share / middle) for share in (p, q) if share)
    return math.sqrt(max(0.0, bits))


def markov(half: Piece, bars: int, seed: int) -> Piece:
    """A chain of order 1 over (pitch, sixteenths to the next note) of the source."""
    stream = random.Random(f"{seed}:markov")
    notes = half.notes
    kinds = [(a.pitch, max(1, round((b.start - a.start) / STEP))) for a, b in pairwise(notes)]
    kinds.append((notes[-1].pitch, max(1, round(notes[-1].length / STEP))))
    after: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for a, b in pairwise(kinds):
        after.setdefault(a, []).append(b)
    now, at, made = kinds[-1], 0, []
    end = bars * half.bar_ticks
    while at < end:
        now = stream.choice(after.get(now) or kinds)
        made.append(Note(at, now[0], max(1, min(now[1] * STEP, end - at)), 90))
        at += now[1] * STEP
    return half.with_parts([half.parts[0].with_notes(made)], bars)


def together_table(songs: Sequence[Piece]) -> None:
    """Whether voices that go on together keep to each other: what sounds on a beat is a chord."""
    print(f"\nvoices together: beats of {len(songs)} chorales' second halves that are a chord")
    rows: dict[str, list[float]] = {}
    for k, song in enumerate(songs):
        middle = song.bars // 2
        first, second = part_of_bars(song, 0, middle), part_of_bars(song, middle, song.bars)
        new = range(first.bars, song.bars)
        own = part_of_bars(continued(first, len(new), 1.0, k), first.bars, song.bars)
        alone = [markov(one_line(first, part), len(new), k).parts[0] for part in first.parts]
        ways = {"second half itself": second, "own": own}
        for label, piece in {**ways, "Markov, each alone": second.with_parts(alone)}.items():
            rows.setdefault(label, []).append(share_of_chords(piece))
    for label, found in rows.items():
        print(f"{label:<22}{statistics.mean(found):8.3f}", flush=True)


def share_of_chords(piece: Piece) -> float:
    """The share of beats with two notes and more on which all of them are tones of one chord."""
    beats = [
        {note.pitch % 12 for note in piece.notes if note.start <= at < note.end}
        for at in range(0, piece.ticks, piece.beat_ticks)
    ]
    full = [beat for beat in beats if len(beat) > 1]
    fits = sum(
        any({(one - root) % 12 for one in beat} <= chord for root in beat for chord in _CHORDS)
        for beat in full
    )
    return fits / max(1, len(full))


# -- the judge


def judge_table(name: str, songs: Sequence[Piece]) -> None:
    """Whether a classifier tells two bars in their places from those that were written there."""
    print(f"\ninfill, {name}: a judge is right, cross-validated over pieces (50 % is chance)")
    for label, fill in (("own", own_fill), ("Markov, order 1", markov_fill)):
        judged = Judged([], [], [])
        for k, song in enumerate(songs):
            for seed, gap in enumerate(gaps_of(song)):
                for written, piece in ((0, song), (1, fill(song, gap, seed))):
                    if all(piece.bar(piece.parts[0], bar) for bar in gap):
                        judged.features.append(looks(piece, gap))
                        judged.written.append(written)
                        judged.groups.append(k)
        print(f"{label:<22}{cross_validated(judged):8.3f}  of {len(judged.written)} pairs of bars")


def own_fill(song: Piece, gap: list[int], seed: int) -> Piece:
    return infilled(song, gap, 1.0, seed)


def markov_fill(song: Piece, gap: list[int], seed: int) -> Piece:
    rest = _without(song, gap)
    made = markov(rest, len(gap), seed)
    moved = [note.moved(gap[0] * song.bar_ticks) for note in made.notes]
    return song.with_parts([rest.parts[0].with_notes([*rest.notes, *moved])])


# -- the other tools


def way_table(lines: Sequence[Piece], pieces: Sequence[Piece]) -> None:
    stream = random.Random("ways")
    nearer = further = steps = out = bars = 0
    for group in (lines, pieces):
        for _ in range(20):
            first, last = stream.sample(list(group), 2)
            if not {p.role for p in first.parts} & {p.role for p in last.parts}:
                continue
            found = steps_of(way(first, last, stream.randrange(99)), 8)
            for a, b in pairwise(found):
                steps += 1
                nearer += distance(b, last) < distance(a, last)
                further += distance(first, b) > distance(first, a)
            for piece in found:
                bars += piece.bars
                out += piece.bars * (not keeps_to_key(piece, first, last))
                out += any(note.start >= piece.ticks for note in piece.notes)
    print(
        f"\ninterpolate: {steps} steps, nearer {nearer / steps:.3f}, further {further / steps:.3f},"
    )
    print(f"  {out} of {bars} bars out of key or meter")


def drum_table(songs: Sequence[Piece]) -> None:
    print("\ndrumify: strokes and onsets of the source within an eighth, at a density of 0.5")
    print(f"{'':<22}{'precision':>10}{'recall':>8}{'F1':>7}")
    rows = []
    for k, song in enumerate(songs):
        rhythm = rhythm_of(song, song.pitched)
        words = Brief("", "", genre=GENRES[k % len(GENRES)], bpm=song.bpm, seed=k)
        part, _ = drums_of(song, rhythm, words, 0.5)
        hits = {round(note.start / STEP) for note in part.notes}
        rows.append((near(hits, rhythm.strength), near(rhythm.strength, hits)))
    precision, recall = np.mean(rows, axis=0)
    f1 = statistics.mean(2 * p * r / (p + r) for p, r in rows if p + r)
    print(f"{len(rows)} sources{precision:22.3f}{recall:8.3f}{f1:7.3f}")


def near(these: Iterable[int], those: Iterable[int]) -> float:
    own, other = set(these), set(those)
    return sum(any(abs(a - b) <= 2 for b in other) for a in own) / max(1, len(own))


def vary_table(pieces: Sequence[Piece]) -> None:
    grows = steps = 0
    for k, piece in enumerate(pieces):
        found = way(piece, retaken(piece, k), k)
        far = [distance(piece, found.at(share)) for share in np.linspace(0, 1, 6)]
        steps += 5
        grows += sum(a <= b for a, b in pairwise(far))
    print(f"\nvary: {grows} of {steps} steps of strength change no less than the one before")


def speed_table(tunes: Sequence[Piece]) -> None:
    """A warm clip beside the time that a bar of it lasts."""
    brief = Brief("house", "house", genre="house", kind="midi", bpm=124.0, bars=4)
    make(brief, 1, lambda *_: None)
    began = time.perf_counter()
    for seed in range(2, 7):
        make(brief, seed, lambda *_: None)
    made_s = (time.perf_counter() - began) / 5
    began = time.perf_counter()
    for k, tune in enumerate(tunes):
        continued(tune, 4, 1.0, k)
    gone_on_s = (time.perf_counter() - began) / len(tunes)
    bar_s = 240 / 124
    print(f"\nwarm, as a share of one bar at 124: make a MIDI clip {made_s / bar_s:.3f},"
          f" go on by four bars {gone_on_s / bar_s:.3f}")  # fmt: skip


def key_table(presses: int = 8) -> None:
    """From a request by OSC to the answer that its MIDI clip lies in the crate, worker warm."""
    took = []
    with tempfile.TemporaryDirectory() as home, daemon(Path(home)) as (_, _, link, _):
        for press in range(presses + 1):
            asked = build_message(
                "/sidecrate/generate", "house", "kind", "midi", "bars", 4, "id", f"key{press}"
            )
            took += round_trips(link.port, [asked], "/done", 60.0)
            time.sleep(0.3)
    warm = sorted(took[1:])
    print(
        f"\na key pressed to its MIDI clip: cold {took[0] / 1000:.2f} s, warm median"
        f" {statistics.median(warm) / 1000:.3f} s, longest {warm[-1] / 1000:.3f} s (aim 0.3)"
    )


def main() -> None:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("--tunes", type=Path, help="a folder of .abc files")
    compare(about.parse_args().tunes)


if __name__ == "__main__":
    main()
