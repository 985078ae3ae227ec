"""Routes of a person's taste and of the engines that they taught."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import FileResponse
from pydantic import Field

from daemon.engines.mine.store import PREFIX, adapter_file, mine_folder, preview_file
from daemon.errors import EngineError
from daemon.training.base import bases, why_not_tune
from daemon.web.routes_clips import Given
from daemon.web.routes_jobs import Id
from daemon.web.site import Site


class Batch(Given):
    clips: Annotated[
        list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=1000)
    ]
    count: Annotated[int, Field(ge=1, le=1000)] = 10


def taste_routes(site: Site) -> APIRouter:
    routes = APIRouter(prefix="/api")

    @routes.post("/best")
    async def best(batch: Batch) -> dict[str, Any]:
        """Of a batch the clips that are most to the taste, best first; without a taste that is
        known well enough, those that differ most. `taste` says which, and how well it is known."""
        kind = str(site.library.get(batch.clips[0])["kind"])
        for clip in batch.clips:
            site.library.get(clip)
        return await site.taste.choose(kind, batch.clips, batch.count)

    @routes.get("/taste")
    async def taste() -> list[dict[str, Any]]:
        """How well the taste is known, for each kind of which something was kept or thrown away."""
        return await site.taste.skills()

    @routes.get("/tunable")
    async def tunable() -> list[dict[str, Any]]:
        """The local models that can be tuned on a folder of sounds, and why one cannot now."""
        return [
            {"engine": info.name, "title": info.title, "why": why_not_tune() or info.needs()}
            for info in bases()
        ]

    @routes.get("/taught/{engine}/preview", response_class=FileResponse)
    async def preview(engine: Id) -> FileResponse:
        """The newest sound of a model that is being tuned, or was: it says how far it is."""
        path = preview_file(adapter_file(engine, mine_folder(site.places)))
        if not path.is_file():
            raise EngineError(f"{engine} has no sound to hear yet", "unknown_engine")
        return FileResponse(path, media_type="audio/wav", headers={"Cache-Control": "no-store"})

    @routes.get("/taught")
    async def taught() -> list[dict[str, Any]]:
        """The engines that were taught from sounds of this machine's user."""
        found = []
        for path in sorted(mine_folder(site.places).glob("*.json")):
            try:
                about = json.loads(path.read_text(encoding="utf-8"))
                found.append(
                    {
                        "engine": f"{PREFIX}{path.stem}",
                        "sounds": int(about["sounds"]), "roles": list(about["roles"]),
                        "loops": int(about.get("loops", 0)), "parts": list(about.get("parts", ())),
                        "licence": str(about["licence"]), "base": str(about.get("base", "")),
                    }
                )  # fmt: skip
            except (OSError, ValueError, KeyError, TypeError):
                continue
        return found

    return routes
