"""MIDI files for tests: tunes of known notes, clips of the embedded musician, odd files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import mido

from bridge.music import Key, Meter
from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.pieces.midi import midi_of, read_midi
from daemon.pieces.piece import Note, Part, Piece
from daemon.verbs.registry import Result

STEP = 240
#: "Twinkle, twinkle", first eight bars: (pitch, sixteenths) in C.
TWINKLE = [
    (60, 4), (60, 4), (67, 4), (67, 4), (69, 4), (69, 4), (67, 8),
    (65, 4), (65, 4), (64, 4), (64, 4), (62, 4), (62, 4), (60, 8),
    (67, 4), (67, 4), (65, 4), (65, 4), (64, 4), (64, 4), (62, 8),
    (67, 4), (67, 4), (65, 4), (65, 4), (64, 4), (64, 4), (62, 8),
]  # fmt: skip


def line(notes: Sequence[tuple[int, int]], name: str = "lead", **more: Any) -> Part:
    """A part of (pitch, sixteenths) one after the other; pitch 0 is a rest."""
    at, done = 0, []
    for pitch, steps in notes:
        if pitch:
            done.append(Note(at * STEP, pitch, steps * STEP - 20, 90))
        at += steps
    return Part(name, tuple(done), **more)


def drums(bars: int, rows: dict[int, str]) -> Part:
    """Drums of rows of sixteen marks by General MIDI number: `x` a stroke, `X` an accent."""
    return Part(
        "drums",
        tuple(
            sorted(
                Note((16 * bar + step) * STEP, number, 120, 110 if mark == "X" else 80)
                for bar in range(bars)
                for number, row in rows.items()
                for step, mark in enumerate(row)
                if mark != "."
            )
        ),
        is_drums=True,
    )


def twinkle(key: str = "C", bpm: float = 100.0) -> Piece:
    shift = (Key.parse(key).tonic + 6) % 12 - 6
    part = line([(pitch + shift, steps) for pitch, steps in TWINKLE])
    return Piece("twinkle", (part,), bpm, Meter(), Key.parse(key), 8)


@cache
def musician(genre: str, seed: int, bars: int = 4) -> Piece:
    """A clip of the embedded musician, as its own MIDI file tells it."""
    brief = Brief(genre, genre, genre=genre, kind="midi", bpm=120.0, bars=bars)
    take = make(brief, seed, lambda *_: None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{genre}.mid"
        path.write_bytes(take.midi or b"")
        return read_midi(path)


def written(folder: Path, piece: Piece) -> Path:
    path = folder / f"{piece.name}.mid"
    path.write_bytes(midi_of(piece))
    return path


def run(
    work: Callable[..., Any], source: Path | Piece, folder: Path, **request: Any
) -> list[Result]:
    """The results of a verb's work on a piece or a file."""
    path = written(folder, source) if isinstance(source, Piece) else source
    own = ("seed", "prompt", "genre", "other", "bpm", "bars", "instruments", "corrected",
           "other_corrected")  # fmt: skip
    held = {name: request[name] for name in own if name in request}
    brief = Brief(
        **{"prompt": "", "words": "", "do": work.__name__.strip("_"), "bpm": None, "bars": None,
           "reference": str(path), **held}
    )  # fmt: skip
    return list(work(brief, request, folder, lambda *_: None))


def piece_of(result: Result, folder: Path) -> Piece:
    path = folder / "result.mid"
    path.write_bytes(result.midi or b"")
    return read_midi(path)


def raw(folder: Path, name: str = "odd.mid", **more: Any) -> tuple[Path, mido.MidiFile]:
    """A file of one quarter note, to be made odd, and where it goes."""
    file = mido.MidiFile(type=1, ticks_per_beat=480, **more)
    track = mido.MidiTrack()
    track.append(mido.Message("note_on", note=60, velocity=80, time=0))
    track.append(mido.Message("note_off", note=60, time=480))
    file.tracks.append(track)
    return folder / name, file
