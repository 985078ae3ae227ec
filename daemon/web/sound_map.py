"""The map of a person's sounds: where each lies, kept in a file beside the library.

Places stay where they are while few clips come, so that a person finds their way again. The file
can be deleted: it is made anew.
"""

from __future__ import annotations

import asyncio
import base64
import json
from array import array
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bridge.files.whole import write_whole
from daemon.children.host import Child
from daemon.library.filters import Filters
from daemon.library.sound_rows import sound_features, sound_rows
from daemon.web.personal_library import PersonalLibrary

LAY_OUT = "daemon.library.neighbourhood:lay_out"
#: Bytes of a sound's features that are compared; others are of an older measure.
_WIDTH = 21
#: Points of a map: the newest of a larger library.
MOST_POINTS = 20_000
#: Timeout of laying out as many.
_DEADLINE_S = 180.0
_IDLE_S = 20.0
_EDGE = 65535
Places = dict[str, tuple[int, int]]


class SoundMap:
    """Belongs to an asyncio loop. `mine` gives the library of the person whose request runs."""

    def __init__(self, mine: Callable[[], PersonalLibrary]) -> None:
        self._mine = mine
        self._child = Child("map", _IDLE_S)
        self._turn = asyncio.Lock()
        self._kept: dict[Path, Places] = {}

    async def end(self) -> None:
        await self._child.end()

    async def find(self, filters: Filters) -> dict[str, Any]:
        """The points of a search, newest first, and how many clips of it have none."""
        library = self._mine().library
        places = await self._places(sound_features(library.database, MOST_POINTS))
        found = [
            row for row in sound_rows(library.database, filters, MOST_POINTS) if row["id"] in places
        ]
        return {
            "points": [
                {
                    "id": row["id"], "title": row["title"], "kind": row["kind"],
                    "part": row["part"], "key": row["key"], "bpm": row["bpm"],
                    "x": round(places[row["id"]][0] / _EDGE, 4),
                    "y": round(places[row["id"]][1] / _EDGE, 4),
                }
                for row in found
            ],
            "without": max(0, library.search(replace(filters, limit=0)).total - len(found)),
        }  # fmt: skip

    async def _places(self, sounds: dict[str, bytes]) -> Places:
        """The place of each sound, 1 to 65535; what has none yet is given one."""
        path = self._file
        async with self._turn:
            before = self._kept.get(path) or _read(path)
            rows = {clip: one for clip, one in sounds.items() if len(one) == _WIDTH}
            if not rows.keys() <= before.keys():
                before = await self._laid_out(rows, before)
                write_whole(path, json.dumps(before))
            # one person's map is held: it is asked for with every letter of a search
            self._kept = {path: before}
        return before

    async def _laid_out(self, rows: dict[str, bytes], before: Places) -> Places:
        known = array("H", [one for clip in rows for one in before.get(clip, (0, 0))])
        task = {"features": _text(b"".join(rows.values())), "width": _WIDTH}
        answer = await self._child.ask(
            LAY_OUT, {**task, "before": _text(known.tobytes())}, lambda *_: None, _DEADLINE_S
        )
        flat = array("H", base64.b64decode(answer["places"]))
        return {clip: (flat[2 * n], flat[2 * n + 1]) for n, clip in enumerate(rows)}

    @property
    def _file(self) -> Path:
        return self._mine().library.database.path.with_suffix(".map.json")


def _read(path: Path) -> Places:
    try:
        return {clip: (x, y) for clip, (x, y) in json.loads(path.read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        # missing or damaged: it holds nothing that is not made anew
        return {}


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
