"""`sidecrate ask`: an open prompt line with history; single letters act on the newest clip."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from bridge.errors import SidecrateError
from bridge.inbox.prompt_file import read_prompt_file
from bridge.verbs import VERBS
from daemon.audition.once import play_file
from daemon.cli.order import about_clip
from daemon.cli.show import audition_line, clip_lines
from daemon.client.connection import DaemonClient
from daemon.client.follow import Follower, progress_bar
from daemon.errors import CrateError
from daemon.home.places import Places
from daemon.record import ClipRecord

HELP = (
    "Type a prompt and press return. "
    "Fields may stand before it, as in `bpm: 90`, and then in every prompt until `clear`.\n"
    "An empty line (or space) plays the newest clip, with a daemon from the next bar until s; "
    "a makes another, k keeps it, x puts it\n"
    "into the bin, ? shows this, q leaves."
)

Alone = Callable[[str, dict[str, Any]], Iterable[ClipRecord]]


class Conversation:
    """One open prompt line. `alone` makes clips where no daemon runs."""

    def __init__(self, places: Places, client: DaemonClient | None, alone: Alone) -> None:
        self._places = places
        self._client = client
        self._alone = alone
        self._held: dict[str, Any] = {}
        self._last: ClipRecord | None = None

    def answer(self, line: str) -> bool:
        """Act on one line; False where the user leaves."""
        word = line.strip()
        actions: dict[str, Callable[[], None]] = {
            "": self._play,
            "a": self._again,
            "k": lambda: self._about("keep"),
            "x": lambda: self._about("trash"),
            "s": self._silence,
            "?": lambda: print(HELP),
            "clear": self._held.clear,
        }
        if word in ("q", "quit", "exit"):
            return False
        try:
            if word in actions:
                actions[word]()
            else:
                self._ask(line)
        except SidecrateError as error:
            print(error.text, file=sys.stderr)
        return True

    def _ask(self, line: str) -> None:
        asked = read_prompt_file(line.encode())
        request = asked.requests[0]
        verb = asked.verb or "make"
        if not VERBS[verb].holds:
            raise CrateError(
                f"{verb} is one letter here: a makes another of the newest", "bad_request"
            )
        if "prompt" not in request and not asked.verb:
            self._held.update(request.values)
            held = ", ".join(f"{name} {value}" for name, value in self._held.items())
            print("\n".join([f"from now on: {held}", *(f"  note: {one}" for one in request.said)]))
            return
        values = request.with_defaults(VERBS[verb].taken_of(self._held)).values
        self._show(dict(values), verb)

    def _again(self) -> None:
        if self._last is None:
            raise CrateError("nothing was made here yet; type a prompt first", "unknown_clip")
        request = self._last["request"]
        self._show({name: request[name] for name in request if name not in ("seed", "id")})

    def _show(self, values: dict[str, Any], verb: str = "make") -> None:
        for record in self._records(verb, values):
            self._last = record
            print(clip_lines(record), flush=True)

    def _records(self, verb: str, values: dict[str, Any]) -> Iterator[ClipRecord]:
        if self._client is None:
            yield from self._alone(verb, values)
            return
        with progress_bar(False) as bar:
            follower = Follower(self._client, self._places, bar)
            try:
                yield from follower.order(verb, values)
            except KeyboardInterrupt:
                follower.cancel()
                print("cancelled", file=sys.stderr)

    def _play(self) -> None:
        if self._last is None:
            print(HELP)
        elif self._last["kind"] == "midi":
            print("a clip of notes has no sound; play it in your DAW")
        elif self._client is None:
            play_file(Path(self._last["path"]), 1)
        else:
            told = self._client.ask("/sidecrate/audition", self._last["id"], wait_s=120)
            print(audition_line(told))

    def _silence(self) -> None:
        if self._client is not None:
            print(audition_line(self._client.ask("/sidecrate/audition", "stop", wait_s=20)))

    def _about(self, verb: str) -> None:
        if self._last is None:
            raise CrateError("nothing was made here yet; type a prompt first", "unknown_clip")
        print(about_clip(verb, self._last["id"], self._client))


def converse(places: Places, client: DaemonClient | None, alone: Alone) -> None:
    """Read lines until the user leaves or the input ends."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  (gives `input` its history and editing)
    talk = Conversation(places, client, alone)
    if sys.stdin.isatty():
        print(HELP, file=sys.stderr)
    while True:
        try:
            if not talk.answer(input("sidecrate> " if sys.stdin.isatty() else "")):
                return
        except EOFError:
            return
        except KeyboardInterrupt:
            print("", file=sys.stderr)
            return
