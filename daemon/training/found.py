"""What is found in a user's files, and notes of it that a killed run goes on from."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bridge.files.whole import write_whole
from daemon.engines.mine.loops import Loop, packed, unpacked
from daemon.engines.mine.model import DAMAGED
from daemon.engines.mine.sounds import Sound

#: s of work after which it is written down.
_NOTE_EVERY_S = 10.0


@dataclass(frozen=True)
class Found:
    """A one-shot or a loop of a file: its path, role or part, the hash of its file, its sound."""

    path: Path
    role: str
    digest: str
    sound: Sound | Loop
    heard: bool = False
    """Whether the role was heard, not read from a name."""
    made: bool = False
    """Whether an engine has made it, and its user kept it."""

    @property
    def is_loop(self) -> bool:
        return isinstance(self.sound, Loop)


@dataclass(frozen=True)
class Read:
    """What a file gave: sounds, or why none."""

    found: tuple[Found, ...] = ()
    why: str = ""


class ReadNotes:
    """What has been read, in files of a few sounds each; a killed run finds it again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._known: dict[str, Read] = {}
        self._new: dict[str, Read] = {}
        self._count = 0
        self._flushed = time.monotonic()
        for path in sorted(folder.glob("*.npz")):
            self._count += 1
            try:
                self._known.update(_load(path))
            except DAMAGED:
                path.unlink(missing_ok=True)

    def known(self, path: Path) -> Read | None:
        return self._known.get(_stamp(path))

    def add(self, path: Path, read: Read) -> None:
        self._new[_stamp(path)] = read
        if time.monotonic() - self._flushed > _NOTE_EVERY_S:
            self.flush()

    def flush(self) -> None:
        """Write what is new, whole or not at all."""
        self._flushed = time.monotonic()
        if not self._new:
            return
        sounds = [one for read in self._new.values() for one in read.found if not one.is_loop]
        loops = [one for read in self._new.values() for one in read.found if one.is_loop]
        arrays, heads = packed([one.sound for one in loops if isinstance(one.sound, Loop)])
        for number, one in enumerate(sounds):
            assert isinstance(one.sound, Sound)
            arrays[f"audio{number}"] = one.sound.audio
        rows = [
            {
                "stamp": stamp,
                "why": read.why,
                "found": [_row(one, sounds, loops) for one in read.found],
            }
            for stamp, read in self._new.items()
        ]
        arrays["rows"] = np.frombuffer(json.dumps([rows, heads]).encode(), np.uint8)
        file = io.BytesIO()
        np.savez(file, allow_pickle=False, **arrays)
        write_whole(self._folder / f"{self._count:06d}.npz", file.getvalue())
        self._count += 1
        self._new = {}


def _row(one: Found, sounds: Sequence[Found], loops: Sequence[Found]) -> dict[str, object]:
    row: dict[str, object] = {
        "path": str(one.path), "role": one.role, "digest": one.digest, "heard": one.heard
    }  # fmt: skip
    many = loops if one.is_loop else sounds
    number = next(n for n, other in enumerate(many) if other is one)
    if isinstance(one.sound, Sound):
        return {**row, "audio": number, "note": one.sound.note}
    return {**row, "loop": number}


def _stamp(path: Path) -> str:
    """A file as it is now: one that was changed since is read anew."""
    about = path.stat()
    return f"{path}|{about.st_size}|{about.st_mtime_ns}"


def _load(path: Path) -> dict[str, Read]:
    with np.load(path, allow_pickle=False) as file:
        rows, heads = json.loads(bytes(file["rows"]))
        loops = unpacked(file, heads)
        return {
            row["stamp"]: Read(
                tuple(
                    Found(
                        Path(one["path"]), one["role"], one["digest"],
                        loops[one["loop"]] if "loop" in one
                        else Sound(file[f"audio{one['audio']}"], one["note"]),
                        one["heard"],
                    )
                    for one in row["found"]
                ),
                row["why"],
            )
            for row in rows
        }  # fmt: skip
