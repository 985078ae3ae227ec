"""How clients of the MIDI system are left: closed one by one in order, or never touched again."""

from __future__ import annotations

import ctypes
import time
from contextlib import suppress

from bridge.midi.backend import Client, Input, MidiFault

#: s for what was calling back to end.
CALLBACK_ENDS_S = 0.05
#: s between two clients of JACK that go. Each that goes makes JACK tell the others how late their ports are now, from a thread
#: that reads the list of ports which closing takes one out of, with no lock between the two: the process may not outlive that.
APART_S = 0.02


def let_go(*clients: Client | None) -> None:
    """Close clients of the MIDI system. What was calling back gets time to end: closing waits for it, and Python for closing."""
    open_ones = [client for client in clients if client is not None and not client.is_deleted]
    called_back = [client for client in open_ones if isinstance(client, Input)]
    for hearing in called_back:
        with suppress(MidiFault):
            hearing.cancel_callback()
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


def abandon(*clients: Client | None) -> None:
    """Never close these clients, not even at the end of the program: whoever closes them waits for the server, and Python too."""
    for client in clients:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(client))
