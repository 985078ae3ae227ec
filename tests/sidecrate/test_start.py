"""The command beside another package that is called `daemon`, as python-daemon is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
START = "import sidecrate_start; sidecrate_start.main()"
WORKS = "class DaemonContext: pass\n"


def run(*places, arguments=("--version",)):
    paths = os.pathsep.join(map(str, places))
    return subprocess.run(
        [sys.executable, "-c", START, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
        cwd=places[0],
        timeout=60,
    )


def other_daemon(folder, daemon=WORKS):
    """What python-daemon puts into an environment."""
    (folder / "daemon").mkdir(parents=True, exist_ok=True)
    (folder / "daemon" / "__init__.py").write_text("from .daemon import DaemonContext\n")
    (folder / "daemon" / "daemon.py").write_text(daemon)
    return folder


@pytest.fixture
def ours(tmp_path):
    """Our packages, copied as an installer puts them there."""
    folder = tmp_path / "site"
    for name in ("bridge", "daemon"):
        left_out = shutil.ignore_patterns("__pycache__", "page")
        shutil.copytree(HOUSE / name, folder / name, ignore=left_out)
    shutil.copy(HOUSE / "sidecrate_start.py", folder)
    return folder


@pytest.mark.slow
def test_alone_nothing_is_said(ours):
    done = run(ours)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("Sidecrate ")


def test_a_package_of_our_name_that_comes_first_is_said_in_one_sentence(ours, tmp_path):
    done = run(other_daemon(tmp_path / "first"), ours)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("another package is called 'daemon' too in ")
    assert "environment of its own" in done.stderr and done.stderr.count("\n") == 1


def test_one_that_lies_over_ours_and_cannot_be_loaded_is_said(ours):
    done = run(other_daemon(ours, "import lockfile_that_is_not_there\n"))
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "another package is called 'daemon' too" in done.stderr


@pytest.mark.slow
def test_one_that_lies_over_ours_and_harms_nothing_is_said_and_work_goes_on(ours):
    done = run(other_daemon(ours))
    assert done.returncode == 0 and done.stdout.startswith("Sidecrate ")
    assert "another package is called 'daemon' too" in done.stderr
