"""The life of a claimed file: its requests' results, then its move to done/ or failed/."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.errors import RequestError
from bridge.events import Answer, Done, Event, Failed, Finished, Order, Origin, Refused, Told
from bridge.files.moves import move_new
from bridge.files.whole import remove_left, write_whole
from bridge.inbox.names import is_text, numbered
from bridge.inbox.prompt_file import MAX_TEXT_BYTES, decode


@dataclass
class Claim:
    """The files that one claim moved into working/, and the outcome of each of its requests."""

    word: str
    name: str
    """The name under which the user dropped the file."""
    files: list[Path]
    """In working/; the first gives the answer its name."""
    of: int = 0
    """The number of requests; 0 until the file was read."""
    order: Order | None = None
    """The order of its text; None until the file was read."""
    sent: bool = False
    put_off: str = ""
    """Why the daemon refused it for now."""
    waits_for: str = ""
    """What its work waits for, in the daemon's words."""
    again_s: float = 0.0
    """The monotonic time at which it is sent again."""
    clips: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: dict[int, dict[str, Any]] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    finished: bool = False
    """Whether a request has brought a clip, even one that was told in an earlier run."""

    def apply(self, event: Event) -> None:
        """Note an event. Events may come twice, and for jobs of an earlier run of the daemon."""
        if not isinstance(event, Done | Finished | Failed | Refused | Told):
            return
        index = int(event.origin.address.get("index", 0))
        match event:
            case Done():
                own = {
                    "path": event.path,
                    "id": event.clip,
                    "request": index + 1,
                    "job": event.job,
                }
                info = {name: value for name, value in event.info.items() if name not in own}
                report = f'sidecrate look "{event.path}"'
                self.clips[event.clip] = {**own, **info, "report": report}
            case Finished() if self._clips_of(index) < event.published:
                # a job of an earlier run: its first clips are told again, and after them this
                pass
            case Finished():
                self.finished = True
                self.ended.add(index)
                if event.failed:
                    self.failed[index] = {
                        "request": index + 1,
                        "job": event.job,
                        "code": "some_failed",
                        "text": event.text,
                    }
            case Failed():
                self.ended.add(index)
                self.failed[index] = {
                    "request": index + 1,
                    "job": event.job,
                    "code": event.code,
                    "text": event.text,
                }
            case Told():
                # the file is no request but an answer
                self.finished = True
                self.ended.add(0)
            case Refused():
                whole = "index" not in event.origin.address
                self.ended.update(range(max(1, self.of)) if whole else (index,))
                self.failed[index] = {
                    "request": index + 1,
                    "job": "",
                    "code": event.code,
                    "text": event.text,
                }

    def _clips_of(self, index: int) -> int:
        """The number of a request's clips that were told."""
        return sum(clip["request"] == index + 1 for clip in self.clips.values())

    @property
    def over(self) -> bool:
        """Whether every request of the file has ended."""
        return 0 < self.of <= len(self.ended)

    @property
    def published(self) -> bool:
        """Whether at least one clip came of it."""
        return bool(self.clips) or self.finished

    def result(self) -> str:
        """The JSON answer: the clips, and the requests that failed."""
        clips = sorted(self.clips.values(), key=lambda clip: (clip["request"], clip.get("n", 0)))
        failed = [self.failed[index] for index in sorted(self.failed)]
        values = {"name": self.name, "claim": self.word, "clips": clips, "failed": failed}
        return json.dumps(values, indent=2) + "\n"

    def faults(self) -> list[str]:
        """One readable line per fault; with several requests, each line names its own."""
        lines = []
        for index in sorted(self.failed):
            which = f"request {index + 1}: " if self.of > 1 else ""
            lines += [
                which + line for line in self.failed[index]["text"].splitlines() if line.strip()
            ]
        return lines or ["it failed without saying why; the daemon's log may tell"]


def put_away(claim: Claim, done: Path, failed: Path) -> Path:
    """Write the answer of an ended claim, and move its files beside it. Returns the answer's path.

    The answer comes first. If the daemon dies before the files have moved, the next start ends the
    claim again: it finds the same answer and continues.
    """
    if claim.published:
        return _move(claim, done, ".result.json", claim.result())
    return put_aside(claim, failed, claim.faults())


def show_proposal(folder: Path, name: str, job: str, text: str) -> None:
    """Write a language model's proposal for a job; dropped in again, the file is the answer."""
    folder.mkdir(exist_ok=True)
    how = (
        "Drop this file into the inbox to use what follows; "
        f"with no in the first line, your own words are used ({name})."
    )
    # an existing file is the same proposal, and its user may have edited it
    _write_new(folder / f"{name}.{job}.proposal.txt", f"answer {job}: yes\n{how}\n\n{text}\n")


def answer_in(claim: Claim, path: Path, door: str) -> Answer | None:
    """The order of a claimed file that is a proposal dropped in again; None for any other."""
    if not is_text(claim.name) or path.is_symlink() or not path.is_file():
        return None
    if path.stat().st_size > MAX_TEXT_BYTES:
        return None
    try:
        found = re.match(r"answer (\w+): (yes|no)\s*(?:\n|$)", decode(path.read_bytes()))
    except (OSError, RequestError):
        return None
    if found is None:
        return None
    origin = Origin(door, {"claim": claim.word, "name": claim.name, "file": path.name, "of": 1})
    return Answer(origin, found[1], found[2] == "yes")


def put_aside(claim: Claim, failed: Path, faults: Iterable[str]) -> Path:
    """Move a claim's files to failed/ with one line per fault. Returns the answer's path."""
    return _move(claim, failed, ".error.txt", "\n".join(faults) + "\n")


def _move(claim: Claim, folder: Path, suffix: str, text: str) -> Path:
    # without parents: an inbox that is gone must not be made somewhere else
    folder.mkdir(exist_ok=True)
    names = [path.name.removeprefix(f"{claim.word}-") for path in claim.files]
    k = 1
    while not (
        all(
            _is_free(folder / numbered(name, k), path)
            for path, name in zip(claim.files, names, strict=True)
        )
        and _write_new(folder / (numbered(names[0], k) + suffix), text)
    ):
        k += 1
    # the first file moves last: while it is in working/, the next start knows that work is left
    for path, name in reversed(list(zip(claim.files, names, strict=True))):
        # a user may have removed the file from working/: the answer stands all the same
        with contextlib.suppress(FileNotFoundError):
            _put(path, folder, name, k)
    return folder / (numbered(names[0], k) + suffix)


def _is_free(place: Path, path: Path) -> bool:
    """Whether nothing has this name, or `path` itself has it: a kill interrupted its move."""
    return not os.path.lexists(place) or (path.exists() and place.exists() and path.samefile(place))


def _put(path: Path, folder: Path, name: str, k: int) -> None:
    """Move a file to its name in `folder`, or to the next number that a user left free."""
    while True:
        try:
            return move_new(path, folder / numbered(name, k))
        except FileExistsError:
            k += 1


def _write_new(path: Path, text: str) -> bool:
    """Write a new file, whole. False where another file has the name, unless it says the same."""
    if not os.path.lexists(path):
        with contextlib.suppress(FileExistsError):
            write_whole(path, text, new=True)
    # a try that a full disk has cut short may have left its part
    remove_left()
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False
