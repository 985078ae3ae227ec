"""Routes of projects: several pieces from one file of wishes, in a folder of the page's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import FileResponse
from pydantic import Field

from bridge.files.whole import write_whole
from daemon.errors import ConfigError, LibraryError, ServiceError
from daemon.project.state import STEPS, State
from daemon.project.wishes import FILE, Wishes, example, read_wishes
from daemon.web.program import Program
from daemon.web.routes_clips import Given
from daemon.web.site import Site

_NAME = r"^[A-Za-z0-9][A-Za-z0-9 _-]{0,39}$"
ProjectName = Annotated[str, InPath(pattern=_NAME)]
Step = Literal["music", "continuation", "images", "video", "clip"]
Piece = Annotated[int, InPath(ge=1, le=100)]
_MEDIA_TYPES = {".wav": "audio/wav", ".png": "image/png", ".mp4": "video/mp4"}


class NewProject(Given):
    name: Annotated[str, Field(pattern=_NAME)]
    prompt: Annotated[str, Field(min_length=1, max_length=1000)]
    pieces: Annotated[int, Field(ge=1, le=100)] = 3
    seconds: Annotated[float, Field(ge=4, le=600)] = 60.0


class ProjectFile(Given):
    text: Annotated[str, Field(max_length=20_000)]


class Run(Given):
    step: Step | None = None


def project_routes(site: Site) -> APIRouter:
    routes = APIRouter(prefix="/api")
    desk = _Desk(site)

    @routes.get("/projects")
    async def projects() -> list[dict[str, Any]]:
        """The projects of this folder, each with what is made of it."""
        return [desk.row(name) for name in desk.names()]

    @routes.post("/projects", status_code=201)
    async def begin(asked: NewProject) -> dict[str, Any]:
        """A folder with its file of wishes. Nothing is made yet."""
        file = desk.folder / asked.name / FILE
        if file.exists():
            raise ServiceError(f"there is a project {asked.name} already", "bad_request")
        text = example(asked.prompt, asked.pieces, asked.seconds)
        read_wishes(text, FILE)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, text)
        return desk.row(asked.name)

    @routes.get("/projects/{project}")
    async def project(project: ProjectName) -> dict[str, Any]:
        """What is made, missing and thrown out, and the text of its file."""
        return {**desk.row(project), "text": desk.text(project)}

    @routes.put("/projects/{project}")
    async def rewrite(project: ProjectName, asked: ProjectFile) -> dict[str, Any]:
        """Other wishes. Of faults all are told, each with its line, and nothing is changed."""
        desk.text(project)
        read_wishes(asked.text, FILE)
        write_whole(desk.folder / project / FILE, asked.text)
        return {**desk.row(project), "text": asked.text}

    @routes.post("/projects/{project}/run", status_code=202)
    async def run(project: ProjectName, asked: Run) -> dict[str, Any]:
        """Make what is missing, of one step or of all."""
        desk.text(project)
        await desk.run(project, asked.step)
        return desk.row(project)

    @routes.delete("/projects/{project}/run")
    async def stop(project: ProjectName) -> dict[str, Any]:
        """End the run; what is made stays, and the next run goes on from there."""
        await desk.stop(project)
        return desk.row(project)

    @routes.get("/projects/{project}/{step}/{piece}", response_class=FileResponse)
    async def made(project: ProjectName, step: Step, piece: Piece) -> FileResponse:
        """A file that was made: sound as WAV, a picture as PNG, a film as MP4."""
        path = desk.file(project, step, piece)
        return FileResponse(
            path, media_type=_MEDIA_TYPES[path.suffix], headers={"Cache-Control": "no-cache"}
        )

    @routes.delete("/projects/{project}/{step}/{piece}")
    async def throw_out(project: ProjectName, step: Step, piece: Piece) -> dict[str, Any]:
        """Delete a file: its piece goes no further."""
        desk.file(project, step, piece).unlink()
        return desk.row(project)

    return routes


class _Desk:
    """The projects' folder, and the runs that were started here."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def folder(self) -> Path:
        return self._site.places.projects

    def names(self) -> list[str]:
        """Newest first."""
        files = sorted(self.folder.glob(f"*/{FILE}"), key=lambda one: -one.stat().st_mtime)
        return [file.parent.name for file in files]

    def text(self, name: str) -> str:
        """ServiceError where there is no such project."""
        try:
            return (self.folder / name / FILE).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise ServiceError(f"there is no project {name}", "unknown_project") from None

    def row(self, name: str) -> dict[str, Any]:
        run = self._run(name)
        row: dict[str, Any] = {
            "name": name, "folder": str(self.folder / name), "prompt": "", "seconds": None,
            "pieces": [], "runs": bool(run and run.runs), "trouble": run.why if run else "",
        }  # fmt: skip
        try:
            wishes = read_wishes(self.text(name), FILE)
            state = State.of(self.folder / name)
        except ConfigError as error:
            return {**row, "trouble": error.text}
        return {
            **row, "prompt": wishes.prompt, "seconds": wishes.seconds,
            "pieces": _pieces(wishes, state),
        }  # fmt: skip

    def file(self, name: str, step: str, piece: int) -> Path:
        self.text(name)
        path = State(self.folder / name).path(step, piece)
        if not path.is_file():
            raise LibraryError(f"{step} of piece {piece} is not made", "unknown_part")
        return path

    async def run(self, name: str, step: str | None) -> None:
        run = self._run(name)
        if run and run.runs:
            raise ServiceError(f"{name} is being made already", "bad_request")
        words = ("project", "run", str(self.folder / name), *(("--step", step) if step else ()))
        self._site.programs[f"project {name}"] = await Program.start(self._site.places, *words)

    async def stop(self, name: str) -> None:
        run = self._run(name)
        if run is None or not run.runs:
            raise ServiceError(f"{name} is not being made from here", "ended")
        await run.end()

    def _run(self, name: str) -> Program | None:
        return self._site.programs.get(f"project {name}")


def _pieces(wishes: Wishes, state: State) -> list[dict[str, str]]:
    """Of each piece, how each step stands: made, out or missing."""
    out = state.thrown_out()
    return [
        {
            step: "made"
            if state.path(step, piece).exists()
            else "out"
            if piece in out
            else "missing"
            for step in STEPS
        }
        for piece in range(1, wishes.pieces + 1)
    ]
