"""Refusals, all in one shape: code and text.

Those of requests that reach no route, or do not fit one, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bridge.errors import SidecrateError
from daemon.misfit import misfit_text

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
    "video",
    "film",
)
_STATUS = {f"unknown_{what}": 404 for what in _UNKNOWN} | {
    "gone": 410,
    "ended": 409,
    "second_run": 409,
    "out": 409,
    "no_answer": 503,
    "internal": 500,
    "sharing_off": 403,
    "wrong_password": 403,
    "too_large": 413,
    "no_audio": 415,
    "too_many": 429,
    "deadline": 504,
    "no_radio": 409,
}


def add_refusals(app: FastAPI) -> None:
    """Answer all faults of an app as `{code, text}`."""

    @app.exception_handler(SidecrateError)
    async def refused(request: Request, error: SidecrateError) -> JSONResponse:
        return _answer(_STATUS.get(error.code, 400), error.code, error.text)

    @app.exception_handler(RequestValidationError)
    async def misfit(request: Request, error: RequestValidationError) -> JSONResponse:
        return _answer(422, "bad_request", "; ".join(map(fault_text, error.errors())))

    @app.exception_handler(HTTPException)
    async def unrouted(request: Request, error: HTTPException) -> JSONResponse:
        path = request.url.path
        if error.status_code == 405:
            allowed = (error.headers or {}).get("Allow", "")
            text = f"{path} does not take {request.method}; it takes {allowed}"
            return _answer(405, "wrong_method", text, {"Allow": allowed})
        if error.status_code == 404:
            text = f"there is nothing at {path}; /api/openapi.json lists what there is"
            return _answer(404, "unknown_route", text)
        return _answer(error.status_code, "bad_request", str(error.detail), error.headers)


def fault_text(fault: Mapping[str, Any]) -> str:
    """One fault that pydantic found, as a line: the field, what it takes, and what it got."""
    kind, limits = fault["type"], fault.get("ctx") or {}
    if kind == "json_invalid":
        return f"the body is no JSON: {limits.get('error', fault['msg'])}"
    name = ".".join(map(str, fault["loc"][1:])) or "the body"
    if kind == "missing":
        return f"{name} is missing"
    if kind == "extra_forbidden":
        return f"there is no field {name}"
    return misfit_text(name, fault)


def _answer(
    status: int, code: str, text: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    return JSONResponse({"code": code, "text": text}, status, dict(headers or {}))
