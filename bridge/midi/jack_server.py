"""Which JACK servers are there, looked up on Linux without asking them: one that is dead or stopped is waited for without end."""

from __future__ import annotations

import glob
import os
from contextlib import suppress

_JACK_PROGRAMS = (b"jackd", b"jackdbus", b"pipewire")


def jack_sockets() -> list[str]:
    """Where JACK servers answer, or PipeWire in their place.

    A server that was killed leaves its socket's file behind. It must be noticed: RtMidi waits without end for room in the
    buffer of a dead server, and Python waits with it. So the system's own list says which sockets have somebody behind them.
    """
    name, runtime = (
        os.environ.get("JACK_DEFAULT_SERVER", "default"),
        os.environ.get("XDG_RUNTIME_DIR", "/nowhere"),
    )
    paths = glob.glob(f"/dev/shm/jack_{glob.escape(name)}_*_0") + glob.glob(
        f"{glob.escape(runtime)}/pipewire-0"
    )
    if not paths:
        return []
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as table:
        answering = {line.rstrip("\n").split(maxsplit=7)[-1] for line in table}
    return [path for path in paths if path in answering]


def stopped_jack() -> int:
    """The process of a JACK server that a signal has stopped, else 0: whoever joins that one waits for it without end."""
    name = os.environ.get("JACK_DEFAULT_SERVER", "default").encode()
    for path in glob.glob("/proc/[0-9]*/stat"):
        with suppress(OSError):
            with open(path, "rb") as stat:
                # the program's name stands in brackets and may hold anything
                program, _, rest = stat.read().partition(b"(")[2].rpartition(b")")
            if program in _JACK_PROGRAMS and rest.split()[0] in (b"T", b"t"):
                with open(path.removesuffix("stat") + "cmdline", "rb") as command:
                    words = command.read().split(b"\0")
                if name in words or (name == b"default" and not {b"-n", b"--name"} & {*words}):
                    return int(path.split("/")[2])
    return 0
