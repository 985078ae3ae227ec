"""Flat values for control surfaces that read no JSON: a line of text, a progress bar, a light for each preset, the tempo."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final

from bridge.events import (
    Accepted,
    Done,
    Event,
    Failed,
    Finished,
    JobEvent,
    Origin,
    Progress,
    Refused,
    SessionChanged,
    Told,
)
from bridge.lights.job_states import JobStates
from bridge.osc.packet import build_message
from bridge.osc.sender import Peer
from bridge.text import one_line

#: What a light's number says.
LIGHTS: Final[dict[str, float]] = {
    "": 0.0,
    "queued": 0.25,
    "working": 0.5,
    "failed": 0.75,
    "done": 1.0,
}
#: A value that changes more often is sent no more often than this; the newest one is.
MIN_GAP_S = 0.1
MAX_SURFACES = 16
#: A surface that has said nothing for so long has gone.
SILENCE_ENDS_S = 600.0
#: So many presets also have a place, by which a layout made before the config was knows them.
PLACES = 16
_MOST_TEXT = 100
#: What no part of an OSC address may hold.
_RESERVED = str.maketrans(dict.fromkeys(" #*,/?[]{}", "_"))

Flat = str | int | float


def light_address(preset: str) -> str:
    """Where the light of a preset is told: by its name, with `_` for what an address may not hold."""
    return f"/sidecrate/light/{preset.translate(_RESERVED)}"


class Surfaces:
    """Who wants flat values, what each value is, and when it is sent. Called from several threads.

    presets: the config's names, in order. send: called with an OSC packet and whom it is for. clock: seconds, monotonic.
    """

    def __init__(
        self,
        presets: Iterable[str],
        send: Callable[[bytes, Peer], None],
        clock: Callable[[], float],
    ) -> None:
        self._send = send
        self._clock = clock
        self._lock = threading.Lock()
        self._heard_s: OrderedDict[Peer, float] = OrderedDict()
        self._states = JobStates[str]()
        self._lights = _light_addresses(list(presets))
        self._values: dict[str, Flat] = {"/sidecrate/text": "ready", "/sidecrate/bar": 0.0}
        for name in ("tempo", "key", "meter"):
            self._values[f"/sidecrate/now/{name}"] = 0.0 if name == "tempo" else ""
        for place, preset in enumerate(list(self._lights)[:PLACES], 1):
            self._values[f"/sidecrate/name/{place}"] = preset
        self._values |= {
            address: 0.0 for addresses in self._lights.values() for address in addresses
        }
        self._sent_s: dict[str, float] = {}
        self._waiting: set[str] = set()

    def join(self, peer: Peer) -> None:
        """A surface is there: it is told everything, each time that it says so, since a packet may have been lost."""
        with self._lock:
            self._heard_s.pop(peer, None)
            self._heard_s[peer] = self._clock()
            while len(self._heard_s) > MAX_SURFACES:
                self._heard_s.popitem(last=False)
            packets = [build_message(address, value) for address, value in self._values.items()]
        for packet in packets:
            self._send(packet, peer)

    def leave(self, peer: Peer) -> None:
        with self._lock:
            self._heard_s.pop(peer, None)

    def __contains__(self, peer: Peer) -> bool:
        return peer in self._heard_s

    # -- what is shown

    def hear(self, event: Event) -> None:
        """An event of any door."""
        if isinstance(event, SessionChanged) or (isinstance(event, Told) and event.verb == "known"):
            self._show_session(event.values)
        else:
            self._show(_shown_by(event))
            self._light(event.origin, event)

    def say(self, text: str) -> None:
        """A line of text, for want of an event."""
        self._show(_line(text))

    def _show_session(self, values: Mapping[str, Any]) -> None:
        self._show(
            {
                "/sidecrate/now/tempo": float(values.get("bpm") or 0.0),
                "/sidecrate/now/key": str(values.get("key") or ""),
                "/sidecrate/now/meter": str(values.get("meter") or ""),
            }
        )

    def _light(self, origin: Origin, event: JobEvent | Refused | Told) -> None:
        preset = origin.address.get("preset")
        if preset in self._lights:
            state = self._states.after(preset, event)
            if state == "failed" and isinstance(event, Failed) and event.code == "cancelled":
                state = ""  # it went as the person wanted
            value = LIGHTS[state]
            self._show(dict.fromkeys(self._lights[preset], value))

    def _show(self, values: Mapping[str, Flat]) -> None:
        with self._lock:
            for address, value in values.items():
                if self._values[address] != value:
                    self._values[address] = value
                    self._waiting.add(address)
        self.flush()

    def flush(self) -> None:
        """Send what has changed and may be sent again."""
        now_s = self._clock()
        with self._lock:
            for peer in [
                peer for peer, heard_s in self._heard_s.items() if now_s - heard_s > SILENCE_ENDS_S
            ]:
                del self._heard_s[peer]
            due = [
                address
                for address in self._waiting
                if now_s - self._sent_s.get(address, -MIN_GAP_S) >= MIN_GAP_S
            ]
            self._waiting.difference_update(due)
            self._sent_s.update(dict.fromkeys(due, now_s))
            packets = [build_message(address, self._values[address]) for address in due]
            peers = list(self._heard_s)
        for peer in peers:
            for packet in packets:
                self._send(packet, peer)


def _light_addresses(presets: Sequence[str]) -> dict[str, list[str]]:
    """Of each preset: by name, and by place where no preset has that number for a name."""
    places = {
        f"/sidecrate/light/{place}": preset for place, preset in enumerate(presets[:PLACES], 1)
    }
    named = {light_address(preset) for preset in presets}
    return {
        preset: [
            light_address(preset),
            *(at for at, whose in places.items() if whose == preset and at not in named),
        ]
        for preset in presets
    }


def _shown_by(event: JobEvent | Refused | Told) -> dict[str, Flat]:
    """What an event changes of the text and the bar."""
    match event:
        case Accepted():
            return _line(f"queued: {event.words}" if event.words else f"queued as {event.job}")
        case Progress():
            return _line(f"{event.stage} {event.value:.0%}") | {
                "/sidecrate/bar": min(max(float(event.value), 0.0), 1.0)
            }
        case Done():
            return _line(f"done: {PurePath(event.path).stem}") | {"/sidecrate/bar": 1.0}
        case Finished():
            return (
                _line(f"{event.published} of {event.published + event.failed} clips: {event.text}")
                if event.failed
                else {}
            )
        case Failed():
            return _line("cancelled" if event.code == "cancelled" else f"failed: {event.text}") | {
                "/sidecrate/bar": 0.0
            }
        case Refused():
            return _line(f"not taken: {event.text}")
        case Told():
            words = {
                "keep": "kept",
                "trash": "in the bin:",
                "audition": "heard:",
                "cancel": "cancelled:",
            }
            return _line(f"{words[event.verb]} {event.what}") if event.verb in words else {}


def _line(text: str) -> dict[str, Flat]:
    """A text as one line that a surface has room for."""
    return {"/sidecrate/text": one_line(text, _MOST_TEXT)}
