"""The time of a piece: its bars, their chords, and how people keep time and strength."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property

from bridge.music import Key
from daemon.engines.embedded.harmony import Chord, chords_of_bar
from daemon.engines.embedded.kits import WOOD
from daemon.engines.embedded.notes import STEP, TICKS_PER_QUARTER
from daemon.engines.embedded.plan import Plan, Section

#: What marks where each bar begins, by its name in `Feel.late_ms`.
_ON_ONE = ("kick", "hard kick")
#: Exponent of the velocity in a note's gain, between drums' and other voices'.
_ARC_DYNAMICS = 1.4
#: Renderings of a machine's drum, and of one that is struck by people.
_STROKES, _STROKES_BY_HAND = 3, 4
#: Grid of note lengths: notes of equal length share one rendering.
_LENGTH_TICKS = STEP // 4


@dataclass(frozen=True)
class Bar:
    """One bar: `index` in the piece, its section, `place` within it, and `start` in ticks."""

    index: int
    section: Section
    place: int
    start: int

    @property
    def last_of_section(self) -> bool:
        return self.place == self.section.bars - 1


class Timeline:
    """The bars of a plan, and the moments and strengths of notes in them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.steps = plan.meter_.sixteenths_per_bar
        self.bar_ticks = self.steps * STEP
        self.key: Key = plan.key_
        sounds = plan.drums.sounds.values() if plan.drums else ()
        by_hand = plan.version >= 6 and any(sound.voice.startswith(WOOD) for sound in sounds)
        self.strokes = _STROKES_BY_HAND if by_hand else _STROKES
        #: How far each player strayed last, in standard deviations.
        self._off: dict[str, float] = {}

    @cached_property
    def bars(self) -> list[Bar]:
        found: list[Bar] = []
        for section in self.plan.sections:
            for place in range(section.bars):
                found.append(Bar(len(found), section, place, len(found) * self.bar_ticks))
        return found

    @property
    def ticks(self) -> int:
        return len(self.bars) * self.bar_ticks

    def tick(self, step: float) -> int:
        """Tick of a step within its bar, with swing: each second unit of a pair is delayed."""
        unit = self.plan.swing_steps
        pair, within = divmod(step, 2 * unit)
        swing = self.plan.swing / 100
        share = (
            within / unit * swing if within < unit else swing + (within / unit - 1) * (1 - swing)
        )
        return round((pair + share) * 2 * unit * STEP)

    def felt(self, tick: int, bar: Bar, part: str, stream: random.Random, exact: bool) -> int:
        """Tick of a note with microtiming: late or early, but never outside its own bar.

        `exact` notes stay on the grid, or near it where people play; the piece begins on it, and
        each bar's first kick is.
        """
        feel = self.plan.feel
        per_ms = TICKS_PER_QUARTER * self.plan.bpm / 60000
        spread_ms = feel.firsts_ms if exact else feel.spread_ms
        shift = 0.0
        on_one = tick == 0 and (bar.index == 0 or part in _ON_ONE)
        if not exact or (spread_ms and not on_one):
            shift = self._strays(part, spread_ms / 2, stream) + feel.late_ms.get(part, 0.0)
        moved = bar.start + tick + round(max(-2 * spread_ms, shift) * per_ms)
        return max(bar.start, min(moved, bar.start + self.bar_ticks - 1))

    def _strays(self, part: str, ms: float, stream: random.Random) -> float:
        """By how many ms a note is off: of standard deviation `ms`, near the player's last."""
        drift = self.plan.feel.drift
        off = drift * self._off.get(part, 0.0) + (1 - drift**2) ** 0.5 * stream.gauss(0, 1)
        self._off[part] = off
        return off * ms

    def velocity(self, base: float, bar: Bar, stream: random.Random) -> float:
        strength = 0.82 + 0.26 * bar.section.energy
        if bar.section.arc_db:
            arc_db = bar.section.arc_db[bar.place % len(bar.section.arc_db)]
            strength *= 10 ** (arc_db / (20 * _ARC_DYNAMICS))
        return max(0.08, min(1.0, base * strength + stream.gauss(0, self.plan.feel.velocity)))

    def chord_at(self, bar: Bar, step: float) -> Chord:
        names = self.plan.chords_of
        chords = chords_of_bar(names[bar.index % len(names)], self.key)
        return chords[min(int(step * len(chords) / self.steps), len(chords) - 1)]

    def next_chord(self, bar: Bar, step: float) -> Chord:
        here = self.chord_at(bar, step)
        for ahead in range(1, self.steps + 1):
            at = step + ahead
            chord = (
                self.chord_at(bar, at)
                if at < self.steps
                else self.chord_at(self.bars[(bar.index + 1) % len(self.bars)], 0)
            )
            if chord != here or at >= self.steps:
                return chord
        return here

    def chord_ends(self, bar: Bar, step: int) -> int:
        """The step at which the chord at `step` ends, so that no note rings into the next chord."""
        count = len(
            chords_of_bar(self.plan.chords_of[bar.index % len(self.plan.chords_of)], self.key)
        )
        share = self.steps / count
        return round((int(step / share) + 1) * share)

    def section_end(self, bar: Bar) -> int:
        """The tick at which a bar's section ends.

        A piece of one section is a loop: the result lies past its end.
        """
        if len(self.plan.sections) == 1:
            return 2 * self.ticks
        return bar.start + (bar.section.bars - bar.place) * self.bar_ticks


def whole_length(ticks: float) -> int:
    """A length in ticks rounded to a quarter of a sixteenth, and at least that."""
    return max(1, round(ticks / _LENGTH_TICKS)) * _LENGTH_TICKS
