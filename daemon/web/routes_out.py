"""Routes of exports, collections, shares and uploads."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse
from pydantic import Field

from daemon.errors import LibraryError
from daemon.library.versions import FORMATS, Exported
from daemon.web.routes_clips import Given, Name
from daemon.web.routes_jobs import Id, checked
from daemon.web.site import Site, asking
from daemon.web.upload import receive


class Export(Given):
    format: Literal["wav16", "wav24", "wav32f", "flac", "mp3", "ogg", "aiff", "stems", "midi"] = (
        "wav24"
    )


class Share(Given):
    clip: Annotated[str, Field(max_length=64)] | None = None
    collection: Name | None = None
    hours: Annotated[float, Field(gt=0, le=24 * 365)] = 24 * 7


class Renamed(Given):
    name: Name


class Upload(Given):
    """How to treat a file; what is left out is analysed, or follows the session."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    """The file's own name, with its ending."""
    fit: bool = False
    """Put it on the grid and in the project's key, as a job; else import it as it is."""
    kind: Annotated[str, Field(max_length=20)] = ""
    bpm: Annotated[str, Field(max_length=20)] = ""
    key: Annotated[str, Field(max_length=20)] = ""
    meter: Annotated[str, Field(max_length=10)] = ""


#: The types of exported files; systems' own tables differ.
_MEDIA_TYPES = {
    ".wav": "audio/wav", ".flac": "audio/flac", ".mp3": "audio/mpeg", ".ogg": "audio/ogg",
    ".aiff": "audio/aiff", ".mid": "audio/midi", ".zip": "application/zip",
}  # fmt: skip


def out_routes(site: Site) -> APIRouter:
    routes = APIRouter(prefix="/api")
    _add_exports(routes, site)
    _add_collections(routes, site)
    _add_shares(routes, site)
    _add_uploads(routes, site)
    return routes


def _made(folder_name: str, made: Exported) -> dict[str, Any]:
    return {
        "export": folder_name,
        "name": made.path.name,
        "url": f"/api/exports/{folder_name}",
        "notes": list(made.said),
    }


def _add_exports(routes: APIRouter, site: Site) -> None:
    @routes.post("/clips/{clip}/exports", status_code=201)
    async def export(clip: Id, wanted: Export) -> dict[str, Any]:
        """The clip with its edits as a file, which can be fetched for a day."""
        site.library.get(clip)
        folder = site.exports.new_folder()
        return _made(folder.name, await site.versions.export(clip, wanted.format, str(folder)))

    @routes.post("/collections/{name}/exports", status_code=201)
    async def pack(name: str, wanted: Export) -> dict[str, Any]:
        """A whole collection as a zip with manifest and licences."""
        site.library.collections.clips(name)
        folder = site.exports.new_folder()
        return _made(folder.name, await site.versions.pack(name, wanted.format, str(folder)))

    @routes.get("/exports/{export}", response_class=FileResponse)
    async def exported(export: Id) -> FileResponse:
        path = site.exports.file(export)
        return FileResponse(path, media_type=_MEDIA_TYPES[path.suffix], filename=path.name)

    @routes.get("/formats")
    async def formats() -> list[str]:
        return list(FORMATS)


def _add_collections(routes: APIRouter, site: Site) -> None:
    @routes.get("/collections")
    async def collections() -> list[dict[str, Any]]:
        return site.library.collections.all()

    @routes.patch("/collections/{name}")
    async def rename(name: str, said: Renamed) -> list[dict[str, Any]]:
        """Another name for a collection."""
        site.library.collections.rename(name, said.name)
        return site.library.collections.all()

    @routes.delete("/collections/{name}")
    async def delete(name: str) -> dict[str, str]:
        """Delete a collection; its clips stay."""
        site.library.collections.delete(name)
        return {"deleted": name}

    @routes.put("/collections/{name}/{clip}")
    async def collect(name: str, clip: Id) -> dict[str, Any]:
        """Add a clip to a collection, which is made if need be."""
        site.library.get(clip)
        return {"added": site.library.collections.add(name, [clip])}

    @routes.delete("/collections/{name}/{clip}")
    async def uncollect(name: str, clip: Id) -> dict[str, Any]:
        return {"removed": site.library.collections.remove(name, [clip])}


def _told(share: dict[str, Any]) -> dict[str, Any]:
    """A share as its owner sees it, without the machine's own paths."""
    return {name: value for name, value in share.items() if name != "versions"}


def _add_shares(routes: APIRouter, site: Site) -> None:
    def who() -> str:
        profile = asking.get()
        return profile.id if profile else ""

    @routes.get("/shares")
    async def shares() -> list[dict[str, Any]]:
        """The open links of the current profile."""
        return [_told(one) for one in site.shares.of(who())]

    @routes.post("/shares", status_code=201)
    async def share(wanted: Share) -> dict[str, Any]:
        """Make a link to hear and download a clip or a collection, with its present edits.

        The link's address is in this answer alone.
        """
        if not site.config.web.share:
            raise LibraryError(
                "sharing is off; set share: true under web in the config", "sharing_off"
            )
        if (wanted.clip is None) == (wanted.collection is None):
            raise LibraryError("share either a clip or a collection", "bad_request")
        if wanted.clip is not None:
            clips = [wanted.clip]
            title = str(site.library.get(wanted.clip)["name"])
        else:
            clips = site.library.collections.clips(str(wanted.collection))
            title = str(wanted.collection)
        word, made = site.shares.make(
            title, clips, wanted.hours, who(), await site.sounds.edited(clips)
        )
        return _told(made) | {"path": f"/s/{word}"}

    @routes.delete("/shares/{share}")
    async def revoke(share: Id) -> dict[str, str]:
        site.shares.revoke(share, who())
        return {"revoked": share}


def _add_uploads(routes: APIRouter, site: Site) -> None:
    content = {"schema": {"type": "string", "format": "binary"}}
    file = {"application/octet-stream": content, "audio/*": content}

    @routes.post(
        "/uploads",
        status_code=201,
        openapi_extra={"requestBody": {"required": True, "content": file}},
    )
    async def upload(said: Annotated[Upload, Query()], request: Request) -> dict[str, Any]:
        """Import an audio file: the body is the file (WAV, FLAC, OGG, Opus, MP3, AIFF).

        A MIDI file becomes a clip of notes.
        With ffmpeg installed also m4a, aac, caf, wma, webm and the sound of a video.

        Returns the clip, or with `fit` the job. A file that was brought in before is that clip,
        unless kind, tempo, key or meter are said anew.
        """
        values = checked({name: getattr(said, name) for name in ("kind", "bpm", "key", "meter")})
        async with receive(request, said.name, site.places) as path:
            if said.fit:
                return await site.fit(path, values)
            return {**await site.bring(path, values)}
