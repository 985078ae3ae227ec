"""Closing RtMidi's clients one by one, in order."""

from __future__ import annotations

import time
from contextlib import suppress

from bridge.midi.backend import Client, Input, MidiFault

#: Time for a running callback to return.
CALLBACK_ENDS_S = 0.05
#: Pause between two clients of JACK that close. JACK's latency callback reads the list of ports
#: while closing removes one, without a lock: a use after free that may end the process.
APART_S = 0.02


def let_go(*clients: Client | None) -> None:
    """Close clients of the MIDI system.

    Running callbacks get time to return first: closing waits for them while it holds the GIL.
    """
    open_ones = [client for client in clients if client is not None and not client.is_deleted]
    called_back = [client for client in open_ones if isinstance(client, Input)]
    for receiver in called_back:
        with suppress(MidiFault):
            receiver.cancel_callback()
    if called_back:
        time.sleep(CALLBACK_ENDS_S)
    for client in open_ones:
        is_jack = client.system == "jack"
        with suppress(MidiFault):
            client.close_port()
        if is_jack:
            time.sleep(APART_S)
        client.delete()
        if is_jack:
            time.sleep(APART_S)
