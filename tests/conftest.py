"""What all tests share: parts of the system that may be missing, and a daemon of one's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.daemon_process import DaemonProcess
from tests.helpers.fake_engine import REGISTERED

#: Modules whose fixtures every test may ask for by name.
pytest_plugins = [
    "tests.helpers.inbox_bench",
    "tests.helpers.jack",
    "tests.helpers.osc_door",
    "tests.helpers.own_network",
]

# also for the programs that tests start
os.environ.update(REGISTERED)


#: Fixtures that start a daemon of the test's own, or a browser.
_SLOW_FIXTURES = {"start_daemon", "house"}
_END_TO_END = Path(__file__).parent / "end_to_end"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as `slow` what starts a daemon: everything end to end, and what asks for one by a fixture."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if _END_TO_END in item.path.parents or asked & _SLOW_FIXTURES:
            item.add_marker(pytest.mark.slow)


def skip_or_fail(missing: str) -> None:
    """Skip for want of a part; fail where SIDECRATE_TESTS=all says that nothing may be missing."""
    pytest.fail(missing) if os.environ.get("SIDECRATE_TESTS") == "all" else pytest.skip(missing)


def require(program: str, package: str) -> str:
    """The path of a program; the test is skipped without it, and fails where SIDECRATE_TESTS=all."""
    found = shutil.which(program)
    if found is None:
        skip_or_fail(f"{program} (Debian: {package}) is not installed")
    return str(found)


@pytest.fixture(autouse=True)
def no_home_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test may write into the home of whoever runs it."""
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path / "home"))


@pytest.fixture
def start_daemon(tmp_path: Path) -> Iterator[Callable[..., DaemonProcess]]:
    """Start a daemon on a new home, or on one named; all are stopped at the end."""
    started: list[DaemonProcess] = []

    def start(name: str = "home", config: str | None = None, **environment: str) -> DaemonProcess:
        daemon = DaemonProcess(tmp_path / name, *([config] if config else []), **environment)
        started.append(daemon)
        return daemon

    yield start
    for daemon in started:
        daemon.stop()
