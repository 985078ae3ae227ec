"""The folder of a rendered version: written whole, its record last; the oldest of a clip go."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from bridge.files.whole import PART, write_whole
from daemon.errors import LibraryError
from daemon.home.whole_folders import remove_folder, whole_folder
from daemon.record import ClipRecord

#: Written last: a folder without it is no finished version.
RESULT = "result.json"
#: Cached versions of one clip; the least recently used are evicted.
_MOST_VERSIONS = 12


@contextlib.contextmanager
def version_folder(folder: Path, made: ClipRecord) -> Iterator[Path]:
    """A folder to write a version's files to; it takes its place whole, its record written last."""
    try:
        with whole_folder(folder, RESULT) as part:
            yield part
            write_whole(part / RESULT, json.dumps(made))
    except OSError as error:
        text = (
            f"{folder} could not be written ({error.strerror});"
            " free some disk space, or end what plays from it"
        )
        raise LibraryError(text, "disk") from None
    _tidy(folder.parent, folder)


def _tidy(versions: Path, newest: Path) -> None:
    others = [
        path
        for path in versions.iterdir()
        if path.suffix != PART and path != newest and path.is_dir()
    ]
    for old in sorted(others, key=_used, reverse=True)[_MOST_VERSIONS - 1 :]:
        with contextlib.suppress(OSError):
            remove_folder(old)


def _used(version: Path) -> float:
    """Time of a version's last use; another program may have removed it meanwhile."""
    try:
        return version.stat().st_mtime
    except OSError:
        return 0.0
