"""Routes of the DAWs on this machine: what is found, installed and heard."""

from __future__ import annotations

from typing import Annotated, Any

import anyio
from fastapi import APIRouter
from fastapi import Path as InPath

from daemon.errors import ServiceError
from daemon.install.daws import WHAT, install
from daemon.install.found import DAWS, daw_rows
from daemon.web.site import Site

DawName = Annotated[str, InPath(pattern="^[a-z-]{1,20}$")]


def daw_routes(site: Site) -> APIRouter:
    routes = APIRouter(prefix="/api")

    @routes.get("/daws")
    async def daws() -> list[dict[str, Any]]:
        """Each DAW: whether it is here, what would be put where, and when it was last heard."""
        now = site.line.session.get("sources", ())
        rows = await anyio.to_thread.run_sync(daw_rows, site.places, now)
        for row in rows:
            times = [
                when
                for source, when in site.line.heard.items()
                if source.partition(":")[0] in row["heard_by"]
            ]
            row["last_heard"] = max(times, default=None)
        return rows

    @routes.post("/daws/{daw}", status_code=201)
    async def install_for(daw: DawName) -> dict[str, Any]:
        """Put our files into the DAW's folders, as `sidecrate install` does.

        The answer has the files and what is to be done in the DAW.
        """
        known = {one.name: one for one in DAWS}
        if daw not in known:
            raise ServiceError(
                f"{daw} is no DAW known here; there are {', '.join(known)}", "unknown_daw"
            )
        if daw not in WHAT:
            raise ServiceError(
                f"nothing is installed for {known[daw].title}: {' '.join(known[daw].steps)}",
                "bad_request",
            )
        done = await anyio.to_thread.run_sync(install, site.places, daw, None)
        return {"files": [str(path) for path in done.files], "steps": list(done.steps)}

    return routes
