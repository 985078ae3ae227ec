"""Drums from the strokes of a user's loops: which stroke plays where, never a bar of one in a row.

The rows are the musician's, with the user's own lateness, or a bar of the user's own loops; in
either case each stroke is another one of the same kind than the one that stood there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soxr

from bridge.music import Meter
from daemon.audio.envelopes import faded
from daemon.engines.embedded.notes import STEP, Note
from daemon.engines.mine.loops import STROKES, Loop
from daemon.engines.mine.shape import SAMPLE_RATE

#: Voices of the musician's rows -> the stroke that plays them.
_STROKE_OF = {
    **dict.fromkeys(("kick", "hard kick", "808"), "kick"),
    **dict.fromkeys(("snare", "clap", "snap", "rim", "brush", "brush sweep"), "snare"),
    **dict.fromkeys(("hat", "shaker", "tambourine", "cowbell", "clave"), "hats"),
    **dict.fromkeys(("open hat", "ride", "crash"), "cymbals"),
}  # fmt: skip
#: Stroke -> the voice of the musician's that stands for it in notes and mix.
_VOICE_OF = {
    "kick": "kick", "snare": "snare", "toms": "mid tom", "cymbals": "open hat", "hats": "hat",
}  # fmt: skip
#: What plays where a loop has no stroke of a kind.
_LIKE = {"cymbals": "hats", "toms": "snare"}
#: Ticks within which notes are one stroke.
_TOGETHER = 30
#: What a missing and a foreign kind cost, an unlike strength, and chance.
_MISSING, _FOREIGN, _UNLIKE, _CHANCE = 4.0, 1.5, 1.0, 1.2
#: s of the fade at the end of a stroke.
_FADE_S = 0.012
#: Share of a sixteenth by which a stroke of the musician's rows may be moved by a user's groove.
_MOST_LATE = 0.3
#: Strength -> velocity: the sound's own level is taken off when it is cut.
_VELOCITY = 0.6


@dataclass(frozen=True)
class _Stroke:
    """One stroke of all loops: which loop, its number there, its kinds and strength."""

    loop: int
    number: int
    roles: frozenset[str]
    strength: float


class Strokes:
    """The strokes of some loops as a kit of the musician's: a note's variation names its stroke."""

    def __init__(self, loops: Sequence[Loop], rate: int) -> None:
        self._loops = loops
        self._rate = rate
        self._all = [
            _Stroke(n, k, frozenset(hit.roles), hit.strength)
            for n, loop in enumerate(loops)
            for k, hit in enumerate(loop.hits)
        ]
        self.kinds = frozenset(role for one in self._all for role in one.roles)

    def hit(self, voice: str, variation: int) -> np.ndarray | None:
        """Float32 (frames, 2), peak 1: as the player asks a kit."""
        one = self._all[variation]
        loop = self._loops[one.loop]
        hit = loop.hits[one.number]
        cut = loop.audio[hit.start : hit.end].copy()
        if self._rate != SAMPLE_RATE:
            cut = soxr.resample(cut, SAMPLE_RATE, self._rate).astype(np.float32)
        cut = faded(cut, self._rate, _FADE_S)
        return np.asarray(cut / max(float(np.abs(cut).max(initial=0)), 1e-6), np.float32)

    def from_rows(self, notes: Sequence[Note], rng: np.random.Generator) -> list[Note]:
        """The musician's notes on these strokes, late as the user's loops are."""
        late = self._lateness()
        wanted: list[tuple[int, frozenset[str], float]] = []
        for note in sorted(notes, key=lambda one: one.start):
            kind = _STROKE_OF.get(note.voice, "toms")
            kind = kind if kind in self.kinds else _LIKE.get(kind, kind)
            if kind not in self.kinds:
                continue
            if wanted and note.start - wanted[-1][0] < _TOGETHER:
                start, kinds, strength = wanted[-1]
                wanted[-1] = (start, kinds | {kind}, max(strength, note.velocity))
            else:
                wanted.append((note.start, frozenset({kind}), note.velocity))
        moved = [
            (max(0, start + late.get(round(start / STEP) % len(late), 0)), kinds, strength)
            for start, kinds, strength in wanted
        ]
        return self._played(moved, rng)

    def from_bars(self, bars: int, bar_ticks: int, rng: np.random.Generator) -> list[Note]:
        """Bars of the user's own loops, one, another and the first again, on other strokes."""
        found = [bar for loop in self._loops for bar in _bars_of(loop, bar_ticks) if len(bar) >= 2]
        if not found:
            return []
        chosen = [found[int(n)] for n in rng.choice(len(found), min(3, len(found)), replace=False)]
        form = (0, 1 % len(chosen), 0, len(chosen) - 1)
        wanted = [
            (bar * bar_ticks + tick, kinds, strength)
            for bar in range(bars)
            for tick, kinds, strength in chosen[form[bar % 4]]
        ]
        return self._played(wanted, rng)

    def _lateness(self) -> dict[int, int]:
        """Ticks by which the user's strokes are late, by sixteenth of a bar; medians."""
        late: dict[int, list[float]] = {}
        for loop in self._loops:
            per_tick = len(loop.audio) / (loop.bars * _bar_ticks(loop))
            for hit in loop.hits:
                tick = hit.start / per_tick
                step = round(tick / STEP)
                late.setdefault(step % (_bar_ticks(loop) // STEP), []).append(tick - step * STEP)
        steps = max(_bar_ticks(loop) // STEP for loop in self._loops)
        most = _MOST_LATE * STEP
        return {
            step: round(float(np.clip(np.median(late.get(step, [0.0])), -most, most)))
            for step in range(steps)
        }

    def _played(
        self, wanted: Sequence[tuple[int, frozenset[str], float]], rng: np.random.Generator
    ) -> list[Note]:
        """A stroke for each (tick, kinds, strength); no stretch of a loop goes on past a bar."""
        notes: list[Note] = []
        before: _Stroke | None = None
        run_from = 0
        for tick, kinds, strength in wanted:
            costs = [
                _MISSING * len(kinds - one.roles)
                + _FOREIGN * len(one.roles - kinds)
                + _UNLIKE * abs(one.strength - strength)
                for one in self._all
            ]
            luck = _CHANCE * rng.random(len(costs))
            for at in np.argsort(np.array(costs) + luck):
                chosen = self._all[int(at)]
                goes_on = before is not None and (before.loop, before.number + 1) == (
                    chosen.loop, chosen.number,
                )  # fmt: skip
                if not goes_on:
                    run_from = chosen.number
                loop = self._loops[chosen.loop]
                run = loop.hits[chosen.number].end - loop.hits[run_from].start
                if not goes_on or run <= len(loop.audio) / loop.bars:
                    break
            main = next(kind for kind in STROKES if kind in (kinds & chosen.roles or chosen.roles))
            velocity = float(np.clip(strength, 0.05, 1.0)) ** _VELOCITY
            notes.append(Note(tick, STEP, 0, velocity, _VOICE_OF[main], variation=int(at)))
            before = chosen
        return notes


def _bar_ticks(loop: Loop) -> int:
    return Meter.parse(loop.meter).sixteenths_per_bar * STEP


def _bars_of(loop: Loop, bar_ticks: int) -> list[list[tuple[int, frozenset[str], float]]]:
    """The strokes of each bar, as (tick, kinds, strength)."""
    if _bar_ticks(loop) != bar_ticks:
        return []
    found: list[list[tuple[int, frozenset[str], float]]] = [[] for _ in range(loop.bars)]
    for hit in loop.hits:
        tick = round(hit.start / len(loop.audio) * loop.bars * bar_ticks)
        bar, within = divmod(tick, bar_ticks)
        # a stroke a hair before the bar line is its next bar's first
        if bar_ticks - within < STEP // 4:
            bar, within = bar + 1, 0
        found[bar % loop.bars].append((within, frozenset(hit.roles), hit.strength))
    return [sorted(bar, key=lambda one: one[0]) for bar in found]
