"""The log where its screen stands still: nobody waits for it, and nothing else is lost by it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from daemon.home.places import HOME_VARIABLE, Places

#: More than a pipe holds that nobody reads.
TALKS = """
import atexit, logging, pathlib, sys
atexit.register(pathlib.Path(sys.argv[1]).write_text, "it ran")  # as libraries do, before or after us
from daemon.home.log import set_up_log
from daemon.home.places import Places
set_up_log(Places.find(), level="info", megabytes=5, verbose=True)
for n in range(int(sys.argv[2])):
    logging.getLogger("test").info("line %d %s", n, "x" * 500)
logging.getLogger("test").info("the last line")
sys.exit(7)
"""


def talk(tmp_path, lines: int, stderr: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, HOME_VARIABLE: str(tmp_path / "home")}
    return subprocess.Popen(
        [sys.executable, "-c", TALKS, str(tmp_path / "mark"), str(lines)],
        env=environment,
        stderr=stderr,
    )


@pytest.mark.parametrize("lines", [3, 1000], ids=["a screen that is read", "one that stands still"])
def test_a_program_ends_as_it_means_to_though_its_screen_stands_still(tmp_path, lines):
    process = talk(tmp_path, lines, subprocess.PIPE)
    assert process.wait(60) == 7, "the code that it ended with"
    assert (tmp_path / "mark").read_text() == "it ran", "what others do at the end is done"
    log = Places.find(tmp_path / "home").log
    said = [json.loads(line)["text"] for line in log.read_text(encoding="utf-8").splitlines()]
    assert len(said) == lines + 1 and said[-1] == "the last line", "the file has it all"
    shown = process.stderr.read().decode()
    process.stderr.close()
    assert shown.startswith("line 0 xxx") and ("the last line" in shown) == (lines == 3)
