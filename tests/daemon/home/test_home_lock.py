"""One daemon for one home, and those that ask whether there is one."""

import subprocess
import sys

import pytest

from daemon.errors import ServiceError
from daemon.home.lock import HomeLock

ASKS_SLOWLY = """
import fcntl, sys, time
from pathlib import Path
from daemon.home.lock import HomeLock
lock, flock = HomeLock(Path(sys.argv[1])), fcntl.flock
def slow(*arguments):
    flock(*arguments)
    print("in the midst of it", flush=True)
    time.sleep(0.05)
fcntl.flock = slow
print(lock.is_held(), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks without any lock")
def test_who_asks_keeps_no_daemon_from_starting(tmp_path):
    path = tmp_path / "lock"
    assert not HomeLock(path).is_held() and not path.exists(), "no daemon was ever here"
    path.touch()
    asking = subprocess.Popen(
        [sys.executable, "-c", ASKS_SLOWLY, str(path)], stdout=subprocess.PIPE
    )
    assert asking.stdout.readline().strip() == b"in the midst of it"
    lock = HomeLock(path)
    lock.take()
    assert asking.communicate()[0].strip() == b"False"
    assert HomeLock(path).is_held()
    lock.release()
    assert not HomeLock(path).is_held()


def test_a_daemon_of_another_process_is_seen_and_keeps_others_out(tmp_path):
    path = tmp_path / "lock"
    holds = "import sys; from pathlib import Path; from daemon.home.lock import HomeLock; lock = HomeLock(Path(sys.argv[1]));"
    holds += "lock.take(); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", holds, str(path)]
    daemon = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert daemon.stdout.readline().strip() == b"held"
    assert HomeLock(path).is_held()
    with pytest.raises(ServiceError, match="another Sidecrate daemon already runs"):
        HomeLock(path).take()
    daemon.kill()
    daemon.communicate()
    assert not HomeLock(path).is_held()
    HomeLock(path).take()
