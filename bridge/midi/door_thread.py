"""The thread of a door with MIDI ports: start, stop, notes of other threads, and lost systems."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from bridge.errors import DoorError
from bridge.midi.ports import MidiPorts

#: Timeout of a thread's end.
_END_S = 5.0


class DoorThread:
    """One thread does a door's work; others `leave` notes for it.

    name: the door's, for the thread and the log. most_waiting: notes that may wait; further ones
    are dropped.
    """

    def __init__(self, name: str, ports: MidiPorts, most_waiting: int, log: logging.Logger) -> None:
        self._name = name
        self._ports = ports
        self._log = log
        self._notes: queue.Queue[Callable[[], None] | None] = queue.Queue(most_waiting)
        self._thread: threading.Thread | None = None
        self._still = False
        self.trouble = "closed"
        """Why the door does not work, in words; empty while it does."""

    @property
    def runs(self) -> bool:
        return self._thread is not None

    def start(self, run: Callable[[], None]) -> None:
        """Open the ports, and call `run` in the thread. Where none opens, `trouble` says why.

        `run` takes notes by `take` until that is False.
        """
        try:
            self._ports.open()
        except DoorError as error:
            self.trouble = error.text
            return
        self.trouble = ""
        self._thread = threading.Thread(target=self._run, args=(run,), name=self._name, daemon=True)
        self._thread.start()

    def _run(self, run: Callable[[], None]) -> None:
        run()
        self.attempt(self._ports.close)

    def stop(self) -> None:
        """End the thread, which closes the ports."""
        thread = self._thread
        self._thread = None
        if thread is not None:
            self.leave(None, wait=True)
            thread.join(_END_S)
            self.trouble = "closed"

    def leave(self, note: Callable[[], None] | None, *, wait: bool = False) -> None:
        """Have the thread do something; None ends it."""
        try:
            self._notes.put(note, timeout=2 if wait else 0)
        except queue.Full:
            self._log.debug("%s: too many messages at once; one was dropped", self._name)

    def take(self, wait_s: float) -> bool:
        """Do one note, which may come within `wait_s`. False where the thread is to end."""
        try:
            note = self._notes.get(timeout=max(0.0, wait_s))
        except queue.Empty:
            return True
        if note is None:
            return False
        self.attempt(note)
        return True

    def attempt(self, work: Callable[[], None]) -> None:
        """Do something; the thread outlives a fault in it."""
        try:
            work()
        except Exception:
            self._log.exception("%s: a fault of ours; the door stays open", self._name)

    def health(self) -> str:
        """Why the door does not work now; empty where it does."""
        if self.trouble:
            return self.trouble
        return "JACK stands still; waiting for it" if self._still else ""

    def refresh(self) -> bool:
        """Look after the ports. True where the MIDI system is back or runs again: send all anew."""
        if self._ports.refresh():
            was_still = self._still
            self._still = self._ports.stands_still
            if self._still != was_still:
                said = "hangs; waiting for it" if self._still else "runs again"
                self._log.warning("%s: the JACK server %s", self._name, said)
            # what was sent while it hung may be lost
            return was_still and not self._still
        self._still = False
        if not self.trouble:
            self._log.warning("%s: the MIDI system has gone; waiting for it", self._name)
        self.trouble = "the MIDI system has gone; waiting for it"
        if not self._ports.reopen():
            return False
        self.trouble = ""
        self._log.info("%s: the MIDI system is back", self._name)
        return True
