"""A loop of sound whose notes are changed where they stand: all else stays, to the sample.

It is taken apart by the work of `split`, each part is written down by that of `transcribe`, and
where a part's notes change, the musician's playing takes the place of that part alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from bridge.music import Key, Meter
from daemon.audio.loudness import measure_level, turned_down
from daemon.brief import Brief
from daemon.engines.embedded.notes import STEP
from daemon.errors import ConformError
from daemon.notes.transcribe import written_down
from daemon.parts.kit import cut_kit
from daemon.parts.places import PARTS
from daemon.parts.source import Source
from daemon.parts.split import check
from daemon.parts.stems import Stems
from daemon.pieces.hearing import HEARD_SHARE, piece_of, tempo_said
from daemon.pieces.midi import midi_of
from daemon.pieces.piece import Note, Part, Piece
from daemon.pieces.play import play, voice_of
from daemon.pieces.source import is_asked
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell

#: What is listened for in each stem; voices are not heard as notes, and stay.
_VOICES = {"drums": "drums", "bass": "mono", "other": "poly", "chords": "poly", "lead": "mono"}
#: s before a beat at which its part changes hands, and over which one fades into the other: a
#: stroke that is felt early is still whole.
_EARLY_S, _FADE_S = 0.02, 0.008
#: Peak from which whole numbers would clip it.
_FULL = 1.0
#: Ticks after the last change of one note by which the next belongs to the same stretch.
_TOGETHER = STEP


@dataclass(frozen=True)
class Loop:
    """A loop taken apart and written down. The piece's parts are named as the stems are."""

    source: Source
    stems: Stems
    piece: Piece
    unheard: tuple[str, ...]
    """Stems that sound, and stay: no notes are heard in them."""

    def stem_names(self, names: Iterable[str]) -> list[str]:
        """The stems that users' names of parts mean: chords and lead are one where it is heard."""
        own = {part.name for part in self.piece.parts}
        return [n if n in own else PARTS.get(n.strip().lower(), (n, n))[1] for n in names]


def take_apart(brief: Brief, folder: Path, tell: Tell) -> Loop:
    """The brief's source. ConformError where it is no loop, or no notes are heard in it."""
    source = Source.read(brief)
    check(source)
    grid = source.grid
    if grid.bars is None or grid.bpm is None:
        raise ConformError(source.no_loop or f"{source.name} is one sound: it has no bars")
    if is_asked(brief, "bpm") and brief.bpm is not None and abs(brief.bpm - grid.bpm) > 0.01:
        raise ConformError(
            f"bpm: {source.name} has {grid.bpm:g} bpm, and what is not changed stays as it is;"
            " `sidecrate fit` gives a loop another tempo"
        )
    half = HEARD_SHARE / 2
    stems = Stems(source, brief.separator, lambda share, words: tell(half * share, words))
    parts, unheard = [], []
    sounding = [name for name, one in stems.parts.items() if not stems.is_empty(name, one)]
    for k, name in enumerate(sounding):
        tell(half * (1 + k / len(sounding)), f"listening to its {name}")
        part = _heard(source, name, stems.parts[name], folder) if name in _VOICES else None
        if part is None:
            unheard.append(name)
        else:
            parts.append(part)
    if not parts:
        raise ConformError(f"{source.name}: no notes are heard in it that could be changed")
    key = Key.parse(source.key) if source.key else None
    said = (
        f"its parts are told by the {stems.method}, and their notes are heard",
        *tempo_said(source),
    )
    piece = Piece(
        source.title, tuple(parts), grid.bpm, Meter.parse(grid.meter), key, grid.bars, said, True
    )
    return Loop(source, stems, piece, tuple(unheard))


def _heard(source: Source, name: str, stem: np.ndarray, folder: Path) -> Part | None:
    """A stem's notes; None where none are as sure as they must be."""
    own = replace(source, audio=stem, record=None, known=source.grid)
    try:
        result = written_down(own, {"voice": _VOICES[name]}, lambda *_: None)
    except ConformError:
        return None
    parts = piece_of(result, folder, name).parts
    notes = sorted(note for part in parts for note in part.notes)
    return Part(name, tuple(notes), parts[0].program, name == "drums")


@dataclass(frozen=True)
class PutBack:
    """float32 (frames, channels), and what took whose place: the bars from 1 by part."""

    audio: np.ndarray
    gain_db: float
    players: dict[str, str]
    bars: dict[str, list[int]]


def put_back(loop: Loop, made: Piece, words: Brief, folder: Path, tell: Tell) -> PutBack:
    """The loop with `made`'s notes where they differ from what was heard; the rest as it was."""
    source, audio = loop.source, loop.source.audio
    rate = source.sample_rate
    players: dict[str, str] = {}
    bars: dict[str, list[int]] = {}
    for old, new in zip(loop.piece.parts, made.parts, strict=True):
        spans = changed_spans(old.notes, new.notes, loop.piece.beat_ticks)
        if not spans:
            continue
        tell(HEARD_SHARE + (1 - HEARD_SHARE) * len(bars) / len(made.parts), f"playing {old.name}")
        stem = loop.stems.parts[old.name]
        kit = _own_kit(loop, stem, folder) if old.name == "drums" else None
        asked = words.amended(sample_rate=rate, kit=kit)
        played = play(made.with_parts([new]), asked, lambda *_: None)
        weight = weights(spans, loop.piece, len(audio), rate)[:, None]
        audio = audio + weight * (_as_stem(played, stem, rate) - stem)
        players[old.name] = _player(new, kit, asked)
        width = loop.piece.bar_ticks
        bars[old.name] = sorted({1 + t // width for a, b in spans for t in range(a, b, STEP)})
    # by its samples' peak: a loop that touches full scale, as most do, stays as it is
    peak = float(np.abs(audio).max(initial=0))
    gain_db = -20 * math.log10(peak) if peak > _FULL and bars else 0.0
    return PutBack(audio * np.float32(10 ** (gain_db / 20)), gain_db, players, bars)


def _player(part: Part, kit: str | None, words: Brief) -> str:
    if part.role == "drums":
        return "its own sounds" if kit else "the musician's drums"
    return voice_of(part, None, words).voice


def _shown(stem: str) -> str:
    return "the rest" if stem == "other" else f"its {stem}"


def changed_spans(
    old: Sequence[Note], new: Sequence[Note], beat_ticks: int
) -> list[tuple[int, int]]:
    """The beats, as (first tick, tick after the last), in which notes came or went, or ring on."""
    gone, come = set(old) - set(new), set(new) - set(old)
    reach = []
    for note in sorted(gone | come):
        first = (note.start + STEP // 2) // beat_ticks * beat_ticks
        end = max(note.end - STEP // 2, first + 1)
        reach.append((first, -(-end // beat_ticks) * beat_ticks))
    spans: list[tuple[int, int]] = []
    for first, end in reach:
        if spans and first <= spans[-1][1] + _TOGETHER:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((first, end))
    return spans


def weights(spans: Sequence[tuple[int, int]], piece: Piece, frames: int, rate: int) -> np.ndarray:
    """How far, 0-1, what is new has taken the place of what was: float32 (frames,).

    It goes round the loop's seam, and is exactly 0 wherever nothing changes.
    """
    fade = round(_FADE_S * rate)
    early = round(_EARLY_S * rate)
    rise = (0.5 - 0.5 * np.cos(np.pi * (np.arange(fade) + 0.5) / fade)).astype(np.float32)
    whole = np.zeros(frames, np.float32)
    for first, end in spans:
        start, stop = (round(min(t, piece.ticks) / piece.ticks * frames) for t in (first, end))
        if stop - start >= frames:
            return np.ones(frames, np.float32)
        shape = np.concatenate([rise, np.ones(stop - start - fade, np.float32), rise[::-1]])
        where = (np.arange(len(shape)) + start - early - fade) % frames
        whole[where] = np.maximum(whole[where], shape)
    return whole


def _own_kit(loop: Loop, drums: np.ndarray, folder: Path) -> str | None:
    """The folder of the loop's own drum sounds, by which new strokes are played; None without."""
    rate = loop.source.sample_rate
    shots = cut_kit(drums, loop.stems.pieces(), rate, loop.stems.pieces_are_exact)
    kit = folder / "kit"
    kit.mkdir(exist_ok=True)
    for k, shot in enumerate(shots):
        soundfile.write(kit / f"{shot.role} {k}.wav", shot.audio, rate, "FLOAT")
    return str(kit) if {"kick", "snare", "hat"} <= {shot.role for shot in shots} else None


def _as_stem(played: np.ndarray, stem: np.ndarray, rate: int) -> np.ndarray:
    """The playing with the stem's channels, and as loud as it is."""
    if stem.shape[1] == 1:
        played = played.mean(axis=1, keepdims=True, dtype=np.float32)
    now, then = (measure_level(one, rate, is_loop=True).lufs for one in (played, stem))
    gain_db = then - now if np.isfinite(then - now) else 0.0
    return np.asarray(played * np.float32(10 ** (gain_db / 20)), np.float32)


def results(
    loop: Loop, made: Piece, brief: Brief, folder: Path, tell: Tell, *,
    method: str, words: str, report: dict[str, Any],
) -> Iterator[Result]:  # fmt: skip
    """The loop with what `made` changed of it, its notes beside it."""
    back = put_back(loop, made, brief, folder, tell)
    source, grid = loop.source, loop.source.grid
    stay = [part.name for part in made.parts if part.name not in back.bars] + list(loop.unheard)
    said = [*loop.piece.said]
    if back.gain_db:
        said.append(f"all of it is {turned_down(back.gain_db)}")
    if stay:
        exactly = "" if back.gain_db else ", to the sample"
        said.append(f"as before{exactly}: {', '.join(map(_shown, stay))}")
    said += [
        f"{_shown(name)} changed in bar{'s' if len(bars) > 1 else ''} {', '.join(map(str, bars))},"
        f" played by {back.players[name]}; elsewhere as it was"
        for name, bars in back.bars.items()
    ]
    did = {**report["did"], "played_by": back.players, "changed_bars": back.bars}
    yield Result(
        "loop",
        back.audio,
        source.sample_rate,
        midi=midi_of(made),
        words=f"{source.title} {words}",
        bpm=grid.bpm,
        key=source.key,
        meter=grid.meter,
        bars=grid.bars,
        method=brief.do,
        model=method,
        license=source.licence,
        keeps_level=True,
        report={
            **report,
            "did": {**did, "gain_db": round(back.gain_db, 2)},
            "said": [*said, *(one for one in report["said"] if one not in said)],
        },
    )
