"""On which mount points the crate and the inbox are, remembered from start to start."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from bridge.files.mounts import is_unmounted, mount_point
from bridge.files.whole import write_whole

_FILE = "mounts.json"


def known_mount(state: Path, folder: Path) -> str:
    """The mount point where a folder was seen last; empty where none was noted."""
    return _read(state).get(str(folder), "")


def note_mount(state: Path, folder: Path) -> str:
    """Remember where a folder is now, unless its drive is away; the mount point that it belongs to.

    A full or read-only state folder is no reason to stop: then it is remembered another time.
    """
    known = known_mount(state, folder)
    now = mount_point(folder)
    if known == now or is_unmounted(folder, known):
        return known
    with suppress(OSError):
        os.makedirs(state, exist_ok=True)
        write_whole(state / _FILE, json.dumps({**_read(state), str(folder): now}))
    return now


def _read(state: Path) -> dict[str, str]:
    with suppress(OSError, ValueError):
        found = json.loads((state / _FILE).read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return {str(folder): str(mount) for folder, mount in found.items()}
    return {}
