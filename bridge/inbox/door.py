"""The inbox: a folder in which prompts and audio files are dropped, and answered by files."""

from __future__ import annotations

import logging
import os
import queue
import stat
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bridge.errors import DoorError, Fault, RequestError
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
from bridge.inbox.claims import MAX_TEXT_BYTES, Claim, answer_in, put_aside, put_away, show_proposal
from bridge.inbox.names import (
    claimed_name,
    is_audio,
    is_ignored,
    is_text,
    new_claim,
    split_claimed,
    stem,
    wrong_kind,
)
from bridge.inbox.prompt_file import PromptFile, read_prompt_file
from bridge.inbox.stillness import Stillness, mark
from bridge.inbox.watch import Watch, held_by_writer
from bridge.request import Request
from bridge.verbs import NAMED, VERBS

#: How often the folder is scanned without a notice.
RESCAN_S = 2.0
#: Faults that `health` shows at once.
MOST_TOLD = 3
#: Files in work at once. The others wait where they were dropped, at next to no cost. New ones are
#: claimed when half of these have ended, so that the folder is not scanned for each one.
MOST_IN_HAND = 300
#: The system's notices that may wait.
MOST_NOTES = 500
#: Notes about files left alone that are logged within `SAID_FOR_S`.
MOST_SAID = 1000
SAID_FOR_S = 3600.0
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

    settle_text_s, settle_audio_s: how long a file must not change where the system sends no notice
    that it was closed. poll: scan on a timer only, for network drives, which send no notices.
    mount: the mount point where the folder was before; an empty one is not taken for it.
    """

    name = "inbox"

    def __init__(
        self,
        folder: Path,
        hand: Hand,
        *,
        settle_text_s: float = 0.25,
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
        self._full = False
        self._told_of: set[str] = set()
        self._said_anew_s = time.monotonic()
        self._faults: list[str] = []
        self._trouble = ""
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
            probe = self.working / f".{new_claim('t')}.tmp"
            probe.touch()
            probe.unlink()
        except OSError as error:
            reason = error.strerror or error
            raise DoorError(
                f"inbox {self.folder}: {reason}; make it writable, or set another inbox.folder"
            ) from None
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
        if thread is not None:
            self._notes.put(None)
            thread.join(5)

    def health(self) -> str:
        if self._thread is None:
            return "closed"
        return self._trouble or "open"

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
            self._stillness.closed(self.folder / name)

    def _try(self, work: Callable[[], None]) -> None:
        """Do work. Any fault of a file or its system is reported, and the next scan tries again."""
        try:
            work()
        except Exception as error:
            self._faults.append(f"{error}; trying again")
            if self._faults[-1] not in self._trouble:
                self._log.exception("inbox: %s", self._faults[-1])

    def _look_again(self) -> float:
        """Scan the folder once; returns the monotonic time of the next scan."""
        self._try(self._look)
        shown = self._faults[:MOST_TOLD]
        more = len(self._faults) - MOST_TOLD
        if more > 0:
            shown.append(f"... and {more} more")
        self._trouble = "\n".join(shown)
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
            self._say_once(
                "watch", "the system gives no notice of changes; looking every 2 s instead"
            )
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
        names = sorted(
            entry.name for entry in os.scandir(self.folder) if not is_ignored(entry.name)
        )
        self._stillness.keep_only(self.folder, names)
        texts = {stem(name) for name in names if is_text(name)}
        audio = {stem(name): name for name in reversed(names) if is_audio(name)}
        new = 0
        for name in names:
            if self._hands_full():
                return
            if not (is_text(name) or is_audio(name) or wrong_kind(name)):
                self._say_once(
                    name,
                    f"{name} is neither a prompt (.txt, .md, .prompt) nor audio, and is left alone",
                )
                continue
            new += not self._stillness.knows(os.path.join(self.folder, name))
            if new > MOST_IN_HAND:
                continue  # left for the next scan: remembering it costs memory
            path = self.folder / name
            if is_text(name):
                companion = audio.get(stem(name))
                ready = self._is_ready(path) and (
                    companion is None or self._is_ready(self.folder / companion)
                )
                letter = "p" if companion else "t"
            elif is_audio(name):
                # a text of the same name takes it along, and may still come
                letter = "a"
                ready = self._is_ready(path, wait=True) and stem(name) not in texts
            else:
                letter = "t"
                ready = self._is_ready(path, wait=True)
            if ready:
                self._try(partial(self._claim, letter, path))

    def _hands_full(self) -> bool:
        limit = MOST_IN_HAND // 2 if self._full else MOST_IN_HAND
        self._full = len(self._claims) >= limit
        return self._full

    def _is_ready(self, path: Path, *, wait: bool = False) -> bool:
        ready = self._stillness.is_ready(path, wait=wait)
        if not ready and self._stillness.still_s(path) > 30:
            text = "is still open in the program that writes it; it is taken when that is done"
            self._say_once(str(path), f"{path.name} {text}")
        return ready

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
            self._is_ready(path)
            self._say_once(str(path), f"{path.name} cannot be taken yet: {error.strerror or error}")
            return
        if mark(claimed) == before and not held_by_writer(claimed):
            self._open(claimed)
        else:
            text = "inbox: %s changed while it was claimed; waiting until it is still"
            self._log.info(text, path.name)

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
                self._say_once(
                    name, f"working/{name} was not put there by the inbox, and is left alone"
                )
                continue
            if path in known or (
                parts[0][0] == "p" and is_audio(name) and self._has_text(parts[0], names)
            ):
                continue
            if self._is_ready(path):
                self._stillness.take(path)
                self._try(partial(self._open, path))

    @staticmethod
    def _has_text(word: str, names: list[str]) -> bool:
        return any(name.startswith(f"{word}-") and is_text(name) for name in names)

    def _open(self, path: Path) -> None:
        """Parse a claimed file and send its requests as one order; else move it to failed/."""
        word, name = split_claimed(path.name) or ("", path.name)
        claim = self._claims.setdefault(word, Claim(word, name, [path]))
        try:
            answer = answer_in(claim, path, self.name)
            asked = PromptFile(()) if answer else self._asked(claim, path)
        except RequestError as error:
            self._claims.pop(word)
            if word[0] == "p" and (found := self._companion(claim)):
                # left behind it would be claimed alone and conformed, which nobody wants
                self._take_along(claim, found)
            faults = [line for fault in error.faults for line in fault.text.splitlines()]
            put_aside(claim, self.failed, faults or [error.text])
            self._log.info("inbox: %s refused: %s", name, error.text)
            return
        claim.of = max(1, len(asked.requests))
        claim.order = answer
        if answer is None:
            address = {"claim": word, "name": name, "file": path.name, "of": claim.of}
            claim.order = Ask(
                asked.verb or _verb_of(asked.requests),
                Origin(self.name, address),
                asked.requests,
                asked.what,
                claim=word,
            )
        self._send(claim)

    def _asked(self, claim: Claim, path: Path) -> PromptFile:
        """The parsed content of a claimed file. RequestError with every fault."""
        name = claim.name
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            raise _refused(name, "is a link, which may lead anywhere; drop the file itself")
        if advice := wrong_kind(name):
            raise _refused(name, f"is not taken: {advice}")
        if not stat.S_ISREG(found.st_mode):
            raise _refused(
                name, "is not a file; drop prompts (.txt, .md, .prompt) and audio files one by one"
            )
        if found.st_size == 0:
            mend = (
                "write a prompt in it, as in: dusty boom bap drums 90 bpm"
                if is_text(name)
                else "save or copy it again"
            )
            raise _refused(name, f"is empty; {mend}")
        if not is_text(name):
            return PromptFile((Request({"reference": str(path)}),))
        if found.st_size > MAX_TEXT_BYTES:
            raise _refused(
                name, f"has {found.st_size:,} bytes; a prompt file takes at most {MAX_TEXT_BYTES:,}"
            )
        try:
            data = path.read_bytes()
        except PermissionError:
            raise _refused(
                name, "may not be read by this account; change its permissions and drop it again"
            ) from None
        asked = read_prompt_file(data)
        return self._with_companion(claim, asked) if claim.word[0] == "p" else asked

    def _with_companion(self, claim: Claim, asked: PromptFile) -> PromptFile:
        """The requests; those without a reference get the audio file of the text's name."""
        found = self._companion(claim)
        if found is None:
            return asked
        name = found.name.removeprefix(f"{claim.word}-")
        if asked.verb and "reference" not in VERBS[asked.verb].takes:
            needs = NAMED[VERBS[asked.verb].works_on]
            raise _refused(name, f"lies beside {claim.name}, but {asked.verb} works on {needs}")
        meant = [request.get("reference") in (None, name) for request in asked.requests]
        if not any(meant):
            return asked
        path = self._take_along(claim, found)
        requests = [
            Request({**request.values, "reference": str(path)}) if its else request
            for request, its in zip(asked.requests, meant, strict=True)
        ]
        return replace(asked, requests=tuple(requests))

    def _take_along(self, claim: Claim, found: Path) -> Path:
        """Move a text's audio file beside it in working/; returns its path there."""
        path = self.working / claimed_name(claim.word, found.name.removeprefix(f"{claim.word}-"))
        if found != path:
            found.rename(path)
            self._stillness.take(found)
        if path not in claim.files:
            claim.files.append(path)
        return path

    def _companion(self, claim: Claim) -> Path | None:
        """The audio file of a claimed text: in working/ already, or still where it was dropped."""
        for folder, prefix in ((self.working, f"{claim.word}-"), (self.folder, "")):
            for path in sorted(folder.iterdir()):
                name = path.name.removeprefix(prefix)
                if (
                    path.name.startswith(prefix)
                    and is_audio(name)
                    and stem(name) == stem(claim.name)
                    and _is_file(path)
                ):
                    return path
        return None

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
        if parts is None or parts[0] != word or not _is_file(path):
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

    def _say_once(self, about: str, text: str) -> None:
        now_s = time.monotonic()
        if len(self._told_of) >= MOST_SAID and now_s - self._said_anew_s > SAID_FOR_S:
            self._told_of.clear()
            self._said_anew_s = now_s
        if about not in self._told_of and len(self._told_of) < MOST_SAID:
            self._told_of.add(about)
            self._log.warning("inbox: %s", text)


def _verb_of(requests: Sequence[Request]) -> str:
    """The verb of a file that names none: fit for audio without a prompt, else make."""
    only_fit = all(
        "reference" in request and "prompt" not in request and "use" not in request
        for request in requests
    )
    return "fit" if only_fit else "make"


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _refused(name: str, text: str) -> RequestError:
    return RequestError(Fault("file", name, f"{name} {text}"))
