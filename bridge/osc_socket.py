"""The OSC door's UDP port: on this machine alone, or open to its networks too, and from one to the other while it serves."""

from __future__ import annotations

import logging
import socket

from bridge.errors import DoorError
from bridge.osc_sender import Peer

log = logging.getLogger(__name__)

#: What the system is asked to hold for us while we are busy; Linux gives less unless net.core.rmem_max allows it.
RECEIVE_BUFFER_BYTES = 8 << 20
#: How long a look for a packet takes at most.
WAIT_S = 0.25


class OscSocket:
    """One port. `open`, `fit` and `receive` belong to one thread; any may send. port: 0 takes a free one."""

    def __init__(self, port: int) -> None:
        self._wanted = port
        self._socket: socket.socket | None = None
        self.port = 0
        """The port that is open; 0 while closed."""
        self.is_wide = False

    def open(self, *, wide: bool) -> None:
        """DoorError says why not."""
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            made.bind(("0.0.0.0" if wide else "127.0.0.1", self._wanted))
        except OSError as error:
            made.close()
            raise DoorError(
                f"OSC port {self._wanted} cannot be opened ({error.strerror}); end the program that holds it,"
                " or choose another under osc.port (0 takes a free one)",
                "port_in_use",
            ) from None
        made.settimeout(WAIT_S)
        self.is_wide = wide
        # a port that was free to choose stays the same when it is opened anew
        self._wanted = self.port = int(made.getsockname()[1])
        self._socket = made

    def fit(self, *, wide: bool) -> None:
        """Open anew where it is not as wide as it shall be, or was lost. DoorError: it is as it was, or closed.

        Two sockets, one of them for the networks, are not to be had on every system; so it is closed for a moment. What comes in
        between is lost, as packets are, and said again by those who said hello.
        """
        if self._socket is not None and self.is_wide == wide:
            return
        was_open, was_wide = self._socket is not None, self.is_wide
        self.close()
        try:
            self.open(wide=wide)
        except DoorError:
            if was_open:
                self.open(wide=was_wide)
            raise

    def receive(self) -> tuple[bytes, Peer] | None:
        """The next packet and who sent it; None when none comes. OSError where the system fails."""
        assert self._socket is not None
        try:
            return self._socket.recvfrom(65_536)
        except TimeoutError:
            return None
        except ConnectionResetError:
            return None  # Windows: an answer of ours met a closed port

    def send(self, packet: bytes, peer: Peer) -> None:
        opened = self._socket
        if opened is None or (peer[1] == self.port and peer[0].startswith("127.")):
            return
        try:
            opened.sendto(packet, peer)
        except OSError as error:
            log.debug("answer to %s was not sent: %s", peer, error)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket, self.port = None, 0
