"""For the soak: a person at the page and a pad on a cable, with what they get wrong.

`python -m benchmarks.soak_traffic SEED` is the pad, until its stdin ends. It is a process of its
own: RtMidi waits for a stopped JACK while it holds the GIL.
"""

from __future__ import annotations

import random
import select
import sys
import time
from typing import Any

import httpx

from bridge.midi.backend import backend
from daemon.home.page_address import read_address
from daemon.home.places import Places
from daemon.home.web_access import load_token
from tests.helpers.daemon_process import wait_until

NOTE = 36


class HttpUser:
    """Orders and reads by HTTP, and sends requests that must be refused."""

    def __init__(self, places: Places) -> None:
        address = wait_until(lambda: read_address(places), 60, "the page") or {}
        self.base = f"http://127.0.0.1:{address['port']}"
        self.client = httpx.Client(
            base_url=self.base,
            headers={"Authorization": f"Bearer {load_token(places)}"},
            timeout=30,
        )
        self.stranger = httpx.Client(base_url=self.base, timeout=30)

    def order(self, **values: Any) -> str:
        """The job; empty where the order was refused with a reason."""
        answer = self.client.post("/api/requests", json=values)
        return str(answer.json()["job"]) if answer.status_code == 202 else ""

    def look_about(self, dice: random.Random) -> list[str]:
        """The faults in the answers to a person who reads the library."""
        paths = (
            "/api/status",
            "/api/jobs",
            "/api/clips?text=clicks",
            "/api/facets",
            "/api/session",
            "/api/spend",
        )
        answers = [self.client.get(path) for path in dice.sample(paths, 2)]
        return [
            f"HTTP {answer.url}: {answer.status_code}"
            for answer in answers
            if answer.status_code != 200
        ]

    def attack(self, dice: random.Random) -> list[str]:
        """The attacks that were let in, or broke the server."""
        post = self.stranger.post
        host = {"Host": "evil.example"}
        answers = {
            "no token": lambda: post("/api/requests", json={"prompt": "x"}),
            "wrong token": lambda: self.stranger.get(
                "/api/clips", headers={"Authorization": "Bearer " + "0" * 43}
            ),
            "foreign host": lambda: self.client.get("/api/status", headers=host),
            "foreign origin": lambda: self.client.post(
                "/api/requests", json={"prompt": "x"}, headers={"Origin": "http://evil.example"}
            ),
            "rubbish": lambda: self.client.post("/api/requests", content=dice.randbytes(300)),
            "no such field": lambda: self.client.post(
                "/api/requests", json={"prompt": "x", "bmp": 90}
            ),
            "far too much": lambda: self.client.post("/api/requests", content=b"[" * 2_000_000),
        }
        name = dice.choice(list(answers))
        try:
            status = answers[name]().status_code
        except httpx.RemoteProtocolError:
            return []  # it hung up, which refuses as well
        return [] if 400 <= status < 500 else [f"HTTP, {name}: {status}"]

    def close(self) -> None:
        self.client.close()
        self.stranger.close()


def play_pad(dice: random.Random) -> int:
    """Plug a pad in, play it among rubbish and floods, and unplug it; the number of presses."""
    out = backend().output("jack", "soak pad")
    try:
        out.open_virtual_port("pads")
        time.sleep(4.0)
        pressed = dice.randrange(2, 8)
        for _ in range(pressed):
            out.send_message([0x90, NOTE, dice.randrange(1, 128)])
            time.sleep(0.05)
            out.send_message([0x80, NOTE, 0])
            if dice.random() < 0.5:
                _rubbish(out, dice)
            time.sleep(dice.uniform(1.0, 4.0))
        return pressed
    finally:
        out.delete()


def _rubbish(out: Any, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 50, 500))):
        kind = dice.random()
        if kind < 0.2:
            out.send_message(
                [0xF0, *(dice.randrange(128) for _ in range(dice.randrange(60))), 0xF7]
            )
        elif kind < 0.7:
            out.send_message([0xB0 | dice.randrange(16), dice.randrange(128), dice.randrange(128)])
        else:
            # notes without an entry in the map
            out.send_message(
                [0x90 | dice.randrange(16), dice.randrange(40, 128), dice.randrange(128)]
            )


def main() -> None:
    """Print the number of presses each time that the pad was plugged in."""
    dice = random.Random(int(sys.argv[1]))
    while not select.select([sys.stdin], [], [], 0)[0]:
        print(play_pad(dice), flush=True)
        # ports are polled every 2 s: a shorter absence goes unseen
        time.sleep(6.0)


if __name__ == "__main__":
    main()
