"""Linux's own filter on a UDP socket: what certain senders send is thrown away before any program has to read it.

The program is classic BPF, as Linux's Documentation/networking/filter.rst has it: on a UDP socket it sees the packet from its UDP
header on, and the IP header at negative offsets.
"""

from __future__ import annotations

import ctypes
import logging
import socket
import struct
from collections.abc import Collection

from bridge.osc.sender import Peer

log = logging.getLogger(__name__)

_SO_ATTACH_FILTER, _SO_DETACH_FILTER = 26, 27
_LOAD_WORD, _LOAD_HALF, _JUMP_EQUAL, _RETURN = 0x20, 0x28, 0x15, 0x06
#: Where the sender's address stands in the IP header, and its port in the UDP header.
_IP_SOURCE, _UDP_SOURCE = 0xFFF00000 + 12, 0
_WHOLE_PACKET = 0xFFFFFFFF


def filter_program(peers: Collection[Peer]) -> bytes:
    """Instructions that drop what comes from these IPv4 addresses and ports, and pass all else."""
    steps: list[tuple[int, int, int, int]] = []
    for address, port in peers:
        (number,) = struct.unpack("!I", socket.inet_aton(address))
        steps += [
            (_LOAD_WORD, 0, 0, _IP_SOURCE),
            (_JUMP_EQUAL, 0, 3, number),
            (_LOAD_HALF, 0, 0, _UDP_SOURCE),
            (_JUMP_EQUAL, 0, 1, port),
            (_RETURN, 0, 0, 0),
        ]
    steps.append((_RETURN, 0, 0, _WHOLE_PACKET))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def drop_from(opened: socket.socket, peers: Collection[Peer]) -> None:
    """From now on the system drops what these send to a UDP socket, and nothing else. Where it cannot, nothing changes."""
    try:
        if not peers:
            opened.setsockopt(socket.SOL_SOCKET, _SO_DETACH_FILTER, 0)
            return
        program = filter_program(peers)
        held = ctypes.create_string_buffer(program, len(program))
        # struct sock_fprog: how many instructions, and where they stand
        opened.setsockopt(
            socket.SOL_SOCKET,
            _SO_ATTACH_FILTER,
            struct.pack("@HP", len(program) // 8, ctypes.addressof(held)),
        )
    except OSError as error:
        log.debug("the system does not filter for us: %s", error)
