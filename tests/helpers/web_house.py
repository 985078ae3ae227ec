"""A daemon that serves the page, for tests: its address, token and one-time link."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from daemon.home.places import Places
from daemon.web.access import make_link_code
from tests.helpers.daemon_process import DaemonProcess

CONFIG = """
web: {enabled: true, port: 0, share: true, share_port: 0}
osc: {port: 0}
midi: {enabled: false}
fl: {enabled: false}
inbox: {enabled: false}
"""


class WebHouse:
    """Belongs to the test that made it; `stop` ends all of it."""

    def __init__(self, home: Path, more: str = "", **environment: str) -> None:
        """`more`: lines of the config beside those above."""
        self.home = home
        self.daemon = DaemonProcess(home, CONFIG + more, **environment)
        self._web = home / "state" / "web"
        until = time.monotonic() + 60
        while not (self._web / "address.json").exists():
            assert time.monotonic() < until, "the page was not served within 60 s"
            time.sleep(0.05)
        self.address: dict[str, int] = json.loads((self._web / "address.json").read_text())
        self.base = f"http://127.0.0.1:{self.address['port']}"
        self.share_base = f"http://127.0.0.1:{self.address['share_port']}"
        self.token = (self._web / "token").read_text()
        self.api = httpx.Client(
            base_url=f"{self.base}/api",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
        )
        while True:
            try:
                self.api.get("/status").raise_for_status()
                break
            except httpx.TransportError:
                assert time.monotonic() < until
                time.sleep(0.05)

    def link(self) -> str:
        """A link that opens the page once."""
        return f"{self.base}/open?code={make_link_code(Places.find(self.home))}"

    def printed_link(self) -> str:
        """What `sidecrate open --page` prints: the same by a process of its own."""
        ran = self.command("open", "--page")
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def command(self, *words_of_it: str, words: str = "") -> subprocess.CompletedProcess[str]:
        """A command of `sidecrate` on this home; `words` come by stdin."""
        return subprocess.run(
            [sys.executable, "-m", "daemon.cli", *words_of_it],
            env={**os.environ, "SIDECRATE_HOME": str(self.home)}, capture_output=True, text=True, input=words,
        )  # fmt: skip

    def make(self, **values: Any) -> str:
        """Order one clip and wait for its id."""
        return str(
            self.done(self.api.post("/requests", json=values).raise_for_status().json()["job"])[
                "id"
            ]
        )

    def done(self, job: str) -> dict[str, Any]:
        """Wait for a job's first clip."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            found = self.api.get(f"/jobs/{job}").json()
            if found["state"] == "done":
                return dict(self.api.get(f"/clips/{found['clips'][0]}").raise_for_status().json())
            assert found["state"] != "failed", found
            time.sleep(0.1)
        raise AssertionError("the clip was not made within a minute")

    def stop(self) -> None:
        self.api.close()
        self.daemon.stop()
