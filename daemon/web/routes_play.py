"""Routes of what is played on the page: pads, performances, the map, stems and families."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from daemon.errors import LibraryError
from daemon.library.performance import MOST_PLAYS, read_performance
from daemon.library.steps import Step
from daemon.web.routes_clips import Given, Search, SoundFile
from daemon.web.routes_jobs import Id
from daemon.web.site import Site

#: Steps that a mixer's faders and buttons set.
_MIXER = ("level", "pan", "mute", "solo")
#: Where the pads' layout stands among a person's preferences.
_PADS = "pads"
Cell = Annotated[str, Field(pattern="^[0-7]-[0-7]$")]
ClipName = Annotated[str, Field(pattern="^[0-9A-Za-z_-]{1,64}$")]


class Play(Given):
    """A clip that sounded from bar `start` to bar `end`, counted from 0."""

    clip: ClipName
    start: float
    end: float
    offset: float = 0
    """Bars of the clip that had sounded before the recording began."""
    db: float = 0


class Performance(Given):
    """What was played on the pads. Without a `key` each clip keeps its own."""

    bpm: float
    bars: int
    plays: Annotated[list[Play], Field(min_length=1, max_length=MOST_PLAYS)]
    key: Annotated[str, Field(max_length=20)] | None = None
    meter: Annotated[str, Field(max_length=5)] = "4/4"
    name: Annotated[str, Field(max_length=200)] = ""


class Pads(Given):
    """The pads: `cells` names a clip by `row-column`, each 0 to 7. 0 or "" follows the project."""

    cells: Annotated[dict[Cell, ClipName], Field(max_length=64, default_factory=dict)]
    bpm: Annotated[float, Field(ge=0, le=300)] = 0
    key: Annotated[str, Field(max_length=20)] = ""


def play_routes(site: Site) -> APIRouter:
    routes = APIRouter(prefix="/api")

    @routes.get("/map", response_class=JSONResponse)
    async def sound_map(asked: Annotated[Search, Query()]) -> JSONResponse:
        """The clips of a search on a plane, near what sounds alike; `x` and `y` are 0 to 1.

        Order, offset and limit of a search do not count here. `without`: clips that have no place,
        for they are notes alone, silent or not measured yet.
        """
        # thousands of points: the usual encoder looks at each value, and takes ten times as long
        return JSONResponse(await site.map.find(asked.filters()))

    @routes.get("/pads")
    async def pads() -> dict[str, Any]:
        """The clips that lie on the pads; of those that are gone none is told."""
        kept = Pads.model_validate(site.library.marks.preferences().get(_PADS, {}))
        clips = {}
        for cell, clip in kept.cells.items():
            try:
                clips[cell] = site.library.get(clip)
            except LibraryError:
                continue
        return {"bpm": kept.bpm, "key": kept.key, "clips": clips}

    @routes.put("/pads")
    async def lay(said: Pads) -> dict[str, Any]:
        """Lay clips on the pads; what was there before goes."""
        for clip in said.cells.values():
            site.library.get(clip)
        site.library.marks.prefer({_PADS: said.model_dump()})
        return await pads()

    @routes.post("/performances", status_code=201)
    async def perform(said: Performance) -> dict[str, Any]:
        """Publish what was played as a clip: the sum of the clips' files, exact to the frame.

        It is turned down as a whole where the sum is over full scale; the record tells by how much.
        """
        return {**await site.perform(read_performance(said.model_dump()))}

    @routes.get("/clips/{clip}/family")
    async def family(clip: Id) -> dict[str, Any]:
        """What a clip was made `of`, what was `made` of it, its `same` sounding doubles."""
        return site.library.relatives(clip)

    _add_stems(routes, site)
    return routes


def _add_stems(routes: APIRouter, site: Site) -> None:
    async def stems(clip: str) -> dict[str, Path]:
        """The stems of a clip's version without what the mixer has set, by part."""
        steps: list[Step] = [
            step for step in site.library.edits.steps(clip) if step["do"] not in _MIXER
        ]
        record = await site.versions.render(clip, steps, stems=True)
        return {Path(path).stem: Path(path) for path in record.get("stems") or ()}

    @routes.get("/clips/{clip}/stems")
    async def parts(clip: Id) -> list[str]:
        """The parts of a clip that can be heard alone."""
        return list(await stems(clip))

    @routes.get("/clips/{clip}/stems/{part}", response_class=SoundFile)
    async def stem(clip: Id, part: str) -> SoundFile:
        """One part as WAV, with the clip's edits but without its levels, pans, mutes and solos."""
        found = await stems(clip)
        if part not in found:
            raise LibraryError(
                f"clip {clip} has no part {part!r:.60}; it has {', '.join(found)}", "unknown_part"
            )
        return SoundFile(found[part], media_type="audio/wav", headers={"Cache-Control": "no-cache"})
