"""MIDI controllers and programs with MIDI ports, each in a process of its own, on a JACK server."""

from __future__ import annotations

import queue
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

#: Plays what it reads (a port's number and hex bytes a line), prints what its ports are sent.
#: argv: the client's name; the port of ours to join, or "own"; "device" or "program"; ports' names.
CONTROLLER = textwrap.dedent("""
    import collections, queue, sys, threading, time
    import jack
    name, to, kind, *titles = sys.argv[1:]
    client = jack.Client(name, no_start_server=True)
    physical = {"is_physical": kind == "device", "is_terminal": kind == "device"}
    outs, ins = [], []

    def plug():
        outs.extend(client.midi_outports.register(f"{title}out", **physical) for title in titles)
        ins.extend(client.midi_inports.register(f"{title}in", **physical) for title in titles)

    def unplug():
        gone = [*outs, *ins]
        outs.clear()
        ins.clear()
        time.sleep(0.02)
        for port in gone:
            port.unregister()

    plug()
    waiting = [collections.deque() for _ in titles]
    heard, ended = queue.SimpleQueue(), threading.Event()

    def run(frames):
        if ended.is_set():
            raise jack.CallbackExit
        for port in ins:
            for _, data in port.incoming_midi_events():
                heard.put(bytes(data).hex())
        for port, messages in zip(outs, waiting):
            port.clear_buffer()
            while messages:
                port.write_midi_event(0, messages.popleft())

    def tell():
        while True:
            print(heard.get(), flush=True)

    client.set_process_callback(run)
    client.activate()
    threading.Thread(target=tell, daemon=True).start()
    if to != "own":
        sinks = client.get_ports(is_midi=True, is_input=True)
        sources = client.get_ports(is_midi=True, is_output=True)
        client.connect(outs[0], next(port for port in sinks if port.name.startswith(to)))
        client.connect(next(port for port in sources if port.name.startswith(to)), ins[0])
    print("ready", flush=True)
    for line in sys.stdin:
        if line == "replug\\n":
            unplug()
            plug()
            continue
        number, _, message = line.partition(" ")
        waiting[int(number)].append(bytes.fromhex(message))
    # leaving in order: a JACK server in synchronous mode stands still for seconds when a client is killed
    ended.set()
    time.sleep(0.1)
    client.close()
""")


class Controller:
    """A controller. device: its ports count as hardware. titles: what its ports' names begin with."""

    def __init__(
        self, name: str, to: str = "own", *, device: bool = True, titles: Sequence[str] = ("",)
    ) -> None:
        kind = "device" if device else "program"
        command = [sys.executable, "-c", CONTROLLER, name, to, kind, *titles]
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

    def play(self, *messages: str, port: int = 0) -> None:
        assert self.process.stdin
        for message in messages:
            self.process.stdin.write(f"{port} {message}\n")

    def lit(self) -> str:
        return self.lines.get(timeout=10)

    def replug(self) -> None:
        """Take its ports away and bring them again under their names, within some hundredths of a second."""
        assert self.process.stdin
        self.process.stdin.write("replug\n")

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
    """A device; with `to` a program that plays into our port of that name."""
    with other_program(name, to=to) if to != "own" else _closing(Controller(name)) as made:
        yield made


@contextmanager
def other_program(name: str, *titles: str, to: str = "own") -> Iterator[Controller]:
    """A program with a pair of ports for each of these titles."""
    with _closing(Controller(name, to, device=False, titles=titles or ("",))) as made:
        yield made


@contextmanager
def _closing(made: Controller) -> Iterator[Controller]:
    try:
        yield made
    finally:
        made.unplug()
