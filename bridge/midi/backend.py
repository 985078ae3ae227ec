"""One interface to the MIDI libraries: python-rtmidi, and supriya-midi where that has no wheel.

Both bind RtMidi, and share its clients, port names and limits. They differ in how errors and
callbacks arrive.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import logging
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, Final

from bridge.errors import DoorError

#: Modules of the libraries, the preferred one first.
LIBRARIES: tuple[str, ...] = ("rtmidi", "supriya_midi")
#: MIDI systems by their names in `midi.api`, and RtMidi's names of them.
_SYSTEMS: Final = {
    "alsa": "LINUX_ALSA",
    "jack": "UNIX_JACK",
    "coremidi": "MACOSX_CORE",
    "winmm": "WINDOWS_MM",
}
#: RtMidi's WARNING and DEBUG_WARNING: the call succeeded all the same.
_MILD: Final = (0, 1)

_log = logging.getLogger(__name__)


class MidiFault(Exception):
    """A MIDI library's error, in its own words."""


class Client:
    """A client of the MIDI system, with at most one port, its own or a connected one.

    `Backend` makes it. Errors arrive at a callback, which stores them; they are raised once the
    library has returned. Raised in the callback they would unwind through C++ and end the process.
    """

    def __init__(self, made: Any, system: str, log: logging.Logger) -> None:
        self._made = made
        self.system = system
        self._errors: list[str] = []
        made.set_error_callback(_note_taker(self._errors, log))

    @property
    def is_deleted(self) -> bool:
        return bool(self._made.is_deleted)

    def get_ports(self) -> list[str]:
        """Names of the ports that can be connected."""
        with self._faults():
            return list(self._made.get_ports())

    def get_port_count(self) -> int:
        """The number of other programs' ports, cheaper than their names. MidiFault."""
        with self._faults():
            return int(self._made.get_port_count())

    def open_port(self, found: str, name: str) -> None:
        """Connect to the port that is called `found` now; ours is called `name`.

        Port numbers shift when a device is plugged in, so the name is looked up here.
        """
        with self._faults():
            ports = self._made.get_ports()
            if found not in ports:
                raise MidiFault(f"no port is called {found} any more")
            self._made.open_port(ports.index(found), name)

    def open_virtual_port(self, name: str) -> None:
        """Publish a port of our own to other programs."""
        with self._faults():
            self._made.open_virtual_port(name)

    def close_port(self) -> None:
        with self._faults():
            self._made.close_port()

    def delete(self) -> None:
        """Leave the MIDI system; the client is unusable after that."""
        with suppress(Exception):
            self._made.delete()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        self._errors.clear()
        try:
            yield
        except (MidiFault, NotImplementedError):
            raise
        except Exception as error:  # the libraries' exceptions have no common base
            raise MidiFault(str(error).strip() or type(error).__name__) from None
        if self._errors:
            raise MidiFault(self._errors[0].strip())


class Input(Client):
    """A client that receives from one port."""

    def __init__(self, made: Any, system: str, log: logging.Logger, *, in_pairs: bool) -> None:
        super().__init__(made, system, log)
        self._in_pairs = in_pairs

    def ignore_types(self, *, sysex: bool, timing: bool, active_sense: bool) -> None:
        self._made.ignore_types(sysex, timing, active_sense)

    def get_message(self) -> tuple[Sequence[int], float] | None:
        """The oldest waiting message, and the seconds since the one before; None without one."""
        message: tuple[Sequence[int], float] | None = self._made.get_message()
        return message

    def set_callback(self, receive: Callable[[Sequence[int], float], None]) -> None:
        """Call `receive` for each message, with the seconds since the one before.

        The call comes from a thread of the library.
        """
        if self._in_pairs:
            self._made.set_callback(lambda event, data=None: receive(*event))
        else:
            self._made.set_callback(lambda message, delta_s, data=None: receive(message, delta_s))

    def cancel_callback(self) -> None:
        with self._faults():
            self._made.cancel_callback()


class Output(Client):
    """A client that sends to one port."""

    def send_message(self, message: Sequence[int]) -> None:
        with self._faults():
            self._made.send_message(message)


class Backend:
    """One of the libraries. library: its module."""

    def __init__(self, library: Any) -> None:
        self.name: str = library.__name__
        self._library = library
        self._has_pairs = hasattr(library, "API_UNSPECIFIED")

    @property
    def systems(self) -> list[str]:
        """The MIDI systems that the library is compiled for, running or not."""
        library = self._library
        compiled = library.get_compiled_api if self._has_pairs else library.get_compiled_apis
        numbers = {int(number) for number in compiled()}
        return [system for system in _SYSTEMS if int(self._number(system)) in numbers]

    def input(self, system: str, name: str, log: logging.Logger = _log) -> Input:
        """A client called `name` that receives. MidiFault where the system does not answer."""
        made = self._make(self._library.MidiIn, system, name)
        return Input(made, system, log, in_pairs=self._has_pairs)

    def output(self, system: str, name: str, log: logging.Logger = _log) -> Output:
        """A client called `name` that sends. MidiFault where the system does not answer."""
        return Output(self._make(self._library.MidiOut, system, name), system, log)

    def _number(self, system: str) -> Any:
        name = _SYSTEMS[system]
        if self._has_pairs:
            return getattr(self._library, f"API_{name}")
        return self._library.RtMidiAPI[name]

    def _make(self, kind: Any, system: str, name: str) -> Any:
        number = self._number(system)
        try:
            made = kind(number, name)
        except Exception as error:  # the libraries' exceptions have no common base
            raise MidiFault(str(error).strip() or type(error).__name__) from None
        if made.get_current_api() != number:
            # RtMidi falls back to another system where the wanted one does not answer
            made.delete()
            raise MidiFault("it is not running")
        return made


@cache
def backend() -> Backend:
    """The MIDI library of this Python. DoorError, in one line, where there is none."""
    faults = []
    for name in LIBRARIES:
        if importlib.util.find_spec(name) is None:
            continue
        if name == "supriya_midi":
            _prefer_systems_jack()
        try:
            return Backend(importlib.import_module(name))
        except ImportError as error:
            faults.append(f"{name} cannot be loaded ({error})")
    version = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    here = f"{version} on {platform.system()} {platform.machine()}"
    why = " and ".join(faults) or "neither python-rtmidi nor supriya-midi is installed"
    raise DoorError(
        f"MIDI is off: {why} for {here}; "
        "pip install python-rtmidi or supriya-midi, and start this again"
    )


def _note_taker(errors: list[str], log: logging.Logger) -> Callable[..., None]:
    """An error callback. It refers to the list alone: with the client it would be a cycle."""

    def note(kind: Any, text: str, data: object = None) -> None:
        log.debug("midi: the library reports: %s", text)
        if getattr(kind, "value", kind) not in _MILD:
            errors.append(text)

    return note


def _prefer_systems_jack() -> None:
    """Have supriya-midi use the system's own libjack, where there is one.

    Its wheel contains libjack 1.9.14, which a server of another version refuses ("protocol
    mismatch"). Symbols of a globally loaded library win over those of a wheel's own.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            ctypes.CDLL("libjack.so.0", mode=ctypes.RTLD_GLOBAL)
