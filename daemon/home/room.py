"""How much room is left where files are written."""

from __future__ import annotations

import shutil
from pathlib import Path

from daemon.errors import CrateError

#: Less than this and no work begins: a clip with its take and stems needs some, and so does the DAW beside us.
LEAST_FREE_BYTES = 100 << 20


def check_space(*folders: Path) -> None:
    """CrateError with the code `disk` when a folder's disk is nearly full."""
    for folder in folders:
        there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
        try:
            free = shutil.disk_usage(there).free
        except OSError:
            continue  # what cannot be asked says so itself when it is written
        if free < LEAST_FREE_BYTES:
            text = f"the disk of {folder} has only {free >> 20} MB left; work goes on when {LEAST_FREE_BYTES >> 20} MB are free"
            raise CrateError(text, "disk")
