"""What a claimed file asks: its prompts, or what is done with the sound or notes that it is."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

from bridge.errors import Fault, RequestError
from bridge.inbox.arrivals import Arrivals
from bridge.inbox.claims import Claim
from bridge.inbox.folders import read_folder
from bridge.inbox.names import (
    claimed_name,
    is_midi,
    is_source,
    is_text,
    same_name,
    stem,
    wrong_kind,
)
from bridge.inbox.prompt_file import MAX_TEXT_BYTES, PromptFile, read_prompt_file
from bridge.inbox.stillness import Stillness
from bridge.request import Request
from bridge.verbs import NAMED, VERBS


class Reader:
    """Reads claimed files; a text may have a sound or notes of its name beside it, a companion.

    The companion lies in `working` already, or in `folder`, where it was dropped.
    """

    def __init__(
        self, folder: Path, working: Path, arrivals: Arrivals, stillness: Stillness
    ) -> None:
        self._folder = folder
        self._working = working
        self._arrivals = arrivals
        self._stillness = stillness

    def read(self, claim: Claim, path: Path) -> PromptFile:
        """The parsed content of a claimed file. RequestError with every fault."""
        name = claim.name
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            raise _refused(name, "is a link, which may lead anywhere; drop the file itself")
        if claim.word[0] == "f" and stat.S_ISDIR(found.st_mode):
            return read_folder(path)
        if advice := wrong_kind(name):
            raise _refused(name, f"is not taken: {advice}")
        if not stat.S_ISREG(found.st_mode):
            raise _refused(
                name, "is not a file; drop prompts (.txt, .md, .prompt) and audio files one by one"
            )
        if found.st_size == 0:
            beside = self.companion(claim) if claim.word[0] == "p" else None
            its_name = beside.name.removeprefix(f"{claim.word}-") if beside else ""
            is_empty_too = beside is not None and beside.stat().st_size == 0
            raise RequestError(*map(_is_empty, (name, its_name) if is_empty_too else (name,)))
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
        """The requests; those without a reference get the file of the text's name."""
        found = self.companion(claim)
        if found is None:
            return asked
        name = found.name.removeprefix(f"{claim.word}-")
        if asked.verb and "reference" not in VERBS[asked.verb].takes:
            needs = NAMED[VERBS[asked.verb].works_on]
            raise _refused(name, f"lies beside {claim.name}, but {asked.verb} works on {needs}")
        own = same_name(name)
        meant = [same_name(str(one.get("reference", own))) == own for one in asked.requests]
        if not any(meant):
            return asked
        path = self.take_along(claim, found)
        requests = [
            request.with_values({"reference": str(path)}) if its else request
            for request, its in zip(asked.requests, meant, strict=True)
        ]
        return replace(asked, requests=tuple(requests))

    def take_along(self, claim: Claim, found: Path) -> Path:
        """Move a text's sound or notes beside it in working/; returns its path there."""
        path = self._working / claimed_name(claim.word, found.name.removeprefix(f"{claim.word}-"))
        if found != path:
            found.rename(path)
            self._stillness.take(found)
        if path not in claim.files:
            claim.files.append(path)
        return path

    def companion(self, claim: Claim) -> Path | None:
        """The sound or notes of a claimed text: in working/ already, or where they were dropped."""
        for folder, prefix in ((self._working, f"{claim.word}-"), (self._folder, "")):
            # of a sound and notes of one name a text means the sound
            for path in sorted(folder.iterdir(), key=lambda one: (is_midi(one.name), one)):
                name = path.name.removeprefix(prefix)
                if (
                    path.name.startswith(prefix)
                    and is_source(name)
                    # in working/ the claim's word alone says what belongs to it
                    and (prefix or self._arrivals.pair_stem(name) == stem(claim.name))
                    and is_file(path)
                ):
                    return path
        return None


def is_file(path: Path) -> bool:
    """Whether it is a file itself, and no link to one."""
    return path.is_file() and not path.is_symlink()


def _is_empty(name: str) -> Fault:
    mend = (
        "write a prompt in it, as in: dusty boom bap drums 90 bpm"
        if is_text(name)
        else "save or copy it again"
    )
    return Fault("file", name, f"{name} is empty; {mend}")


def _refused(name: str, text: str) -> RequestError:
    return RequestError(Fault("file", name, f"{name} {text}"))
