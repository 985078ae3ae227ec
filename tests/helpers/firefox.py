"""Firefox as a user has it, driven by its own remote control (Marionette): JSON over a local socket."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.conftest import require

_PREFS = {
    "marionette.port": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    # its window counts as the one in front, also where nothing else says so
    "focusmanager.testmode": True,
}
_START_S = 60.0


class Firefox:
    """A browser with a profile of its own, in `folder`. `close` ends it."""

    def __init__(self, folder: Path, **prefs: str | int | bool) -> None:
        program = require("firefox-esr", "firefox-esr")
        folder.mkdir(parents=True)
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in (_PREFS | prefs).items()]  # fmt: skip
        (folder / "user.js").write_text("\n".join(lines))
        self._process = subprocess.Popen(
            [program, "--headless", "--marionette", "--no-remote", "--profile", str(folder)],
            env={**os.environ, "HOME": str(folder)},
            start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._count = 0
        self._link = self._connected(folder / "MarionetteActivePort")
        self._read()
        self("WebDriver:NewSession", capabilities={})

    def _connected(self, port_file: Path) -> socket.socket:
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            try:
                port = int(re.findall(r"\d+", port_file.read_text())[0])
                return socket.create_connection(("127.0.0.1", port), timeout=60)
            except (OSError, IndexError):
                time.sleep(0.1)
        self._end()
        raise AssertionError(f"Firefox was not ready within {_START_S:g} s")

    def _read(self) -> Any:
        size = b""
        while (byte := self._link.recv(1)) != b":":
            assert byte, "Firefox has gone"
            size += byte
        body = b""
        while len(body) < int(size):
            body += self._link.recv(int(size) - len(body))
        return json.loads(body)

    def __call__(self, command: str, **values: Any) -> Any:
        """Send a command of Marionette; its result, or an AssertionError with what it says."""
        self._count += 1
        said = json.dumps([0, self._count, command, values]).encode()
        self._link.sendall(str(len(said)).encode() + b":" + said)
        _, _, error, result = self._read()
        assert error is None, (command, error["message"])
        return result.get("value") if isinstance(result, dict) and "value" in result else result

    def go(self, address: str) -> None:
        self("WebDriver:Navigate", url=address)

    def run(self, script: str, *arguments: Any) -> Any:
        """The value of a script in the page's own world."""
        return self("WebDriver:ExecuteScript", script=script, args=list(arguments), sandbox=None)

    def wait(self, script: str, wait_s: float = 40.0) -> None:
        """Wait until a script gives something true."""
        until = time.monotonic() + wait_s
        while not self.run(f"return !!({script})"):
            assert time.monotonic() < until, f"not within {wait_s:g} s: {script}"
            time.sleep(0.1)

    def find(self, css: str) -> Any:
        self.wait(f"document.querySelector({json.dumps(css)})")
        found = self("WebDriver:FindElement", using="css selector", value=css)
        return next(iter(found.values()))

    def click(self, css: str) -> None:
        self("WebDriver:ElementClick", id=self.find(css))

    def type(self, css: str, keys: str) -> None:
        self.find(css)
        self.run("document.querySelector(arguments[0]).focus()", css)
        self("WebDriver:ElementSendKeys", id=self.find(css), text=keys)

    def close(self) -> None:
        self._link.close()
        self._end()

    def _end(self) -> None:
        # its content processes too, which may outlive it
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(20)
