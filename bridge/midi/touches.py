"""From touches to orders: held knob values, pressed controllers, and each request's fields."""

from __future__ import annotations

from dataclasses import replace

from bridge.events import Ask, Audition, Cancel, Keep, Order, Origin
from bridge.midi.mapping import Mapped, MidiMap, Touch
from bridge.request import Request, Value
from bridge.verbs import VERBS


class Touches:
    """Remembers the positions of a map's knobs, for all ports of one door."""

    def __init__(self, mapping: MidiMap) -> None:
        self._map = mapping
        self._held: dict[str, Value] = {}
        self._positions: dict[tuple[str, int, int], int] = {}

    def orders(self, touch: Touch, port: str, origin: Origin) -> list[Order]:
        """The orders of a touch; none for one that only turns a knob."""
        pressed = self._is_pressed(touch, port)
        orders = []
        for mapping in self._map.mapped(touch, port):
            if mapping.verb == "set" and mapping.scale:
                self._held[mapping.scale.field] = mapping.scale.at(touch.position)
            elif pressed:
                orders.append(self._order(mapping, touch, origin))
        return orders

    def _is_pressed(self, touch: Touch, port: str) -> bool:
        """Whether a controller acts as a button.

        It does when it rises from below 64, or repeats its highest value without a release.
        """
        if touch.trigger != "cc":
            return True
        place = (port, touch.channel, touch.number)
        before = self._positions.get(place, 0)
        self._positions[place] = touch.position
        return touch.position >= 64 and (before < 64 or before == touch.position == 127)

    def _order(self, mapping: Mapped, touch: Touch, origin: Origin) -> Order:
        match mapping.verb:
            case "cancel":
                return Cancel(origin, mapping.what)
            case "keep":
                return Keep(origin, mapping.what)
            case "audition":
                return Audition(origin, mapping.what)
            case "make" if mapping.what:
                # surfaces show a preset's state, whoever asked for it
                origin = replace(origin, address={**origin.address, "preset": mapping.what})
                return Ask("make", origin, (self._request(mapping, touch),))
            case verb:
                what = "" if VERBS[verb].holds else mapping.what
                return Ask(verb, origin, (self._request(mapping, touch),), what)

    def _request(self, mapping: Mapped, touch: Touch) -> Request:
        # a turned knob overrides the preset, and a pad's velocity overrides both
        fields = {**mapping.fields, **VERBS[mapping.verb].taken_of(self._held)}
        if mapping.scale:
            fields[mapping.scale.field] = mapping.scale.at(touch.position)
        return Request(fields)
