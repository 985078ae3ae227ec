"""What every MIDI system offers here: ports to hear and to light, a port of our own, a clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bridge.midi.chosen_ports import MidiPort


class Receive(Protocol):
    """Called for each message from a thread of the MIDI system.

    at_s: when it came, by the clock that `MidiPorts.now_s` reads. Its zero is any moment.
    """

    def __call__(self, port: str, message: Sequence[int], at_s: float) -> None: ...


@dataclass(frozen=True)
class Wanted:
    """What a client is for. name: of our own ports. virtual: have them at all, where it can be.

    timing, sysex: receive MIDI clock, and system exclusive.
    """

    name: str
    virtual: bool = True
    timing: bool = False
    sysex: bool = False


class MidiSystem(Protocol):
    """Our part of a running MIDI system. Its faults are `MidiFault`s; it belongs to one thread."""

    own_port: str
    """The name of our own port; empty without one."""

    @property
    def stands_still(self) -> bool:
        """Whether the system hangs: then nothing may be opened or closed."""

    def sources(self) -> list[MidiPort]:
        """The ports that send."""

    def sinks(self) -> list[MidiPort]:
        """The ports that receive."""

    def changes(self) -> int:
        """A number that is another one after ports came or went. Far cheaper than their names."""

    def renewed(self) -> frozenset[str]:
        """Ports that are open here and left, or came anew, since this was asked last.

        One that is there again under its name seems never to have left. Empty where the system
        does not tell.
        """

    def has_lost_us(self) -> bool:
        """Whether the system has forgotten this client, so that it must be joined anew."""

    def hear(self, port: MidiPort) -> None:
        """Receive from a port, until `let_go`."""

    def light(self, port: MidiPort) -> None:
        """Be ready to send to a port, until `let_go`."""

    def let_go(self, names: Sequence[str], *, lit: bool) -> None:
        """Close our ends of these ports: those that light them, or those that hear them."""

    def send(self, message: Sequence[int], name: str) -> None:
        """Send to a lit port, or by our own port where it has its name. Never blocks for long."""

    def now_s(self) -> float:
        """The system's clock."""

    def close(self) -> None:
        """Leave the system."""
