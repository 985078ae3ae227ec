"""From seconds to ticks: the source's grid as a tempo map, and notes drawn towards its lines."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bridge.music import Meter
from daemon.hearing.heard import Heard
from daemon.notes.heard_notes import HeardNote

PER_QUARTER = 960
_SIXTEENTH = PER_QUARTER // 4
#: bpm of notes without a beat: a tick is then as long whatever is played.
FREE_BPM = 120.0
#: Share by which a beat's tempo must differ from the last one's to be written.
_NEW_TEMPO = 0.002
#: Sixteenths from a line beyond which a note keeps its place: it is an ornament or a roll.
_ORNAMENT = 0.35
#: How much better than straight sixteenths a swing or triplets must fit: share of the distance.
_BETTER = 0.75
#: Fewest notes that show a swing.
_LEAST_NOTES = 8


@dataclass(frozen=True)
class Ticks:
    """A map from seconds to ticks: tempo changes as (tick, bpm), and the piece's length.

    A loop's ticks come round: what begins on its end begins it.
    """

    meter: Meter
    tempos: tuple[tuple[int, float], ...]
    length: int
    is_loop: bool
    on_grid: bool
    starts_s: float
    """Second of the sound at which bar 1 begins."""
    heard: Heard | None = None

    @classmethod
    def of_loop(cls, bpm: float, bars: int, meter: Meter) -> Ticks:
        length = round(bars * meter.quarters_per_bar * PER_QUARTER)
        return cls(meter, ((0, bpm),), length, True, True, 0.0)

    @classmethod
    def free(cls, seconds: float) -> Ticks:
        """Without a grid."""
        length = int(np.ceil(seconds * FREE_BPM / 60 * PER_QUARTER))
        return cls(Meter(), ((0, FREE_BPM),), length, False, False, 0.0)

    @classmethod
    def of_heard(cls, heard: Heard, seconds: float) -> Ticks:
        """Of a take whose beats were heard: bar 1 is the first bar that sounds, or its pickup's."""
        bar = heard.meter.quarters_per_bar
        first_q = (
            np.floor(float(heard.position_of(max(0.0, heard.sounds_from_s))) / bar + 0.02) * bar
        )
        last_q = float(heard.position_of(seconds))
        quarters = np.arange(first_q, np.ceil(last_q) + 1)
        tempos: list[tuple[int, float]] = []
        if heard.steady:
            heard = _even(heard)
        for q, step_s in zip(quarters, np.diff(heard.time_of(quarters)), strict=False):
            bpm = 60 / float(step_s)
            if not tempos or abs(bpm / tempos[-1][1] - 1) > _NEW_TEMPO:
                tempos.append((round((q - first_q) * PER_QUARTER), bpm))
        shifted = replace(heard, knots_q=heard.knots_q - first_q)
        length = int(np.ceil((last_q - first_q) / bar) * bar * PER_QUARTER)
        starts_s = float(shifted.time_of(0.0))
        return cls(heard.meter, tuple(tempos), length, False, True, starts_s, shifted)

    def of(self, seconds: np.ndarray) -> np.ndarray:
        """Ticks, not rounded, of seconds."""
        if self.heard is not None:
            return self.heard.position_of(seconds) * PER_QUARTER
        return np.asarray(seconds, float) * self.tempos[0][1] / 60 * PER_QUARTER

    def at(self, seconds: float) -> float:
        """The tick, not rounded, of one moment."""
        return float(self.of(np.array([seconds]))[0])

    def beat_of(self, tick: float) -> tuple[int, float]:
        """(bar from 1, quarter within it from 1) of a tick."""
        bar, rest = divmod(tick / PER_QUARTER, self.meter.quarters_per_bar)
        return int(bar) + 1, round(rest + 1, 2)


def _even(heard: Heard) -> Heard:
    """A steady take on evenly spaced beats: single ones were found some ms off."""
    slope, at = np.polyfit(heard.knots_q, heard.knots_s, 1)
    return replace(heard, knots_s=heard.knots_q * slope + at)


@dataclass(frozen=True)
class Lines:
    """The lines to which notes are drawn, as quarters within a beat, 0 to 1, and their name."""

    places: tuple[float, ...]
    name: str

    @classmethod
    def of_notes(cls, ticks: np.ndarray) -> Lines:
        """The lines on which most notes lie: straight sixteenths, swung ones, or triplets."""
        straight = cls((0, 0.25, 0.5, 0.75), "sixteenths")
        if len(ticks) < _LEAST_NOTES:
            return straight
        within = (ticks / PER_QUARTER) % 1
        tried = [cls((0, 1 / 3, 2 / 3), "triplets")]
        for late in np.arange(0.02, 0.1, 0.01):
            name = f"sixteenths swung by {late * 400:.0f} %"
            tried.append(cls((0, 0.25 + late, 0.5, 0.75 + late), name))
        for late in np.arange(0.04, 0.2, 0.02):
            tried.append(cls((0, 0.5 + late), f"eighths swung by {late * 200:.0f} %"))
        best = min(tried, key=lambda one: one.unfit(within))
        return best if best.unfit(within) < _BETTER * straight.unfit(within) else straight

    def unfit(self, within: np.ndarray) -> float:
        """Mean distance from the lines over that of notes anywhere."""
        by_chance = float(np.mean(self.apart(np.arange(0, 1, 0.005))))
        return float(np.mean(self.apart(within)) + 0.002) / by_chance

    def apart(self, within: np.ndarray) -> np.ndarray:
        places = np.array([*self.places, 1.0])
        return np.abs(within[:, None] - places).min(axis=1)

    def drawn(self, ticks: np.ndarray, strength: float) -> np.ndarray:
        """The ticks moved towards their lines, by `strength` 0-1 of the way."""
        beat, within = np.divmod(ticks / PER_QUARTER, 1)
        places = np.array([*self.places, 1.0])
        nearest = places[np.abs(within[:, None] - places).argmin(axis=1)]
        away = nearest - within
        away[np.abs(away) > _ORNAMENT / 4] = 0
        return (beat + within + strength * away) * PER_QUARTER


def timed(
    notes: list[HeardNote], ticks: Ticks, lines: Lines, quantise: float
) -> list[tuple[int, int, HeardNote]]:
    """(first tick, tick after the last, note), by time; within the piece."""
    starts = ticks.of(np.array([note.start_s for note in notes]))
    ends = ticks.of(np.array([note.end_s for note in notes]))
    if not len(notes):
        return []
    lengths = ends - starts
    if ticks.on_grid and quantise > 0:
        starts = lines.drawn(starts, quantise)
    if ticks.is_loop:
        starts = np.where(np.round(starts) >= ticks.length, starts - ticks.length, starts)
    out = []
    for start, length, note in zip(starts, lengths, notes, strict=True):
        first = min(max(0, round(float(start))), ticks.length - 1)
        out.append((first, min(max(first + 1, round(first + length)), ticks.length), note))
    return sorted(out, key=lambda one: (one[0], one[2].pitch))
