"""Routes of projects: several pieces from one file, begun, run and looked into on the page."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import anyio
from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import FileResponse
from pydantic import Field

from daemon.errors import ServiceError
from daemon.project.shelf import default_text
from daemon.web.routes_clips import Given
from daemon.web.site import Site

ProjectName = Annotated[str, InPath(min_length=1, max_length=60)]
Step = Literal["music", "continuation", "images", "video", "clip"]
Piece = Annotated[int, InPath(ge=1, le=100)]
Text = Annotated[str, Field(max_length=100_000)]
_TYPES = {".wav": "audio/wav", ".png": "image/png", ".mp4": "video/mp4"}


class NewProject(Given):
    """A project by its file's text, or by the three wishes that a new file begins with."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    text: Text = ""
    prompt: Annotated[str, Field(max_length=2000)] = ""
    pieces: Annotated[int, Field(ge=1, le=100)] = 3
    seconds: Annotated[float, Field(ge=4, le=600)] = 60.0


class ProjectText(Given):
    text: Text


class ProjectRun(Given):
    step: Step | None = None
    """One step alone; all of them where none is named."""


def project_routes(site: Site) -> APIRouter:
    routes = APIRouter(prefix="/api/projects")

    @routes.get("")
    async def projects() -> list[dict[str, Any]]:
        """Each project, the newest first."""
        return await anyio.to_thread.run_sync(site.projects.all)

    @routes.post("", status_code=201)
    async def new(wanted: NewProject) -> dict[str, Any]:
        """Begin a project; all faults of its text are told at once, each with its line."""
        text = wanted.text
        if not text:
            if not wanted.prompt.strip():
                raise ServiceError("give prompt, or text: what the pieces are", "bad_request")
            text = default_text(wanted.prompt.strip(), wanted.pieces, wanted.seconds)
        return site.projects.new(wanted.name, text)

    @routes.get("/{project}")
    async def project(project: ProjectName) -> dict[str, Any]:
        """A project: its file, and of each step which pieces are made, missing and thrown out."""
        return await anyio.to_thread.run_sync(site.projects.about, project)

    @routes.put("/{project}")
    async def change(project: ProjectName, said: ProjectText) -> dict[str, Any]:
        """Another text for its file; what is made stays as it is."""
        return site.projects.change(project, said.text)

    @routes.post("/{project}/run", status_code=202)
    async def run(project: ProjectName, wanted: ProjectRun) -> dict[str, Any]:
        """Make what is missing, beside the daemon's jobs; ask again how it goes."""
        return site.projects.run(project, wanted.step or "")

    @routes.delete("/{project}/run")
    async def stop(project: ProjectName) -> dict[str, Any]:
        """End the run. What is whole stays, and the next run goes on from there."""
        return await anyio.to_thread.run_sync(site.projects.stop, project)

    @routes.get("/{project}/{step}/{piece}", response_class=FileResponse)
    async def file(project: ProjectName, step: Step, piece: Piece) -> FileResponse:
        """A file of a step: a sound, a picture or a film."""
        path = site.projects.file(project, step, piece)
        return FileResponse(
            path, media_type=_TYPES[path.suffix], headers={"Cache-Control": "no-cache"}
        )

    @routes.delete("/{project}/{step}/{piece}")
    async def throw_out(project: ProjectName, step: Step, piece: Piece) -> dict[str, Any]:
        """Delete a file, which throws its piece out of the later steps."""
        return site.projects.throw_out(project, step, piece)

    return routes
