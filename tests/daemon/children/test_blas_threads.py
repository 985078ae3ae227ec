"""That what the command line does by itself leaves the other cores to the DAW."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.replicate_server import loop_wav


@pytest.mark.slow
def test_a_file_is_looked_at_with_one_thread(tmp_path: Path) -> None:
    loop = tmp_path / "loop.wav"
    loop.write_bytes(loop_wav(120, 4.0, seed=1))
    code = (
        "import json, sys, threadpoolctl\n"
        "from daemon.cli.app import app\n"
        "app(['look', sys.argv[1], '--json'], standalone_mode=False)\n"
        "print(max(pool['num_threads'] for pool in threadpoolctl.threadpool_info()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(loop)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "1", done.stderr
