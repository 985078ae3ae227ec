"""Which of the dropped files may be taken now, and what is said of the others."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from bridge.inbox.folders import DroppedFolders
from bridge.inbox.names import (
    awaited_name,
    is_ignored,
    is_midi,
    is_source,
    is_text,
    stem,
    wrong_kind,
)
from bridge.inbox.notes import Notes
from bridge.inbox.stillness import Stillness
from bridge.inbox.wholeness import Wholeness

#: How long a file that waits must be still before its user is told what it waits for: copies and
#: recordings that go on by themselves need no word.
SAID_AFTER_S = 30.0
#: How long a text that says only how (`bpm: 90`) and not yet what is waited for: programs write it
#: line by line, in openings of their own.
MAY_GO_ON_S = 5.0


class Arrivals:
    """Looks at the files of the inbox's folder; it moves none of them."""

    def __init__(
        self, folder: Path, stillness: Stillness, wholeness: Wholeness, notes: Notes
    ) -> None:
        self._folder = folder
        self._stillness = stillness
        self._wholeness = wholeness
        self._notes = notes
        self._folders = DroppedFolders(wholeness)

    def ready(
        self, entries: Mapping[str, os.DirEntry[str]], most_new: int
    ) -> Iterator[tuple[str, Path]]:
        """(letter of the claim, path) of each file that may be taken; the others' notes are added.

        most_new: files that are looked at for the first time; remembering them costs memory.
        """
        names = sorted(name for name in entries if not is_ignored(name))
        self._stillness.keep_only(self._folder, names)
        self._wholeness.forget_others(self._folder, names)
        # what is still with a cloud service is waited for by what belongs to it
        awaited = [name for name in map(awaited_name, entries) if name]
        for name in awaited:
            self._notes.add(name, f"{name} is not downloaded yet; iCloud has it")
        texts = {stem(name) for name in [*names, *awaited] if is_text(name)}
        # of a sound and notes of one name a text means the sound
        pairs = sorted(filter(is_source, [*names, *awaited]), key=lambda name: not is_midi(name))
        sources = {self.pair_stem(name): name for name in pairs}
        new = 0
        self._folders.keep_only(set(names))
        for name in names:
            if is_folder(entries[name]):
                if self._is_folder_ready(name):
                    yield "f", self._folder / name
                continue
            if unfit := _unfit(name):
                self._notes.add(name, unfit)
                continue
            new += not self._stillness.knows(os.path.join(self._folder, name))
            if new > most_new:
                continue  # left for the next scan
            if letter := self._letter_if_ready(name, texts, sources):
                yield letter, self._folder / name

    def _is_folder_ready(self, name: str) -> bool:
        why = self._folders.waits_for(self._folder / name)
        if why:
            self._notes.add(name, f"{name} is a folder that {why}")
        return why is None

    def pair_stem(self, name: str) -> str:
        """A sound's stem; the one before, where it was renamed only to have it taken."""
        return stem(self._wholeness.former_name(self._folder / name) or name)

    def _letter_if_ready(self, name: str, texts: set[str], sources: dict[str, str]) -> str:
        """The letter of a dropped file's claim where it may be taken now; else empty."""
        path = self._folder / name
        if is_text(name):
            companion = sources.get(stem(name))
            if companion is None:
                return "t" if self._is_ready(path, has_words=True) else ""
            is_ready = self._is_ready(path) and self._is_ready(self._folder / companion)
            return "p" if is_ready else ""
        if is_source(name):
            # a text of the same name takes it along, and may still come
            is_ready = self._is_ready(path, wait=True) and self.pair_stem(name) not in texts
            return "a" if is_ready else ""
        return "t" if self._is_ready(path, wait=True) else ""

    def _is_ready(self, path: Path, *, wait: bool = False, has_words: bool = False) -> bool:
        """Whether a file may be taken. has_words: a text must say what is asked, for a while."""
        lies_still = self._stillness.is_ready(path, wait=wait)
        still_s = self._stillness.still_s(path)
        missing = self._wholeness.missing(path) if lies_still else ""
        if lies_still and not missing:
            is_begun = has_words and still_s < MAY_GO_ON_S and self._wholeness.may_go_on(path)
            return not is_begun
        if still_s <= SAID_AFTER_S and missing and self._wholeness.is_absent(path):
            # what does not come by itself is said at once
            self._notes.add(path.name, f"{path.name} {missing}")
        elif still_s > SAID_AFTER_S:
            self._say_what_it_waits_for(path, missing)
        return False

    def _say_what_it_waits_for(self, path: Path, missing: str) -> None:
        if missing:
            self._wholeness.told(path)
            text = f"{missing}; it is taken when the rest comes, or as it is when you rename it"
        else:
            text = "is still open in the program that writes it; it is taken when that is done"
        self._notes.add(path.name, f"{path.name} {text}")


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder, and not one with a file's name (`beat.txt`), which is refused."""
    name = entry.name
    is_named_as_file = is_text(name) or is_source(name) or wrong_kind(name)
    return not is_named_as_file and entry.is_dir(follow_symlinks=False)


def _unfit(name: str) -> str:
    """Why a file is left where it is, in words; empty where it is not."""
    if is_text(name) or is_source(name) or wrong_kind(name):
        return ""
    if not os.path.splitext(name)[1]:
        return f"{name} has no ending and is left alone; name a prompt .txt, a sound .wav..."
    return (
        f"{name} is neither a prompt (.txt, .md, .prompt) nor a sound or notes, and is left alone"
    )
