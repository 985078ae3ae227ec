"""A real daemon on a home of its own, for tests: started, asked and stopped as a user would."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from daemon.client.beacon import read_beacon
from daemon.client.connection import DaemonClient
from daemon.home.places import HOME_VARIABLE, Places
from tests.helpers import warm
from tests.helpers.fake_engine import REGISTERED

T = TypeVar("T")
CONFIG = "osc: {port: 0}\nmidi: {enabled: false}\nfl: {enabled: false}\n"
#: s; a machine that is busy with other work is late by tens of seconds. Only a fault waits so long.
_PATIENCE_S = 60.0
#: s that a command may take, less than the time of a test.
_LONGEST_S = 110.0


def wait_until(look: Callable[[], T], wait_s: float = 30.0, what: str = "it") -> T:
    """The first true value of `look`.

    Fails after `wait_s`, but never before the patience that a busy machine needs.
    """
    wait_s = max(wait_s, _PATIENCE_S)
    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.01)
    raise AssertionError(f"{what} did not come within {wait_s} s")


class DaemonProcess:
    """`sidecrate run` on `home`."""

    process: subprocess.Popen[str] | warm.WarmProcess

    def __init__(self, home: Path, config: str = CONFIG, **environment: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        (home / "config.yaml").write_text(config, encoding="utf-8")
        self.places = Places.find(home)
        self.environment = {**os.environ, **REGISTERED, HOME_VARIABLE: str(home), **environment}
        self.link: DaemonClient
        self.start()

    def launch(self) -> None:
        """Begin it, and do not wait until it answers."""
        if warm.can_fork(self.environment):
            with open(os.devnull, "r+") as nothing:
                self.process = warm.WarmProcess(
                    warm.DAEMON, ("run",), self.environment,
                    (nothing, nothing, subprocess.PIPE), start_new_session=True,
                )  # fmt: skip
            return
        self.process = subprocess.Popen(
            # as the command does: nothing is imported from the folder that it is started in
            [sys.executable, "-P", "-m", "daemon.cli", "run"], env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

    def start(self) -> None:
        self.launch()

        def answered() -> DaemonClient | None:
            assert self.process.poll() is None, f"the daemon ended: {self.process.stderr.read()}"
            beacon = read_beacon(self.places)
            return (
                DaemonClient.to(self.places) if beacon and beacon.pid == self.process.pid else None
            )

        self.link = wait_until(answered, 20, "the daemon")

    def kill(self) -> None:
        """As a crash would."""
        self.process.kill()
        self._wait()

    def stop(self) -> int:
        """As Ctrl-C would; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self._wait()

    def _wait(self) -> int:
        self.link.close()
        code = self.process.wait(_PATIENCE_S)
        self.process.stderr.close()
        return code

    def command(self, *arguments: str, code: int = 0, stdin: str = "") -> str:
        """A command of this home, run to its end; its output."""
        done = command(*arguments, environment=self.environment, stdin=stdin)
        assert done.returncode == code, (
            f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done.stdout

    def log(self) -> str:
        """What the log says so far; its own thread writes the first line some time after the start."""
        try:
            return self.places.log.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        with sqlite3.connect(f"{self.places.database.absolute().as_uri()}?mode=ro", uri=True) as db:
            db.row_factory = sqlite3.Row
            return db.execute(query, values).fetchall()

    def clips(self) -> list[dict[str, Any]]:
        """Records of the published clips, oldest first."""
        return [
            json.loads(row["record"])
            for row in self.rows("SELECT record FROM clips WHERE state = 'done' ORDER BY published")
        ]

    def wavs(self) -> list[Path]:
        """What a DAW's browser would show."""
        return sorted(
            path for path in self.places.crate.rglob("*.wav") if "Stems" not in path.parts
        )


def command(
    *arguments: str, environment: dict[str, str], stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    if warm.can_fork(environment):
        return warm.run(*arguments, environment=environment, stdin=stdin, timeout=_LONGEST_S)
    return subprocess.run(
        [sys.executable, "-m", "daemon.cli", *arguments],
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
    )


def workers_maps(pid: int) -> Iterator[Path]:
    """Where Linux says which libraries each child of a process has loaded."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield Path(f"/proc/{child}/maps")
