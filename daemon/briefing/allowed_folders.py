"""The folders that requests may name: music, not every file that the daemon could open."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bridge.errors import Fault, RequestError
from bridge.request import Request
from bridge.text import shorten
from bridge.verbs import find_verb

#: Where systems mount drives.
_DRIVES = ("/Volumes", "/media", "/mnt", "/run/media")


class AllowedFolders:
    """Home without its hidden folders, mounted drives, the system's temporary folder and our own.

    The config may name more.
    """

    def __init__(self, own: Iterable[Path], named: Iterable[str]) -> None:
        self._home = Path.home().resolve()
        self._shown = [
            *own,
            *(Path(name).expanduser() for name in named),
            Path(tempfile.gettempdir()),
            *map(Path, _DRIVES),
        ]
        self._roots = [folder.resolve() for folder in self._shown]

    def check(self, request: Request, do: str = "make") -> None:
        """RequestError where a path of the request leads elsewhere, links followed.

        do: the verb.
        """
        verb = find_verb(do)
        for field in verb.paths:
            if field in request and not self._allows(str(request[field])):
                text = (
                    f"{verb.named(field)}{shorten(request[field])} "
                    "lies outside your home and the drives that are plugged in;"
                    " copy it there, or name its folder under files.allow in the config"
                )
                raise RequestError(Fault(field, shorten(request[field]), text))

    def _allows(self, raw: str) -> bool:
        if raw.startswith("~") and os.path.expanduser(raw) == raw:
            return False  # the home of an unknown user
        if not os.path.dirname(raw) and not os.path.exists(raw):
            return True  # no path, but a clip's or a collection's name
        path = Path(os.path.realpath(Path(raw).expanduser()))
        if any(_inside(path, root) is not None for root in self._roots):
            return True
        below_home = _inside(path, self._home)
        if below_home is not None:
            return not any(part.startswith(".") for part in below_home.parts)
        # a drive letter other than the system's is a drive of its own
        return (
            sys.platform == "win32"
            and path.drive.lower() != os.environ.get("SYSTEMDRIVE", "C:").lower()
        )


def _inside(path: Path, folder: Path) -> Path | None:
    """The path from a folder to a file in it; None where the file is elsewhere.

    The file system compares them: on macOS `/users/me` is `/Users/me`, which text does not tell.
    """
    if path.is_relative_to(folder):
        return path.relative_to(folder)
    for parent in (path, *path.parents):
        with contextlib.suppress(OSError):
            if os.path.samefile(parent, folder):
                return path.relative_to(parent)
    return None
