"""How clients of the MIDI system are left: closed one by one in order, or never touched again."""

from __future__ import annotations

import ctypes
import time
from contextlib import suppress
from typing import Any

import rtmidi

#: s for what was calling back to end.
CALLBACK_ENDS_S = 0.05
#: s between two clients of JACK that go. Each that goes makes JACK tell the others how late their ports are now, from a thread
#: that reads the list of ports which closing takes one out of, with no lock between the two: the process may not outlive that.
APART_S = 0.02
#: What a call into the MIDI system may raise.
RTMIDI_ERRORS = (rtmidi.RtMidiError, OSError, RuntimeError, ValueError)


def let_go(*clients: Any) -> None:
    """Close clients of the MIDI system. What was calling back gets time to end: closing waits for it, and Python for closing."""
    open_ones = [client for client in clients if client is not None and not client.is_deleted]
    called_back = [client for client in open_ones if hasattr(client, "cancel_callback")]
    for client in called_back:
        with suppress(*RTMIDI_ERRORS):
            client.cancel_callback()
    if called_back:
        time.sleep(CALLBACK_ENDS_S)
    for client in open_ones:
        is_jack = client.get_current_api() == rtmidi.API_UNIX_JACK
        with suppress(*RTMIDI_ERRORS):
            client.close_port()
        if is_jack:
            time.sleep(APART_S)
        client.delete()
        if is_jack:
            time.sleep(APART_S)


def abandon(*clients: Any) -> None:
    """Never close these clients, not even at the end of the program: whoever closes them waits for the server, and Python too."""
    for client in clients:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(client))
