"""A person's taste, asked of a child: of a batch those that they will likely keep."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Sequence
from typing import Any

from daemon.children.host import Child
from daemon.jobs.database import Database
from daemon.library.liked import features_of, marked_clips
from daemon.web.personal_library import PersonalLibrary

CHOOSE = "daemon.training.taste:choose"
#: Examples that are learnt from: the newest.
_MOST_EXAMPLES = 3000
_DEADLINE_S, _IDLE_S = 60.0, 20.0


class TasteAsker:
    """Belongs to an asyncio loop. `mine` gives the library of the person whose request runs."""

    def __init__(self, mine: Callable[[], PersonalLibrary], jobs: Database) -> None:
        self._mine = mine
        self._jobs = jobs
        self._child = Child("taste", _IDLE_S)
        self._turn = asyncio.Lock()

    async def end(self) -> None:
        await self._child.end()

    async def choose(self, kind: str, clips: Sequence[str], count: int) -> dict[str, Any]:
        """{best, taste} of clips of a kind; `best` holds none that has no measured sound."""
        library = self._mine().library
        sounds = [(clip, features_of(library.published_record(clip))) for clip in clips]
        sounds = [(clip, features) for clip, features in sounds if features]
        answer = await self._ask(kind, [features for _, features in sounds], count)
        best = [sounds[number][0] for number in answer.pop("best")]
        return {"best": best, "taste": answer}

    async def skills(self) -> list[dict[str, Any]]:
        """How well the taste is known, for each kind of which something was judged."""
        marked = marked_clips(self._jobs, self._mine().library.database)
        kinds = sorted({str(one["kind"]) for one in marked if one["features"]})
        known = [(kind, await self._ask(kind, [], 0)) for kind in kinds]
        return [
            {"kind": kind, **{key: value for key, value in taste.items() if key != "best"}}
            for kind, taste in known
        ]

    async def _ask(self, kind: str, sounds: Sequence[bytes], count: int) -> dict[str, Any]:
        marked = [
            one
            for one in marked_clips(self._jobs, self._mine().library.database)
            if one["kind"] == kind and one["features"]
        ][:_MOST_EXAMPLES]
        task = {
            "examples": [[_text(one["features"]), one["liked"], one["job"]] for one in marked],
            "sounds": [_text(features) for features in sounds],
            "count": count,
        }
        async with self._turn:
            answer = await self._child.ask(CHOOSE, task, lambda *_: None, _DEADLINE_S)
        return dict(answer)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
