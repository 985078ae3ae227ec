"""Folders that appear and disappear atomically: filled beside their place, then renamed."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge.files.whole import part_beside, replace_patiently


@contextmanager
def whole_folder(folder: Path, mark: str) -> Iterator[Path]:
    """A new folder to fill, which becomes `folder` when the block ends without an error.

    Otherwise nothing of it is left. `mark` is the file that is written into it last. A folder that
    another program has finished meanwhile wins. OSError where an unfinished `folder` cannot be
    removed.
    """
    part = part_beside(folder)
    part.mkdir(parents=True)
    try:
        yield part
        _take_place(part, folder, mark)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _take_place(part: Path, folder: Path, mark: str) -> None:
    try:
        if not (folder / mark).exists():
            remove_folder(folder)
            replace_patiently(part, folder)
    except OSError:
        if not (folder / mark).exists():
            raise


def remove_folder(folder: Path) -> None:
    """Remove a folder atomically: nobody sees half of it. A missing one is no fault.

    OSError where a file in it is open on Windows; the whole folder stays then.
    """
    going = part_beside(folder)
    with contextlib.suppress(FileNotFoundError):
        replace_patiently(folder, going)
    shutil.rmtree(going, ignore_errors=True)
