"""What all tests share: parts of the system that may be missing, and a daemon of one's own."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from daemon.children.blas_threads import one_thread
from tests.helpers.daemon_process import DaemonProcess
from tests.helpers.fake_engine import REGISTERED

#: Modules whose fixtures every test may ask for by name.
pytest_plugins = [
    "tests.helpers.inbox_bench",
    "tests.helpers.jack",
    "tests.helpers.osc_door",
    "tests.helpers.own_network",
]

# What is imported and collected stays to the end, in each process of the tests. Looking through it
# for garbage, again and again, was a tenth of their time.
gc.disable()

# also for the programs that tests start
os.environ.update(REGISTERED)
# as in the children of the daemon: threads of BLAS wait for each other, on busy cores for minutes
one_thread(os.environ)


#: Fixtures that start a daemon of the test's own, or a browser.
_SLOW_FIXTURES = {"start_daemon", "house"}
_HERE = Path(__file__).parent
#: Folders whose tests run daemons, workers or services, or wait for clocks and file systems.
_SLOW_FOLDERS = {
    _HERE / "end_to_end",
    _HERE / "faults",
    _HERE / "daemon" / "engines" / "replicate",
    _HERE / "daemon" / "painting",
    _HERE / "daemon" / "radio",
    _HERE / "daemon" / "training",
    _HERE / "daemon" / "video",
    _HERE / "daemon" / "worker",
}
#: Files in other folders that do so, or render and hear whole clips.
_SLOW_FILES = {
    _HERE / "bridge" / "inbox" / "test_door.py",
    _HERE / "bridge" / "osc" / "test_door.py",
    _HERE / "daemon" / "conform" / "test_conform_heard.py",
    _HERE / "daemon" / "engines" / "embedded" / "test_acoustic_voices.py",
    _HERE / "daemon" / "engines" / "embedded" / "test_effects.py",
    _HERE / "daemon" / "conform" / "test_second_look.py",
    _HERE / "daemon" / "witness" / "test_hearing_with.py",
    _HERE / "daemon" / "engines" / "embedded" / "test_words_heard.py",
    _HERE / "daemon" / "library" / "test_render.py",
    _HERE / "daemon" / "children" / "test_host.py",
    _HERE / "tools" / "beat_net" / "test_heard.py",
    _HERE / "daemon" / "parts" / "test_split.py",
    _HERE / "daemon" / "improve" / "test_ask_model.py",
    _HERE / "bridge" / "midi" / "test_clock.py",
    _HERE / "daemon" / "audio" / "test_odd_files.py",
    _HERE / "daemon" / "cli" / "test_terminal.py",
    _HERE / "daemon" / "engines" / "embedded" / "test_kinds.py",
    _HERE / "daemon" / "engines" / "mine" / "test_loops.py",
    _HERE / "daemon" / "engines" / "servers" / "test_servers.py",
    _HERE / "daemon" / "mcp" / "test_server.py",
    _HERE / "daemon" / "notes" / "test_transcribe.py",
    _HERE / "daemon" / "parts" / "test_swap.py",
    _HERE / "daemon" / "pieces" / "test_in_place.py",
    _HERE / "daemon" / "tone" / "test_tone.py",
    _HERE / "daemon" / "web" / "test_api.py",
    _HERE / "daemon" / "web" / "test_host.py",
    _HERE / "tools" / "test_licences.py",
    _HERE / "tools" / "test_train_hearing.py",
}


#: Hands that the files are dealt into: two, three, four or six processes get whole hands.
_HANDS = 12


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where no slow test is wanted, files in which all are slow are not even imported."""
    unwanted = "not slow" in config.option.markexpr
    return True if unwanted and _is_slow_place(collection_path) else None


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@cache
def _is_slow_place(path: Path) -> bool:
    return path in _SLOW_FILES or bool(_SLOW_FOLDERS & {path, *path.parents})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts daemons or workers as `slow`, and mix those that wait with those that count."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if _is_slow_place(item.path) or asked & _SLOW_FIXTURES:
            item.add_marker(pytest.mark.slow)
    items[:] = _dealt(items)


def _dealt(items: list[pytest.Item]) -> list[pytest.Item]:
    """The same tests, their files dealt into hands, in each hand those first that wait for daemons.

    Every process begins with an equal run of this list. In order of the folders one would get all
    that waits, while the others share the cores, and the longest tests would come last and alone.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    slow = [path for path, its in files.items() if any(map(_is_slow, its))]
    quick = [path for path in files if path not in set(slow)]
    order = [path for hand in range(_HANDS) for path in slow[hand::_HANDS] + quick[hand::_HANDS]]
    return [item for path in order for item in files[path]]


def _is_slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None


#: Numbers of the homes of tests without a folder of their own.
_homes = itertools.count()


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
def no_home_of_the_user(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """No test may write into the home of whoever runs it.

    The home is in the test's own folder where it asks for one. Most ask for none, and a folder that
    nobody writes into is not made.
    """
    if "tmp_path" in request.fixturenames:
        home = request.getfixturevalue("tmp_path") / "home"
    else:
        home = tmp_path_factory.getbasetemp() / f"home-{next(_homes)}"
    monkeypatch.setenv("SIDECRATE_HOME", str(home))


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
