"""The inbox: a folder in which prompts and audio files are dropped, and answered by files."""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bridge.errors import DoorError, RequestError
from bridge.events import (
    Ask,
    Done,
    Event,
    Failed,
    Finished,
    Hand,
    Origin,
    Progress,
    Refused,
    Told,
)
from bridge.files.mounts import is_unmounted, mount_point
from bridge.inbox.arrivals import SAID_AFTER_S, Arrivals
from bridge.inbox.claims import Claim, answer_in, put_aside, put_away, show_proposal
from bridge.inbox.names import (
    claimed_name,
    is_ignored,
    is_source,
    is_text,
    new_claim,
    split_claimed,
)
from bridge.inbox.notes import Notes, fault_words, most_told
from bridge.inbox.prompt_file import PromptFile, verb_of
from bridge.inbox.reader import Reader, is_file
from bridge.inbox.stillness import Stillness, mark
from bridge.inbox.watch import Watch, held_by_writer
from bridge.inbox.wholeness import Wholeness

#: How long a text must be still: scripts append a line every few tenths of a second. This is a part
#: of the time from a prompt file to its clip.
SETTLE_TEXT_S = 0.6
#: How often the folder is scanned without a notice.
RESCAN_S = 2.0
#: Files in work at once. The others wait where they were dropped, at next to no cost. New ones are
#: claimed when half of these have ended, so that the folder is not scanned for each one.
MOST_IN_HAND = 300
#: The system's notices that may wait.
MOST_NOTES = 500
#: Refusals for other reasons than the file: the daemon is busy, or its disk is full or gone. Such a
#: file is sent again.
NOT_NOW = frozenset({"busy", "disk", "queue"})
#: Events that answer this door's orders.
Answered = Done | Finished | Failed | Refused | Told


class Inbox:
    """The watched folder as a door.

    A file is claimed when its writer is done: by a rename into `working/`. It is sent as one order,
    and moved when each of its requests has ended: to `done/` with `<name>.result.json`, or to
    `failed/` with `<name>.error.txt`. One thread does all of it; `tell` and the watcher only queue
    notes.

    settle_text_s, settle_audio_s: how long a file must not change before it is taken, unless it was
    given its final name by a rename. poll: scan on a timer only, for network drives, which send no
    notices. mount: the mount point where the folder was before; an empty one is not taken for it.
    """

    name = "inbox"

    def __init__(
        self,
        folder: Path,
        hand: Hand,
        *,
        settle_text_s: float = SETTLE_TEXT_S,
        settle_audio_s: float = 2.0,
        poll: bool = False,
        mount: str = "",
        log: logging.Logger | None = None,
    ) -> None:
        self.folder = Path(os.path.abspath(folder))
        self._hand = hand
        self._log = log or logging.getLogger(__name__)
        self._notes: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._watch = None if poll else Watch(self.folder, self._noticed, self._log)
        self._thread: threading.Thread | None = None
        self._stillness = Stillness(settle_text_s, settle_audio_s)
        self._claims: dict[str, Claim] = {}
        self._wholeness = Wholeness()
        self._notes_of = Notes(self._log)
        self._arrivals = Arrivals(self.folder, self._stillness, self._wholeness, self._notes_of)
        self._reader = Reader(self.folder, self.working, self._arrivals, self._stillness)
        self._changed: set[str] = set()
        """Names in working/ of files that changed while they were claimed."""
        self._untaken: dict[str, str] = {}
        """Why a dropped file could not be moved, by its name."""
        self._full = False
        self._faults: list[str] = []
        self._trouble = ""
        self._shut = ""
        self._mount = mount
        self._is_away = False

    @property
    def working(self) -> Path:
        return self.folder / "working"

    @property
    def done(self) -> Path:
        return self.folder / "done"

    @property
    def failed(self) -> Path:
        return self.folder / "failed"

    # -- the door

    def start(self) -> None:
        """Make the folders and start the thread. DoorError where they cannot be made or written."""
        if self._thread is not None:
            return
        if is_unmounted(self.folder, self._mount):
            raise DoorError(
                f"inbox {self.folder}: nothing is mounted at {self._mount}; mount its drive, or set"
                " another inbox.folder"
            )
        try:
            self._make_folders()
            self._mount = mount_point(self.folder)
            self._wholeness.probe(self.working)
        except OSError as error:
            reason = f"{self.folder}: {error.strerror or error}"
            mend = "make it writable, or set another inbox.folder"
            self._shut = f"closed: {reason}; {mend}"
            raise DoorError(f"inbox {reason}; {mend}") from None
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)
        self._thread.start()

    def tell(self, event: Event) -> None:
        """Queue an event of one of this door's orders."""
        if event_of_ours := self._ours(event):
            self._notes.put(lambda: self._apply(event_of_ours))
        elif isinstance(event, Progress) and event.origin.door == self.name:
            self._note_waiting(event)

    def _ours(self, event: Event) -> Answered | None:
        if isinstance(event, Answered) and event.origin.door == self.name:
            return event
        return None

    def _note_waiting(self, event: Progress) -> None:
        """Remember what a file's work waits for; other progress is shown nowhere here."""
        claim = self._claims.get(str(event.origin.address.get("claim")))
        if claim is not None:
            word, _, why = event.stage.partition(": ")
            claim.waits_for = why if word == "waiting" else ""

    def stop(self) -> None:
        """End the thread. Files in working/ are continued at the next start."""
        thread = self._thread
        self._thread = None
        self._shut = ""
        if thread is not None:
            self._notes.put(None)
            thread.join(5)

    def health(self) -> str:
        if self._thread is None:
            return self._shut or "closed"
        if self._trouble:
            return self._trouble
        return "; ".join(["open", *self._notes_of.shown])

    # -- the door's thread

    def _run(self) -> None:
        next_look_s = self._look_again()
        while self._drain(next_look_s):
            next_look_s = self._look_again()
        if self._watch:
            self._watch.stop()

    def _drain(self, until_s: float) -> bool:
        """Wait for a note until this monotonic time, then do all queued notes.

        False where the door stops.
        """
        try:
            note = self._notes.get(timeout=max(0.0, until_s - time.monotonic()))
            while note is not None:
                self._try(note)
                note = self._notes.get_nowait()
        except queue.Empty:
            return True
        return False

    def _noticed(self, name: str, complete: bool) -> None:
        if self._notes.qsize() > MOST_NOTES:
            return  # the scan after the queued notes finds the file
        self._notes.put(lambda: self._note_change(name, complete))

    def _note_change(self, name: str, complete: bool) -> None:
        # of thousands at once nothing is noted: they are claimed once a scan finds them unchanged
        if complete and not is_ignored(name) and len(self._stillness) < 2 * MOST_IN_HAND:
            self._stillness.renamed(self.folder / name)

    def _try(self, work: Callable[[], None]) -> None:
        """Do work. Any fault of a file or its system is reported, and the next scan tries again."""
        try:
            work()
        except OSError as error:
            self._faults.append(fault_words(error))
            if self._faults[-1] not in self._trouble:
                self._log.error("inbox: %s", self._faults[-1])
        except Exception as error:
            self._faults.append(f"{error}; trying again")
            if self._faults[-1] not in self._trouble:
                self._log.exception("inbox: %s", self._faults[-1])

    def _look_again(self) -> float:
        """Scan the folder once; returns the monotonic time of the next scan."""
        self._try(self._look)
        self._trouble = "\n".join(most_told(self._faults))
        self._faults.clear()
        return time.monotonic() + self._stillness.pause_s(RESCAN_S)

    def _look(self) -> None:
        if why := self._away():
            if not self._is_away:
                self._log.warning("inbox: %s", why)
            self._is_away = True
            self._faults.append(why)
            return
        if self._is_away:
            self._is_away = False
            self._log.warning("inbox: %s is back", self.folder)
        if not self.working.is_dir():
            self._make_folders()
        if self._watch and not self._watch.supervise():
            text = "the system gives no notice of changes; looking every 2 s instead"
            self._notes_of.log_once("watch", text)
        if not os.access(self.folder, os.R_OK | os.W_OK | os.X_OK):
            text = "cannot be read and written by this account; change its permissions"
            self._faults.append(f"{self.folder} {text}; trying again")
        self._take_up_working()
        self._take_up_dropped()
        for claim in list(self._claims.values()):
            if claim.put_off:
                self._faults.append(f"{claim.name} waits: {claim.put_off}")
                if time.monotonic() >= claim.again_s:
                    claim.sent = False
                    claim.put_off = ""
            elif claim.waits_for:
                self._faults.append(f"{claim.name} waits: {claim.waits_for}")
            self._try(partial(self._send, claim))
            self._try(partial(self._end, claim))

    def _away(self) -> str:
        """Why the folder is not where it was, in words; empty where it is.

        It is not made anew: it may have been moved, or its drive unplugged, and what is dropped
        into a new one would be hidden when it is back.
        """
        if is_unmounted(self.folder, self._mount):
            return f"{self.folder} is away: nothing is mounted at {self._mount}; waiting for it"
        if not self.folder.is_dir():
            return f"{self.folder} is gone: put it back, or make it anew; waiting for it"
        return ""

    def _make_folders(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.working, self.done, self.failed):
            folder.mkdir(exist_ok=True)

    # -- dropped files

    def _take_up_dropped(self) -> None:
        if self._hands_full():
            return
        entries = {entry.name: entry for entry in os.scandir(self.folder)}
        self._notes_of.begin()
        for letter, path in self._arrivals.ready(entries, MOST_IN_HAND):
            self._try(partial(self._claim, letter, path))
            if self._hands_full():
                break
        self._untaken = {name: why for name, why in self._untaken.items() if name in entries}
        self._faults.extend(self._untaken.values())
        self._notes_of.end()

    def _hands_full(self) -> bool:
        limit = MOST_IN_HAND // 2 if self._full else MOST_IN_HAND
        self._full = len(self._claims) >= limit
        return self._full

    def _claim(self, letter: str, path: Path) -> None:
        """Move the file into working/; one that changes meanwhile waits there until it is still."""
        before = self._stillness.take(path)
        claimed = self.working / claimed_name(new_claim(letter), path.name)
        try:
            path.rename(claimed)
        except FileNotFoundError:
            return
        except OSError as error:
            # a program holds it (Windows), or we lack permission: retried once it is still again
            self._stillness.is_ready(path)
            text = f"{path.name} cannot be taken yet: {error.strerror or error}"
            self._untaken[path.name] = f"{text}; trying again"
            self._notes_of.log_once(path.name, text)
            return
        self._untaken.pop(path.name, None)
        if letter == "f" or (mark(claimed) == before and not held_by_writer(claimed)):
            self._open(claimed)
        else:
            text = "inbox: %s changed while it was claimed; waiting until it is still"
            self._log.info(text, path.name)
            self._changed.add(claimed.name)

    # -- files in working/

    def _take_up_working(self) -> None:
        """Claim files without a claim in memory: of an earlier run, or changed while claimed."""
        known = {path for claim in self._claims.values() if claim.order for path in claim.files}
        names = sorted(
            entry.name for entry in os.scandir(self.working) if not entry.name.startswith(".")
        )
        self._stillness.keep_only(self.working, names)
        for name in names:
            path = self.working / name
            parts = split_claimed(name)
            if parts is None:
                text = f"working/{name} was not put there by the inbox, and is left alone"
                self._notes_of.log_once(name, text)
                continue
            if path in known or (
                parts[0][0] == "p" and is_source(name) and self._has_text(parts[0], names)
            ):
                continue
            if self._stillness.is_ready(path) and not self._still_comes(path):
                self._changed.discard(name)
                self._stillness.take(path)
                self._try(partial(self._open, path))

    def _still_comes(self, path: Path) -> bool:
        """Whether a file that changed while it was claimed lacks something, for a while.

        What an earlier run has claimed was whole then, or was taken at its user's word.
        """
        is_new = path.name in self._changed and self._stillness.still_s(path) < SAID_AFTER_S
        return is_new and bool(self._wholeness.missing(path))

    @staticmethod
    def _has_text(word: str, names: list[str]) -> bool:
        return any(name.startswith(f"{word}-") and is_text(name) for name in names)

    def _open(self, path: Path) -> None:
        """Parse a claimed file and send its requests as one order; else move it to failed/."""
        word, name = split_claimed(path.name) or ("", path.name)
        claim = self._claims.setdefault(word, Claim(word, name, [path]))
        try:
            answer = answer_in(claim, path, self.name)
            asked = PromptFile(()) if answer else self._reader.read(claim, path)
        except RequestError as error:
            self._claims.pop(word)
            if word[0] == "p" and (found := self._reader.companion(claim)):
                # left behind it would be claimed alone and conformed, which nobody wants
                self._reader.take_along(claim, found)
            faults = [line for fault in error.faults for line in fault.text.splitlines()]
            put_aside(claim, self.failed, faults or [error.text])
            self._log.info("inbox: %s refused: %s", name, error.text)
            return
        claim.of = max(1, len(asked.requests))
        claim.order = answer
        if answer is None:
            address = {"claim": word, "name": name, "file": path.name, "of": claim.of}
            claim.order = Ask(
                asked.verb or verb_of(asked.requests),
                Origin(self.name, address),
                asked.requests,
                asked.what,
                claim=word,
            )
        self._send(claim)

    def _send(self, claim: Claim) -> None:
        if claim.order and not claim.sent:
            self._hand(claim.order)
            claim.sent = True

    # -- answers

    def _apply(self, event: Answered) -> None:
        if isinstance(event, Told) and event.verb == "proposed":
            name = str(event.origin.address.get("name", "prompt"))
            show_proposal(self.done, name, event.what, str(event.values["text"]))
            return
        claim = self._claims.get(str(event.origin.address.get("claim")))
        claim = claim or self._known_before(event.origin)
        if claim is None:
            return
        if isinstance(event, Refused) and event.code in NOT_NOW:
            claim.put_off = event.text
            claim.again_s = time.monotonic() + RESCAN_S
            return
        claim.apply(event)
        self._end(claim)

    def _known_before(self, origin: Origin) -> Claim | None:
        """The claim of a job of an earlier run whose file was not claimed anew yet."""
        word = str(origin.address.get("claim", ""))
        path = self.working / str(origin.address.get("file", ""))
        parts = split_claimed(path.name)
        if parts is None or parts[0] != word or not is_file(path):
            return None
        others = [
            other
            for other in sorted(self.working.iterdir())
            if other.name.startswith(f"{word}-") and other != path
        ]
        claim = self._claims[word] = Claim(
            word, parts[1], [path, *others], of=int(origin.address.get("of", 1))
        )
        return claim

    def _end(self, claim: Claim) -> None:
        if claim.over:
            answer = put_away(claim, self.done, self.failed)
            self._claims.pop(claim.word, None)
            self._log.info("inbox: %s has ended; its answer is %s", claim.name, answer)
