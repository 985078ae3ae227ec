"""Where a user's `--out` leads, and what lies beside a file that is written over."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from daemon.crate.names import clip_name, ending_of, slug
from daemon.record import ClipRecord

#: What other programs and we put beside a sound: notes, and the analyses of Live and REAPER.
_BESIDE = (".mid", ".asd", ".reapeaks")


def is_folder_name(said: str) -> bool:
    """Whether a path is a folder's by its last character, though it is not there yet."""
    return said.endswith(tuple({"/", os.sep, os.altsep or "/"}))


@dataclass(frozen=True)
class OutPlace:
    """Where clips go instead of into the crate: a file's name, or a folder."""

    path: Path
    is_folder: bool

    @classmethod
    def of(cls, said: Path | str) -> OutPlace:
        """A folder is one that is there, or a path that ends in a slash."""
        path = Path(said).expanduser()
        return cls(path, path.is_dir() or is_folder_name(str(said)))

    def for_kit(self, name: str) -> OutPlace:
        """A new folder for a kit of that name: two kits in one folder would be played as one."""
        if not self.is_folder:
            return self
        folder = self.path / slug(name)
        number = 1
        while folder.exists():
            number += 1
            folder = self.path / f"{slug(name)}-{number}"
        return OutPlace(folder, True)

    def file(self, record: ClipRecord, number: int) -> Path:
        """The file of a clip: in a folder by its own name, else with `-2`, `-3` for more."""
        ending = ending_of(record["kind"])
        if self.is_folder:
            return self.path / (clip_name(record) + ending)
        if number == 1:
            return self.path
        return self.path.with_stem(f"{self.path.stem}-{number}")


def absolute_out(said: str) -> str:
    """A path as a child process can use it; one that is a folder's by name stays so."""
    path = str(Path(said).expanduser().absolute())
    return path + os.sep if is_folder_name(said) else path


def stale_neighbours(path: Path, new: tuple[Path, ...] = ()) -> list[str]:
    """A note on files beside `path` that belong to the sound that it was before.

    new: those that were written with it.
    """
    names = [
        name
        for ending in _BESIDE
        for name in dict.fromkeys((path.stem + ending, path.name + ending))
        if name != path.name and path.with_name(name).exists() and path.with_name(name) not in new
    ]
    if not names:
        return []
    them = "it is" if len(names) == 1 else "they are"
    return [f"beside it: {', '.join(names)}; {them} of the file that was there before"]
