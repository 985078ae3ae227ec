"""MIDI clock, 24 ticks a quarter note, to a tempo with its error and the song's position (pure; the time is passed in).

The tempo is the slope of a straight line through the times of the ticks. Its error is the scatter of the slopes that are
found when one eighth of the ticks after the other is left out (a block jackknife), which holds for arrival times that are
rounded to an audio buffer too: their errors follow each other and are no independent noise.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from bridge.music import snap_tempo

TICKS_PER_QUARTER: Final = 24
TICKS_PER_SIXTEENTH: Final = 6
#: Ticks older than this no longer count.
WINDOW_S: Final = 8.0
#: A clock that does not tick for so long has ended; the slowest tempo that is used ticks 16 times a second.
SILENCE_S: Final = 1.0
#: A tempo is said once it is known so well, and no sooner than this after the first tick.
SAID_ERROR_BPM: Final = 0.15
SAID_AFTER_S: Final = 1.5
#: A song position is said again so often while playing, since an old one may no longer be true.
SAY_POSITION_S: Final = 4.0
#: A clock at rest is said to be there so often.
SAY_ALIVE_S: Final = 60.0

_BLOCKS: Final = 8
#: Ticks on both sides of a gap that tell whether a tick was lost or doubled there.
_BESIDE: Final = 12
_LEAST_TICKS: Final = 24
#: Lengths of audio buffers to which arrival times are rounded.
_BUFFERS_S: Final = tuple(2**k / rate for k in range(6, 13) for rate in (44100, 48000))
_TICK, _START, _CONTINUE, _STOP, _LOCATE = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2


@dataclass(frozen=True)
class Measured:
    """A tempo as measured, and how far it may be off (about three standard errors), in quarter notes a minute."""

    bpm: float
    error_bpm: float

    @property
    def snapped(self) -> float:
        return round(snap_tempo(self.bpm, self.error_bpm), 2)


@dataclass(frozen=True)
class _Line:
    """time = middle_s + slope_s * (index - middle), its residuals' scatter, and what a prediction by it rests on."""

    slope_s: float
    middle: float
    middle_s: float
    scatter_s: float
    count: int
    spread: float
    """Sum of the squared distances of the indices from their middle."""

    def at(self, index: float) -> float:
        return self.middle_s + self.slope_s * (index - self.middle)

    def index_at(self, time_s: float) -> float:
        return self.middle + (time_s - self.middle_s) / self.slope_s


@dataclass
class _Tick:
    index: int
    at_s: float


class MidiClock:
    """One clock: the ticks and transport messages of one port, in the order in which they came."""

    def __init__(self) -> None:
        self._ticks: deque[_Tick] = deque()
        self._next = 0
        self._line: _Line | None = None
        self._measured: Measured | None = None
        self._since_fit = 0
        self._questions: deque[_Tick] = deque()
        self._zero = (0, 0)
        """The index of the tick from which the song's ticks are counted, and how many came before it."""
        self._located = False
        self.last_s = -math.inf
        """When the last tick came; minus infinity before the first."""
        self.playing: bool | None = None
        """None as long as the clock has not said so."""

    @property
    def first_s(self) -> float:
        """When the oldest tick that counts came; infinity before the first."""
        return self._ticks[0].at_s if self._ticks else math.inf

    @property
    def measured(self) -> Measured | None:
        """The tempo of the latest ticks; None while too few of one tempo have come."""
        return self._measured

    def tick(self, at_s: float) -> None:
        """A tick that came at a time in seconds."""
        if at_s - self.last_s > SILENCE_S:
            self._forget()
        self.last_s = at_s
        tick = _Tick(self._next, at_s)
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
        """Start: the next tick is the song's first, and need not come in step with the ones before."""
        self.locate(0)
        self.playing = True
        self._forget()

    def proceed(self) -> None:
        """Continue: on from where the song stands."""
        self._set_ticks_before(self._song_ticks())
        self.playing = True
        self._forget()

    def stop(self) -> None:
        self._set_ticks_before(self._song_ticks())
        self.playing = False

    def locate(self, sixteenths: int) -> None:
        """Song position: the next tick after Continue is so many sixteenths from the song's start."""
        self._set_ticks_before(sixteenths * TICKS_PER_SIXTEENTH)
        self._located = True

    def position(self, now_s: float) -> float | None:
        """Where the song stands, in quarters; None as long as the clock has not said so."""
        if not self._located:
            return None
        if not self.playing or self._line is None:
            return self._song_ticks() / TICKS_PER_QUARTER
        zero, before = self._zero
        return max(0.0, self._line.index_at(now_s) - zero + before) / TICKS_PER_QUARTER

    # --- counting -------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._ticks.clear()
        self._questions.clear()
        self._line = self._measured = None
        self._since_fit = 0

    def _song_ticks(self) -> int:
        zero, before = self._zero
        return before + max(0, self._next - zero) if self.playing else before

    def _set_ticks_before(self, ticks: int) -> None:
        self._zero = (self._next, ticks)

    def _is_odd(self, tick: _Tick) -> bool:
        """Whether a tick may be missing before this one, or this one be there twice."""
        if self._line is None or not self._ticks:
            return False
        gap = (tick.at_s - self._ticks[-1].at_s) / self._line.slope_s
        return not 0.5 < gap < 1.5

    def _answer_questions(self) -> None:
        """Count anew from each gap at which ticks were lost, or came twice."""
        if self._line is None:
            return
        ticks = list(self._ticks)
        while self._questions and self._questions[0].index <= self._next - _BESIDE:
            odd = self._questions.popleft()
            place = next((k for k, tick in enumerate(ticks) if tick is odd), -1)
            if place < _LEAST_TICKS or place + _BESIDE > len(ticks):
                continue
            slip = _slip(_line(ticks[:place]), ticks[place - _BESIDE : place + _BESIDE])
            if slip:
                for tick in ticks[place:]:
                    tick.index += slip
                self._next += slip
                zero, before = self._zero
                self._zero = (zero + slip if zero > odd.index else zero, before)

    def _part_from_old_tempo(self) -> None:
        """Let go of the ticks before a change of tempo, or a jump."""
        ticks = list(self._ticks)
        for recent in (_LEAST_TICKS, 2 * _LEAST_TICKS, 4 * _LEAST_TICKS, 8 * _LEAST_TICKS):
            if len(ticks) >= recent + _LEAST_TICKS and _differs(_line(ticks[:-recent]), _line(ticks[-recent:])):
                for _ in range(_bend(ticks)):
                    self._ticks.popleft()
                return

    def _measure(self) -> None:
        ticks = list(self._ticks)
        if len(ticks) < _LEAST_TICKS:
            self._measured = None
            return
        line = _line(ticks)
        away = [abs(tick.at_s - line.at(tick.index)) for tick in ticks]
        # a program that stood still for a moment delivers a few ticks far too late
        limit = max(6 * median(away), 0.002)
        kept = [tick for tick, far in zip(ticks, away, strict=True) if far <= limit]
        self._line = line = _line(kept)
        if line.slope_s > 0:
            bpm = 60 / (TICKS_PER_QUARTER * line.slope_s)
            self._measured = Measured(bpm, max(0.005, 3 * bpm * _slope_error(kept) / line.slope_s))


class Clocks:
    """The clocks of all ports: one of them is followed, and what it says new is told.

    `note` may be called from the threads of the MIDI system, the rest from one other thread.
    """

    def __init__(self) -> None:
        self._noted: deque[tuple[str, int, int, float]] = deque(maxlen=8192)
        self._times: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self._clocks: dict[str, MidiClock] = {}
        self._said: dict[str, float | bool] = {}
        self._said_s = -math.inf
        self._moved = False
        self.followed = ""
        """The port whose clock is followed; empty while there is none."""

    def note(self, port: str, message: Sequence[int], delta_s: float, now_s: float) -> bool:
        """Keep a message of a port, whatever it is; True when it is time to `look`.

        delta_s: the time since the port's message before, as the MIDI system measured it. It counts more than the time at
        which we were called, for that also holds how long we were kept waiting.
        """
        if not message:
            return False
        at_s = min(now_s, self._times.get(port, now_s) + delta_s)
        at_s = now_s if now_s - at_s > 0.25 else at_s + (now_s - at_s) * 0.002
        self._times[port] = at_s
        if message[0] == _TICK:
            self._noted.append((port, _TICK, 0, at_s))
            self._counts[port] = (self._counts.get(port, 0) + 1) % (TICKS_PER_QUARTER // 2)
            return self._counts[port] == 0
        if message[0] in (_START, _CONTINUE, _STOP):
            self._noted.append((port, message[0], 0, at_s))
            return True
        if message[0] == _LOCATE and len(message) == 3:
            self._noted.append((port, _LOCATE, message[1] | message[2] << 7, at_s))
            return True
        return False

    def look(self, now_s: float) -> dict[str, float | bool] | None:
        """What the followed clock says now, if it has to be told: bpm (snapped), playing and position (quarters)."""
        while self._noted:
            self._hear(*self._noted.popleft())
        clock = self._clocks.get(self.followed)
        if clock is None:
            return None
        if clock.playing and clock.last_s < now_s - SILENCE_S:
            clock.stop()
            self._moved = True
        values = self._values(clock, now_s)
        news = self._moved or any(self._said.get(name) != value for name, value in values.items() if name != "position")
        due_s = SAY_POSITION_S if clock.playing else SAY_ALIVE_S
        alive = clock.last_s > now_s - SILENCE_S
        if not values or not (news or (alive and now_s - self._said_s >= due_s)):
            return None
        self._said, self._said_s, self._moved = values, now_s, False
        return values

    def _hear(self, port: str, kind: int, value: int, at_s: float) -> None:
        clock = self._clocks.setdefault(port, MidiClock())
        if kind == _TICK:
            clock.tick(at_s)
        elif kind == _START:
            clock.start()
        elif kind == _CONTINUE:
            clock.proceed()
        elif kind == _STOP:
            clock.stop()
        else:
            clock.locate(value)
        followed = self._clocks.get(self.followed)
        silent = followed is None or followed.last_s < at_s - SILENCE_S
        # a song that is started says more than a clock that only ticks
        starts = kind in (_START, _CONTINUE) and followed is not None and not followed.playing
        if port != self.followed and ((silent and kind == _TICK) or starts):
            self.followed = port
            self._moved = True
        self._moved = self._moved or (port == self.followed and kind != _TICK)

    def _values(self, clock: MidiClock, now_s: float) -> dict[str, float | bool]:
        values: dict[str, float | bool] = {}
        measured, said = clock.measured, self._said.get("bpm")
        if measured and clock.last_s - clock.first_s >= SAID_AFTER_S and measured.error_bpm <= SAID_ERROR_BPM:
            held = said is not None and abs(float(said) - measured.bpm) <= measured.error_bpm
            values["bpm"] = float(said) if held and said is not None else measured.snapped
        elif said is not None:
            values["bpm"] = said
        if clock.playing is not None:
            values["playing"] = clock.playing
        position = clock.position(now_s)
        if position is not None:
            values["position"] = round(position, 4)
        return values


def _line(ticks: Iterable[_Tick]) -> _Line:
    """The straight line of least squares."""
    return _line_of(_sums(ticks))


@dataclass
class _Sums:
    count: float = 0.0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    xy: float = 0.0
    yy: float = 0.0
    from_index: int = 0
    from_s: float = 0.0


def _sums(ticks: Iterable[_Tick], origin: _Tick | None = None) -> _Sums:
    """Sums of a line's fit, counted from the first tick or another: large numbers would cost digits."""
    found: _Sums | None = None
    for tick in ticks:
        if found is None:
            first = origin or tick
            found = _Sums(from_index=first.index, from_s=first.at_s)
        x, y = tick.index - found.from_index, tick.at_s - found.from_s
        found.count += 1
        found.x += x
        found.y += y
        found.xx += x * x
        found.xy += x * y
        found.yy += y * y
    return found or _Sums()


def _line_of(sums: _Sums) -> _Line:
    n = sums.count
    spread = sums.xx - sums.x * sums.x / n
    together = sums.xy - sums.x * sums.y / n
    slope = together / spread if spread > 0 else 0.0
    left = max(0.0, sums.yy - sums.y * sums.y / n - slope * together)
    scatter = math.sqrt(left / max(1.0, n - 2))
    return _Line(slope, sums.from_index + sums.x / n, sums.from_s + sums.y / n, scatter, int(n), spread)


def _slope_error(ticks: Sequence[_Tick]) -> float:
    """Standard error of the line's slope, by leaving out one block of neighbours after the other."""
    size = len(ticks)
    edges = [size * k // _BLOCKS for k in range(_BLOCKS + 1)]
    blocks = [_sums(ticks[low:high], ticks[0]) for low, high in pairwise(edges)]
    names = ("count", "x", "y", "xx", "xy", "yy")
    whole = {name: sum(getattr(block, name) for block in blocks) for name in names}
    slopes = [_line_of(_Sums(**{name: whole[name] - getattr(block, name) for name in names})).slope_s for block in blocks]
    mean = sum(slopes) / _BLOCKS
    return math.sqrt((_BLOCKS - 1) / _BLOCKS * sum((slope - mean) ** 2 for slope in slopes))


def _slip(old: _Line, ticks: Sequence[_Tick]) -> int:
    """How many ticks are missing (or, below zero, too many) in the middle of some; 0 if the times say something else.

    old: the line of all ticks before the middle. It, and not the nearest neighbours alone, says where the next ones belong: of
    arrival times that are rounded to a buffer as long as a tick, neighbours often look as if one were missing.
    """
    half = len(ticks) // 2
    away = [tick.at_s - old.at(tick.index) for tick in ticks]
    before, after = sum(away[:half]) / half, sum(away[half:]) / half
    slip = round((after - before) / old.slope_s)
    usual_s = median(tick.at_s - last.at_s for last, tick in pairwise(ticks))
    buffered = any(abs(usual_s / buffer_s - 1) < 0.005 for buffer_s in _BUFFERS_S)
    if abs(slip) == 1 and buffered and abs(old.slope_s / usual_s - 1) * old.count < 4:
        # a tick that lasts nearly a buffer comes a whole buffer off now and then: not often enough yet to know the tempo
        return 0
    if not slip or any(abs(step / old.slope_s - slip) > 0.3 for step in (after - before, after)):
        return 0
    step = sum((y - before) ** 2 for y in away[:half]) + sum((y - after) ** 2 for y in away[half:])
    # a new tempo from here on bends the line and does not break it
    ramp = [max(0, k - half + 1) for k in range(len(away))]
    rise = sum(r * (y - before) for r, y in zip(ramp, away, strict=True)) / sum(r * r for r in ramp)
    bend = sum((y - before - rise * r) ** 2 for r, y in zip(ramp, away, strict=True))
    return slip if step < 0.7 * bend else 0


def _differs(old: _Line, new: _Line) -> bool:
    """Whether the newer ticks cannot lie on the line of the older ones, by slope or by place.

    The limits let pass what rounding to a buffer does: where a tick lasts nearly a whole number of buffers, arrival times
    are exact for long and then all of a sudden a buffer late.
    """
    scatter_s = max(old.scatter_s, new.scatter_s, 0.0003)
    turn_s = abs(new.slope_s - old.slope_s) * min(old.count, new.count)
    distance = new.middle - old.middle
    place_error = scatter_s * math.sqrt(1 / new.count + 1 / old.count + distance * distance / old.spread)
    jump = abs(new.middle_s - old.at(new.middle))
    return turn_s > 7 * scatter_s or jump > max(6 * place_error, 0.03)


def _bend(ticks: Sequence[_Tick]) -> int:
    """Where two lines lie best on the ticks: the place of the second one's first tick."""
    least = _BESIDE // 2
    forward, backward = _left_over(ticks), _left_over(ticks[::-1])[::-1]
    return min(range(least, len(ticks) - least + 1), key=lambda k: forward[k - 1] + (backward[k] if k < len(ticks) else 0.0))


def _left_over(ticks: Sequence[_Tick]) -> list[float]:
    """Sum of the squared distances from their own best line, of the first 1, 2, 3... ticks."""
    first = ticks[0]
    n = x_sum = y_sum = xx = xy = yy = 0.0
    found = []
    for tick in ticks:
        x, y = tick.index - first.index, tick.at_s - first.at_s
        n, x_sum, y_sum, xx, xy, yy = n + 1, x_sum + x, y_sum + y, xx + x * x, xy + x * y, yy + y * y
        spread = xx - x_sum * x_sum / n
        together = xy - x_sum * y_sum / n
        found.append(max(0.0, yy - y_sum * y_sum / n - (together * together / spread if spread > 0 else 0.0)))
    return found
