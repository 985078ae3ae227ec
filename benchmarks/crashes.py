"""Jobs under random kill -9 of the daemon and its workers, seeded.

`python -m benchmarks.crashes --jobs 300 --seed 1`. Fails (exit code 1, with the fault) when a job
does not end exactly once, or a clip is made twice or is partial. It also fails when the database is
damaged or a temporary file is left.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.faults.crash_run import FAST, crash_run
from tests.helpers.daemon_process import DaemonProcess


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=60, help="of the daemon, and of a worker")
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        daemon = DaemonProcess(Path(home), FAST)
        try:
            crash_run(daemon, asked.jobs, asked.seed, asked.kills)
        finally:
            daemon.stop()
    print(
        f"{asked.jobs} jobs, seed {asked.seed}: each ended once, every clip whole and once,"
        f" in {time.monotonic() - began:.0f} s"
    )
    print(f"killed: the daemon {asked.kills} times, a worker {asked.kills} times")


if __name__ == "__main__":
    main()
