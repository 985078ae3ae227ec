"""Which packets are worth reading while somebody floods the port (pure, but for the clock that it is given)."""

from __future__ import annotations

from collections.abc import Callable

from bridge.osc.sender import Peer

#: What one sender may send: this many packets a second, and as many again in a burst. A hundred knobs at once need less.
PACKETS_PER_S = 1000
#: What all senders may send together who have not said hello.
STRANGERS_PER_S = 3000
HELLOS_PER_S = 200
#: A sender that goes on with more than `_MUCH` times what it may, until so many packets of that are dropped, is beyond measure.
BEYOND_PACKETS, _MUCH = 5000, 20
_HELLO = b"/sidecrate/hello\0"
_MOST_PEERS = 512


class _Bucket:
    """Holds one second's worth, and fills up at the same rate."""

    def __init__(self, per_s: float, now_s: float) -> None:
        self._per_s = per_s
        self._left = per_s
        self._at_s = now_s
        self.beyond = 0
        """How many packets beyond `_MUCH` times the rate were dropped of late."""

    def take(self, now_s: float) -> bool:
        self._left = min(self._per_s, self._left + (now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        if self._left < 1:
            self.beyond += 1
            return False
        self._left -= 1
        self.beyond = max(0, self.beyond - _MUCH)
        return True


class Throttle:
    """A sender that floods loses its own packets, not those of others; a flood from many ports leaves room for a hello, and
    who has said hello is not counted among the many.

    clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._peers: dict[Peer, _Bucket] = {}
        self._strangers = _Bucket(STRANGERS_PER_S, clock())
        self._hellos = _Bucket(HELLOS_PER_S, clock())
        self.dropped = 0

    def allows(self, peer: Peer, data: bytes, *, greeted: bool) -> bool:
        """Whether a packet is to be read. greeted: its sender has said hello."""
        now_s = self._clock()
        bucket = self._peers.get(peer)
        if bucket is None:
            if len(self._peers) >= _MOST_PEERS:
                del self._peers[next(iter(self._peers))]
            bucket = self._peers[peer] = _Bucket(PACKETS_PER_S, now_s)
        allowed = bucket.take(now_s) and (greeted or self._strangers.take(now_s))
        if not allowed and data.startswith(_HELLO):
            allowed = self._hellos.take(now_s)
        self.dropped += not allowed
        return allowed

    def is_beyond_measure(self, peer: Peer) -> bool:
        """Whether a sender floods so hard that reading its packets keeps others waiting; asked anew it begins at none."""
        bucket = self._peers.get(peer)
        if bucket is None or bucket.beyond < BEYOND_PACKETS:
            return False
        bucket.beyond = 0
        return True
