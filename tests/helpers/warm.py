"""Commands and daemons as processes of their own that find what they import already loaded.

A test run starts some hundred commands and daemons, and most of what they cost was to import the
same modules again. A server is started once for each process of the tests. It imports them and
then forks for each command. The fork has its own environment, folder, streams and exit code.

Linux only. A process whose environment says something else to the interpreter itself is started the
usual way, as is one in a network of its own, and so are the tests of the start: `test_terminal.py`,
`test_wheel.py` and `test_start.py`.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import IO

from tests.helpers import warm_server

#: What a daemon and the command line have loaded, and what a command that makes a clip needs too.
DAEMON = ("daemon.cli.main", "daemon.service.service")
COMMAND = (
    "daemon.cli.main", "daemon.cli.alone", "daemon.clip.make", "daemon.conform.conform",
    "daemon.engines.embedded.engine", "daemon.engines.embedded.render",
)  # fmt: skip
#: Variables that a process reads before the first line of our code, by how they begin.
_OF_THE_START = ("PYTHON", "LD_", "LC_", "LANG", "TZ", "OMP_", "OPENBLAS_", "MKL_", "MALLOC_")


def _network() -> str:
    """The network of this thread: a test may be in one of its own, and a fork of ours is not."""
    return os.readlink("/proc/thread-self/ns/net") if sys.platform == "linux" else ""


#: The network in which the tests begin.
_NETWORK = _network()


def can_fork(environment: dict[str, str]) -> bool:
    """Whether a fork is what a process of this environment, started here, would be."""
    return (
        sys.platform == "linux"
        and _network() == _NETWORK
        and _of_the_start(environment) == _of_the_start(dict(os.environ))
    )


def _of_the_start(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_OF_THE_START)}


def run(
    *arguments: str, environment: dict[str, str], stdin: str, timeout: float
) -> subprocess.CompletedProcess[str]:
    """`python -m daemon.cli` with these arguments, run to its end. TimeoutExpired as `subprocess`."""
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as words,
        tempfile.TemporaryFile("w+", encoding="utf-8", newline=None) as out,
        tempfile.TemporaryFile("w+", encoding="utf-8", newline=None) as err,
    ):
        words.write(stdin)
        words.seek(0)
        process = WarmProcess(COMMAND, arguments, environment, (words, out, err))
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(arguments, code, out.read(), err.read())


class WarmProcess:
    """A process of `python -m daemon.cli`, held as `subprocess.Popen` holds one."""

    stdin = stdout = None

    def __init__(
        self,
        modules: tuple[str, ...],
        arguments: tuple[str, ...],
        environment: dict[str, str],
        streams: tuple[IO[str] | int, IO[str] | int, IO[str] | int],
        *,
        start_new_session: bool = False,
    ) -> None:
        """streams: its stdin, stdout and stderr; `stderr=subprocess.PIPE` gives it a pipe to us."""
        self.args = arguments
        self.returncode: int | None = None
        self.stderr: IO[str] | None = None
        ours = []
        if streams[2] == subprocess.PIPE:
            read, write = os.pipe()
            self.stderr = os.fdopen(read, encoding="utf-8")
            ours.append(write)
            streams = (*streams[:2], write)
        order = {
            "arguments": arguments, "environment": environment, "folder": os.getcwd(),
            "new_session": start_new_session,
        }  # fmt: skip
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._line.connect(_server(modules, tuple(sorted(_of_the_start(environment).items()))))
        numbers = [one if isinstance(one, int) else one.fileno() for one in streams]
        warm_server.send(self._line, order, numbers)
        for one in ours:
            os.close(one)
        self.pid = int(self._read())

    def poll(self) -> int | None:
        """Its exit code, negative by a signal's number; None while it runs."""
        if self.returncode is None and select.select([self._line], [], [], 0)[0]:
            self.returncode = int(self._read())
            self._line.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None and not select.select([self._line], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _read(self) -> str:
        text = b""
        while not text.endswith(b"\n"):
            got = self._line.recv(64)
            assert got, "the server of warm processes has ended"
            text += got
        return text.decode()


@cache
def _server(modules: tuple[str, ...], of_the_start: tuple[tuple[str, str], ...]) -> str:
    """The address of this process's server with these modules, started on the first call.

    of_the_start: what its environment says to the interpreter, as ours does now; a test may have
    changed that when the next is asked for.
    """
    folder = tempfile.TemporaryDirectory(prefix="warm")
    address = str(Path(folder.name) / "line")
    process = subprocess.Popen(
        [sys.executable, "-P", warm_server.__file__, address, json.dumps(modules)],
        # it ends with this pipe, and so with us
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout and process.stdout.readline() == b"ready\n"

    def end() -> None:
        process.communicate()
        folder.cleanup()

    atexit.register(end)
    return address
