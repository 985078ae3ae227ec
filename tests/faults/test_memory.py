"""What must not pile up in a daemon that runs for weeks."""

import logging
import sys
import threading
import time
import tracemalloc
import weakref
from pathlib import Path

import pytest

from benchmarks.library import records
from daemon.crate.crate import Crate
from daemon.home.heap import give_back
from daemon.home.log import MOST_WAITING, JsonLines, Writer
from daemon.jobs.database import Database
from daemon.library.folder import look_through
from daemon.library.library import Library


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
        writer.finish(time.monotonic() + 10)
        assert len(standing.lines) <= MOST_WAITING + 3
        assert sum("left out" in line for line in standing.lines) == 1
        assert any("line 9 of" in line for line in standing.lines)
        assert any("RuntimeError: the tenth" in line for line in standing.lines)
    finally:
        standing.go.set()
        log.removeHandler(writer)


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the system's own allocator gives back by itself"
)
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


@pytest.mark.slow
def test_a_look_through_a_large_crate_takes_little_and_keeps_nothing(tmp_path):
    clips, folder = 3000, tmp_path / "crate" / "Loops"
    folder.mkdir(parents=True)
    library, jobs = Library(tmp_path / "library.db"), Database(tmp_path / "jobs.db")
    made = [record | {"path": str(folder / f"{record['id']}.wav")} for record in records(clips)]
    for record in made:
        Path(record["path"]).write_bytes(b"RIFF")
        Path(record["path"]).with_suffix(".mid").write_bytes(b"MThd")
    library.arrivals.take_in(made)
    made.clear()
    crate, ignored = Crate(folder.parent, "{kind}", jobs), {}
    look_through(library, crate, ignored)
    tracemalloc.start()
    try:
        assert not look_through(library, crate, ignored)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # 100,000 clips would have taken 120 MB each time that one is published, and 30 MB for good
    assert peak < 1e6 and kept < 1e5 and not ignored
    library.close()
    jobs.close()
