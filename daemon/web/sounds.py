"""Clips as sounds that a page plays and draws: versions at a tempo and in a key, and waveforms."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from daemon.children.host import Child
from daemon.crate.crate import notes_of
from daemon.errors import LibraryError
from daemon.library.performance import fitting_steps
from daemon.library.steps import Step, changes_in
from daemon.record import ClipRecord
from daemon.web.personal_library import PersonalLibrary

PEAKS = "daemon.web.peaks:peaks_of"
NOTES = "daemon.web.notes:notes_of"
CHORDS = "daemon.web.chords:chords_of"
CHANGE_NOTES = "daemon.web.notes:change_notes"
#: Peaks of a waveform, where nobody says how many: enough for a row of the page.
PEAK_COUNT = 400
#: Timeout of measuring one waveform.
_PEAKS_DEADLINE_S = 60.0
#: The child that measures waveforms ends when it has been idle for this long.
_PEAKS_IDLE_S = 60.0
#: Kinds of clips that go through chords.
_WITH_CHORDS = ("loop", "track", "midi")
#: Cached waveforms: more than a long page of the library shows.
_MOST_DRAWN = 300


class Sounds:
    """Belongs to an asyncio loop. `mine` gives the library of the person whose request runs."""

    def __init__(self, mine: Callable[[], PersonalLibrary]) -> None:
        self._mine = mine
        self._peaks = Child("peaks", _PEAKS_IDLE_S)
        self._peaks_turn = asyncio.Lock()
        self._drawn: OrderedDict[tuple[str, int, int], dict[str, Any]] = OrderedDict()
        """Waveforms by file, its time and their count, the least recently used first."""

    async def path(self, clip: str, version: str, bpm: float | None, key: str | None) -> Path:
        """The WAV of a clip's `version`: `original`, `edited`, or `heard`.

        With `bpm` or `key` it is put at that tempo or in that key. Of notes alone it is their MIDI
        file; `heard` is what the embedded musician makes of them, edits included.
        """
        mine = self._mine()
        if version == "original" and bpm is None and key is None:
            return mine.library.path(clip)
        steps: list[Step] = [] if version == "original" else list(mine.library.edits.steps(clip))
        steps += fitting_steps(mine.library.record(clip), bpm, key)
        make = mine.versions.hear if version == "heard" else mine.versions.render
        return Path((await make(clip, steps))["path"])

    def picture(self, clip: str) -> Path:
        """The picture of what was done. LibraryError where none was drawn, or it is gone."""
        drawn = self._mine().library.record(clip).get("picture")
        if drawn is None:
            raise LibraryError(f"clip {clip} has no picture; master draws one", "unknown_picture")
        if not Path(drawn).is_file():
            raise LibraryError(f"the picture of clip {clip} is no longer at {drawn}", "gone")
        return Path(drawn)

    async def edited(self, clips: list[str]) -> dict[int, ClipRecord]:
        """The records of the edited ones among `clips`, rendered, by their place."""
        mine = self._mine()
        edited = [number for number, clip in enumerate(clips) if mine.library.edits.steps(clip)]
        return {number: await mine.versions.render(clips[number]) for number in edited}

    async def peaks(self, clip: str, version: str, count: int) -> dict[str, Any]:
        """The waveform of a clip's version, in `count` peaks; see `peaks.py`."""
        path = await self.path(clip, version, None, None)
        name = (str(path), path.stat().st_mtime_ns, count)
        # a child takes one task at a time, and a library page wants many waveforms at once
        async with self._peaks_turn if name not in self._drawn else contextlib.nullcontext():
            if name not in self._drawn:
                self._drawn[name] = await self._peaks.ask(
                    PEAKS, {"path": str(path), "count": count}, lambda *_: None, _PEAKS_DEADLINE_S
                )
        found = self._drawn[name]
        self._drawn.move_to_end(name)
        if len(self._drawn) > _MOST_DRAWN:
            self._drawn.popitem(last=False)
        return found

    async def notes(self, clip: str) -> dict[str, Any]:
        """The notes of a clip, as they are changed by hand; see `notes.py`.

        LibraryError where it has none.
        """
        return await self._ask_notes(NOTES, clip)

    async def changes_of_notes(self, clip: str, said: list[dict[str, Any]]) -> str:
        """The setting of a clip's step `notes` after the changes; empty where nothing differs."""
        return str((await self._ask_notes(CHANGE_NOTES, clip, said=said))["changes"])

    async def chords(self, clip: str) -> dict[str, Any]:
        """The chords of a clip as it was made; see `chords.py`."""
        record = self._mine().library.record(clip)
        if record["kind"] not in _WITH_CHORDS:
            return {"chords": [], "known_by": ""}
        async with self._peaks_turn:
            return await self._peaks.ask(
                CHORDS, {"record": record}, lambda *_: None, _PEAKS_DEADLINE_S
            )

    async def _ask_notes(self, function: str, clip: str, **more: Any) -> dict[str, Any]:
        library = self._mine().library
        path = notes_of(library.record(clip))
        if path is None or not Path(path).is_file():
            raise LibraryError(
                f"clip {clip} has no notes beside it; `sidecrate transcribe {clip}` hears them",
                "unknown_notes",
            )
        async with self._peaks_turn:
            task = {"path": path, "changes": changes_in(library.edits.steps(clip)), **more}
            return await self._peaks.ask(function, task, lambda *_: None, _PEAKS_DEADLINE_S)

    async def end(self) -> None:
        await self._peaks.end()
