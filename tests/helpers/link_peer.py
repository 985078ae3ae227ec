"""A peer of an Ableton Link session in a program of its own: tells what it hears, and does what it is told."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from typing import Any

#: A peer in a program of its own: its tempo at first, then does what it reads and prints each change that it hears, with the time.
PEER = textwrap.dedent("""
    import aalink, asyncio, json, sys, time
    async def main():
        link = aalink.Link(float(sys.argv[1]))
        def say(what, value): print(json.dumps([what, value, time.monotonic()]), flush=True)
        link.set_tempo_callback(lambda bpm: say("bpm", bpm))
        link.set_num_peers_callback(lambda count: say("peers", count))
        link.start_stop_sync_enabled = True
        link.quantum = 4
        await asyncio.sleep(0.5)
        link.enabled = True
        say("ready", link.tempo)
        while line := await asyncio.to_thread(sys.stdin.readline):
            word, _, value = line.strip().partition(" ")
            if word == "bpm": link.tempo = float(value)
            if word == "play": link.playing = value == "1"
            say("did", [word, link.tempo, link.beat])
    asyncio.run(main())
""")


class Peer:
    """A peer that has joined with a tempo of its own."""

    def __init__(self, bpm: float) -> None:
        command = [sys.executable, "-c", PEER, str(bpm)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.read("ready")

    def read(self, what: str) -> tuple[Any, float]:
        assert self.process.stdout
        for line in self.process.stdout:
            name, value, at_s = json.loads(line)
            if name == what:
                return value, at_s
        raise AssertionError("the peer has ended")

    def do(self, line: str) -> tuple[Any, float]:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        return self.read("did")

    def bar_line_s(self, bpm: float) -> float:
        """When one of its bars begins, in s of the monotonic clock: of some looks the one that was answered quickest."""
        looks = [self.do("look") for _ in range(20)]
        return min(at_s - beat * 60 / bpm for (_, _, beat), at_s in looks)

    def end(self) -> list[list[object]]:
        """What it heard that was not read yet."""
        rest, _ = self.process.communicate(timeout=10)
        return [json.loads(line) for line in rest.splitlines()]
