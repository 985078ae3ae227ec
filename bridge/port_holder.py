"""Which program holds a network port of this machine, as far as the system tells."""

from __future__ import annotations

import errno
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

#: Errors of a bind that another program's socket brings about.
_HELD: Final = frozenset({errno.EADDRINUSE, 10048, 10013})
UNKNOWN: Final = "another program"


def holder_of(port: int, *, udp: bool = False) -> str:
    """The program that holds a port: its name and process id on Linux, else `UNKNOWN`."""
    kind = "udp" if udp else "tcp"
    inodes = {inode for name in (kind, f"{kind}6") for inode in _inodes(name, port, udp)}
    if not inodes:
        return UNKNOWN
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for process in Path("/proc").glob("[0-9]*"):
        # other users' processes may not be looked into, and any may end meanwhile
        with suppress(OSError):
            if any(os.readlink(one) in wanted for one in (process / "fd").iterdir()):
                name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
                return f"{name} (process {process.name})"
    return "a program of another user"


def _inodes(table: str, port: int, udp: bool) -> list[str]:
    found = []
    with suppress(OSError, ValueError, IndexError):
        lines = Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]
        for line in lines:
            words = line.split()
            # of TCP only sockets that listen (0A)
            if int(words[1].rpartition(":")[2], 16) == port and (udp or words[3] == "0A"):
                found.append(words[9])
    return found


def held_port(port: int, host: str = "127.0.0.1") -> str:
    """Who holds a TCP port, where it cannot be bound for that reason; empty where it is free."""
    if not port:
        return ""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            return holder_of(port) if error.errno in _HELD else ""
    return ""
