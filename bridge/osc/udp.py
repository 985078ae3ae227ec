"""The OSC door's UDP port: local, or open to the networks, switched while it serves."""

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
from bridge.port_holder import holder_of

log = logging.getLogger(__name__)

#: Receive buffer asked of the system; Linux gives less unless net.core.rmem_max allows it.
RECEIVE_BUFFER_BYTES = 8 << 20
#: Timeout of one wait for packets.
WAIT_S = 0.25
#: Packets read from one socket before the others get their turn.
BATCH = 64
#: Greeted senders with a connected socket of their own, at most.
MOST_OWN = 16
#: Idle time after which such a socket may be closed for another sender's.
OWN_IDLE_S = 20.0
_IS_LINUX = sys.platform == "linux"
#: How long a flooding sender is blocked in the kernel.
SHUT_OUT_S = 1.0
#: Senders blocked at once, at most.
MOST_SHUT_OUT = 16


class OscSocket:
    """One UDP port. port: 0 chooses a free one.

    `open`, `fit`, `receive` and `keep_place` belong to one thread; any thread may send or `wake`.
    A flood fills the port's receive buffer, and then packets of all senders are lost. On Linux
    `keep_place` gives one sender a buffer apart: a second socket at the same port, connected to
    that sender.
    """

    def __init__(self, port: int) -> None:
        self._wanted = port
        self._socket: socket.socket | None = None
        self._looks: selectors.BaseSelector | None = None
        self._bell: tuple[socket.socket, socket.socket] | None = None
        """What is written into the first wakes who waits for packets."""
        self._own: dict[Peer, tuple[socket.socket, float]] = {}
        """By sender: its socket, and the monotonic time of its last packet there."""
        self._shut_out: dict[Peer, float] = {}
        """By sender: the monotonic time until which it is blocked."""
        self.port = 0
        """The port that is open; 0 while closed."""
        self.is_wide = False

    def open(self, *, wide: bool) -> None:
        """Bind the port, on all interfaces where `wide`. DoorError says why that failed."""
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            made.bind(("0.0.0.0" if wide else "127.0.0.1", self._wanted))
        except OSError as error:
            made.close()
            held = f"{holder_of(self._wanted, udp=True)} holds it; end that"
            raise DoorError(
                f"OSC port {self._wanted} cannot be opened ({error.strerror}): {held}, or choose"
                " another under osc.port (0 takes a free one)",
                "port_in_use",
            ) from None
        made.setblocking(False)
        self._looks = selectors.DefaultSelector()
        self._looks.register(made, selectors.EVENT_READ)
        self._bell = socket.socketpair()
        self._looks.register(self._bell[1], selectors.EVENT_READ, self._bell)
        self.is_wide = wide
        # a port that the system chose stays the same when it is opened anew
        self.port = int(made.getsockname()[1])
        self._wanted = self.port
        self._socket = made

    def fit(self, *, wide: bool) -> None:
        """Reopen the port where its width is wrong, or where it was lost.

        DoorError: the port is as before, or closed. Binding a second wildcard socket is not
        portable, so the port closes for a moment. What is sent in that moment is lost; greeted
        senders resend.
        """
        if self._socket is not None and self.is_wide == wide:
            return
        was_open = self._socket is not None
        was_wide = self.is_wide
        self.close()
        try:
            self.open(wide=wide)
        except DoorError:
            if was_open:
                self.open(wide=was_wide)
            raise

    def receive(self) -> list[tuple[bytes, Peer]]:
        """The next packets with their senders, up to `BATCH` a socket; empty after a timeout.

        OSError where the system fails.
        """
        assert self._looks is not None
        if self._shut_out:
            self._let_in_again()
        packets: list[tuple[bytes, Peer]] = []
        # a flood fills the shared socket: senders with one of their own are read first
        for key, _ in sorted(self._looks.select(WAIT_S), key=lambda found: found[0].data is None):
            if key.data is self._bell:
                continue
            at = len(packets)
            assert isinstance(key.fileobj, socket.socket)
            try:
                for _ in range(BATCH):
                    packets.append(key.fileobj.recvfrom(65_536))
            except BlockingIOError:
                pass
            except ConnectionError:
                # an earlier answer met a closed port: Windows reports that here, harmlessly
                if key.data is not None:
                    self._give_up_place(key.data)
            if key.data in self._own and len(packets) > at:
                self._own[key.data] = (key.fileobj, time.monotonic())
        return packets

    def wake(self) -> None:
        """Have `receive` return at once, now and whenever it is called before the port closes."""
        # the port may be opened anew meanwhile
        bell = self._bell
        if bell is not None:
            with suppress(OSError):
                bell[0].send(b".")

    def keep_place(self, peer: Peer) -> None:
        """Give a greeted sender a buffer of its own against floods, where the system can."""
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
            # only for this moment: otherwise a second daemon could share the port and its packets
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
            log.debug("OSC: %s gets no socket of its own: %s", peer, error)
            return
        self._own[peer] = (made, now_s)

    def shut_out(self, peer: Peer) -> None:
        """Block a sender on the shared socket for `SHUT_OUT_S`, where the system can do that."""
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
            log.debug("OSC: an answer to %s was not sent: %s", peer, error)

    def close(self) -> None:
        for peer in list(self._own):
            self._give_up_place(peer)
        if self._looks is not None:
            self._looks.close()
        if self._socket is not None:
            self._socket.close()
        for end in self._bell or ():
            end.close()
        self._socket = None
        self._looks = None
        self._bell = None
        self.port = 0
        self._shut_out.clear()
