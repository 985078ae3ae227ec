"""FL Studio as its controller script sees it: a project that can be played with, and FL's modules over it."""

from __future__ import annotations

import builtins
import random
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[2] / "fl_studio_scripts" / "device_Sidecrate.py"
ALLOWED = {"base64", "json", "math", "time"}
FL_MODULES = {"channels", "device", "general", "mixer", "patterns", "transport", "ui"}


class Event:
    """FL's message. A MIDI event has no SysEx, and a SysEx event no data bytes, as in FL."""

    def __init__(self, status: int, data1: int = 0, data2: int = 0, sysex: bytes | None = None) -> None:
        self.status, self.sysex, self.handled, self.midiId = status, sysex, False, 0
        if sysex is None:
            self.data1, self.data2 = data1, data2


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0


class Fl:
    """One instance of the script in an FL of its own. Callbacks are called as FL does; one that raises fails the test.

    file_access: whether the sandbox lets files be opened. missing: FL functions that this build lacks, as in mixer.getCurrentTempo.
    real_time: the machine's clock instead of `clock`.
    """

    def __init__(
        self, *, clock: Clock | None = None, file_access: bool = False, missing: tuple[str, ...] = (), tempo: float = 128500,
        real_time: bool = False,
    ) -> None:  # fmt: skip
        self.clock = clock or Clock()
        self.tempo, self.looks = tempo, 0
        self.ppq, self.ppb = 96, 384
        self.is_playing = False
        self.title, self.program = "night drive", "night drive.flp - FL Studio 2024"
        self.channel_names, self.selected = ["Kick", "Sampler"], 0
        self.pattern_names, self.pattern = ["Pattern 1", "Pattern 2"], 1
        self.is_assigned = True
        self.sent: list[bytes] = []
        self.hints: list[str] = []
        self.opened: list[str] = []
        self.receivers: list[Fl] = []
        self.globals = self._load(file_access, missing, real_time)
        self.call("OnInit")

    # --- what the user and FL do ------------------------------------------------------------------------------------

    def call(self, callback: str, *arguments: Any) -> None:
        before = len(self.sent)
        self.globals[callback](*arguments)
        assert len(self.sent) <= before + 1, "at most one frame each time FL calls"

    def sysex(self, data: bytes) -> Event:
        event = Event(0xF0, sysex=data)
        self.call("OnMidiIn", event)
        self.call("OnSysEx", event)
        return event

    def touch(self, status: int, data1: int, data2: int) -> Event:
        event = Event(status, data1, data2)
        self.call("OnMidiIn", event)
        self.call("OnMidiMsg", event)
        return event

    def take_sent(self) -> list[bytes]:
        sent, self.sent = self.sent, []
        return sent

    # --- the modules ------------------------------------------------------------------------------------------------

    def modules(self, missing: tuple[str, ...] = ()) -> dict[str, types.ModuleType]:  # noqa: C901  (a function for each of FL's)
        def midiOutSysex(message: bytes) -> None:
            if not self.is_assigned:
                raise TypeError("Linked device not assigned")
            assert isinstance(message, bytes) and message[0] == 0xF0 and message[-1] == 0xF7
            self.sent.append(message)

        def dispatch(ctrlIndex: int, message: int, sysex: bytes | None = None) -> None:
            self.receivers[ctrlIndex].sysex(bytes(sysex or b""))

        def dispatchReceiverCount() -> int:
            return len(self.receivers)

        def getCurrentTempo(asInt: bool = False) -> float:
            self.looks += 1
            return self.tempo

        def getRecPPQ() -> int:
            return self.ppq

        def getRecPPB() -> int:
            return self.ppb

        def getProjectTitle() -> str:
            return self.title

        def getProgTitle() -> str:
            return self.program

        def getVersion(mode: int = 4) -> str:
            return "Producer Edition v24.1.1 [build 4285]"

        def setHintMsg(msg: str) -> None:
            self.hints.append(msg)

        def isPlaying() -> bool:
            return self.is_playing

        def selectedChannel(canBeNone: bool = False, offset: int = 0, indexGlobal: bool = False) -> int:
            return self.selected

        def channelCount(globalCount: bool = False) -> int:
            return len(self.channel_names)

        def getChannelName(index: int, useGlobalIndex: bool = False) -> str:
            return self.channel_names[index]

        def patternNumber() -> int:
            return self.pattern

        def patternCount() -> int:
            return len(self.pattern_names)

        def getPatternName(index: int) -> str:
            return self.pattern_names[index - 1]

        functions: dict[str, tuple[Callable[..., Any], ...]] = {
            "device": (midiOutSysex, dispatch, dispatchReceiverCount),
            "mixer": (getCurrentTempo,),
            "general": (getRecPPQ, getRecPPB, getProjectTitle),
            "ui": (getProgTitle, getVersion, setHintMsg),
            "transport": (isPlaying,),
            "channels": (selectedChannel, channelCount, getChannelName),
            "patterns": (patternNumber, patternCount, getPatternName),
        }
        made = {}
        for name, known in functions.items():
            made[name] = types.ModuleType(name)
            for function in known:
                if f"{name}.{function.__name__}" not in missing:
                    setattr(made[name], function.__name__, function)
        return made

    def _load(self, file_access: bool, missing: tuple[str, ...], real_time: bool) -> dict[str, Any]:
        modules: dict[str, types.ModuleType] = self.modules(missing)
        if not real_time:
            modules["time"] = types.ModuleType("time")
            modules["time"].monotonic = lambda: self.clock.now_s  # type: ignore[attr-defined]
            modules["time"].time = lambda: 1.7e9 + self.clock.now_s  # type: ignore[attr-defined]

        def sandbox_import(name: str, *arguments: Any, **named: Any) -> Any:
            assert name in ALLOWED | FL_MODULES, f"FL's sandbox or the style of this script forbids {name}"
            return builtins.__import__(name, *arguments, **named)

        def sandbox_open(path: str, *arguments: Any, **named: Any) -> Any:
            self.opened.append(path)
            if not file_access:
                raise SystemError("<class '_io.FileIO'> returned NULL without setting an exception")
            return builtins.open(path, *arguments, **named)

        inside = {**vars(builtins), "open": sandbox_open, "__import__": sandbox_import}
        space: dict[str, Any] = {"__name__": "__main__", "__builtins__": inside}
        with in_place_of(modules):
            exec(compile(SCRIPT.read_text(encoding="ascii"), "<string>", "exec"), space)
        return space


@contextmanager
def in_place_of(modules: Mapping[str, types.ModuleType]) -> Iterator[None]:
    """Meanwhile these are what an import finds."""
    before = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


class Wire:
    """Carries frames one way, not always well. `faults`: how likely a frame is lost, doubled, or overtaken by the next."""

    def __init__(self, chance: random.Random, *, lost: float = 0, doubled: float = 0, overtaken: float = 0) -> None:
        self._chance, self._lost, self._doubled, self._overtaken = chance, lost, doubled, overtaken
        self._held: list[bytes] = []

    def carry(self, frames: list[bytes]) -> list[bytes]:
        held, self._held = self._held, []
        out = []
        for frame in frames:
            assert len(frame) <= 256
            if self._chance.random() < self._lost:
                continue
            (self._held if self._chance.random() < self._overtaken else out).append(frame)
            if self._chance.random() < self._doubled:
                out.append(frame)
        return out + held
