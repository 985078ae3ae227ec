"""The malloc heap: shared by all threads, and trimmed after a burst, to keep the daemon small."""

from __future__ import annotations

import ctypes
import sys

#: Parameters of glibc's mallopt(3): the number of heaps, and the size from which blocks are mapped.
_M_ARENA_MAX = -8
_M_MMAP_THRESHOLD = -3
#: glibc's own default, made fixed. Otherwise glibc raises it with the first large block freed.
#: Large blocks would then lie in the heap, between small ones that stay.
_LARGE_BYTES = 128 << 10
#: About five seconds of stereo.
_MUSIC_BYTES = 2 << 20


def _glibc() -> ctypes.CDLL | None:
    """The C library where it is glibc, else None: others have one heap and trim it themselves."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None


def share_one_heap() -> None:
    """One heap for all threads; call it before any starts.

    By default each thread has a heap of its own, which keeps the size of its largest burst. Our
    threads wait for Python's lock anyway, so they gain nothing by it. Large blocks are mapped.
    """
    library = _glibc()
    if library is not None:
        library.mallopt(_M_ARENA_MAX, 1)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


def keep_music_apart() -> None:
    """Map whole stretches of music, and leave notes in the heap; for a program that plays for days.

    glibc would raise the size from which it maps up to 32 MB. Then a stretch lies between notes
    that stay, and the heap grows with each piece. Smaller blocks come and go by the thousand, and
    each would have to be mapped anew: that took half as much processor time again.
    """
    library = _glibc()
    if library is not None:
        library.mallopt(_M_MMAP_THRESHOLD, _MUSIC_BYTES)


def give_back() -> None:
    """Return free pages to the system, malloc_trim(3). Takes a few milliseconds, off the GIL."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)
