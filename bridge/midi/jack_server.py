"""JACK servers, found on Linux without asking them: a dead or stopped one blocks for ever."""

from __future__ import annotations

import glob
import os
from contextlib import suppress

_JACK_PROGRAMS = (b"jackd", b"jackdbus", b"pipewire")


def jack_sockets() -> list[str]:
    """The sockets of running JACK servers, or of PipeWire in their place.

    A killed server leaves its socket's file behind. It must be noticed: RtMidi blocks for ever on
    a dead server's full buffer, and Python with it. The system's own table tells which sockets
    have a process behind them.
    """
    name = os.environ.get("JACK_DEFAULT_SERVER", "default")
    runtime = os.environ.get("XDG_RUNTIME_DIR", "/nowhere")
    paths = glob.glob(f"/dev/shm/jack_{glob.escape(name)}_*_0")
    paths += glob.glob(f"{glob.escape(runtime)}/pipewire-0")
    if not paths:
        return []
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as table:
        bound = {line.rstrip("\n").split(maxsplit=7)[-1] for line in table}
    return [path for path in paths if path in bound]


def stopped_jack() -> int:
    """The process id of a JACK server that a signal stopped, else 0: connecting would block."""
    name = os.environ.get("JACK_DEFAULT_SERVER", "default").encode()
    for path in glob.glob("/proc/[0-9]*/stat"):
        with suppress(OSError):
            with open(path, "rb") as stat:
                # the program's name stands in brackets and may contain any character
                program, _, rest = stat.read().partition(b"(")[2].rpartition(b")")
            if program in _JACK_PROGRAMS and rest.split()[0] in (b"T", b"t"):
                with open(path.removesuffix("stat") + "cmdline", "rb") as command:
                    words = command.read().split(b"\0")
                if name in words or (name == b"default" and not {b"-n", b"--name"} & {*words}):
                    return int(path.split("/")[2])
    return 0
