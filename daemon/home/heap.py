"""The daemon's memory stays small: what threads freed is shared by all, and given back to the system after a burst."""

from __future__ import annotations

import ctypes
import sys

#: glibc's mallopt(3): how many heaps the threads of a process may have, and from what size on a block is the system's own.
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3
#: glibc's own, but for good: it would raise it with the first large block that is freed, and from then on large blocks would lie
#: in the heap, between small ones that stay.
_LARGE_BYTES = 128 << 10


def _glibc() -> ctypes.CDLL | None:
    """The C library where it is glibc, else None: others have one heap, and give back by themselves."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None


def share_one_heap() -> None:
    """Before threads start: one heap for all of them. By default each has its own, and keeps what its largest burst took; a dozen
    threads that wait for one lock all the same (Python's) gain nothing by it. Large blocks lie apart from it."""
    library = _glibc()
    if library is not None:
        library.mallopt(_M_ARENA_MAX, 1)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


def give_back() -> None:
    """Free pages go back to the system, malloc_trim(3); a few milliseconds, in which Python's other threads go on."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)
