"""`sidecrate midi learn`: touch a control, say what it does, and the config gets the mapping."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.errors import SidecrateError
from bridge.midi.mapping import MidiMap, Touch, read_message
from bridge.midi.ports import MidiPorts
from bridge.music import note_name
from bridge.request import FIELDS, KINDS
from daemon.settings.edit import add_mapping, mapping_line
from daemon.settings.load import load_config
from daemon.settings.schema import Config, midi_map

#: How long a control must be still for its touch to end: a turned knob sends many messages.
STILL_S = 0.4
#: The port to which programs can send that are not heard by themselves.
OWN_PORT = "Sidecrate learn"


@dataclass(frozen=True)
class Touched:
    """A touch: its first message, its port, and whether a controller moved through values."""

    touch: Touch
    port: str
    is_knob: bool

    def line(self, note_names: str) -> str:
        touch = self.touch
        what = f"program {touch.number}"
        if touch.trigger == "note":
            what = f"note {touch.number} ({note_name(touch.number, note_names)})"
        elif touch.trigger == "cc":
            what = f"cc {touch.number}"
        knob = ", a knob," if self.is_knob else ""
        return f"{what}{knob} on channel {touch.channel + 1} of {self.port}"

    def entry(self, do: str) -> dict[str, Any]:
        return {self.touch.trigger: self.touch.number, "channel": self.touch.channel + 1, "do": do}


class Listener:
    """Receives touches from all ports. DoorError where no MIDI system answers."""

    def __init__(self, config: Config) -> None:
        self._touches: queue.Queue[tuple[str, Touch]] = queue.Queue()
        midi = config.midi
        self._ports = MidiPorts(self._receive, api=midi.api, inputs=midi.inputs, name=OWN_PORT)

    def __enter__(self) -> Listener:
        self._ports.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._ports.close()

    @property
    def names(self) -> list[str]:
        own = [self._ports.own_port] if self._ports.own_port else []
        return [*self._ports.heard_ports, *own]

    def _receive(self, port: str, message: Sequence[int], at_s: float) -> None:
        touch = read_message(message)
        if touch is not None:
            self._touches.put((port, touch))

    def next(self, wait_s: float) -> Touched | None:
        """The next touch, once it has ended; None after a timeout of `wait_s`."""
        until = time.monotonic() + wait_s
        while True:
            left = until - time.monotonic()
            if left <= 0:
                return None
            try:
                port, first = self._touches.get(timeout=min(left, 2.0))
                break
            except queue.Empty:
                self._ports.refresh()
        control = (first.trigger, first.number, first.channel)
        positions = {first.position}
        while True:
            try:
                _, touch = self._touches.get(timeout=STILL_S)
            except queue.Empty:
                return Touched(first, port, first.trigger == "cc" and not positions <= {0, 127})
            if (touch.trigger, touch.number, touch.channel) == control:
                positions.add(touch.position)


def learn(
    path: Path,
    *,
    do: str | None,
    wait_s: float,
    ask: Callable[[str], str],
    show: Callable[[str], None],
) -> Iterator[Mapping[str, Any]]:
    """Show touches and write their mappings; yields each mapping that was written.

    do: for one touch, without a question. Otherwise the user is asked: an empty answer ends, and an
    invalid one is shown with the allowed ones and asked again.
    """
    config = load_config(path)
    with Listener(config) as listener:
        ports = ", ".join(listener.names) or "no port yet; plug one in"
        show(f"heard: {ports}. Touch a pad, a knob or a button.")
        while touched := listener.next(wait_s):
            show(touched.line(config.defaults.note_names))
            _show_uses(config, touched, show)
            if do is not None:
                entry: dict[str, Any] | None = _written(path, touched, do)
            else:
                entry = _asked(path, touched, ask, show)
            if entry is not None:
                show(f"written to {path}:  - {mapping_line(entry)}")
                yield entry
                config = load_config(path)
            if do is not None or entry is None:
                return
            show("Touch the next one.")
        show(f"nothing was touched for {wait_s:g} s")


def _written(path: Path, touched: Touched, do: str) -> dict[str, Any]:
    entry = touched.entry(do)
    add_mapping(path, entry)
    return entry


def _asked(
    path: Path, touched: Touched, ask: Callable[[str], str], show: Callable[[str], None]
) -> dict[str, Any] | None:
    config = load_config(path)
    while True:
        answer = ask(_question(config, touched)).strip()
        if not answer:
            return None
        try:
            # parsed alone first: its faults are then shown without the file's name and line
            MidiMap.read([touched.entry(answer)], config.presets)
            return _written(path, touched, answer)
        except SidecrateError as error:
            show(error.text)


def _question(config: Config, touched: Touched) -> str:
    if touched.is_knob:
        usual = [
            name
            for name in ("energy", "density", "swing", "bpm", "bars", "count")
            if name in FIELDS
        ]
        return f"What shall it set? (set {', set '.join(usual)}; return ends)"
    words = [
        *(f"preset {name}" for name in config.presets),
        *KINDS,
        "again",
        "keep",
        "audition last",
        "cancel",
    ]
    return f"What shall it do? ({', '.join(words)}; return ends)"


def _show_uses(config: Config, touched: Touched, show: Callable[[str], None]) -> None:
    for found in midi_map(config).mapped(touched.touch, touched.port):
        what = found.what or found.fields.get("prompt", "")
        show(f"  it already does: {found.verb} {what}".rstrip() + "; both will hold")
