"""Linux's socket filter on a UDP socket: it drops packets of flooding senders in the kernel.

The program is classic BPF, by Linux's Documentation/networking/filter.rst. On a UDP socket it sees
the packet from its UDP header on, and the IP header at negative offsets.
"""

from __future__ import annotations

import ctypes
import logging
import socket
import struct
from collections.abc import Collection

from bridge.osc.sender import Peer

log = logging.getLogger(__name__)

# socket options, from asm-generic/socket.h
_SO_ATTACH_FILTER = 26
_SO_DETACH_FILTER = 27
# instructions of classic BPF, from linux/bpf_common.h
_LOAD_WORD = 0x20
_LOAD_HALF = 0x28
_JUMP_EQUAL = 0x15
_RETURN = 0x06
#: Offset of the sender's address: 12 bytes into the IP header, which starts at SKF_NET_OFF.
_IP_SOURCE = 0xFFF00000 + 12
#: Offset of the sender's port in the UDP header.
_UDP_SOURCE = 0
#: A return value that passes the packet whole.
_WHOLE_PACKET = 0xFFFFFFFF


def filter_program(peers: Collection[Peer]) -> bytes:
    """Instructions that drop packets of these IPv4 addresses and ports, and pass all others."""
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
    """Have the kernel drop packets of these senders only; without senders, remove the filter.

    Where the kernel refuses, nothing changes.
    """
    try:
        if not peers:
            opened.setsockopt(socket.SOL_SOCKET, _SO_DETACH_FILTER, 0)
            return
        program = filter_program(peers)
        held = ctypes.create_string_buffer(program, len(program))
        # struct sock_fprog: the number of instructions, and their address
        opened.setsockopt(
            socket.SOL_SOCKET,
            _SO_ATTACH_FILTER,
            struct.pack("@HP", len(program) // 8, ctypes.addressof(held)),
        )
    except OSError as error:
        log.debug("OSC: the kernel refused the packet filter: %s", error)
