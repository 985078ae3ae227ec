"""The API and the page as one application, behind the guard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from daemon.radio.beacon import read_beacon
from daemon.verbs.registry import draw_in_verbs
from daemon.version import __version__
from daemon.web.access import use_link_code
from daemon.web.built_files import add_built_files
from daemon.web.document import describe
from daemon.web.guard import Guard
from daemon.web.refusals import add_refusals
from daemon.web.routes_clips import clip_routes
from daemon.web.routes_daws import daw_routes
from daemon.web.routes_edits import edit_routes
from daemon.web.routes_films import film_routes
from daemon.web.routes_jobs import job_routes
from daemon.web.routes_out import out_routes
from daemon.web.routes_play import play_routes
from daemon.web.routes_profiles import profile_routes, set_cookie
from daemon.web.routes_projects import project_routes
from daemon.web.routes_radio import radio_routes
from daemon.web.routes_taste import taste_routes
from daemon.web.site import Site


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
        taste_routes(site),
        profile_routes(site, token),
        job_routes(site),
        daw_routes(site),
        film_routes(site),
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

    add_refusals(app)

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

    add_built_files(app)
    return Guard(app, token, port, site.profiles)
