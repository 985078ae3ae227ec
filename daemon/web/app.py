"""The API and the page as one application, behind the guard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from bridge.errors import SidecrateError
from daemon.radio.beacon import read_beacon
from daemon.verbs.registry import draw_in_verbs
from daemon.version import __version__
from daemon.web.access import use_link_code
from daemon.web.document import describe
from daemon.web.guard import Guard
from daemon.web.routes_clips import clip_routes
from daemon.web.routes_daws import daw_routes
from daemon.web.routes_edits import edit_routes
from daemon.web.routes_jobs import job_routes
from daemon.web.routes_out import out_routes
from daemon.web.routes_play import play_routes
from daemon.web.routes_profiles import profile_routes, set_cookie
from daemon.web.routes_projects import project_routes
from daemon.web.routes_radio import radio_routes
from daemon.web.site import Site

BUILT = Path(__file__).parent / "built"
#: Files that a browser asks for at the root, for a page that is installed.
_ROOT_FILES = {
    "manifest.webmanifest": "application/manifest+json",
    "sw.js": "text/javascript",
}
_NOT_BUILT = (
    "<!doctype html><title>Sidecrate</title>"
    "<p>The page is not built. From a checkout: <code>make page</code>."
)
_UNKNOWN = (
    "clip",
    "job",
    "step",
    "export",
    "share",
    "collection",
    "profile",
    "plugin",
    "notes",
    "picture",
    "daw",
    "part",
    "project",
    "piece",
)
_STATUS = {f"unknown_{what}": 404 for what in _UNKNOWN} | {
    "gone": 410,
    "ended": 409,
    "second_run": 409,
    "out": 409,
    "no_answer": 503,
    "no_radio": 404,
    "internal": 500,
    "sharing_off": 403,
    "wrong_password": 403,
    "too_large": 413,
    "no_audio": 415,
    "too_many": 429,
    "deadline": 504,
}


def make_api(site: Site, token: str) -> FastAPI:
    """The routes under /api alone."""
    app = FastAPI(
        title="Sidecrate",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    draw_in_verbs()
    for routes in (
        clip_routes(site),
        edit_routes(site),
        out_routes(site),
        play_routes(site),
        profile_routes(site, token),
        job_routes(site),
        daw_routes(site),
        project_routes(site),
        radio_routes(site),
    ):
        app.include_router(routes)
    return app


def make_app(site: Site, token: str, port: Callable[[], int]) -> ASGIApp:
    """`port` is called at each request, for it is known only once the socket is bound."""
    app = make_api(site, token)
    documents: dict[int, dict[str, Any]] = {}

    def openapi() -> dict[str, Any]:
        if port() not in documents:
            documents[port()] = describe(app, port())
        return documents[port()]

    app.openapi = openapi  # type: ignore[method-assign]

    @app.exception_handler(SidecrateError)
    async def refused(request: Request, error: SidecrateError) -> JSONResponse:
        return JSONResponse({"code": error.code, "text": error.text}, _status(error.code))

    @app.get("/open", include_in_schema=False)
    async def open_page(code: str = "") -> Response:
        if not use_link_code(site.places, code):
            return HTMLResponse(
                "<!doctype html><p>This link was used or is too old:"
                " <code>sidecrate open --page</code>.",
                403,
            )
        answer = RedirectResponse("/", 303)
        set_cookie(answer, token, None)
        return answer

    @app.get("/radio", include_in_schema=False)
    async def radio() -> Response:
        """The stream of this home's radio, at its own address."""
        return RedirectResponse(read_beacon(site.places)["url"], 307)

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        index = BUILT / "index.html"
        if not index.is_file():
            return HTMLResponse(_NOT_BUILT, 404)
        return FileResponse(index, headers={"Cache-Control": "no-cache"})

    for name, kind in _ROOT_FILES.items():
        app.add_api_route(f"/{name}", _file(BUILT / name, kind), include_in_schema=False)
    for folder in ("assets", "icons"):
        if (BUILT / folder).is_dir():
            app.mount(f"/{folder}", StaticFiles(directory=BUILT / folder))
    return Guard(app, token, port, site.profiles)


def _file(path: Path, kind: str) -> Callable[[], Awaitable[Response]]:
    async def file() -> Response:
        if not path.is_file():
            return Response(status_code=404)
        return FileResponse(path, media_type=kind, headers={"Cache-Control": "no-cache"})

    return file


def _status(code: str) -> int:
    return _STATUS.get(code, 400)
