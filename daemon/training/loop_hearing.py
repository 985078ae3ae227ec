"""A file heard as loops: on its grid, in pieces of whole bars, with strokes, notes and key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import soxr

from bridge.music import Meter
from daemon.audio.resample import fit_length
from daemon.audio.sound import mixed
from daemon.brief import Brief
from daemon.engines.mine.loops import PARTS, STROKES, Hit, Loop, Tone
from daemon.engines.mine.shape import SAMPLE_RATE
from daemon.hearing import key as keys
from daemon.hearing.drum_net import ROLES
from daemon.notes.listen import Ear, heard_at
from daemon.parts.cuts import attacks
from daemon.parts.single_notes import single_notes
from daemon.parts.source import Source

#: Bars of a piece of a longer file, and of a loop that is taken whole.
_PIECE_BARS, _MOST_BARS = 4, 16
#: Confidence from which a grid that was heard is cut along.
_SURE = 0.5
#: s within which an attack and a stroke that was heard are one, and the stroke's least confidence.
_TOGETHER_S, _STROKE = 0.035, 0.5
#: Strokes a second from which there are drums in it, and the share of power under 200 Hz of a bass.
_DRUMS_PER_S, _BASS_HZ, _BASS_SHARE = 1.0, 200.0, 0.7
#: Level under which a piece is silence, dB of full scale.
_SILENT_DB = -50.0
#: Words of a name -> part; the first match wins.
_NAMES = (
    (r"\b(drums?|beats?|breaks?|perc\w*|tops?|hats?|kicks?|snares?|grooves?|fills?)\b", "drums"),
    (r"\b(bass|sub|808|reese)\b", "bass"),
    (r"\b(lead|melod\w*|pluck|arp|flute|vox|vocals?)\b", "lead"),
    (r"\b(chords?|keys|pads?|piano|rhodes|organ|guitar|strings|synth|harmon\w*)\b", "chords"),
    (r"\b(mix|full|song|master)\b", "mix"),
)


def loops_of(path: Path) -> tuple[list[Loop], str]:
    """The loops of a file, or why it has none. AudioError where it cannot be read."""
    source = Source.read(Brief("", "", reference=str(path)))
    if source.grid.bpm is None or source.grid.confidence < _SURE:
        return [], "they are long, and no steady beat is heard in them"
    pieces = [piece for piece in _pieces(source) if not _is_silent(piece.audio)]
    if not pieces:
        return [], "they are shorter than a bar, or silent"
    return [_heard(piece, path) for piece in pieces], ""


def is_loop(path: Path) -> bool:
    """Whether a short file is whole bars of a beat."""
    source = Source.read(Brief("", "", reference=str(path)))
    return source.grid.is_loop and source.grid.confidence >= _SURE


def _pieces(source: Source) -> Iterator[Loop]:
    """The whole loop, or a longer file in pieces of four bars from its first downbeat on."""
    grid = source.grid
    meter = Meter.parse(grid.meter)
    bare = Loop(source.name, "", np.zeros((0, 2), np.float32), 0.0, 0, grid.meter, source.key)
    if grid.bars is not None and grid.bars <= _MOST_BARS:
        yield _cut(source, bare, 0.0, source.seconds, grid.bars, meter)
        return
    downbeats = [at for at in source.heard.downbeats_s if at >= -0.01]
    bar_s = meter.quarters_per_bar * 60 / float(grid.bpm or 120)
    if downbeats and source.seconds - downbeats[-1] > 0.98 * bar_s:
        downbeats.append(downbeats[-1] + bar_s)
    for number, first in enumerate(range(0, len(downbeats) - 1, _PIECE_BARS), 1):
        last = min(first + _PIECE_BARS, len(downbeats) - 1)
        named = replace(bare, name=f"{source.name} {number}")
        yield _cut(source, named, max(0.0, downbeats[first]), downbeats[last], last - first, meter)


def _cut(source: Source, bare: Loop, start_s: float, end_s: float, bars: int, meter: Meter) -> Loop:
    rate = source.sample_rate
    audio = source.audio[round(start_s * rate) : round(end_s * rate)]
    audio = np.repeat(audio, 2, axis=1) if audio.shape[1] == 1 else audio[:, :2]
    if rate != SAMPLE_RATE:
        audio = soxr.resample(audio, rate, SAMPLE_RATE)
    audio = fit_length(np.asarray(audio, np.float32), round((end_s - start_s) * SAMPLE_RATE))
    bpm = 60 * bars * meter.quarters_per_bar / (len(audio) / SAMPLE_RATE)
    return replace(bare, audio=audio, bars=bars, bpm=bpm)


def _is_silent(audio: np.ndarray) -> bool:
    if not len(audio):
        return True
    return bool(np.sqrt((audio.astype(np.float64) ** 2).mean()) < 10 ** (_SILENT_DB / 20))


def _heard(loop: Loop, path: Path) -> Loop:
    """The piece with its part by name or ear, and what that part is cut into."""
    mono = mixed(loop.audio)
    tones = keys.hear_tones(mono, SAMPLE_RATE)
    part = part_in(path.stem) or part_in(path.parent.name)
    hits: tuple[Hit, ...] = ()
    if part in (None, "drums"):
        hits = _hits(mono, loop.audio)
    part = part or _part_by_ear(mono, tones, hits, loop)
    assert part in PARTS
    return replace(
        loop,
        part=part,
        hits=hits if part == "drums" else (),
        tones=_tones(loop.audio) if part in ("bass", "lead") else (),
        key=None if part == "drums" else loop.key or _key(tones),
    )


def part_in(words: str) -> str | None:
    """The part that the words of a name say; None where they say none."""
    plain = re.sub(r"[_\-.0-9]+", " ", words.lower())
    return next((part for pattern, part in _NAMES if re.search(pattern, plain)), None)


def _key(tones: keys.Tones) -> str | None:
    found, _ = keys.find_key(tones)
    return found.short if found else None


def _part_by_ear(mono: np.ndarray, tones: keys.Tones, hits: tuple[Hit, ...], loop: Loop) -> str:
    drums = len(hits) / loop.seconds >= _DRUMS_PER_S
    if not tones.has_key:
        return "drums" if drums else "mix"
    if drums:
        return "mix"
    power = np.abs(np.fft.rfft(mono)) ** 2
    low = np.fft.rfftfreq(len(mono), 1 / SAMPLE_RATE) < _BASS_HZ
    return "bass" if power[low].sum() > _BASS_SHARE * power.sum() else "chords"


def _hits(mono: np.ndarray, audio: np.ndarray) -> tuple[Hit, ...]:
    """The strokes of the drums from attack to attack, named by the net that hears drums."""
    voice = Ear.of(heard_at(audio, SAMPLE_RATE), is_loop=True).drums()
    if not voice.is_there:
        return ()
    names = {pitch: role for role, pitch in ROLES.items()}
    strokes = [
        (note.start_s, names[note.pitch])
        for note in voice.surer_than(_STROKE)
        if note.pitch in names
    ]
    starts = attacks(mono, SAMPLE_RATE)
    found: list[Hit] = []
    loudest = float(np.abs(mono).max(initial=1e-9))
    for start, end in zip(starts, [*starts[1:], len(mono)], strict=True):
        near = {role for at, role in strokes if abs(at - start / SAMPLE_RATE) < _TOGETHER_S}
        roles = tuple(role for role in STROKES if role in near)
        if roles:
            peak = float(np.abs(mono[start:end]).max(initial=0)) / loudest
            found.append(Hit(start, end, roles, round(peak, 4)))
    return tuple(found)


def _tones(audio: np.ndarray) -> tuple[Tone, ...]:
    return tuple(
        Tone(
            start := round(one.at_s * SAMPLE_RATE),
            min(start + len(one.audio), len(audio)),
            round(one.note - one.cents / 100, 3),
        )
        for one in single_notes(audio, SAMPLE_RATE)
    )
