"""One MIDI clock, 24 ticks a quarter: tempo with its error, and song position (pure)."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Final

from bridge.midi.tick_fit import (
    BESIDE,
    Fit,
    Tick,
    bend_of,
    differs,
    line_through,
    slip_of,
    slope_error,
)
from bridge.music import snap_tempo

TICKS_PER_QUARTER: Final = 24
TICKS_PER_SIXTEENTH: Final = 6
#: Window of the fit: older ticks no longer count.
WINDOW_S: Final = 8.0
#: Timeout of a clock; at the slowest tempo in use it ticks 16 times a second.
SILENCE_S: Final = 1.0

#: Ticks that a fit needs: a quarter note.
_LEAST_TICKS: Final = 24
#: Residual from which a tick is an outlier, in seconds, however regular the others are.
_LEAST_OUTLIER_S: Final = 0.002
#: Error below which no measured tempo is believed.
_LEAST_ERROR_BPM: Final = 0.005


@dataclass(frozen=True)
class Measured:
    """A measured tempo and its error (about three standard errors), in quarter notes a minute."""

    bpm: float
    error_bpm: float

    @property
    def snapped(self) -> float:
        """The tempo, snapped to a likely one within its error."""
        return round(snap_tempo(self.bpm, self.error_bpm), 2)


class MidiClock:
    """One clock: the ticks and transport messages of one port, in the order of arrival."""

    def __init__(self) -> None:
        self._ticks: deque[Tick] = deque()
        self._next = 0
        self._line: Fit | None = None
        self._measured: Measured | None = None
        self._since_fit = 0
        self._questions: deque[Tick] = deque()
        self._zero = (0, 0)
        """The index of the tick at which counting began, and the song's ticks before that."""
        self._located = False
        self.last_s = -math.inf
        """The time of the last tick; minus infinity before the first."""
        self.playing: bool | None = None
        """None until a transport message says it."""

    @property
    def first_s(self) -> float:
        """The time of the oldest tick in the window; infinity without one."""
        return self._ticks[0].at_s if self._ticks else math.inf

    @property
    def measured(self) -> Measured | None:
        """The tempo of the latest ticks; None while there are too few of one tempo."""
        return self._measured

    def tick(self, at_s: float) -> None:
        """A tick that arrived at this time, in seconds."""
        if at_s - self.last_s > SILENCE_S:
            self._forget()
        self.last_s = at_s
        tick = Tick(self._next, at_s)
        self._next += 1
        if self._is_odd(tick):
            self._questions.append(tick)
        self._ticks.append(tick)
        while self._ticks[0].at_s < at_s - WINDOW_S:
            self._ticks.popleft()
        self._since_fit += 1
        if self._since_fit >= TICKS_PER_QUARTER // 2 and len(self._ticks) >= _LEAST_TICKS:
            self._since_fit = 0
            self._answer_questions()
            self._part_from_old_tempo()
            self._measure()

    def start(self) -> None:
        """Start: the next tick is the song's first, and need not be in step with earlier ones."""
        self.locate(0)
        self.playing = True
        self._forget()

    def proceed(self) -> None:
        """Continue: from the song's current position."""
        self._set_ticks_before(self._song_ticks())
        self.playing = True
        self._forget()

    def stop(self) -> None:
        self._set_ticks_before(self._song_ticks())
        self.playing = False

    def locate(self, sixteenths: int) -> None:
        """Song position: the next tick after Continue is this many sixteenths into the song."""
        self._set_ticks_before(sixteenths * TICKS_PER_SIXTEENTH)
        self._located = True

    def position(self, now_s: float) -> float | None:
        """The song's position in quarters; None until a message has set it."""
        if not self._located:
            return None
        if not self.playing or self._line is None:
            return self._song_ticks() / TICKS_PER_QUARTER
        zero, before = self._zero
        return max(0.0, self._line.index_at(now_s) - zero + before) / TICKS_PER_QUARTER

    # -- counting

    def _forget(self) -> None:
        self._ticks.clear()
        self._questions.clear()
        self._line = None
        self._measured = None
        self._since_fit = 0

    def _song_ticks(self) -> int:
        zero, before = self._zero
        return before + max(0, self._next - zero) if self.playing else before

    def _set_ticks_before(self, ticks: int) -> None:
        self._zero = (self._next, ticks)

    def _is_odd(self, tick: Tick) -> bool:
        """Whether a tick may be lost before this one, or this one may be a duplicate."""
        if self._line is None or not self._ticks:
            return False
        gap = (tick.at_s - self._ticks[-1].at_s) / self._line.slope_s
        return not 0.5 < gap < 1.5

    def _answer_questions(self) -> None:
        """Renumber the ticks after each gap at which ticks were lost or doubled."""
        if self._line is None:
            return
        ticks = list(self._ticks)
        while self._questions and self._questions[0].index <= self._next - BESIDE:
            odd = self._questions.popleft()
            place = next((k for k, tick in enumerate(ticks) if tick is odd), -1)
            if place < _LEAST_TICKS or place + BESIDE > len(ticks):
                continue
            slip = slip_of(line_through(ticks[:place]), ticks[place - BESIDE : place + BESIDE])
            if slip:
                for tick in ticks[place:]:
                    tick.index += slip
                self._next += slip
                zero, before = self._zero
                self._zero = (zero + slip if zero > odd.index else zero, before)

    def _part_from_old_tempo(self) -> None:
        """Drop the ticks before a change of tempo, or a jump."""
        ticks = list(self._ticks)
        for recent in (_LEAST_TICKS, 2 * _LEAST_TICKS, 4 * _LEAST_TICKS, 8 * _LEAST_TICKS):
            if len(ticks) >= recent + _LEAST_TICKS and differs(
                line_through(ticks[:-recent]), line_through(ticks[-recent:])
            ):
                for _ in range(bend_of(ticks)):
                    self._ticks.popleft()
                return

    def _measure(self) -> None:
        ticks = list(self._ticks)
        if len(ticks) < _LEAST_TICKS:
            self._measured = None
            return
        line = line_through(ticks)
        away = [abs(tick.at_s - line.at(tick.index)) for tick in ticks]
        # a program that stalled for a moment delivers a few ticks far too late
        limit_s = max(6 * median(away), _LEAST_OUTLIER_S)
        kept = [tick for tick, far in zip(ticks, away, strict=True) if far <= limit_s]
        line = line_through(kept)
        self._line = line
        if line.slope_s > 0:
            bpm = 60 / (TICKS_PER_QUARTER * line.slope_s)
            error_bpm = 3 * bpm * slope_error(kept) / line.slope_s
            self._measured = Measured(bpm, max(_LEAST_ERROR_BPM, error_bpm))
