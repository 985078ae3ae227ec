"""The base of every error that a user may read, and the error of an invalid request.

SidecrateError
├── RequestError      a request with faults in its fields (here)
├── DoorError         a door that cannot open or has lost its port (here)
└── daemon.errors.*   one subclass per layer of the daemon
"""

from __future__ import annotations

from dataclasses import dataclass


class SidecrateError(Exception):
    """What failed, why, and how to mend it. code: stable, for programs. text: for people."""

    code = "error"

    def __init__(self, text: str, code: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        if code is not None:
            self.code = code


@dataclass(frozen=True)
class Fault:
    """One fault of a request: the field, the value as given, and a line that says the mend."""

    field: str
    value: str
    text: str


class RequestError(SidecrateError):
    """An invalid request, with every fault in it."""

    code = "bad_request"

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(fault.text for fault in faults))
        self.faults = faults


class DoorError(SidecrateError):
    """A door that cannot open: a port in use, a folder that is gone, no MIDI system."""

    code = "door"
