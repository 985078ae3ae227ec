"""A folder that was dropped: its prompts and sounds are taken as one order, with one answer."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bridge.errors import Fault, RequestError
from bridge.inbox.names import (
    awaited_name,
    is_ignored,
    is_midi,
    is_source,
    is_text,
    same_name,
    stem,
)
from bridge.inbox.prompt_file import (
    MAX_REQUESTS,
    MAX_TEXT_BYTES,
    PromptFile,
    read_prompt_file,
    verb_of,
)
from bridge.inbox.stillness import Mark, mark
from bridge.inbox.watch import held_by_writer
from bridge.inbox.wholeness import Wholeness
from bridge.request import Request
from bridge.verbs import VERBS

#: How long nothing in a folder must change: programs copy file by file, with pauses.
SETTLE_FOLDER_S = 3.0
#: Files that are looked at; a folder with more is no set of samples to put on the grid at once.
MOST_FILES = 1000


class DroppedFolders:
    """Which folders of the inbox may be taken."""

    def __init__(self, wholeness: Wholeness) -> None:
        self._wholeness = wholeness
        self._seen: dict[str, tuple[dict[str, Mark | None], float]] = {}

    def keep_only(self, names: set[str]) -> None:
        """Forget the folders that are no longer there."""
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}

    def waits_for(self, folder: Path) -> str | None:
        """What a folder waits for, in words; empty where that is soon over, None for nothing."""
        found = list(_walk(folder))
        files = [path for path in found if _is_taken(path)]
        if len(found) > MOST_FILES:
            return f"holds more than {MOST_FILES:,} files; drop it in parts"
        if absent := next(filter(None, (awaited_name(path.name) for path in found)), ""):
            return f"waits: {absent} is not downloaded yet; iCloud has it"
        if not files:
            return "holds no prompt and no sound"
        if len(files) > MAX_REQUESTS:
            return f"holds more than {MAX_REQUESTS} prompts and sounds; drop it in parts"
        now = {str(path): mark(path) for path in files}
        known, since_s = self._seen.get(folder.name, ({}, 0.0))
        if known != now:
            self._seen[folder.name] = (now, time.monotonic())
            return ""
        if time.monotonic() - since_s < SETTLE_FOLDER_S or any(map(held_by_writer, files)):
            return ""
        for path in files:
            if missing := self._wholeness.missing(path):
                return f"waits: {path.name} {missing}; take that one out to have the others taken"
        return None


def files_of(folder: Path) -> list[Path]:
    """The prompts and sounds in a folder and below it, in order of their names; no links."""
    return [path for path in _walk(folder) if _is_taken(path)]


def _walk(folder: Path) -> Iterator[Path]:
    """The files in a folder and below it; one more than `MOST_FILES` where there are too many."""
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_ignored(name))
        for name in sorted(names):
            yield Path(place) / name
            count += 1
            if count > MOST_FILES:
                return


def read_folder(folder: Path) -> PromptFile:
    """The requests of all prompts and sounds of a claimed folder.

    A sound with a prompt of its name beside it belongs to that. RequestError has every fault, each
    with its file.
    """
    files = files_of(folder)
    # of a sound and notes of one name a text means the sound
    sources = sorted(filter(_is_source, files), key=lambda path: not is_midi(path.name))
    audio = {(path.parent, stem(path.name)): path for path in sources}
    requests: list[Request] = []
    verbs: dict[str, str] = {}
    faults: list[Fault] = []
    for path in files:
        name = str(path.relative_to(folder))
        own = audio.get((path.parent, stem(path.name)))
        try:
            if is_text(path.name):
                asked = _asked(path, own)
            elif any(is_text(one.name) and _pair(one, path) for one in files):
                continue
            else:
                asked = PromptFile((Request({"reference": str(path)}),))
        except RequestError as error:
            faults += [Fault(f.field, f.value, f"{name}: {f.text}") for f in error.faults]
            continue
        requests += asked.requests
        verbs.setdefault(asked.verb or verb_of(asked.requests), name)
    if len(verbs) > 1:
        each = " and ".join(f"{name} is for {verb}" for verb, name in list(verbs.items())[:2])
        text = f"the files of one folder are for one thing, and {each}; drop them apart"
        faults.append(Fault("file", folder.name, text))
    if len(requests) > MAX_REQUESTS:
        text = f"the folder asks for {len(requests):,} clips' requests; it takes {MAX_REQUESTS}"
        faults.append(Fault("file", folder.name, f"{text}: drop it in parts"))
    if faults or not requests:
        nothing = Fault("file", folder.name, "the folder holds no prompt and no sound")
        raise RequestError(*(faults or [nothing]))
    return PromptFile(tuple(requests), next(iter(verbs)))


def _asked(path: Path, audio: Path | None) -> PromptFile:
    if path.stat().st_size > MAX_TEXT_BYTES:
        text = f"it has more than {MAX_TEXT_BYTES:,} bytes, which no prompt file takes"
        raise RequestError(Fault("file", path.name, text))
    asked = read_prompt_file(path.read_bytes())
    if asked.verb and not VERBS[asked.verb].holds:
        text = f"do: {asked.verb} works on a clip; drop its file alone"
        raise RequestError(Fault("do", asked.verb, text))
    if audio is None:
        return asked
    own = same_name(audio.name)
    return replace(
        asked,
        requests=tuple(
            one.with_values({"reference": str(audio)})
            if same_name(str(one.get("reference", own))) == own
            else one
            for one in asked.requests
        ),
    )


def _is_source(path: Path) -> bool:
    return is_source(path.name)


def _pair(text: Path, sound: Path) -> bool:
    return text.parent == sound.parent and stem(text.name) == stem(sound.name)


def _is_taken(path: Path) -> bool:
    if is_ignored(path.name) or not (is_text(path.name) or is_source(path.name)):
        return False
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
