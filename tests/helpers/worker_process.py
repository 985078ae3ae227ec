"""`sidecrate worker` as a process, and a line to it that can be cut."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path


class WorkerProcess:
    """A worker on a port of its own, which stays through `kill` and `start`."""

    def __init__(self, home: Path, *engines: str, slots: int = 1, more_engine: str = "") -> None:
        self.home = home
        self._engines = engines
        self._slots = slots
        self._environment = {**os.environ, "SIDECRATE_HOME": str(home)}
        if more_engine:
            self._environment["SIDECRATE_ENGINE"] = more_engine
        self.port = 0
        self.code = ""
        self.start()

    def command(self) -> list[str]:
        ends = ["--host", "127.0.0.1", "--port", str(self.port), "--slots", str(self._slots)]
        return [sys.executable, "-m", "daemon.cli", "worker", *self._engines, *ends]

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command(), env=self._environment, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"boxes pair \S+ \S+:(\d+) (\S+)", line):
                self.port, self.code = int(found[1]), found[2]
                return
        raise AssertionError(f"the worker ended with {self.process.wait()}")

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


class CutLine:
    """A port that passes all on to another, until it is cut."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._open: set[socket.socket] = set()
        self.is_down = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection; new ones are refused while `is_down`."""
        for one in list(self._open):
            with_shutdown(one)

    def close(self) -> None:
        self._socket.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._socket.accept()
            except OSError:
                return
            if self.is_down:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._to), 5)
            except OSError:
                near.close()
                continue
            self._open |= {near, far}
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(a, b), daemon=True).start()

    def _pass(self, a: socket.socket, b: socket.socket) -> None:
        try:
            while data := a.recv(1 << 16):
                b.sendall(data)
        except OSError:
            pass
        finally:
            for one in (a, b):
                with_shutdown(one)
                self._open.discard(one)


def with_shutdown(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
