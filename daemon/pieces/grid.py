"""The steps that notes are on, whatever their swing: found, taken out and put back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daemon.engines.embedded.notes import STEP
from daemon.pieces.piece import Note, Piece

#: Swings that are tried, in percent of a pair.
_SWINGS = range(51, 76)
#: Share of the straight grid's error that a swing must stay under to be believed.
_BELIEVED = 0.6
#: Mean error in steps under which notes are straight as they are.
_STRAIGHT = 0.03
#: Share of a step beyond which a note is between two steps: of a triplet, a roll, an ornament.
BETWEEN = 0.3
#: Off notes that a swing must have.
_LEAST_OFF = 2


@dataclass(frozen=True)
class Grid:
    """Steps of a sixteenth; every second one of `unit` sixteenths comes at `swing` percent."""

    swing: float = 50.0
    unit: int = 1

    def tick(self, step: float) -> float:
        """The tick of a step, with its swing."""
        pair, within = divmod(step / (2 * self.unit), 1)
        half = self.swing / 100
        share = within * 2 * half if within < 0.5 else half + (within - 0.5) * 2 * (1 - half)
        return (pair + share) * 2 * self.unit * STEP

    def place(self, tick: float) -> float:
        """The step, as a fraction, that a tick is: the way back."""
        pair, within = divmod(tick / (2 * self.unit * STEP), 1)
        half = self.swing / 100
        share = within / (2 * half) if within < half else 0.5 + (within - half) / (2 * (1 - half))
        return (pair + share) * 2 * self.unit

    def step_of(self, tick: float) -> int | None:
        """The step that a note is on; None where it is between two."""
        place = self.place(tick)
        return None if abs(place - round(place)) > BETWEEN else round(place)

    @property
    def words(self) -> str:
        if self.swing == 50:
            return "straight"
        return f"{'eighths' if self.unit == 2 else 'sixteenths'} at {self.swing:g} % swing"


def find_grid(notes: Sequence[Note]) -> Grid:
    """The swing by which the notes lie on steps best; straight where none is clearly better."""
    ticks = sorted({note.start for note in notes})
    if not ticks:
        return Grid()
    straight = _error(Grid(), ticks)
    if straight < _STRAIGHT:
        return Grid()
    best = min(
        (Grid(float(swing), unit) for unit in (2, 1) for swing in _SWINGS),
        key=lambda grid: _error(grid, ticks) + 0.0002 * (grid.swing - 50),
    )
    if best.unit == 2 and _are_triplets(ticks):
        return Grid()
    off = sum(round(best.place(tick)) % (2 * best.unit) == best.unit for tick in ticks)
    believed = _error(best, ticks) < _BELIEVED * straight and off >= _LEAST_OFF
    return best if believed else Grid()


def _are_triplets(ticks: Sequence[int]) -> bool:
    """Whether the second of a triplet is played nearly as often as the third: no swing then."""
    thirds = [tick % (4 * STEP) * 3 / (4 * STEP) for tick in ticks]
    second, third = (sum(abs(place - k) < 0.15 for place in thirds) for k in (1, 2))
    return second > 0 and second >= third / 2


def _error(grid: Grid, ticks: Sequence[int]) -> float:
    """Mean distance of the notes to their steps, in steps; swung eighths hold few sixteenths."""
    places = [grid.place(tick) for tick in ticks]
    off = sum(abs(place - round(place)) for place in places) / len(places)
    if grid.unit == 2:
        off += 0.1 * sum(round(place) % 2 for place in places) / len(places)
    return off


def grid_of(piece: Piece) -> Grid:
    return find_grid(piece.notes)
