"""The MIDI clocks of all ports: one of them is followed, and what it says new is told (the time is passed in)."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Final

from bridge.midi.clock import SILENCE_S, TICKS_PER_QUARTER, Measured, MidiClock

#: A tempo is said once it is known so well, and no sooner than this after the first tick.
SAID_ERROR_BPM: Final = 0.15
SAID_AFTER_S: Final = 1.5
#: A song position is said again so often while playing, since an old one may no longer be true.
SAY_POSITION_S: Final = 4.0
#: A clock at rest is said to be there so often.
SAY_ALIVE_S: Final = 60.0

_TICK, _START, _CONTINUE, _STOP, _LOCATE = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2


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

    @property
    def measured(self) -> Measured | None:
        """The tempo of the clock that is followed, as it was last measured."""
        clock = self._clocks.get(self.followed)
        return clock.measured if clock else None

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
        news = self._moved or any(
            self._said.get(name) != value for name, value in values.items() if name != "position"
        )
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
        if (
            measured
            and clock.last_s - clock.first_s >= SAID_AFTER_S
            and measured.error_bpm <= SAID_ERROR_BPM
        ):
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
