"""From touches to what is to be done: what knobs hold, which controllers are pressed, and the fields of each request."""

from __future__ import annotations

from dataclasses import replace

from bridge.events import Ask, Audition, Cancel, Keep, Order, Origin
from bridge.midi.mapping import Mapped, MidiMap, Touch
from bridge.request import Request, Value
from bridge.verbs import VERBS


class Touches:
    """Remembers where the knobs of a map stand, for all ports of one door."""

    def __init__(self, mapping: MidiMap) -> None:
        self._map = mapping
        self._held: dict[str, Value] = {}
        self._positions: dict[tuple[str, int, int], int] = {}

    def orders(self, touch: Touch, port: str, origin: Origin) -> list[Order]:
        """The orders that a touch means. One that only turns a knob means none."""
        pressed = self._is_pressed(touch, port)
        orders = []
        for mapping in self._map.heard(touch, port):
            if mapping.verb == "set" and mapping.scale:
                self._held[mapping.scale.field] = mapping.scale.at(touch.position)
            elif pressed:
                orders.append(self._order(mapping, touch, origin))
        return orders

    def _is_pressed(self, touch: Touch, port: str) -> bool:
        """A controller is a button when it comes up from below 64, or says its highest value again without a release."""
        if touch.trigger != "cc":
            return True
        place = (port, touch.channel, touch.number)
        before, self._positions[place] = self._positions.get(place, 0), touch.position
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
                # surfaces show how a preset goes, whoever asked for it
                origin = replace(origin, address={**origin.address, "preset": mapping.what})
                return Ask("make", origin, (self._request(mapping, touch),))
            case verb:
                what = "" if VERBS[verb].holds else mapping.what
                return Ask(verb, origin, (self._request(mapping, touch),), what)

    def _request(self, mapping: Mapped, touch: Touch) -> Request:
        # a knob that was turned says more than the preset that was written down, and how hard a pad is hit more still
        fields = {**mapping.fields, **VERBS[mapping.verb].taken_of(self._held)}
        if mapping.scale:
            fields[mapping.scale.field] = mapping.scale.at(touch.position)
        return Request(fields)
