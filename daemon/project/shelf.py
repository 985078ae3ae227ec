"""The projects of one folder, as the page shows them: begun, changed, run, stopped, looked into."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from bridge.files.whole import write_whole
from daemon.crate.names import is_reserved
from daemon.errors import ConfigError, ServiceError
from daemon.home.lock import HomeLock
from daemon.project.state import STEPS, State
from daemon.project.wishes import FILE, Wishes, example, read_wishes

#: A project's name: one folder that any system takes.
_NAME = re.compile(r"[^\W_][\w .-]{0,59}(?<![ .])")
_LOCK, _LOG = ".run.lock", ".run.log"
#: Bytes of a run's last words that are read.
_MOST_SAID = 4000
#: s that a run has to end in before it is killed; what it had not made whole is made again.
_ENDS_IN_S = 5.0


def lock_of(folder: Path) -> HomeLock:
    """The lock that a run of a project holds."""
    return HomeLock(folder / _LOCK)


class Shelf:
    """Projects in `folder`, each run by a program of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runs: dict[str, subprocess.Popen[bytes]] = {}

    def all(self) -> list[dict[str, Any]]:
        """Each project in short, the newest first; folders of other names are not looked at."""
        places = [
            file.parent
            for file in self._folder.glob(f"*/{FILE}")
            if _NAME.fullmatch(file.parent.name)
        ]
        places.sort(key=lambda place: (place / FILE).stat().st_mtime, reverse=True)
        return [self.about(place.name) for place in places]

    def new(self, name: str, text: str) -> dict[str, Any]:
        """Begin a project with this file. ConfigError with its faults; nothing is written then."""
        if not _NAME.fullmatch(name) or is_reserved(name):
            raise ServiceError(
                f"name: {name!r} cannot name a folder; it takes 1 to 60 letters, digits, spaces,"
                " dots and dashes",
                "bad_request",
            )
        place = self._folder / name
        if (place / FILE).exists():
            raise ServiceError(f"there is a project {name} already; choose another name", "out")
        read_wishes(text, FILE)
        place.mkdir(parents=True, exist_ok=True)
        write_whole(place / FILE, text)
        return self.about(name)

    def change(self, name: str, text: str) -> dict[str, Any]:
        """Another text of a project's file. ConfigError with all faults of it."""
        place = self._place(name)
        read_wishes(text, FILE)
        write_whole(place / FILE, text)
        return self.about(name)

    def about(self, name: str) -> dict[str, Any]:
        """A project with the state of every file; `faults` where its file cannot be used."""
        place = self._place(name)
        text = (place / FILE).read_bytes().decode("utf-8", "replace")
        faults: list[str] = []
        wishes: Wishes | None = None
        try:
            wishes = _wishes_of(place)
        except ConfigError as error:
            faults = error.text.splitlines()
        try:
            state = State.of(place)
        except ConfigError as error:
            state = State(place)
            faults += error.text.splitlines()
        count = wishes.pieces if wishes else max((piece for _, piece in state.made), default=0)
        out = state.thrown_out()
        rows = {
            step: [_state_of(state, step, piece, out) for piece in range(1, count + 1)]
            for step in STEPS
        }
        flat = [one for row in rows.values() for one in row]
        # a run that was begun takes its lock only after a moment
        running = self._under_way(name) is not None or lock_of(place).is_held()
        return {
            "name": name, "folder": str(place), "text": text, "faults": faults,
            "prompt": wishes.prompt if wishes else "", "pieces": count, "steps": rows,
            "made": flat.count("made"), "missing": flat.count("missing"), "running": running,
            "trouble": "" if running else self._trouble(name),
        }  # fmt: skip

    def run(self, name: str, step: str = "") -> dict[str, Any]:
        """Make what is missing, in a program of its own. ServiceError where one runs already."""
        place = self._place(name)
        _wishes_of(place)
        if step and step not in STEPS:
            text = f"step: {step!r} is none; it takes {', '.join(STEPS)}"
            raise ServiceError(text, "bad_request")
        if self._under_way(name) or lock_of(place).is_held():
            raise ServiceError(f"{name} is being made; let that end, or stop it", "second_run")
        order = [sys.executable, "-P", "-m", "daemon.cli", "project", "run", str(place)]
        with (place / _LOG).open("wb") as log:
            self._runs[name] = subprocess.Popen(
                [*order, *(["--step", step] if step else [])],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip
        return self.about(name)

    def stop(self, name: str) -> dict[str, Any]:
        """End the run; what is whole stays, and the next run goes on."""
        place = self._place(name)
        child = self._under_way(name)
        if child is None and lock_of(place).is_held():
            text = f"{name} is being made by another program; stop it there (Ctrl-C)"
            raise ServiceError(text, "second_run")
        if child:
            _end(child)
            del self._runs[name]
            (place / _LOG).unlink(missing_ok=True)
        return self.about(name)

    def file(self, name: str, step: str, piece: int) -> Path:
        """A file of a project, to look at. ServiceError where it is not there."""
        path = State(self._place(name)).path(step, piece) if step in STEPS else None
        if path is None or not path.is_file():
            raise ServiceError(f"{name} has no {step} of piece {piece}", "unknown_piece")
        return path

    def throw_out(self, name: str, step: str, piece: int) -> dict[str, Any]:
        """Delete a file, which throws its piece out of the later steps."""
        path = self.file(name, step, piece)
        state = State.of(self._place(name))
        # the journal knows it before it is gone: else it would count as never made
        state.note(step, piece)
        path.unlink()
        return self.about(name)

    def end(self) -> None:
        """End all runs; they go on where they were when they are run again."""
        for child in self._runs.values():
            if child.poll() is None:
                _end(child)
        self._runs.clear()

    def _place(self, name: str) -> Path:
        place = self._folder / name
        if not _NAME.fullmatch(name) or not (place / FILE).is_file():
            raise ServiceError(
                f"there is no project {name} here; `sidecrate project new NAME` begins one",
                "unknown_project",
            )
        return place

    def _under_way(self, name: str) -> subprocess.Popen[bytes] | None:
        child = self._runs.get(name)
        return child if child is not None and child.poll() is None else None

    def _trouble(self, name: str) -> str:
        """Why the last run ended, where that was for a fault."""
        child = self._runs.get(name)
        if child is None or not child.poll():
            return ""
        try:
            said = (
                (self._folder / name / _LOG).read_bytes()[-_MOST_SAID:].decode("utf-8", "replace")
            )
        except OSError:
            said = ""
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        return lines[-1] if lines else f"it ended with {child.returncode}"


def default_text(prompt: str, pieces: int, seconds: float) -> str:
    """The text of a new project's file, as `sidecrate project new` writes it."""
    return example(prompt, pieces, seconds)


def _wishes_of(place: Path) -> Wishes:
    """What the file of a project says. ConfigError with its faults."""
    try:
        return read_wishes((place / FILE).read_text(encoding="utf-8"), FILE)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{FILE}: byte {error.start} is no UTF-8; save it anew as that") from None


def _state_of(state: State, step: str, piece: int, out: set[int]) -> str:
    if state.path(step, piece).exists():
        return "made"
    return "out" if piece in out else "missing"


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(_ENDS_IN_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
