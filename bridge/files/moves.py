"""Moves that overwrite nothing: what a user has put there first stays."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

#: What a file system says that has no hard links, or none for this file.
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


def move_new(source: Path, target: Path) -> None:
    """Move a file, link or folder to a name on its own volume that nothing has yet.

    FileExistsError where something has it; that is left alone. A move that a kill has cut short is ended by the same call.
    """
    if sys.platform == "win32":
        os.rename(source, target)  # there it overwrites nothing by itself
    elif source.is_dir() and not source.is_symlink():
        _move_reserved(source, target)
    else:
        _move_linked(source, target)


def _move_linked(source: Path, target: Path) -> None:
    """By a second name, since a new name is given to a file only where there is none."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        if not os.path.samestat(os.lstat(source), os.lstat(target)):
            raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _move_reserved(source, target)
        return
    os.unlink(source)


def _move_reserved(source: Path, target: Path) -> None:
    """By an empty file or folder of our own, which the move takes the place of at once.

    Whoever looks in between sees that one: a moment that costs nobody anything, as an overwritten file would.
    """
    if source.is_dir() and not source.is_symlink():
        os.mkdir(target)
        undo = os.rmdir
    else:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        undo = os.unlink
    try:
        os.rename(source, target)
    except OSError:
        undo(target)
        raise
