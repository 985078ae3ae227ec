"""Routes of clips: search, sound and marks. Files are reached by ids alone."""

from __future__ import annotations

import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from daemon.correction import Correction
from daemon.library.filters import Filters
from daemon.web.routes_jobs import Id
from daemon.web.site import Site
from daemon.web.sounds import PEAK_COUNT

Name = Annotated[str, Field(min_length=1, max_length=100)]
Version = Literal["original", "edited", "heard"]
#: Keeps an offset within SQLite's integers; no library is larger.
_MOST_OFFSET = 10_000_000


class SoundFile(FileResponse):
    """A file sent in chunks of 256 KiB.

    Each chunk costs a turn of a thread: a loop of 1.5 MB would take 24 of the usual size.
    """

    chunk_size = 1 << 18


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Search(Given):
    """The filters of a search; what is left out does not narrow it."""

    text: Annotated[str, Field(max_length=500)] = ""
    kind: Annotated[list[str], Field(max_length=10)] = []
    engine: Annotated[list[str], Field(max_length=20)] = []
    licence: Annotated[list[str], Field(max_length=20)] = []
    genre: Annotated[list[str], Field(max_length=20)] = []
    project: Annotated[list[str], Field(max_length=20)] = []
    tag: Annotated[list[str], Field(max_length=20)] = []
    key: Annotated[str, Field(max_length=20)] | None = None
    compatible: bool = False
    bpm_from: float | None = None
    bpm_to: float | None = None
    lufs_from: float | None = None
    lufs_to: float | None = None
    days: Annotated[float | None, Field(ge=0, le=40000)] = None
    """The clip's greatest age in days."""
    favourite: bool | None = None
    rating: Annotated[int, Field(ge=0, le=5)] = 0
    used: bool | None = None
    collection: Annotated[str, Field(max_length=100)] | None = None
    similar: Annotated[str, Field(max_length=64)] | None = None
    sort: Annotated[str, Field(max_length=20)] = "newest"
    offset: Annotated[int, Field(ge=0, le=_MOST_OFFSET)] = 0
    limit: Annotated[int, Field(ge=0, le=200)] = 50

    def filters(self) -> Filters:
        return Filters(
            text=self.text, kind=tuple(self.kind), engine=tuple(self.engine), tag=tuple(self.tag),
            key=self.key or None, licence=tuple(self.licence), genre=tuple(self.genre),
            project=tuple(self.project), compatible=self.compatible,
            bpm=(self.bpm_from, self.bpm_to), lufs=(self.lufs_from, self.lufs_to),
            created=(None if self.days is None else time.time() - self.days * 86400, None),
            favourite=self.favourite, rating=self.rating, used=self.used,
            collection=self.collection, similar=self.similar, sort=self.sort, offset=self.offset,
            limit=self.limit,
        )  # fmt: skip


class Marks(Given):
    favourite: bool | None = None
    rating: Annotated[int, Field(ge=0, le=5)] | None = None
    used: bool | None = None
    tags: Annotated[list[Name], Field(max_length=50)] | None = None


class Word(Given):
    """A person's word on a clip that was heard wrong; what is left out stays as it was said."""

    bpm: float | None = None
    downbeat_s: float | None = None
    """Seconds from the clip's start to the first beat of any bar."""
    key: Annotated[str, Field(max_length=20)] | None = None


def clip_routes(site: Site) -> APIRouter:
    routes = APIRouter(prefix="/api")

    @routes.get("/clips")
    async def search(asked: Annotated[Search, Query()]) -> dict[str, Any]:
        """Find clips; with `similar` those that sound most like one, nearest first."""
        if asked.similar is not None:
            await site.versions.measure(asked.similar)
        found = site.library.search(asked.filters())
        return {"total": found.total, "clips": found.clips}

    @routes.get("/facets")
    async def facets() -> dict[str, dict[str, int]]:
        """How many clips have each kind, engine, licence, genre, project, key and tag."""
        return site.library.facets(Filters())

    @routes.get("/clips/{clip}")
    async def clip(clip: Id) -> dict[str, Any]:
        return {**site.library.get(clip), "turns": site.library.edits.turns(clip)}

    @routes.patch("/clips/{clip}")
    async def mark(clip: Id, marks: Marks) -> dict[str, Any]:
        """Favourite, stars, used, tags."""
        if marks.favourite is not None:
            site.library.marks.favourite(clip, marks.favourite)
        if marks.rating is not None:
            site.library.marks.rate(clip, marks.rating)
        if marks.used is not None:
            site.library.marks.use(clip, marks.used)
        if marks.tags is not None:
            site.library.marks.tag(
                clip, marks.tags, set(site.library.get(clip)["tags"]) - set(marks.tags)
            )
        return {**site.library.get(clip)}

    @routes.post("/clips/{clip}/keep")
    async def keep(clip: Id) -> dict[str, Any]:
        """Give the clip a second name under Kept."""
        site.library.get(clip)
        return await site.line.ask("/sidecrate/keep", clip)

    @routes.delete("/clips/{clip}")
    async def trash(clip: Id) -> dict[str, Any]:
        """Move the clip into the system's bin."""
        site.library.get(clip)
        told = await site.line.ask("/sidecrate/trash", clip)
        site.library.arrivals.catch_up(site.jobs)
        return told

    _add_contents(routes, site)
    _add_corrections(routes, site)
    return routes


def _add_contents(routes: APIRouter, site: Site) -> None:
    @routes.get("/clips/{clip}/audio", response_class=SoundFile)
    async def audio(
        clip: Id,
        version: Version = "original",
        bpm: Annotated[float | None, Query(ge=40, le=300)] = None,
        key: Annotated[str | None, Query(max_length=20)] = None,
    ) -> SoundFile:
        """The sound as WAV, also in parts by Range; with `bpm` or `key` fitted to them.

        Of notes alone it is the MIDI file; version `heard` is what the embedded musician makes of
        them.
        """
        path = await site.sounds.path(clip, version, bpm, key or None)
        kind = "audio/midi" if path.suffix == ".mid" else "audio/wav"
        return SoundFile(
            path,
            media_type=kind,
            filename=site.library.path(clip).name,
            headers={"Cache-Control": "no-cache"},
        )

    @routes.get("/clips/{clip}/peaks")
    async def peaks(
        clip: Id,
        version: Version = "original",
        count: Annotated[int, Query(ge=10, le=4000)] = PEAK_COUNT,
    ) -> dict[str, Any]:
        """The peaks of its waveform, 0 to 1, and each one's share of bass, middle and bright."""
        return await site.sounds.peaks(clip, version, count)

    @routes.get("/clips/{clip}/picture", response_class=FileResponse)
    async def picture(clip: Id) -> FileResponse:
        """The picture of what was done, as a PNG, where its verb drew one."""
        return FileResponse(site.sounds.picture(clip), media_type="image/png")

    @routes.get("/clips/{clip}/chords")
    async def chords(clip: Id) -> dict[str, Any]:
        """Where each of its chords begins, as it was made, and what they are known by."""
        return await site.sounds.chords(clip)


def _add_corrections(routes: APIRouter, site: Site) -> None:
    @routes.put("/clips/{clip}/correction")
    async def correct(clip: Id, word: Word) -> dict[str, Any]:
        """Tempo, first beat and key as the person says: they go before what was heard.

        The file that the clip was fitted from is heard so too from then on.
        """
        said = Correction(word.bpm, word.downbeat_s, word.key or None)
        site.library.correct(clip, said)
        # the daemon, which fits files, reads the machine's own library
        site.own.library.correct_source(clip, said)
        return {**site.library.get(clip)}

    @routes.delete("/clips/{clip}/correction")
    async def uncorrect(clip: Id) -> dict[str, Any]:
        """Take all of that back: what was heard counts again."""
        site.library.uncorrect(clip)
        site.own.library.uncorrect_source(clip)
        return {**site.library.get(clip)}
