"""The MIDI clocks of all ports, of which one is followed (pure: time is passed in)."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Final

from bridge.midi.clock import SILENCE_S, TICKS_PER_QUARTER, Measured, MidiClock

#: A tempo is reported once its error is at most this.
SAID_ERROR_BPM: Final = 0.15
#: A tempo is reported no sooner than this after the first tick.
SAID_AFTER_S: Final = 1.5
#: A tempo that needs hundredths is reported only with so small an error, and no sooner than this:
#: early ones are mostly a round tempo that is not measured well yet.
HUNDREDTHS_ERROR_BPM: Final = 0.03
HUNDREDTHS_AFTER_S: Final = 6.0
#: Repeat of the song position while playing, since a position goes stale.
SAY_POSITION_S: Final = 4.0
#: Heartbeat of a clock that does not play.
SAY_ALIVE_S: Final = 60.0
#: Messages noted between two looks, at most; a flood drops the oldest.
_MOST_NOTED: Final = 8192

# status bytes of MIDI's real-time and position messages
_TICK: Final = 0xF8
_START: Final = 0xFA
_CONTINUE: Final = 0xFB
_STOP: Final = 0xFC
_LOCATE: Final = 0xF2


class Clocks:
    """The clocks of all ports: one of them is followed, and its changes are reported.

    Threads of the MIDI system may call `note`; the rest belongs to one other thread.
    """

    def __init__(self) -> None:
        self._noted: deque[tuple[str, int, int, float]] = deque(maxlen=_MOST_NOTED)
        self._counts: dict[str, int] = {}
        self._clocks: dict[str, MidiClock] = {}
        self._said: dict[str, float | bool] = {}
        self._said_s = -math.inf
        self._moved = False
        self.followed = ""
        """The port whose clock is followed; empty without one."""

    @property
    def measured(self) -> Measured | None:
        """The latest tempo of the followed clock."""
        clock = self._clocks.get(self.followed)
        return clock.measured if clock else None

    def forget(self) -> None:
        """Forget the clocks, as their times have another zero from now on; the tempo said stays."""
        self._noted.clear()
        self._counts.clear()
        self._clocks.clear()
        self.followed = ""

    def note(self, port: str, message: Sequence[int], at_s: float) -> bool:
        """Note any message of a port, and when it came; True when it is time to `look`."""
        if not message:
            return False
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
        """The followed clock's values, where they are due: bpm, settling, playing, position.

        now_s: by the clock of the messages. The bpm is the last that settled (snapped); settling
        says that a newer one is being measured. The position is in quarters.
        """
        while self._noted:
            self._apply(*self._noted.popleft())
        clock = self._clocks.get(self.followed)
        if clock is None:
            return None
        if clock.playing and clock.last_s < now_s - SILENCE_S:
            clock.stop()
            self._moved = True
        values = self._values(clock, now_s)
        is_new = self._moved or any(
            self._said.get(name) != value for name, value in values.items() if name != "position"
        )
        due_s = SAY_POSITION_S if clock.playing else SAY_ALIVE_S
        is_alive = clock.last_s > now_s - SILENCE_S
        is_due = is_alive and now_s - self._said_s >= due_s
        if not values or not (is_new or is_due):
            return None
        self._said = values
        self._said_s = now_s
        self._moved = False
        return values

    def _apply(self, port: str, kind: int, value: int, at_s: float) -> None:
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
        is_silent = followed is None or followed.last_s < at_s - SILENCE_S
        # a song that starts takes precedence over a clock that only ticks
        starts = kind in (_START, _CONTINUE) and followed is not None and not followed.playing
        if port != self.followed and ((is_silent and kind == _TICK) or starts):
            self.followed = port
            self._moved = True
        self._moved = self._moved or (port == self.followed and kind != _TICK)

    def _values(self, clock: MidiClock, now_s: float) -> dict[str, float | bool]:
        values: dict[str, float | bool] = {}
        last_bpm = self._said.get("bpm")
        settled = _settled(clock, last_bpm)
        if settled is not None:
            values["bpm"] = settled
        elif last_bpm is not None:
            values["bpm"] = last_bpm
        values["settling"] = settled is None and clock.last_s > now_s - SILENCE_S
        if clock.playing is not None:
            values["playing"] = clock.playing
        position = clock.position(now_s)
        if position is not None:
            values["position"] = round(position, 4)
        return values


def _settled(clock: MidiClock, last_bpm: float | bool | None) -> float | None:
    """The tempo of a clock, once it can be told to others; None while it is too uncertain."""
    measured = clock.measured
    span_s = clock.last_s - clock.first_s
    if measured is None or span_s < SAID_AFTER_S or measured.error_bpm > SAID_ERROR_BPM:
        return None
    if last_bpm is not None and abs(float(last_bpm) - measured.bpm) <= measured.error_bpm:
        return float(last_bpm)
    snapped = measured.snapped
    has_hundredths = abs(snapped * 10 - round(snapped * 10)) > 1e-6
    is_sure = measured.error_bpm <= HUNDREDTHS_ERROR_BPM and span_s >= HUNDREDTHS_AFTER_S
    return None if has_hundredths and not is_sure else snapped
