"""The folders that requests may name: what somebody asks us to read must be music, not whatever we could open."""

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
from bridge.verbs import VERBS

#: Where systems show drives that are plugged in.
_DRIVES = ("/Volumes", "/media", "/mnt", "/run/media")


class AllowedFolders:
    """Home (but nothing hidden in it), the drives that are plugged in, the system's temporary folder, Sidecrate's own folders,
    and what the config names."""

    def __init__(self, own: Iterable[Path], named: Iterable[str]) -> None:
        self._home = Path.home().resolve()
        self._shown = [
            *own,
            *(Path(name).expanduser() for name in named),
            Path(tempfile.gettempdir()),
            *map(Path, _DRIVES),
        ]
        self._roots = [folder.resolve() for folder in self._shown]

    def check(self, request: Request, fields: Iterable[str] = VERBS["make"].paths) -> None:
        """RequestError when a path of the request, under one of `fields`, leads elsewhere, links followed."""
        for field in fields:
            if field in request and not self._allows(str(request[field])):
                text = (
                    f"{field}: {shorten(request[field])} lies outside your home and the drives that are plugged in;"
                    " copy it there, or name its folder under files.allow in the config"
                )
                raise RequestError(Fault(field, shorten(request[field]), text))

    def _allows(self, raw: str) -> bool:
        if raw.startswith("~") and os.path.expanduser(raw) == raw:
            return False  # the home of nobody here
        if not os.path.dirname(raw) and not os.path.exists(raw):
            return True  # no path, but the name of a clip or a collection
        path = Path(os.path.realpath(Path(raw).expanduser()))
        if any(_inside(path, root) is not None for root in self._roots):
            return True
        below_home = _inside(path, self._home)
        if below_home is not None:
            return not any(part.startswith(".") for part in below_home.parts)
        # another letter than the system's is a drive of its own
        return (
            sys.platform == "win32"
            and path.drive.lower() != os.environ.get("SYSTEMDRIVE", "C:").lower()
        )


def _inside(path: Path, folder: Path) -> Path | None:
    """The way from a folder to what lies in it; None where it lies elsewhere.

    The file system says which folder is meant: on macOS `/users/me` is `/Users/me`, which letters alone do not tell.
    """
    if path.is_relative_to(folder):
        return path.relative_to(folder)
    for parent in (path, *path.parents):
        with contextlib.suppress(OSError):
            if os.path.samefile(parent, folder):
                return path.relative_to(parent)
    return None
