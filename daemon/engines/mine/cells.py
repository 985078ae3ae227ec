"""Beats of a user's pitched loops in a new order: in time, in key, along a progression.

Each loop is brought to the tempo and key once. Then each beat of the piece takes the beat of some
loop that fits its chord, goes on from the last where it may, and stands at the same place of the
bar (concatenative synthesis after Schwarz, 2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from bridge.music import Key, Meter, loop_frames
from daemon.audio.loudness import loop_lufs
from daemon.audio.resample import resample_loop
from daemon.audio.sound import mixed
from daemon.audio.stretch import warp
from daemon.audio.stretch_map import StretchMap
from daemon.audio.stretchers.stretcher import Stretch
from daemon.engines.mine.loops import Loop
from daemon.engines.mine.shape import SAMPLE_RATE
from daemon.hearing import key as keys

#: Loops of which one piece is cut at most: each has to be stretched.
MOST_LOOPS = 4
#: s of a loop's other end that the stretcher hears before and after it.
_AROUND_S = 0.3
#: s before a beat where its cell begins, so that an attack is whole, and of the fade there.
_BEFORE_S, _FADE_S = 0.012, 0.008
#: Loudness of each loop before it is cut, LUFS.
_LUFS = -18.0
#: What a foreign chord costs, another place in the bar, a jump; and chance.
_CHORD, _PLACE, _JUMP, _CHANCE = 3.0, 1.0, 0.5, 1.0


@dataclass(frozen=True)
class Ready:
    """A loop at the tempo and key: float32 (frames, 2), its beats, and their chroma (beats, 12)."""

    loop: Loop
    audio: np.ndarray
    beats: int
    rate: int

    @cached_property
    def chroma(self) -> np.ndarray:
        mono = mixed(self.audio)
        hertz, weight, frame, _ = keys.spectral_peaks(mono, self.rate)
        table = np.zeros((self.beats, 12))
        if len(hertz):
            beat = (frame * keys.HOP_S * self.rate / len(mono) * self.beats).astype(int)
            classes = np.round(69 + 12 * np.log2(hertz / 440)).astype(int) % 12
            np.add.at(table, (np.minimum(beat, self.beats - 1), classes), weight**0.7)
        return np.asarray(table / np.maximum(table.sum(1, keepdims=True), 1e-9))


@dataclass(frozen=True)
class Cell:
    """One beat of a piece: beat `beat` of the loop numbered `loop`."""

    loop: int
    beat: int

    @property
    def next(self) -> Cell:
        return Cell(self.loop, self.beat + 1)


def ready(loop: Loop, bpm: float, key: Key, rate: int) -> Ready:
    """The loop at a tempo and in a key, a double or half of its tempo where that is nearer."""
    meter = Meter.parse(loop.meter)
    bars = loop.bars
    for factor in (2, 0.5):
        near = abs(np.log2(bpm / (loop.bpm * factor))) < abs(np.log2(bpm / loop.bpm)) - 0.2
        if near and float(loop.bars * factor).is_integer() and loop.bars * factor >= 1:
            bars = int(loop.bars * factor)
    frames = loop_frames(bars, meter, bpm, rate)
    audio = resample_loop(
        loop.audio, SAMPLE_RATE, rate, round(len(loop.audio) * rate / SAMPLE_RATE)
    )
    around, ratio = round(_AROUND_S * rate), frames / len(audio)
    audio = np.take(audio, np.arange(-around, len(audio) + around), axis=0, mode="wrap")
    semitones = 0 if loop.key is None else Key.parse(loop.key).semitones_to(key)
    wanted = Stretch(StretchMap.straight(around, ratio, frames), semitones=float(semitones))
    made = np.asarray(warp(audio, rate, wanted), np.float32)
    gain_db = np.clip(_LUFS - loop_lufs(made, rate), -30, 30)
    made = np.asarray(made * 10 ** (gain_db / 20), np.float32)
    return Ready(loop, made, bars * meter.beats_per_bar, rate)


def arranged(
    sources: Sequence[Ready],
    chords: Sequence[frozenset[int]],
    per_bar: int,
    most_beats: int,
    rng: np.random.Generator,
) -> list[Cell]:
    """A cell for each beat. `chords`: the pitch classes of each beat; `most_beats`: of one stretch.

    A bar whose chords stood before takes, every other time, that bar's cells.
    """
    every = [Cell(n, beat) for n, source in enumerate(sources) for beat in range(source.beats)]
    chroma = np.concatenate([source.chroma for source in sources])
    places = np.array([cell.beat % per_bar for cell in every])
    cells: list[Cell] = []
    run, again = 0, None
    for at, chord in enumerate(chords):
        bar, place = divmod(at, per_bar)
        if place == 0:
            again = _again(chords, per_bar, bar)
            if again is not None:
                # what stood there may go on from the last beat, as one stretch of both bars
                stretch = _ends_in([*cells[-run:], *cells[again * per_bar :][:per_bar]], run)
                again = again if stretch <= most_beats else None
        if again is not None:
            cells.append(cells[again * per_bar + place])
            run = run + 1 if len(cells) > 1 and cells[-2].next == cells[-1] else 1
            continue
        fits = chroma[:, sorted(chord)].sum(1) if chord else np.ones(len(every))
        cost = _CHORD * (fits.max() - fits) + _PLACE * (places != place)
        cost = cost + _CHANCE * rng.random(len(every))
        goes_on = np.array([bool(cells) and cells[-1].next == cell for cell in every])
        cost = cost + np.where(goes_on, np.inf if run >= most_beats else 0.0, _JUMP)
        chosen = every[int(np.argmin(cost))]
        run = run + 1 if goes_on.any() and cells and cells[-1].next == chosen else 1
        cells.append(chosen)
    return cells


def _again(chords: Sequence[frozenset[int]], per_bar: int, bar: int) -> int | None:
    """The bar that every third bar of four repeats, where its chords are the same."""
    if bar % 4 != 2:
        return None
    own = chords[bar * per_bar : (bar + 1) * per_bar]
    return bar - 2 if own == chords[(bar - 2) * per_bar : (bar - 1) * per_bar] else None


def _ends_in(cells: Sequence[Cell], at: int) -> int:
    """Beats of the stretch that begins the cells, or where it ends before the cell `at`, none."""
    length = next(
        (n for n, (one, other) in enumerate(pairwise(cells), 1) if one.next != other), len(cells)
    )
    return length if length > at else 0


def longest_beats(cells: Sequence[Cell]) -> int:
    """Beats of the longest stretch of one loop."""
    longest = run = 1
    for before, cell in pairwise(cells):
        run = run + 1 if before.next == cell else 1
        longest = max(longest, run)
    return longest


def joined(sources: Sequence[Ready], cells: Sequence[Cell], frames: int) -> np.ndarray:
    """Float32 (frames, 2): the cells one after another, round, faded where one jumps."""
    out = np.zeros((frames, 2), np.float32)
    rate = sources[0].rate
    before, fade = round(_BEFORE_S * rate), round(_FADE_S * rate)
    edges = np.round(np.arange(len(cells) + 1) * frames / len(cells)).astype(int)
    rise = np.sin(0.5 * np.pi * (np.arange(fade, dtype=np.float32) + 0.5) / fade)[:, None]
    for n, cell in enumerate(cells):
        source = sources[cell.loop]
        start = round(cell.beat * len(source.audio) / source.beats)
        length = edges[n + 1] - edges[n]
        piece = np.take(
            source.audio, np.arange(start - before, start + length - before + fade), axis=0,
            mode="wrap",
        ).copy()  # fmt: skip
        alike = cells[n - 1].next == cell, cell.next == cells[(n + 1) % len(cells)]
        # two halves of one stretch are added up again to what they were
        piece[:fade] *= rise**2 if alike[0] and n else rise
        piece[-fade:] *= rise[::-1] ** 2 if alike[1] and n + 1 < len(cells) else rise[::-1]
        out[np.arange(edges[n] - before, edges[n] - before + len(piece)) % frames] += piece
    return out
