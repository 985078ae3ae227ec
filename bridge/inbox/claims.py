"""A claimed file's life: what has been told of its requests, and where it and its answer go when all have ended."""

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
from bridge.files.whole import write_whole
from bridge.inbox.names import is_text, numbered
from bridge.inbox.prompt_file import decode

#: A prompt file holds a few thousand characters; what is far larger is no prompt, and is not read into memory.
MAX_TEXT_BYTES = 1_000_000


@dataclass
class Claim:
    """The files that one claim took into working/, and how each of its requests has ended."""

    word: str
    name: str
    """What the file was called when it was dropped."""
    files: list[Path]
    """In working/, the one whose name counts first."""
    of: int = 0
    """How many requests it holds; 0 while that is not known."""
    order: Order | None = None
    """What its text asks; None until it was read."""
    sent: bool = False
    put_off: str = ""
    """Why the daemon could not take it when it was last sent."""
    again_s: float = 0.0
    """When, on the monotonic clock, it is then sent again."""
    clips: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: dict[int, dict[str, Any]] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    finished: bool = False
    """At least one request has brought a clip, though an earlier run may have been told of it."""

    def hear(self, event: Event) -> None:
        """Note what an event says. Events may come twice, and for jobs of an earlier run of the daemon."""
        if not isinstance(event, Done | Finished | Failed | Refused | Told):
            return
        index = int(event.origin.address.get("index", 0))
        match event:
            case Done():
                self.clips[event.clip] = {
                    "path": event.path,
                    "id": event.clip,
                    "request": index + 1,
                    "job": event.job,
                    **{
                        name: value
                        for name, value in event.info.items()
                        if name not in ("path", "id", "request", "job")
                    },
                    "report": f'sidecrate look "{event.path}"',
                }
            case Finished() if self._heard_of(index) < event.published:
                # of a job from an earlier run: its first clips are told again in answer to the order, and then this too
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
                # of a file that is no request but an answer
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

    def _heard_of(self, index: int) -> int:
        """How many clips of a request have been told."""
        return sum(clip["request"] == index + 1 for clip in self.clips.values())

    @property
    def over(self) -> bool:
        """Every request of the file has ended."""
        return 0 < self.of <= len(self.ended)

    @property
    def published(self) -> bool:
        return bool(self.clips) or self.finished

    def result(self) -> str:
        """JSON of what came of it: the clips, and the requests that failed."""
        clips = sorted(self.clips.values(), key=lambda clip: (clip["request"], clip.get("n", 0)))
        failed = [self.failed[index] for index in sorted(self.failed)]
        return (
            json.dumps(
                {"name": self.name, "claim": self.word, "clips": clips, "failed": failed}, indent=2
            )
            + "\n"
        )

    def faults(self) -> list[str]:
        """One readable line per fault; with several requests in the file, each says which."""
        lines = []
        for index in sorted(self.failed):
            which = f"request {index + 1}: " if self.of > 1 else ""
            lines += [
                which + line for line in self.failed[index]["text"].splitlines() if line.strip()
            ]
        return lines or ["it failed without saying why; the daemon's log may tell"]


def put_away(claim: Claim, done: Path, failed: Path) -> Path:
    """Write the answer of a claim that is over and move its files beside it. Returns the answer's path.

    The answer comes first: if we die before the files have moved, the next start ends the claim again, finds the same answer
    there and goes on from it.
    """
    if claim.published:
        return _move(claim, done, ".result.json", claim.result())
    return put_aside(claim, failed, claim.faults())


def show_proposal(folder: Path, name: str, job: str, text: str) -> None:
    """Write down what a language model proposes for a job; the file is the answer when it is dropped in."""
    folder.mkdir(parents=True, exist_ok=True)
    how = f"Drop this file into the inbox to use what follows; with no in the first line, your own words are used ({name})."
    # one that is there already was told before, and its user may have written into it
    _write_new(folder / f"{name}.{job}.proposal.txt", f"answer {job}: yes\n{how}\n\n{text}\n")


def answer_in(claim: Claim, path: Path, door: str) -> Answer | None:
    """The order of a claimed file that is a proposal of ours dropped in again; None for any other."""
    if (
        not is_text(claim.name)
        or path.is_symlink()
        or not path.is_file()
        or path.stat().st_size > MAX_TEXT_BYTES
    ):
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
    folder.mkdir(parents=True, exist_ok=True)
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
    # the first file goes last: as long as it is in working/, the next start knows that the claim is not put away
    for path, name in reversed(list(zip(claim.files, names, strict=True))):
        # a user may have taken the file out of working/ meanwhile: its answer stands all the same
        with contextlib.suppress(FileNotFoundError):
            _put(path, folder, name, k)
    return folder / (numbered(names[0], k) + suffix)


def _is_free(place: Path, path: Path) -> bool:
    """Nothing has this name, or `path` itself has it already: a kill has cut its move short."""
    return not os.path.lexists(place) or (path.exists() and place.exists() and path.samefile(place))


def _put(path: Path, folder: Path, name: str, k: int) -> None:
    """Move a file to its name in `folder`, or to the next that is free where a user has just put one of that name there."""
    while True:
        try:
            return move_new(path, folder / numbered(name, k))
        except FileExistsError:
            k += 1


def _write_new(path: Path, text: str) -> bool:
    """Have a file that says this, written whole, in nobody's place. False where another one has the name."""
    if not os.path.lexists(path):
        with contextlib.suppress(FileExistsError):
            write_whole(path, text, new=True)
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False
