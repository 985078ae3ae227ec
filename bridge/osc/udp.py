"""The OSC door's UDP port: on this machine alone, or open to its networks too, and from one to the other while it serves."""

from __future__ import annotations

import logging
import selectors
import socket
import sys
import time
from contextlib import suppress

from bridge.errors import DoorError
from bridge.osc.kernel_filter import drop_from
from bridge.osc.sender import Peer

log = logging.getLogger(__name__)

#: What the system is asked to hold for us while we are busy; Linux gives less unless net.core.rmem_max allows it.
RECEIVE_BUFFER_BYTES = 8 << 20
#: How long a look for a packet takes at most.
WAIT_S = 0.25
#: So many packets are taken from one place before the others are looked at.
BATCH = 64
#: Who said hello is heard through a place of its own, so many of them, for as long as they are not silent for longer than this.
MOST_OWN = 16
OWN_IDLE_S = 20.0
_IS_LINUX = sys.platform == "linux"
#: For so long the system throws away what a sender beyond measure sends, so many of them at most.
SHUT_OUT_S, MOST_SHUT_OUT = 1.0, 16


class OscSocket:
    """One port. `open`, `fit`, `receive` and `keep_place` belong to one thread; any may send. port: 0 takes a free one.

    A flood fills what the system holds for the port, and then packets of everybody are lost. On Linux `keep_place` has those of
    one sender held apart: the system sorts packets by a second socket at the same port that is connected to that sender.
    """

    def __init__(self, port: int) -> None:
        self._wanted = port
        self._socket: socket.socket | None = None
        self._looks: selectors.BaseSelector | None = None
        self._own: dict[Peer, tuple[socket.socket, float]] = {}
        """By sender: its socket, and when, on the monotonic clock, it was last heard there."""
        self._shut_out: dict[Peer, float] = {}
        """By sender: until when, on the monotonic clock."""
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
        made.setblocking(False)
        self._looks = selectors.DefaultSelector()
        self._looks.register(made, selectors.EVENT_READ)
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

    def receive(self) -> list[tuple[bytes, Peer]]:
        """The next packets and who sent each, some of every sender that has a place; empty when none comes. OSError where the
        system fails."""
        assert self._looks is not None
        if self._shut_out:
            self._let_in_again()
        packets: list[tuple[bytes, Peer]] = []
        # a flood comes to the place that all share: who has one of their own is heard first
        for key, _ in sorted(self._looks.select(WAIT_S), key=lambda found: found[0].data is None):
            at = len(packets)
            assert isinstance(key.fileobj, socket.socket)
            try:
                for _ in range(BATCH):
                    packets.append(key.fileobj.recvfrom(65_536))
            except BlockingIOError:
                pass
            except ConnectionError:
                # an answer of ours met a closed port. Windows says so here and means nothing else by it
                if key.data is not None:
                    self._give_up_place(key.data)
            if key.data in self._own and len(packets) > at:
                self._own[key.data] = (key.fileobj, time.monotonic())
        return packets

    def keep_place(self, peer: Peer) -> None:
        """From now on a flood of others displaces none of this sender's packets, as far as the system can do that."""
        if self._socket is None or self._looks is None or peer in self._own or not _IS_LINUX:
            return
        now_s = time.monotonic()
        for other in [
            other for other, (_, heard_s) in self._own.items() if now_s - heard_s > OWN_IDLE_S
        ]:
            self._give_up_place(other)
        if len(self._own) >= MOST_OWN:
            return
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # only for this moment: else a second daemon could open the same port, and would hear half of what is sent
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                made.bind(("0.0.0.0" if self.is_wide else "127.0.0.1", self.port))
            finally:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
            made.connect(peer)
            made.setblocking(False)
            self._looks.register(made, selectors.EVENT_READ, peer)
        except OSError as error:
            made.close()
            log.debug("%s has no place of its own: %s", peer, error)
            return
        self._own[peer] = (made, now_s)

    def shut_out(self, peer: Peer) -> None:
        """For a second nothing of this sender is read from the place that all share, where the system can do that."""
        if self._socket is None or not _IS_LINUX or len(self._shut_out) >= MOST_SHUT_OUT:
            return
        self._shut_out[peer] = time.monotonic() + SHUT_OUT_S
        drop_from(self._socket, self._shut_out)

    def _let_in_again(self) -> None:
        now_s = time.monotonic()
        left = {peer: until_s for peer, until_s in self._shut_out.items() if now_s < until_s}
        if len(left) < len(self._shut_out) and self._socket is not None:
            self._shut_out = left
            drop_from(self._socket, left)

    def _give_up_place(self, peer: Peer) -> None:
        made, _ = self._own.pop(peer)
        if self._looks is not None:
            with suppress(KeyError, ValueError):
                self._looks.unregister(made)
        made.close()

    def send(self, packet: bytes, peer: Peer) -> None:
        opened = self._socket
        if opened is None or (peer[1] == self.port and peer[0].startswith("127.")):
            return
        try:
            opened.sendto(packet, peer)
        except OSError as error:
            log.debug("answer to %s was not sent: %s", peer, error)

    def close(self) -> None:
        for peer in list(self._own):
            self._give_up_place(peer)
        if self._looks is not None:
            self._looks.close()
        if self._socket is not None:
            self._socket.close()
        self._socket, self._looks, self.port = None, None, 0
        self._shut_out.clear()
