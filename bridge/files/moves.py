"""Moves that overwrite nothing: a file that a user put there first stays."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

#: Errors of a file system without hard links, or without one for this file.
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


def move_new(source: Path, target: Path) -> None:
    """Move a file, link or folder to an unused name on its own volume.

    FileExistsError where the name is in use; that file stays. A move that a kill interrupted is
    completed by the same call.
    """
    if sys.platform == "win32":
        os.rename(source, target)  # on Windows it never overwrites
    elif source.is_dir() and not source.is_symlink():
        _move_reserved(source, target)
    else:
        _move_linked(source, target)


def _move_linked(source: Path, target: Path) -> None:
    """Move by a hard link, which is made only where the name is unused."""
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
    """Move onto an empty file or folder that reserves the name first.

    Another program may see that empty one for a moment, which does no harm.
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
