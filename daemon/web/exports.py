"""Exported files of the page, to be fetched within a day; they can be made again."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import time
from pathlib import Path

from daemon.errors import LibraryError

#: TTL of an export.
_KEPT_S = 86400.0


class Exports:
    """One folder each, under a name that nobody can guess."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new_folder(self) -> Path:
        """A new folder for one export. Expired ones go: the page may be served for months."""
        self.tidy()
        folder = self._folder / secrets.token_hex(16)
        folder.mkdir(parents=True)
        return folder

    def file(self, number: str) -> Path:
        """The file of an export. LibraryError code `unknown_export` where it is gone."""
        folder = self._folder / number
        names = folder.iterdir() if folder.is_dir() else ()
        files = [path for path in names if not path.name.startswith(".")]
        if not files:
            raise LibraryError(
                "that export is not there any more; export it again", "unknown_export"
            )
        return files[0]

    def tidy(self) -> None:
        """Remove expired exports."""
        with contextlib.suppress(FileNotFoundError):
            for folder in self._folder.iterdir():
                if time.time() - folder.stat().st_mtime > _KEPT_S:
                    shutil.rmtree(folder, ignore_errors=True)
