"""Following one order from the command line to its end, with a bar that moves, by the daemon or alone."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from bridge.osc.packet import Message
from bridge.request import Request
from daemon.brief import Brief
from daemon.children.blas_threads import one_thread
from daemon.children.inside import find_function
from daemon.client.connection import Link
from daemon.crate.crate import Crate
from daemon.errors import EngineError, RequestRefused, ServiceError
from daemon.home.places import Places
from daemon.improve.store import waiting_text
from daemon.jobs.database import Database
from daemon.verbs import daemon_verb

#: With nothing heard for so long, the daemon is asked how it goes; with no answer to that either, it is gone.
ASK_AFTER_S = 5.0
GONE_AFTER_S = 20.0


class Bar(Protocol):
    def __call__(self, value: float, words: str) -> None: ...


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Bar]:
    """A bar on stderr; nothing where nobody looks."""
    if quiet or not sys.stderr.isatty():
        yield lambda value, words: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("starting", total=1.0)
        yield lambda value, words: progress.update(
            bar, completed=value, description=f"{words:<28.28}"
        )


class Follower:
    """Follows one order through the daemon: yields the record of each clip as it is done."""

    def __init__(self, link: Link, places: Places, bar: Bar) -> None:
        self._link = link
        self._places = places
        self._bar = bar
        self._label = "cli-" + secrets.token_hex(4)
        self._seen: set[str] = set()
        self._answered: set[str] = set()
        self.job = ""

    def order(self, verb: str, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Order clips and yield their records. RequestRefused, ServiceError or EngineError when it does not end well."""
        self._link.generate(verb, values, self._label)
        yield from self._until_end()

    def again(self, what: str, changes: dict[str, Any]) -> Iterator[dict[str, Any]]:
        pairs = [item for name, value in changes.items() for item in (name, value)]
        self._link.send("/sidecrate/again", what, "id", self._label, *pairs)
        yield from self._until_end()

    def _until_end(self) -> Iterator[dict[str, Any]]:
        heard = time.monotonic()
        asked = False
        while True:
            for message in self._link.listen(1.0):
                if message.address == "/sidecrate/session":
                    continue
                heard, asked = time.monotonic(), False
                ended = yield from self._read(message)
                if ended:
                    return
            silence = time.monotonic() - heard
            if silence > GONE_AFTER_S:
                raise ServiceError(
                    "the daemon went silent; what it had accepted goes on when it runs again (`sidecrate run`)",
                    "gone",
                )
            if silence > ASK_AFTER_S and not asked and self.job:
                asked = True
                self._link.send("/sidecrate/status", self.job)

    def _read(self, message: Message) -> Generator[dict[str, Any], None, bool]:
        """Yields a clip's record if the message brings one; returns whether the order has ended."""
        name, given = message.address.rsplit("/", 1)[1], message.arguments
        if name == "error":
            raise RequestRefused(str(given[2]), str(given[1]))
        if not given or given[0] != self._label:
            return False
        if name == "accepted":
            self.job = str(given[1])
            self._bar(0.0, "waiting" if given[2] > 1 else "accepted")
        elif name == "progress":
            self._bar(float(given[2]), str(given[3]))
            if str(given[3]).startswith("improving"):
                self._show_proposal()
        elif name == "done":
            self._link.send("/sidecrate/got", given[1], given[2])
            if given[2] not in self._seen:
                self._seen.add(str(given[2]))
                yield read_clip(self._places, str(given[2]))
        elif name in ("finished", "failed"):
            self._link.send("/sidecrate/got", given[1])
            if name == "failed":
                raise EngineError(str(given[3]), str(given[2]))
            return True
        return False

    def _show_proposal(self) -> None:
        """Where the job waits for a yes to what a language model proposes: ask for it. ServiceError where nobody can be asked."""
        database = Database(self._places.database, read_only=True)
        try:
            text = waiting_text(database, self.job)
        finally:
            database.close()
        if text is None or self.job in self._answered:
            return
        if not sys.stdin.isatty():
            how = f"sidecrate answer {self.job} yes (or no)"
            raise ServiceError(
                f"job {self.job} waits for your answer to this: {how}\n{text}", "waiting"
            )
        self._answered.add(self.job)
        self._link.send("/sidecrate/answer", self.job, "yes" if is_wanted(text) else "no")

    def cancel(self) -> None:
        if self.job:
            self._link.send("/sidecrate/cancel", self.job)


def is_wanted(text: str) -> bool:
    """Show on the terminal what is proposed and ask whether it may be used."""
    print(f"\n{text}", file=sys.stderr)
    print("use this? [Y/n] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("", "y", "yes")


def read_clip(places: Places, clip: str) -> dict[str, Any]:
    """A clip's whole record, read from the database."""
    database = Database(places.database, read_only=True)
    try:
        row = database.row("SELECT record FROM clips WHERE id = ?", clip)
    finally:
        database.close()
    if row is None:
        raise ServiceError(f"clip {clip} is not in the record", "unknown_clip")
    record: dict[str, Any] = json.loads(row["record"])
    return record


def make_alone(
    brief: Brief, request: Request, crate: Crate | None, out: Path | None, bar: Bar, note_names: str
) -> Iterator[dict[str, Any]]:
    """Make a brief's clips in this process, and yield their records. With `out` they go there (`-2`, `-3` for more), else
    into the crate. Errors as from `daemon.clip.make.make_clip`."""
    one_thread(os.environ)
    from daemon.clip.results import made_clips

    verb, of, brought = daemon_verb(brief.do), brief.count * len(brief.engines), 0
    for k in range(of):
        clip = crate.reserve() if crate and out is None else secrets.token_hex(3)
        with tempfile.TemporaryDirectory(prefix="sidecrate-") as folder:
            task = {
                "brief": brief.for_clip(k).to_json(), "request": dict(request.values), "job": "", "clip": clip, "k": k,
                "created": time.time(), "folder": folder, "note_names": note_names, "work": verb.work,
            }  # fmt: skip

            def tell(value: float, stage: str, words: str, k: int = k) -> None:
                bar((k + value) / of, f"{stage} {words}")

            for one in made_clips(find_function(verb.function)(task, tell), Path(folder)):
                brought += 1
                if out is not None:
                    name = out if brought == 1 else out.with_stem(f"{out.stem}-{brought}")
                    yield _bring_out(one.record, one.folder, name)
                elif crate is not None:
                    record = crate.publish(one.record, one.folder)
                    crate.record_alone(record)
                    yield record
                else:
                    yield one.record


def _bring_out(record: dict[str, Any], folder: Path, out: Path) -> dict[str, Any]:
    """The clip under the name that the user gave, its notes and stems beside it."""
    kind = ".mid" if record["kind"] == "midi" else ".wav"
    done = dict(record, path=str(out), midi=None, stems=[])
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _replace(folder / f"clip{kind}", out)
        if kind == ".wav" and (folder / "clip.mid").exists():
            done["midi"] = str(_replace(folder / "clip.mid", out.with_suffix(".mid")))
        for part in sorted((folder / "stems").glob("*.wav")):
            done["stems"].append(str(_replace(part, out.with_name(f"{out.stem} - {part.name}"))))
    except OSError as error:
        raise ServiceError(
            f"{out} cannot be written ({error.strerror}); choose another --out", "out"
        ) from None
    return done


def _replace(source: Path, target: Path) -> Path:
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    part.replace(target)
    return target
