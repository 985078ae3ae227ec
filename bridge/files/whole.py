"""Files that are whole or absent: written beside their place, flushed, then renamed.

Each is written under a name that no other program uses. The name identifies the writer, which tells
a killed writer's leftovers from a file being written now.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bridge.files.moves import move_new

#: The ending of a file or folder being written: no DAW takes it for audio.
PART = ".sidecrate-part"
#: Age at which an unchanged part of an unknown writer counts as abandoned.
ABANDONED_S = 3600.0
#: Windows: access denied, sharing violation, lock violation.
_HELD_BY_ANOTHER = frozenset({5, 32, 33})
#: Tries of a rename while another program holds the file.
_TRIES = 5
#: Pause between them.
_WAIT_S = 0.05
_HOST = hashlib.sha256(socket.gethostname().encode("utf-8", "replace")).hexdigest()[:6]
_OWNER = re.compile(rf"\.([0-9a-f]{{6}})-(\d+)-[0-9a-f]+{re.escape(PART)}")


#: Parts of this process that are still to be removed.
_left: set[Path] = set()


def part_beside(target: Path, ending: str = "") -> Path:
    """A new name in the target's folder, thus on its volume; `ending` follows PART."""
    name = f".{_HOST}-{os.getpid()}-{secrets.token_hex(6)}{PART}{ending}"
    return target.with_name(name)


def write_whole(
    path: Path,
    content: str | bytes,
    *,
    private: bool = False,
    flushed: bool = True,
    new: bool = False,
) -> None:
    """Write a file whole or not at all; text is UTF-8, its line ends as they are.

    private: for this user alone (mode 600). flushed: a power cut leaves the old file or the new
    one, never an empty one. new: FileExistsError where the name is in use; that file stays.
    OSError where the folder cannot be written; nothing is left then.
    """
    with beside(path, flushed=flushed, new=new) as part:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(part, flags, 0o600 if private else 0o666), "wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def beside(
    target: Path, *, ending: str = "", flushed: bool = True, new: bool = False
) -> Iterator[Path]:
    """A path to write to, which becomes `target` when the block ends without an error.

    Otherwise it is removed. The folder must exist. new: FileExistsError where another file has the
    name by then; that file stays.
    """
    part = part_beside(target, ending)
    try:
        yield part
        if flushed:
            flush(part)
        if new:
            move_new(part, target)
        else:
            replace_patiently(part, target)
    except OSError as error:
        # a full disk is found while writing, when the system no longer says where
        if error.filename is None:
            error.filename = os.fspath(target)
        raise
    finally:
        _left.add(part)
        remove_left()


@dataclass
class Written:
    """A file being written: the path to write to, and where it goes."""

    part: Path
    target: Path


@contextmanager
def over_or_beside(target: Path, *, ending: str = "") -> Iterator[Written]:
    """As `beside`, over a file that may be there.

    Where another program goes on holding that open, as a DAW does on Windows, the new file takes
    the next free name (`beat-2.wav`), and `target` says so.
    """
    written = Written(part_beside(target, ending), target)
    try:
        yield written
        flush(written.part)
        try:
            replace_patiently(written.part, target)
        except PermissionError as error:
            if not _is_held(error):
                raise
            written.target = _move_beside(written.part, target)
    finally:
        _left.add(written.part)
        remove_left()


def _move_beside(part: Path, target: Path) -> Path:
    number = 1
    while True:
        number += 1
        place = target.with_stem(f"{target.stem}-{number}")
        with contextlib.suppress(FileExistsError):
            move_new(part, place)
            return place


def _is_held(error: PermissionError) -> bool:
    """Whether Windows says that another program holds the file open."""
    return getattr(error, "winerror", None) in _HELD_BY_ANOTHER


def remove_left() -> None:
    """Remove this process's parts; those that cannot be removed now are tried again next time."""
    for part in list(_left):
        try:
            part.unlink(missing_ok=True)
        except OSError:
            continue
        _left.discard(part)


def replace_patiently(part: Path, target: Path) -> None:
    """os.replace, with retries where Windows says that another program holds the file open.

    Virus scanners and indexers open a new file for some milliseconds.
    """
    for _ in range(_TRIES - 1):
        try:
            os.replace(part, target)
            return
        except PermissionError as error:
            if not _is_held(error):
                raise
            time.sleep(_WAIT_S)
    os.replace(part, target)


def flush(path: Path) -> None:
    """Wait until a file's bytes are on the disk. OSError where it cannot take them."""
    # opened for writing: Windows flushes no other
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sweep_parts(found: Iterable[Path]) -> int:
    """Remove abandoned parts, files or folders; returns how many."""
    swept = 0
    for part in found:
        with contextlib.suppress(OSError):
            if _is_abandoned(part):
                if part.is_dir():
                    shutil.rmtree(part)
                else:
                    part.unlink()
                swept += 1
    return swept


def _is_abandoned(part: Path) -> bool:
    owner = _OWNER.match(part.name)
    if owner is not None and owner[1] == _HOST and not _may_live(int(owner[2])):
        return True
    return time.time() - part.stat().st_mtime > ABANDONED_S


def _may_live(pid: int) -> bool:
    # on Windows os.kill would end the process; there only the age tells
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
