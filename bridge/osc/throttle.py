"""Rate limits of the OSC door: which packets are read during a flood (pure)."""

from __future__ import annotations

from collections.abc import Callable

from bridge.osc.sender import Peer

#: Rate limit of one sender, with a burst as large. A hundred knobs at once need less.
PACKETS_PER_S = 1000
#: Rate limit of all senders together that have not said hello.
STRANGERS_PER_S = 3000
#: Rate limit of hellos beyond the strangers' limit: a device gets in during a flood.
HELLOS_PER_S = 200
#: Dropped packets, beyond `_MUCH` times the rate, from which a sender is blocked in the kernel.
BEYOND_PACKETS = 5000
#: Each packet allowed forgives this many dropped ones.
_MUCH = 20
_HELLO = b"/sidecrate/hello\0"
#: Senders with a bucket; the oldest is evicted.
_MOST_PEERS = 512


class _Bucket:
    """A token bucket: it holds one second's worth, and refills at the same rate."""

    def __init__(self, per_s: float, now_s: float) -> None:
        self._per_s = per_s
        self._left = per_s
        self._at_s = now_s
        self.beyond = 0
        """Dropped packets beyond `_MUCH` times the rate, of late."""

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
    """A flooding sender loses its own packets, not those of others.

    A flood from many ports leaves room for hellos, and greeted senders have buckets of their own.
    clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._peers: dict[Peer, _Bucket] = {}
        self._strangers = _Bucket(STRANGERS_PER_S, clock())
        self._hellos = _Bucket(HELLOS_PER_S, clock())
        self.dropped = 0

    def allows(self, peer: Peer, data: bytes, *, greeted: bool) -> bool:
        """Whether a packet is read. greeted: its sender has said hello."""
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
        """Whether a sender floods so hard that it should be blocked. True resets its count."""
        bucket = self._peers.get(peer)
        if bucket is None or bucket.beyond < BEYOND_PACKETS:
            return False
        bucket.beyond = 0
        return True
