"""Feels: how late each step of a bar is played, and how loud, each with its source.

The named ones say where they were published. A genre's is the embedded musician's own. A learnt one
is the median of a clip's notes, or of its attacks.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from daemon.engines.embedded.notes import STEP, TICKS_PER_QUARTER
from daemon.engines.embedded.styles import STYLES
from daemon.errors import ConformError
from daemon.pieces.grid import Grid, grid_of
from daemon.pieces.piece import Piece
from daemon.prompt.genres import find_genre

#: ms that the short note of a swung pair of eighths lasts at medium and fast tempos, and the
#: largest ratio of the long one to it, at slow ones (Friberg and Sundström 2002).
_SHORT_MS, _LARGEST_RATIO = 100.0, 3.5
#: Share of a beat by which samba's third and fourth sixteenth are early. Their direction is
#: published (Naveda and others 2011); the size is ours.
_SAMBA = 0.025
#: ms of a player's own spread, and of each single note (after Hennig and others 2011).
_HUMAN_MS, NOTE_MS = 9.0, 2.5
#: Velocity, of 127, by which a player's strokes differ.
_HUMAN_VELOCITY = 7.0


@dataclass(frozen=True)
class Feel:
    """Ticks that each step of a bar is late, and its accent as a factor on the velocity.

    `late` and `accent` go round. `voices_ms` is how late a part or drum is beside that.
    """

    name: str
    source: str
    late: tuple[float, ...] = (0.0,)
    accent: tuple[float, ...] = (1.0,)
    voices_ms: Mapping[str, float] = field(default_factory=dict)
    spread_ms: float = 0.0
    """Standard deviation of the slow drift of a player, in ms."""
    spread_velocity: float = 0.0
    spread: tuple[float, ...] = ()
    """Ticks by which the strokes of each step differ, of a learnt feel."""

    @property
    def is_learnt(self) -> bool:
        return bool(self.spread)

    def late_ms(self, bpm: float) -> list[float]:
        return _in_ms(self.late, bpm)

    def spread_by_step_ms(self, bpm: float) -> list[float]:
        return _in_ms(self.spread, bpm)


def _in_ms(ticks: Sequence[float], bpm: float) -> list[float]:
    return [round(one * 60_000 / bpm / TICKS_PER_QUARTER, 2) for one in ticks]


def _swung(grid: Grid) -> tuple[float, ...]:
    return tuple(grid.tick(step) - step * STEP for step in range(2 * grid.unit))


def jazz_swing(bpm: float) -> float:
    """Percent of swing of eighths: the short one keeps 100 ms, as far as 3.5 to 1 goes."""
    beat_ms = 60_000 / bpm
    ratio = min(_LARGEST_RATIO, max(1.0, (beat_ms - _SHORT_MS) / _SHORT_MS))
    return 100 * ratio / (1 + ratio)


#: Name -> (what it is by, for people).
NAMED: dict[str, str] = {
    "straight": "every note on its step",
    "mpc 54": "Roger Linn's swing of sixteenths, as in the Akai MPC: 54 %",
    "mpc 58": "Roger Linn's swing of sixteenths, as in the Akai MPC: 58 %",
    "mpc 62": "Roger Linn's swing of sixteenths, as in the Akai MPC: 62 %",
    "mpc 66": "Roger Linn's swing of sixteenths, as in the Akai MPC: 66 %",
    "shuffle": "eighths as the first and third of a triplet: 2 to 1",
    "jazz": "the ride cymbal's swing by tempo: Friberg and Sundström, Music Perception 19 (2002)",
    "samba": "third and fourth sixteenth ahead: Naveda, Gouyon, Guedes and Leman, Journal of New "
    "Music Research 40 (2011); how far is ours",
    "human": "a slow drift as players have it: Hennig and others, PLoS ONE 6 (2011); its size is "
    "ours",
}


def named_feel(name: str, bpm: float) -> Feel:
    """The feel of a name or a genre at a tempo. ConformError names what there is."""
    plain = " ".join(name.lower().replace("-", " ").replace("_", " ").split())
    plain = {"straighten": "straight", "humanise": "human", "humanize": "human",
             "swing": "mpc 58"}.get(plain, plain)  # fmt: skip
    if plain in NAMED:
        source = NAMED[plain]
        if plain.startswith("mpc"):
            return Feel(plain, source, _swung(Grid(float(plain[4:]), 1)))
        if plain == "shuffle":
            return Feel(plain, source, _swung(Grid(200 / 3, 2)))
        if plain == "jazz":
            return Feel(plain, source, _swung(Grid(jazz_swing(bpm), 2)))
        if plain == "samba":
            ahead = -_SAMBA * TICKS_PER_QUARTER
            return Feel(plain, source, (0.0, 0.0, ahead, ahead))
        if plain == "human":
            return Feel(plain, source, spread_ms=_HUMAN_MS, spread_velocity=_HUMAN_VELOCITY)
        return Feel(plain, source)
    genre = find_genre(plain)
    style = STYLES.get(plain) or (STYLES.get(genre.name, STYLES.get(genre.like)) if genre else None)
    if style is None:
        raise ConformError(
            f"feel: {name} is not known; there are {', '.join(NAMED)}, and the names of genres"
        )
    grid = Grid(style.swing, style.swing_steps)
    source = f"the embedded musician's own for {style.name}"
    return Feel(style.name, source, _swung(grid), voices_ms=dict(style.late_ms))


def learnt_feel(
    name: str, source: str, found: Iterable[tuple[int, float, float]], steps: int
) -> Feel:
    """A feel from (step, ticks that it is late, strength) of many notes; `steps` are a bar's.

    Of a step that nothing is on, the same place of other beats speaks; then it is straight.
    """
    late: dict[int, list[float]] = {}
    loud: dict[int, list[float]] = {}
    for step, ticks, strength in found:
        late.setdefault(step % steps, []).append(ticks)
        loud.setdefault(step % steps, []).append(strength)
    if not late:
        raise ConformError(f"like: {name} has no notes on steps from which a feel could be learnt")
    every = [one for strengths in loud.values() for one in strengths]
    usual = sum(every) / len(every)

    def known(table: Mapping[int, Sequence[float]], step: int, otherwise: float) -> float:
        if step in table:
            return float(statistics.median(table[step]))
        kin = [one for other, found in table.items() if other % 4 == step % 4 for one in found]
        return float(statistics.median(kin)) if kin else otherwise

    return Feel(
        name,
        source,
        tuple(known(late, step, 0.0) for step in range(steps)),
        tuple(known(loud, step, usual) / usual for step in range(steps)),
        spread=tuple(_spread(late.get(step, ())) for step in range(steps)),
    )


def _spread(ticks: Sequence[float]) -> float:
    """The standard deviation of what is played on one step; 0 where too few say it."""
    return statistics.pstdev(ticks) if len(ticks) > 1 else 0.0


def feel_of_notes(piece: Piece) -> Feel:
    """The feel of a piece: how late the notes of each step are, and how loud, in the median.

    Lateness counts from the straight step, so the piece's swing is a part of its feel.
    """
    grid = grid_of(piece)
    found = [
        (step, note.start - step * STEP, note.velocity / 127)
        for note in piece.notes
        if (step := grid.step_of(note.start)) is not None
    ]
    steps = piece.meter.sixteenths_per_bar
    return learnt_feel(piece.name, "learnt from its notes", found, steps)


class Drift:
    """The time of a player, in ms: a slow drift, nearer to 1/f noise than to chance.

    Four random levels that change every 1, 2, 4 and 8 steps (Voss's way to 1/f noise).
    """

    _LEVELS = 4

    def __init__(self, seed: int, spread: float, what: str) -> None:
        self._stream = random.Random(f"{seed}:{what}")
        self._spread: float = spread / self._LEVELS**0.5
        self._known: dict[tuple[int, int], float] = {}

    def at(self, step: int) -> float:
        total = 0.0
        for level in range(self._LEVELS):
            cell = (level, step >> level)
            if cell not in self._known:
                self._known[cell] = self._stream.gauss(0, 1)
            total += self._known[cell]
        return total * self._spread


class Mover:
    """Moves what is struck by a feel and its amount: one for a piece, as its drift is one player's.

    0 leaves everything where it is, 1 is the feel alone.
    """

    def __init__(self, feel: Feel, grid: Grid, amount: float, bpm: float, seed: int) -> None:
        self._feel, self._grid, self._amount = feel, grid, amount
        self._beat = Drift(seed, feel.spread_ms, "time")
        self._loud = Drift(seed, feel.spread_velocity, "velocity")
        self._single = random.Random(f"{seed}:notes")
        self._per_ms = TICKS_PER_QUARTER * bpm / 60_000

    def moved(self, tick: float, voice: str, role: str) -> tuple[float, float, float]:
        """The tick to which one is moved, the factor of its velocity, and what comes to that.

        What is between two steps (of a triplet, a roll) moves with the step before it.
        """
        feel = self._feel
        step = self._grid.step_of(tick)
        between = 0.0
        if step is None:
            place = self._grid.place(tick)
            step = int(place)
            between = (place - step) * STEP
        late_ms = feel.voices_ms.get(voice, feel.voices_ms.get(role, 0.0))
        if feel.spread_ms:
            late_ms += self._beat.at(step) + self._single.gauss(0, NOTE_MS)
        late = feel.late[step % len(feel.late)] + late_ms * self._per_ms
        # a human drift goes on top of the feel that is there; any other takes its place
        on_step = tick if feel.spread_ms else step * STEP + between
        goal = on_step + late
        factor = 1 + self._amount * (feel.accent[step % len(feel.accent)] - 1)
        louder = self._amount * self._loud.at(step) if feel.spread_velocity else 0.0
        return tick + self._amount * (goal - tick), factor, louder
