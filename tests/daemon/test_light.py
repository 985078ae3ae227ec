"""That the daemon's own process, and the command line, have none of the heavy libraries."""

from __future__ import annotations

import subprocess
import sys

HEAVY = "numpy scipy soundfile soxr librosa numba llvmlite sklearn torch openai httpx httpx2 anyio replicate keyring matplotlib"


def test_the_daemon_is_made_of_modules_that_load_nothing_heavy() -> None:
    code = (
        "import sys, daemon.cli.main, daemon.service.service, daemon.service.hosted_slots, daemon.service.language_slot\n"
        f"print(*[one for one in '{HEAVY}'.split() if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
