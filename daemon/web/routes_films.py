"""Routes of films: the videos that were made of clips, with their posters."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from daemon.errors import LibraryError
from daemon.library.films import is_found_by
from daemon.web.routes_jobs import Id
from daemon.web.site import Site

_FILMS = (
    "SELECT id, job, record FROM clips WHERE state = 'done'"
    " AND json_extract(record, '$.kind') = 'video'"
)


def film_routes(site: Site) -> APIRouter:
    routes = APIRouter(prefix="/api")

    @routes.get("/films")
    async def films(
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        search: Annotated[str, Query(max_length=200)] = "",
    ) -> list[dict[str, Any]]:
        """The newest films that are still there, by the words of their title, look and clip."""
        rows = site.jobs.rows(f"{_FILMS} ORDER BY published DESC")
        records = ((row["id"], row["job"], json.loads(row["record"])) for row in rows)
        found = islice((film for film in records if is_found_by(film[2], search)), limit)
        return [
            {
                "id": name, "job": job, "words": record.get("words") or "",
                "seconds": record.get("seconds"), "bpm": record.get("bpm"),
                "key": record.get("key"), "path": record["path"],
                "has_poster": bool(record.get("picture")) and Path(record["picture"]).is_file(),
                "created": record.get("created"),
            }
            for name, job, record in found
            if Path(record["path"]).is_file()
        ]  # fmt: skip

    @routes.get("/films/{film}/video", response_class=FileResponse)
    async def video(film: Id) -> FileResponse:
        """The film as MP4, also in parts by Range."""
        path = Path(_record(film)["path"])
        if not path.is_file():
            raise LibraryError(
                f"film {film} is no longer at {path}; put it back, or make it anew", "gone"
            )
        return FileResponse(path, media_type="video/mp4", filename=path.name)

    @routes.get("/films/{film}/poster", response_class=FileResponse)
    async def poster(film: Id) -> FileResponse:
        """Its loudest moment, as a PNG."""
        drawn = _record(film).get("picture")
        if not drawn or not Path(drawn).is_file():
            raise LibraryError(f"film {film} has no poster", "unknown_picture")
        return FileResponse(drawn, media_type="image/png")

    def _record(film: str) -> dict[str, Any]:
        row = site.jobs.row(f"{_FILMS} AND id = ?", film)
        if row is None:
            raise LibraryError(f"there is no film {film}", "unknown_film")
        record: dict[str, Any] = json.loads(row["record"])
        return record

    return routes
