"""Whether a dropped file that lies still is whole, and what it lacks."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from bridge.errors import RequestError
from bridge.inbox.names import is_source, is_text, new_claim
from bridge.inbox.promise import lacks
from bridge.inbox.prompt_file import MAX_TEXT_BYTES, may_go_on
from bridge.inbox.stillness import Mark, mark

#: Windows: the file is offline, or is fetched when it is opened or read (OneDrive, Dropbox...).
_OFFLINE_ATTRIBUTES = 0x1000 | 0x40000 | 0x400000
#: macOS: the file has no bytes here (`SF_DATALESS` of sys/stat.h).
_DATALESS_FLAG = 0x40000000
_ABSENT = "is not downloaded yet; have your cloud program keep it on this machine"


class Wholeness:
    """What dropped files lack. Each state of a file is looked at once.

    A file that lacks something is taken at its user's word: when it is renamed after `told` has
    named it.
    """

    def __init__(self) -> None:
        self._tells_blocks = False
        self._seen: dict[str, tuple[Mark, str]] = {}
        self._told: dict[Mark, str] = {}

    def probe(self, folder: Path) -> None:
        """Find out whether a folder is writable, and whether its file system counts blocks.

        Some network drives say that no file has any. OSError where nothing can be written.
        """
        probe = folder / f".{new_claim('t')}.tmp"
        try:
            probe.write_bytes(b"x")
            self._tells_blocks = getattr(probe.stat(), "st_blocks", 0) > 0
        finally:
            with contextlib.suppress(OSError):
                probe.unlink(missing_ok=True)

    def is_absent(self, path: Path) -> bool:
        """Whether a file's bytes are still with a cloud service. It is not opened for that."""
        try:
            found = path.lstat()
        except OSError:
            return False
        if sys.platform == "win32":
            return bool(found.st_file_attributes & _OFFLINE_ATTRIBUTES)
        if getattr(found, "st_flags", 0) & _DATALESS_FLAG:
            return True
        is_hollow = stat.S_ISREG(found.st_mode) and found.st_size > 0 and found.st_blocks == 0
        return is_hollow and self._tells_blocks

    def missing(self, path: Path) -> str:
        """What a file lacks, in words; empty where it is whole as far as can be told."""
        now = mark(path)
        if now is None or path.is_symlink() or not path.is_file():
            return ""
        if self.former_name(path):
            return ""  # its user wants it as it is
        if self.is_absent(path):
            return _ABSENT
        lack = self._looked(path, now) if is_source(path.name) else ""
        return f"is not whole: {lack}" if lack else ""

    def may_go_on(self, path: Path) -> bool:
        """Whether a text says only how, and not yet what: the rest may still be written."""
        now = mark(path)
        if now is None or not is_text(path.name) or path.is_symlink() or not path.is_file():
            return False
        return bool(self._looked(path, now))

    def former_name(self, path: Path) -> str:
        """The name under which a file was told of, where it was renamed since; else empty."""
        now = mark(path) if self._told else None
        name = self._told.get(now, path.name) if now else path.name
        return "" if name == path.name else name

    def told(self, path: Path) -> None:
        """Note that the user was told what a file lacks: a new name is their word to take it."""
        if now := mark(path):
            self._told[now] = path.name

    def forget_others(self, folder: Path, names: Iterable[str]) -> None:
        """Forget the files of a folder that are no longer there."""
        present = {str(folder / name) for name in names}
        self._seen = {path: seen for path, seen in self._seen.items() if path in present}
        marks = {mark(Path(path)) for path in present} if self._told else set()
        self._told = {known: name for known, name in self._told.items() if known in marks}

    def _looked(self, path: Path, now: Mark) -> str:
        known = self._seen.get(str(path))
        if known is None or known[0] != now:
            known = self._seen[str(path)] = (now, _look(path))
        return known[1]


def _look(path: Path) -> str:
    try:
        if not is_text(path.name):
            return lacks(path)
        if os.path.getsize(path) > MAX_TEXT_BYTES:
            return ""
        return "words" if may_go_on(path.read_bytes()) else ""
    except (OSError, RequestError):
        # who cannot be read is said when it is taken
        return ""
