"""Flat values for control surfaces without JSON: text, progress bar, presets' lights, tempo."""

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

#: The number of each state of a light.
LIGHTS: Final[dict[str, float]] = {
    "": 0.0,
    "queued": 0.25,
    "working": 0.5,
    "failed": 0.75,
    "done": 1.0,
}
#: Rate limit of one value: the newest is sent when this time is over.
MIN_GAP_S = 0.1
#: Surfaces served at once; the oldest is evicted.
MAX_SURFACES = 16
#: Timeout of a surface without a sign of life.
SILENCE_ENDS_S = 600.0
#: The first presets are addressable by place too, for layouts made before the config was.
PLACES = 16
#: Longest line of text, in characters.
_MOST_TEXT = 100
#: Characters that no part of an OSC address may hold.
_RESERVED = str.maketrans(dict.fromkeys(" #*,/?[]{}", "_"))

Flat = str | int | float


def light_address(preset: str) -> str:
    """The address of a preset's light: its name, with `_` for reserved characters."""
    return f"/sidecrate/light/{preset.translate(_RESERVED)}"


class Surfaces:
    """Subscribed surfaces, the current values, and when each is sent. Called from several threads.

    presets: the config's names, in order. send: called with an OSC packet and its receiver. clock:
    monotonic seconds.
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
        """Subscribe a surface, and send it all values.

        This is repeated at each of its signs of life, since a packet may be lost.
        """
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
        """Show an event of any door."""
        if isinstance(event, SessionChanged) or (isinstance(event, Told) and event.verb == "known"):
            self._show_session(event.values)
        else:
            self._show(_shown_by(event))
            self._light(event.origin, event)

    def say(self, text: str) -> None:
        """Show a line of text that belongs to no event."""
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
                state = ""  # the user wanted it: not a failure
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
        """Send changed values whose rate limit allows it; unsubscribe silent surfaces."""
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
    """Addresses of each preset's light: by name, and by place unless a preset is named so."""
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
            if not event.failed:
                return {}
            clips = event.published + event.failed
            return _line(f"{event.published} of {clips} clips: {event.text}")
        case Failed():
            text = "cancelled" if event.code == "cancelled" else f"failed: {event.text}"
            return _line(text) | {"/sidecrate/bar": 0.0}
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
    """A text as one line, short enough for a surface."""
    return {"/sidecrate/text": one_line(text, _MOST_TEXT)}
