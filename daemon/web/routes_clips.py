"""Routes of clips: search, sound, marks, edits, exports, collections and shares. Files are reached by ids alone."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from daemon.errors import LibraryError
from daemon.library.filters import Filters
from daemon.library.steps import STEPS
from daemon.library.studio import FORMATS
from daemon.web.house import House
from daemon.web.routes_jobs import Id

Name = Annotated[str, Field(min_length=1, max_length=100)]
Version = Literal["original", "edited"]
_MOST_OFFSET = 10_000_000


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Search(Given):
    """What a search asks for; what is left out does not narrow it."""

    text: Annotated[str, Field(max_length=500)] = ""
    kind: Annotated[list[str], Field(max_length=10)] = []
    engine: Annotated[list[str], Field(max_length=20)] = []
    tag: Annotated[list[str], Field(max_length=20)] = []
    key: Annotated[str, Field(max_length=20)] | None = None
    compatible: bool = False
    bpm_from: float | None = None
    bpm_to: float | None = None
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
            text=self.text, kind=tuple(self.kind), engine=tuple(self.engine), tag=tuple(self.tag), key=self.key or None,
            compatible=self.compatible, bpm=(self.bpm_from, self.bpm_to), favourite=self.favourite, rating=self.rating,
            used=self.used, collection=self.collection, similar=self.similar, sort=self.sort, offset=self.offset,
            limit=self.limit,
        )  # fmt: skip


class Marks(Given):
    favourite: bool | None = None
    rating: Annotated[int, Field(ge=0, le=5)] | None = None
    used: bool | None = None
    tags: Annotated[list[Name], Field(max_length=50)] | None = None


class Edit(Given):
    """A step and its settings (see /api/steps), or words as in "a bit faster"."""

    step: dict[str, str | int | float] | None = None
    words: Annotated[str, Field(max_length=500)] | None = None


class Export(Given):
    format: Literal["wav16", "wav24", "wav32f", "flac", "mp3", "ogg", "aiff", "stems", "midi"] = "wav24"


class Share(Given):
    clip: Annotated[str, Field(max_length=64)] | None = None
    collection: Name | None = None
    hours: Annotated[float, Field(gt=0, le=24 * 365)] = 24 * 7


def clip_routes(house: House) -> APIRouter:
    routes = APIRouter(prefix="/api")
    library = house.library

    @routes.get("/clips")
    async def search(asked: Annotated[Search, Query()]) -> dict[str, Any]:
        """Find clips."""
        found = library.search(asked.filters())
        return {"total": found.total, "clips": found.clips}

    @routes.get("/facets")
    async def facets() -> dict[str, dict[str, int]]:
        """How many clips have each kind, engine, licence, genre, project, key and tag."""
        return library.facets(Filters())

    @routes.get("/clips/{clip}")
    async def clip(clip: Id) -> dict[str, Any]:
        return library.get(clip) | {"turns": library.edits.turns(clip)}

    @routes.patch("/clips/{clip}")
    async def mark(clip: Id, marks: Marks) -> dict[str, Any]:
        """Favourite, stars, used, tags."""
        if marks.favourite is not None:
            library.favourite(clip, marks.favourite)
        if marks.rating is not None:
            library.rate(clip, marks.rating)
        if marks.used is not None:
            library.mark_used(clip, marks.used)
        if marks.tags is not None:
            library.tag(clip, marks.tags, set(library.get(clip)["tags"]) - set(marks.tags))
        return library.get(clip)

    @routes.get("/clips/{clip}/audio", response_class=FileResponse)
    async def audio(
        clip: Id,
        version: Version = "original",
        bpm: Annotated[float | None, Query(ge=40, le=300)] = None,
        key: Annotated[str | None, Query(max_length=20)] = None,
    ) -> FileResponse:
        """The sound as WAV, parts of it by Range; with `bpm` or `key` fitted to them."""
        path = await house.sound(clip, version, bpm, key or None)
        return FileResponse(path, media_type="audio/wav", filename=library.path(clip).name, headers={"Cache-Control": "no-cache"})

    @routes.get("/clips/{clip}/peaks")
    async def peaks(clip: Id, version: Version = "original") -> dict[str, Any]:
        """The heights of its waveform, 0 to 1."""
        return await house.peaks_of(clip, version)

    @routes.post("/clips/{clip}/keep")
    async def keep(clip: Id) -> dict[str, Any]:
        """A second name under Kept."""
        library.get(clip)
        return await house.line.ask("/sidecrate/keep", clip)

    @routes.delete("/clips/{clip}")
    async def trash(clip: Id) -> dict[str, Any]:
        """Into the system's bin."""
        library.get(clip)
        told = await house.line.ask("/sidecrate/trash", clip)
        library.catch_up(house.jobs)
        return told

    _add_edits(routes, house)
    _add_exports(routes, house)
    _add_shares(routes, house)
    return routes


def _add_edits(routes: APIRouter, house: House) -> None:
    edits = house.library.edits

    def now(clip: str) -> dict[str, Any]:
        return {"steps": edits.steps(clip), "turns": edits.turns(clip)}

    @routes.get("/steps")
    async def steps() -> list[dict[str, Any]]:
        """The edits that there are, and their settings."""
        return [
            {
                "do": kind.name, "about": kind.about, "stems": kind.stems,
                "settings": [{"name": one.name, "range": one.range, "default": one.default} for one in kind.settings],
            }
            for kind in STEPS.values()
        ]  # fmt: skip

    @routes.post("/clips/{clip}/edits")
    async def edit(clip: Id, said: Edit) -> dict[str, Any]:
        """Add a step, or say it in words. One that cannot be rendered is not left in the list."""
        if (said.step is None) == (said.words is None):
            raise LibraryError("give either a step or words", "bad_request")
        before = edits.turns(clip)["undo"]
        if said.step is not None:
            edits.add(clip, said.step)
        else:
            house.library.say(clip, str(said.words))
        try:
            record = await house.studio.render(clip)
        except Exception:
            while edits.turns(clip)["undo"] > before:
                edits.undo(clip)
            raise
        return now(clip) | {"warnings": record["report"].get("warnings", [])}

    @routes.delete("/clips/{clip}/edits/{step}")
    async def remove(clip: Id, step: Id) -> dict[str, Any]:
        edits.remove(clip, step)
        return now(clip)

    @routes.post("/clips/{clip}/undo")
    async def undo(clip: Id) -> dict[str, Any]:
        edits.undo(clip)
        return now(clip)

    @routes.post("/clips/{clip}/redo")
    async def redo(clip: Id) -> dict[str, Any]:
        edits.redo(clip)
        return now(clip)

    @routes.post("/clips/{clip}/render")
    async def render(clip: Id) -> dict[str, Any]:
        """Render the version as it stands; its record, stems by name."""
        record = await house.studio.render(clip)
        return {name: record.get(name) for name in ("id", "kind", "bpm", "key", "bars", "seconds", "report")}


def _add_exports(routes: APIRouter, house: House) -> None:
    def made(folder_name: str, name: str) -> dict[str, Any]:
        return {"export": folder_name, "name": name, "url": f"/api/exports/{folder_name}"}

    @routes.post("/clips/{clip}/exports", status_code=201)
    async def export(clip: Id, wanted: Export) -> dict[str, Any]:
        """The clip with its edits as a file, to be fetched within a day."""
        house.library.get(clip)
        folder = house.export_folder()
        return made(folder.name, (await house.studio.export(clip, wanted.format, folder)).name)

    @routes.get("/exports/{export}", response_class=FileResponse)
    async def exported(export: Id) -> FileResponse:
        path = house.exported(export)
        return FileResponse(path, filename=path.name)

    @routes.get("/formats")
    async def formats() -> list[str]:
        return list(FORMATS)

    @routes.get("/collections")
    async def collections() -> list[dict[str, Any]]:
        return house.library.collections.all()

    @routes.put("/collections/{name}/{clip}")
    async def collect(name: str, clip: Id) -> dict[str, Any]:
        """Put a clip into a collection, which is made if it is not there."""
        house.library.get(clip)
        return {"added": house.library.collections.add(name, [clip])}

    @routes.delete("/collections/{name}/{clip}")
    async def uncollect(name: str, clip: Id) -> dict[str, Any]:
        return {"removed": house.library.collections.remove(name, [clip])}

    @routes.post("/collections/{name}/exports", status_code=201)
    async def pack(name: str, wanted: Export) -> dict[str, Any]:
        """A whole collection as a zip with manifest and licences."""
        house.library.collections.clips(name)
        folder = house.export_folder()
        return made(folder.name, (await house.studio.pack(name, wanted.format, folder)).name)


def _add_shares(routes: APIRouter, house: House) -> None:
    @routes.get("/shares")
    async def shares() -> list[dict[str, Any]]:
        return house.shares.all()

    @routes.post("/shares", status_code=201)
    async def share(wanted: Share) -> dict[str, Any]:
        """A link to hear and download a clip or a collection; its address is told this once."""
        if not house.config.web.share:
            raise LibraryError("sharing is off; set share: true under web in the config", "sharing_off")
        if (wanted.clip is None) == (wanted.collection is None):
            raise LibraryError("share either a clip or a collection", "bad_request")
        if wanted.clip is not None:
            clips, title = [wanted.clip], str(house.library.get(wanted.clip)["name"])
        else:
            clips, title = house.library.collections.clips(str(wanted.collection)), str(wanted.collection)
        word, made = house.shares.make(title, clips, wanted.hours)
        return made | {"path": f"/s/{word}"}

    @routes.delete("/shares/{share}")
    async def revoke(share: Id) -> dict[str, str]:
        house.shares.revoke(share)
        return {"revoked": share}
