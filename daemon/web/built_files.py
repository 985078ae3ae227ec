"""The built page's files, as they are sent: packed, and from the browser's copy where that holds.

Their names carry no hash, for they stand in the repository. So a browser asks each time whether its
copy still holds, and an ETag answers it.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

BUILT = Path(__file__).parent / "built"
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
_PACKED = frozenset({".css", ".html", ".js", ".svg", ".txt", ".webmanifest"})
#: What a browser asks for at the root, for a page that is installed.
_ROOT_FILES = ("manifest.webmanifest", "sw.js", "licences.txt")
_FOLDERS = ("assets", "icons")
_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
_NOT_BUILT = (
    "<!doctype html><title>Sidecrate</title>"
    "<p>The page is not built. From a checkout: <code>make page</code>."
)


@dataclass(frozen=True)
class _Sent:
    plain: bytes
    packed: bytes | None
    tag: str


def add_built_files(app: FastAPI) -> None:
    """The routes of the page itself."""

    @app.get("/", include_in_schema=False)
    async def page(request: Request) -> Response:
        if not (BUILT / "index.html").is_file():
            return HTMLResponse(_NOT_BUILT, 404)
        return _answer(BUILT / "index.html", request)

    for name in _ROOT_FILES:
        app.add_api_route(f"/{name}", _at_root(name), include_in_schema=False)
    for folder in _FOLDERS:
        app.add_api_route(f"/{folder}/{{name}}", _in_folder(folder), include_in_schema=False)


def _at_root(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def file(request: Request) -> Response:
        return _answer(BUILT / name, request)

    return file


def _in_folder(folder: str) -> Callable[[Request, str], Awaitable[Response]]:
    async def file(request: Request, name: str) -> Response:
        if not _NAME.fullmatch(name):
            return Response(status_code=404)
        return _answer(BUILT / folder / name, request)

    return file


def _answer(path: Path, request: Request) -> Response:
    try:
        sent = _read(path, path.stat().st_mtime_ns)
    except OSError:
        return Response(status_code=404)
    headers = {"Cache-Control": "no-cache", "ETag": sent.tag, "Vary": "Accept-Encoding"}
    if sent.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    body = sent.plain
    if sent.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = sent.packed, "gzip"
    return Response(body, headers=headers, media_type=_KINDS[path.suffix])


@lru_cache(maxsize=64)
def _read(path: Path, changed_ns: int) -> _Sent:
    """A file with its packed form; `changed_ns` has a changed file read anew."""
    plain = path.read_bytes()
    packed = gzip.compress(plain, 9, mtime=0) if path.suffix in _PACKED else None
    return _Sent(plain, packed, f'"{hashlib.sha256(plain).hexdigest()[:16]}"')
