"""The lights of pads: which state each shows, from the events of its orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bridge.events import JobEvent, Origin, Refused, Told
from bridge.lights.job_states import JobStates

#: Status byte of the message that lights a pad, by its trigger.
_STATUS = {"note": 0x90, "cc": 0xB0}

#: Port, trigger, number, channel.
Pad = tuple[str, str, int, int]


class Lights:
    """Lights each pad by its jobs' state (`JobStates`).

    velocities: of `queued`, `working`, `done` and `failed`; a missing state turns the light off.
    send: called with a message's bytes and the pad's input port, only when a light changes.
    """

    def __init__(
        self, velocities: Mapping[str, int], send: Callable[[Sequence[int], str], None]
    ) -> None:
        self._velocities = dict(velocities)
        self._send = send
        self._states = JobStates[Pad]()
        self._shown: dict[Pad, str] = {}

    def show(self, event: JobEvent | Refused | Told) -> None:
        """Apply an event to its pad's state, and light the pad."""
        pad = _pad(event.origin)
        if pad is None:
            return
        self._light(pad, self._states.after(pad, event))

    def show_again(self) -> None:
        """Send every lit light once more, for a device that was plugged in."""
        for pad, state in self._shown.items():
            if state:
                self._paint(pad, state)

    def put_out(self) -> None:
        """Turn off every light that is on."""
        for pad in list(self._shown):
            self._light(pad, "")
        self._states.clear()

    def _light(self, pad: Pad, state: str) -> None:
        if self._shown.get(pad, "") == state:
            return
        self._shown[pad] = state
        self._paint(pad, state)

    def _paint(self, pad: Pad, state: str) -> None:
        port, trigger, number, channel = pad
        self._send((_STATUS[trigger] | channel, number, self._velocities.get(state, 0)), port)


def _pad(origin: Origin) -> Pad | None:
    """The pad of a stored origin; None for one without a light, or one of another version."""
    try:
        address = origin.address
        pad = (
            str(address["port"]),
            str(address["trigger"]),
            int(address["number"]),
            int(address["channel"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
    is_lit = pad[1] in _STATUS and 0 <= pad[2] <= 127 and 0 <= pad[3] <= 15
    return pad if is_lit else None
