"""What must not pile up in a daemon that runs for weeks."""

import logging
import sys
import threading
import weakref

import pytest

from daemon.log import MOST_WAITING, JsonLines, Writer
from daemon.memory import give_back


class Heavy:
    """Something large that a record speaks of, or that stands in a frame of its traceback."""


class Standing(logging.Handler):
    """A terminal that stands still until it is let go."""

    def __init__(self):
        super().__init__()
        self.go, self.lines = threading.Event(), []

    def emit(self, record):
        self.go.wait(20)
        self.lines.append(self.format(record))


def test_a_log_that_stands_still_keeps_lines_and_not_what_they_speak_of():
    standing = Standing()
    writer = Writer(standing, JsonLines())
    log = logging.getLogger("test_memory")
    log.addHandler(writer)
    log.propagate = False
    try:
        alive = []

        def fails():
            heavy = Heavy()
            alive.append(weakref.ref(heavy))
            raise RuntimeError("the tenth")

        for n in range(10):
            heavy = Heavy()
            alive.append(weakref.ref(heavy))
            log.warning("line %d of %s", n, heavy)
        try:
            fails()
        except RuntimeError:
            log.exception("it failed")
        del heavy
        assert [ref() for ref in alive] == [None] * 11
        for _ in range(2 * MOST_WAITING):
            log.warning("more")
        standing.go.set()
        writer.finish()
        assert len(standing.lines) <= MOST_WAITING + 3
        assert sum("left out" in line for line in standing.lines) == 1
        assert any("line 9 of" in line for line in standing.lines)
        assert any("RuntimeError: the tenth" in line for line in standing.lines)
    finally:
        standing.go.set()
        log.removeHandler(writer)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system's own allocator gives back by itself")
def test_what_a_burst_took_goes_back_to_the_system():
    import psutil

    process = psutil.Process()
    blocks = [bytearray(4000) for _ in range(50_000)]
    last = bytearray(4000)  # holds the heap's end
    before = process.memory_info().rss
    del blocks
    give_back()
    assert process.memory_info().rss < before - 100e6
    assert len(last) == 4000
