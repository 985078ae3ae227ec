"""A MIDI controller in a program of its own, on a JACK server."""

from __future__ import annotations

import queue
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: A controller in a program of its own: plays what it reads (hex bytes a line), prints what it is sent.
CONTROLLER = textwrap.dedent("""
    import sys
    from bridge.midi.backend import backend
    from bridge.midi.clients import let_go
    out, heard = backend().output("jack", sys.argv[1]), backend().input("jack", sys.argv[1])
    heard.set_callback(lambda message, delta_s: print(bytes(message).hex(), flush=True))
    if sys.argv[2] == "own":
        out.open_virtual_port("out")
        heard.open_virtual_port("in")
    else:
        for client in (out, heard):
            client.open_port(next(n for n in client.get_ports() if n.startswith(sys.argv[2])), "pads")
    print("ready", flush=True)
    for line in sys.stdin:
        out.send_message(list(bytes.fromhex(line)))
    # leaving in order: a JACK server in synchronous mode stands still for seconds when a client is killed
    let_go(out, heard)
""")


class Controller:
    def __init__(self, name: str, to: str) -> None:
        command = [sys.executable, "-c", CONTROLLER, name, to]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        assert self.lines.get(timeout=15) == "ready"

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line.strip())

    def play(self, *messages: str) -> None:
        assert self.process.stdin
        for message in messages:
            self.process.stdin.write(message + "\n")

    def lit(self) -> str:
        return self.lines.get(timeout=10)

    def unplug(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def controller(name: str = "pads", to: str = "own") -> Iterator[Controller]:
    made = Controller(name, to)
    try:
        yield made
    finally:
        made.unplug()
