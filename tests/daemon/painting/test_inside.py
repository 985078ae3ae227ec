"""The child that paints, without a model."""

import subprocess
import sys

import pytest

PAINTS_LONG = """
import time
from daemon.painting import inside

inside.die_with_parent = lambda: None  # as on macOS and Windows, where nobody kills it

def paint(asked, say):
    say(at=0, share=0.1)
    time.sleep(600)

inside._paint = paint
inside.main()
"""


@pytest.fixture
def child():
    order = [sys.executable, "-c", PAINTS_LONG]
    made = subprocess.Popen(order, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    yield made
    made.kill()
    made.communicate()


def test_a_painter_ends_with_the_command_that_asked_it_on_every_system(child):
    child.stdin.write(b"{}\n")
    child.stdin.flush()
    assert child.stdout.readline(), "it is at work"
    child.stdin.close()
    assert child.wait(20) == 0
    child.stdin = None
