"""The server of `warm.py`: `python warm_server.py ADDRESS MODULES`, MODULES as JSON.

It imports the modules, listens on a Unix socket and forks for each order. In the fork the command
runs as `python -m daemon.cli` does. To whom gave the order it answers with the fork's pid and, at its
end, the exit code, a line each. It has one thread and ends with its stdin.
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib
import json
import os
import runpy
import selectors
import socket
import struct
import sys
from typing import Any

_HEAD = struct.Struct("!I")


def send(line: socket.socket, order: dict[str, Any], files: list[int]) -> None:
    """An order, and the open files that go with it."""
    data = json.dumps(order).encode()
    rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))
    line.sendmsg([_HEAD.pack(len(data))], [rights])
    line.sendall(data)


def _receive(line: socket.socket) -> tuple[dict[str, Any], list[int]]:
    head, files, _, _ = socket.recv_fds(line, _HEAD.size, 3)
    left, data = _HEAD.unpack(head)[0], b""
    while len(data) < left:
        data += line.recv(left - len(data))
    order: dict[str, Any] = json.loads(data)
    return order, files


class _Server:
    """Forks for each order, and tells whoever gave it how the fork ended."""

    def __init__(self, address: str) -> None:
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(address)
        self._listener.listen(16)
        self._looks = selectors.DefaultSelector()
        self._looks.register(0, selectors.EVENT_READ)
        self._looks.register(self._listener, selectors.EVENT_READ)
        #: by the descriptor of a fork's end: its pid, and the line of whom it answers to
        self._running: dict[int, tuple[int, socket.socket]] = {}

    def serve(self) -> dict[str, Any]:
        """Serve; returns in a fork alone, with its order, and its streams in place."""
        while True:
            for key, _ in self._looks.select():
                if key.fd == 0:
                    os._exit(0)
                if key.fileobj is not self._listener:
                    self._ended(key.fd)
                elif order := self._fork():
                    return order

    def _fork(self) -> dict[str, Any] | None:
        line, _ = self._listener.accept()
        order, files = _receive(line)
        if (pid := os.fork()) == 0:
            line.close()
            self._close()
            for number, file in enumerate(files):
                os.dup2(file, number)
                os.close(file)
            return order
        for file in files:
            os.close(file)
        end = os.pidfd_open(pid)
        self._running[end] = (pid, line)
        self._looks.register(end, selectors.EVENT_READ)
        _answer(line, pid)
        return None

    def _close(self) -> None:
        """By hand in a fork: else Python might close a file of the command that has the same number."""
        self._looks.close()
        self._listener.close()
        for end, (_, line) in self._running.items():
            os.close(end)
            line.close()

    def _ended(self, end: int) -> None:
        pid, line = self._running.pop(end)
        self._looks.unregister(end)
        os.close(end)
        _answer(line, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        line.close()


def _answer(line: socket.socket, number: int) -> None:
    # whoever gave the order may have gone
    with contextlib.suppress(OSError):
        line.sendall(b"%d\n" % number)


def _run(order: dict[str, Any]) -> None:
    if order["new_session"]:
        os.setsid()
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    # those of the server know whether its own files can be sought in
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        old = getattr(sys, name)
        buffering = 1 if name == "stderr" else -1
        new = os.fdopen(number, mode, buffering, old.encoding, old.errors, closefd=False)
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)
    sys.argv = ["", *order["arguments"]]
    runpy.run_module("daemon.cli", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    for module in json.loads(sys.argv[2]):
        importlib.import_module(module)
    gc.freeze()
    server = _Server(sys.argv[1])
    print("ready", flush=True)
    _run(server.serve())
