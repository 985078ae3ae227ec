"""Free space where files are written."""

from __future__ import annotations

import shutil
from pathlib import Path

from daemon.errors import CrateError

#: No work begins below it: a clip with its take and stems needs some, and so does the DAW.
LEAST_FREE_BYTES = 100 << 20


def check_space(*folders: Path) -> None:
    """CrateError with the code `disk` when a folder's disk is nearly full."""
    for folder in folders:
        there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
        try:
            free = shutil.disk_usage(there).free
        except OSError:
            # The error comes when the folder is written.
            continue
        if free < LEAST_FREE_BYTES:
            text = (
                f"the disk of {folder} has only {free >> 20} MB left; work goes on when"
                f" {LEAST_FREE_BYTES >> 20} MB are free"
            )
            raise CrateError(text, "disk")
