"""One take by a box: its reference goes there by hash, its files come back by hash.

A box that is off, or whose line is cut, is waited for: the take goes on there meanwhile, and the
same order finds it again. So nothing is made twice, and nothing is lost but time.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daemon.engines.contract import Progress, Take
from daemon.engines.remote.boxes import TIMEOUT_S, boxes_folder, load_box, save_box
from daemon.engines.remote.line import STRANGER, Line, LineError, refreshed
from daemon.engines.remote.protocol import FILE_NAME, HASH, MOST_FILES, task_of
from daemon.engines.remote.verb_places import AWAY
from daemon.engines.take_files import load_take
from daemon.errors import EngineError

if TYPE_CHECKING:
    from daemon.brief import Brief

#: Pause before another try at a box that does not answer, or is full and does not say for how long.
_PAUSE_S = 2.0
#: How long a box may be away or full before work that may move is done elsewhere.
AWAY_S = 60.0
#: Interval in which a pause looks for a cancel.
_LOOK_S = 0.25


def make(brief: Brief, seed: int, progress: Progress, *, spec: Mapping[str, Any]) -> Take:
    """A take by the box of `spec`. EngineError with what, why and what to do."""
    line = Line(load_box(spec["box"], address=spec.get("address", "")))
    try:
        with tempfile.TemporaryDirectory(prefix="sidecrate-") as folder:
            reference, sent = _reference(brief, Path(folder))
            task = task_of(brief, spec["engine"], seed, sent)
            sources = {sent: reference} if sent is not None and reference is not None else {}
            patience = Patience(TIMEOUT_S, may_move=bool(spec.get("may_move")))
            bring(line, task, sources, Path(folder), progress, patience)
            take = load_take(Path(folder))
    finally:
        line.close()
    return _ours(take, brief, seed, spec, line)


@dataclass(frozen=True)
class Patience:
    """How long a task is waited for, and whether it may be done elsewhere where its box is away."""

    wait_s: float
    may_move: bool = False


def bring(
    line: Line,
    task: dict[str, Any],
    sources: Mapping[str, Path],
    folder: Path,
    progress: Progress,
    patience: Patience,
) -> None:
    """Have a task done there, and put its files into a folder. EngineError with what and why.

    sources: the files that go there, by hash.
    """
    order = _Order(line, progress, patience)
    state = order.made(task, sources)
    for about in _files(state):
        order.patiently(lambda about=about: line.fetch(about["sha256"], folder / about["name"]))
    with suppress(LineError):
        line.json("DELETE", f"/v1/tasks/{task['id']}")


def _ours(take: Take, brief: Brief, seed: int, spec: Mapping[str, Any], line: Line) -> Take:
    """The take under its name here, with what left this machine."""
    what = "the request and the reference" if brief.reference else "the request"
    said = (*take.said, f"{what} went to the box {line.box.name} ({line.box.host})")
    name = f"{spec['box']}:{spec['engine']}"
    return replace(take, engine=name, seed=seed, license=spec["license"], said=said)


def _reference(brief: Brief, folder: Path) -> tuple[Path | None, str | None]:
    """The passage of a reference as a file, and its hash."""
    if not brief.reference:
        return None, None
    import soundfile

    from daemon.audio.files import read_audio

    audio, rate = read_audio(Path(brief.reference), brief.reference_start, brief.reference_end)
    path = folder / "reference.au"
    # a WAV file in float would hold the time at which it was written, and hash otherwise each time
    soundfile.write(path, audio, rate, format="AU", subtype="FLOAT")
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def _files(state: Mapping[str, Any]) -> list[dict[str, str]]:
    """The files of a finished task. EngineError where their names or hashes are no such."""
    files = state.get("files")
    whole = (
        isinstance(files, list)
        and len(files) <= MOST_FILES
        and all(
            isinstance(about, dict)
            and FILE_NAME.fullmatch(str(about.get("name")))
            and HASH.fullmatch(str(about.get("sha256")))
            for about in files
        )
    )
    if not whole:
        raise EngineError("the box named files that are none of its work", "box")
    return list(files or [])


class _Order:
    """One task's way through a line that may break."""

    def __init__(self, line: Line, progress: Progress, patience: Patience) -> None:
        self._line = line
        self._progress = progress
        self._share = 0.0
        self._patience = patience
        self._heard_s = time.monotonic()
        self._until_s = self._heard_s + patience.wait_s

    def made(self, task: dict[str, Any], sources: Mapping[str, Path]) -> dict[str, Any]:
        """Order it, and wait until it is done; its state."""
        self._tell(0.0, "is ordered")
        while True:
            self.patiently(lambda: self._send(task, sources))
            try:
                state = self._watched(task["id"])
            except LineError as error:
                # 404: the box was started anew, and knows nothing of it
                if not error.passes and error.status != 404:
                    raise
                self._rest(_PAUSE_S, _why(error))
                continue
            except BaseException:
                with suppress(LineError):
                    self._line.json("DELETE", f"/v1/tasks/{task['id']}")
                raise
            if state is not None:
                return state

    def _send(self, task: dict[str, Any], sources: Mapping[str, Path]) -> None:
        for digest, path in sources.items():
            if not self._line.has(digest):
                self._line.send(path, digest)
        self._line.json("POST", "/v1/tasks", json=task)

    def _watched(self, task: str) -> dict[str, Any] | None:
        """The end of a task; None where the line ended before it."""
        for state in self._line.events(task):
            self._heard_s = time.monotonic()
            if state.get("state") == "done":
                return state
            # a box that only has it wait says so each second, and would be heard for ever
            self._check_deadline()
            if state.get("state") == "failed":
                raise EngineError(
                    f"on {self._line.box.name}: {state.get('text')}",
                    str(state.get("code") or "engine"),
                    again=bool(state.get("again")),
                )
            self._tell(
                float(state.get("progress") or 0.0), str(state.get("words") or "waits its turn")
            )
        return None

    def patiently(self, call: Any) -> None:
        """Make a call that may fail for a while."""
        while True:
            try:
                call()
                self._heard_s = time.monotonic()
                return
            except LineError as error:
                if error.status == 400 and "engine" in error.text:
                    self._look_again()
                if not error.passes:
                    raise
                self._rest(error.wait_s or _PAUSE_S, _why(error))

    def _look_again(self) -> None:
        """The box offers other engines than it did: later requests shall know."""
        with suppress(EngineError, OSError):
            save_box(refreshed(self._line.box), boxes_folder())

    def _rest(self, seconds: float, words: str) -> None:
        end_s = time.monotonic() + seconds
        while (now_s := time.monotonic()) < end_s:
            self._check_deadline()
            if self._patience.may_move and now_s > self._heard_s + AWAY_S:
                raise EngineError(f"{self._line.box.name} {words.partition(';')[0]}", AWAY)
            self._tell(self._share, words)
            time.sleep(min(_LOOK_S, end_s - now_s))

    def _check_deadline(self) -> None:
        if time.monotonic() > self._until_s:
            minutes = round(self._patience.wait_s / 60)
            text = f"the box {self._line.box.name} was not done within {minutes} minutes"
            raise EngineError(text, "deadline")

    def _tell(self, share: float, words: str) -> None:
        """Progress never goes back, though a box begins anew."""
        self._share = max(self._share, min(share, 1.0))
        self._progress(self._share, f"{self._line.box.name}: {words}")


def _why(error: LineError) -> str:
    """What a box is waited for."""
    if error.status == STRANGER:
        return "is not at its address, where another machine answers; it is waited for"
    return f"{'is full' if error.status == 503 else 'does not answer'}; it is waited for"
