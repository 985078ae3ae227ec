"""Follows one order from the command line to its end, with a progress bar."""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from bridge.events import (
    Accepted,
    Done,
    Failed,
    Finished,
    Progress,
    Refused,
    SessionChanged,
    Told,
)
from bridge.osc.answers import Answer, Welcome
from daemon.client.connection import DaemonClient
from daemon.errors import EngineError, RequestRefused, ServiceError
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.jobs.waiting import waiting_text
from daemon.record import ClipRecord, parse_record

#: Silence after which the daemon is asked for the job's status, and then as often: one that starts
#: again hears no question that came meanwhile.
ASK_AFTER_S = 5.0
#: Silence after which the daemon counts as gone.
GONE_AFTER_S = 20.0
#: Addresses in errors without a label that may concern an order: it was too broken to read more.
_ASKED_AT = ("", *(f"/sidecrate/{verb}" for verb in ("generate", "fit", "again", "status")))


class Bar(Protocol):
    def __call__(self, value: float, words: str) -> None: ...


@contextmanager
def progress_bar(quiet: bool, *, as_lines: bool = False) -> Iterator[Bar]:
    """A progress bar on stderr; none where `quiet`, or where stderr is no terminal.

    as_lines: a line of JSON on stdout for each step instead, for programs that show their own.
    """
    if as_lines:
        yield _progress_line
        return
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
            bar, completed=value, description=f"{words:<44.44}"
        )


def _progress_line(value: float, words: str) -> None:
    print(json.dumps({"progress": round(value, 3), "stage": words}), flush=True)


class Follower:
    """Follows one order through the daemon: yields the record of each clip as it is done."""

    def __init__(self, client: DaemonClient, places: Places, bar: Bar, label: str = "") -> None:
        """label: of an order that may be known to the daemon already; a new one else."""
        self._client = client
        self._places = places
        self._bar = bar
        self._label = label or "cli-" + secrets.token_hex(4)
        self._seen: set[str] = set()
        self._answered: set[str] = set()
        self._waits_for = ""
        self.job = ""

    def order(self, verb: str, values: dict[str, Any]) -> Iterator[ClipRecord]:
        """Order clips and yield their records.

        RequestRefused, ServiceError or EngineError where the order fails.
        """
        self._client.generate(verb, values, self._label)
        yield from self._until_end()

    def order_batch(self, batch: str) -> Iterator[ClipRecord]:
        """Order a batch by its file's id and yield its clips' records; errors as `order`."""
        self._client.send("/sidecrate/batch", batch, self._label)
        return self._until_end()

    def until_accepted(self) -> None:
        """Wait until what was ordered is stored. Errors as `order`."""
        until_s = time.monotonic() + GONE_AFTER_S
        while not self.job:
            if time.monotonic() > until_s:
                raise ServiceError("the daemon does not answer; `sidecrate doctor` looks into it")
            for answer in self._client.answers(0.2):
                for _ in self._read(answer):
                    pass

    def _until_end(self) -> Iterator[ClipRecord]:
        last_answer_s = asked_s = time.monotonic()
        while True:
            for answer in self._client.answers(1.0):
                if isinstance(answer, SessionChanged):
                    continue
                last_answer_s = asked_s = time.monotonic()
                ended = yield from self._read(answer)
                if ended:
                    return
            silence_s = time.monotonic() - last_answer_s
            if silence_s > GONE_AFTER_S:
                raise ServiceError(
                    "the daemon went silent; "
                    "what it had accepted goes on when it runs again (`sidecrate run`)",
                    "gone",
                )
            if time.monotonic() - asked_s > ASK_AFTER_S and self.job:
                asked_s = time.monotonic()
                self._client.send("/sidecrate/status", self.job)

    def _read(self, answer: Answer) -> Generator[ClipRecord, None, bool]:
        """Yield the clip's record that an answer brings; return whether the order has ended."""
        if isinstance(answer, Welcome | SessionChanged | Told):
            return False
        label = answer.origin.label
        if isinstance(answer, Refused):
            if label == self._label or (not label and answer.what in _ASKED_AT):
                raise RequestRefused(answer.text, answer.code)
            return False
        if label != self._label:
            return False
        match answer:
            case Accepted():
                self.job = answer.job
                self._bar(0.0, "waiting" if answer.position > 1 else "accepted")
            case Progress():
                self._bar(answer.value, answer.stage)
                self._show_waiting(answer.stage)
                if answer.stage.startswith("improving"):
                    self._show_proposal()
            case Done():
                self._client.send("/sidecrate/got", answer.job, answer.clip)
                if answer.clip not in self._seen:
                    self._seen.add(answer.clip)
                    yield read_clip(self._places, answer.clip)
            case Finished():
                self._client.send("/sidecrate/got", answer.job)
                # of many clips some packets may be lost, and a status names the newest alone
                for clip in clips_done(self._places, answer.job):
                    if clip not in self._seen:
                        self._seen.add(clip)
                        yield read_clip(self._places, clip)
                return True
            case Failed():
                self._client.send("/sidecrate/got", answer.job)
                raise EngineError(answer.text, answer.code)
        return False

    def _show_waiting(self, stage: str) -> None:
        """Say what the job waits for, once a reason; also where nobody sees a bar."""
        word, _, why = stage.partition(": ")
        reason = why if word == "waiting" else ""
        if reason and reason != self._waits_for:
            print(f"waiting: {reason}", file=sys.stderr, flush=True)
        self._waits_for = reason

    def _show_proposal(self) -> None:
        """Ask the user about a language model's proposal, where the job waits for that.

        ServiceError where no user is at the terminal.
        """
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
        self._client.send("/sidecrate/answer", self.job, "yes" if is_wanted(text) else "no")

    def cancel(self) -> None:
        if self.job:
            self._client.send("/sidecrate/cancel", self.job)


def is_wanted(text: str) -> bool:
    """Show a proposal on the terminal and ask whether it may be used."""
    print(f"\n{text}", file=sys.stderr)
    print("use this? [Y/n] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("", "y", "yes")


def clips_done(places: Places, job: str) -> list[str]:
    """The ids of a job's clips that are in the crate, in order."""
    database = Database(places.database, read_only=True)
    try:
        query = "SELECT id FROM clips WHERE job = ? AND state = 'done' ORDER BY k"
        return [str(row["id"]) for row in database.rows(query, job)]
    finally:
        database.close()


def read_clip(places: Places, clip: str) -> ClipRecord:
    """A clip's whole record, read from the database."""
    database = Database(places.database, read_only=True)
    try:
        row = database.row("SELECT record FROM clips WHERE id = ?", clip)
    finally:
        database.close()
    if row is None:
        raise ServiceError(f"clip {clip} is not in the record", "unknown_clip")
    return parse_record(row["record"])
