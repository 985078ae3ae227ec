"""Whether a folder's drive is there: its mount point is known, and an empty folder there is not it.

Where a drive is unmounted its mount point stays as an empty folder of the drive below. What is
written there is hidden as soon as the drive is back.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def mount_point(folder: Path) -> str:
    """The mount point of the file system in which a folder is, or would be made."""
    place = Path(os.path.abspath(folder))
    while not os.path.ismount(place) and place != place.parent:
        place = place.parent
    return str(place)


def is_unmounted(folder: Path, mount: str) -> bool:
    """Whether a folder is missing or empty, and no longer on the mount point where it was."""
    if not mount or mount_point(folder) == mount:
        return False
    with suppress(OSError), os.scandir(folder) as entries:
        return next(entries, None) is None
    return True
