"""The second listener: pages of shared clips, and nothing else.

It has no route of the API and accepts no method but GET.
"""

from __future__ import annotations

import base64
import hashlib
import html
import ipaddress
import socket
import time
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from daemon.errors import LibraryError
from daemon.record import ClipRecord
from daemon.web.shares import SharedVersion
from daemon.web.site import Site

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.45 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;"
    "background:light-dark(#f3f5f9,#12161e);color:light-dark(#161a22,#eceff5)}"
    "h1,h2{overflow-wrap:anywhere}h2{font-size:1.1rem}"
    "article{background:light-dark(#fff,#1b202b);"
    "border:1px solid light-dark(#d3d7e0,#3a4152);border-radius:.6rem;"
    "padding:.2rem 1rem;margin:1rem 0}"
    "audio{width:100%}a{color:light-dark(#2350b8,#8fb2ff)}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; media-src 'self';"
    f" style-src 'sha256-{_HASH}'; base-uri 'none'",
}


def make_share_app(site: Site) -> Starlette:
    async def page(request: Request) -> Response:
        share = _share_of(request, site)
        if share is None:
            return _gone()
        return HTMLResponse(_page(request, share, site), headers=_HEADERS)

    async def audio(request: Request) -> Response:
        path = _file_of(request, site)
        if path is None:
            return _gone()
        return FileResponse(path, media_type=_type_of(path), headers=_HEADERS)

    async def download(request: Request) -> Response:
        path = _file_of(request, site)
        if path is None:
            return _gone()
        return FileResponse(path, filename=path.name, media_type=_type_of(path), headers=_HEADERS)

    return Starlette(
        routes=[
            Route("/s/{word}", page),
            Route("/s/{word}/{number:int}/audio", audio),
            Route("/s/{word}/{number:int}/download", download),
        ]
    )


def _type_of(path: Path) -> str:
    return "audio/midi" if path.suffix == ".mid" else "audio/wav"


def _gone() -> Response:
    return PlainTextResponse(
        "This link leads nowhere: it has expired, or was taken back.", 404, headers=_HEADERS
    )


def _share_of(request: Request, site: Site) -> dict[str, Any] | None:
    if not _is_host_of_ours(request.headers.get("host", "")):
        return None
    return site.shares.open(request.path_params["word"])


def _is_host_of_ours(host: str) -> bool:
    """Whether a Host is an address or this machine's own name, against DNS rebinding."""
    name = host.strip("[]")
    if not host.endswith("]"):
        name = host.rsplit(":", 1)[0].strip("[]").lower()
    own = socket.gethostname().lower().removesuffix(".local")
    if name in ("localhost", own, f"{own}.local"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _file_of(request: Request, site: Site) -> Path | None:
    share = _share_of(request, site)
    number = request.path_params["number"]
    if share is None or not 0 <= number < len(share["clips"]):
        return None
    version = site.shares.version(share, number)
    if version is not None:
        return version[0] if version[0].is_file() else None
    try:
        return site.library.path(share["clips"][number])
    except LibraryError:
        return None


def _facts_of(share: dict[str, Any], number: int, site: Site) -> SharedVersion | ClipRecord | None:
    version = site.shares.version(share, number)
    try:
        return version[1] if version is not None else site.library.record(share["clips"][number])
    except LibraryError:
        return None


def _page(request: Request, share: dict[str, Any], site: Site) -> str:
    until = time.strftime("%d %B %Y", time.localtime(share["expires"]))
    title = html.escape(share["title"])
    here = html.escape(str(request.url.replace(query="")))
    articles = []
    for number in range(len(share["clips"])):
        record = _facts_of(share, number, site)
        if record is None:
            continue
        notes = "notes alone, as MIDI" if record["kind"] == "midi" else ""
        tempo = f"{record['bpm']:g} bpm" if record.get("bpm") else ""
        facts = [notes, tempo, record.get("key") or "", record.get("license") or ""]
        name = html.escape(str(record.get("words") or record["kind"]))
        about = html.escape(" · ".join(fact for fact in facts if fact))
        loop = " loop" if record["kind"] == "loop" else ""
        player = ""
        if record["kind"] != "midi":
            player = (
                f"<audio controls{loop} preload=none aria-label='{name}'"
                f" src='{here}/{number}/audio'></audio>"
            )
        articles.append(
            f"<article><h2>{name}</h2><p>{about}</p>{player}"
            f"<p><a href='{here}/{number}/download' download>Download {name}</a></p></article>"
        )
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'>"
        f"<title>{title}</title><meta property='og:title' content='{title}'>"
        "<meta property='og:type' content='music.song'>"
        f"<meta property='og:description'"
        f" content='{len(articles)} of Sidecrate, to hear and download'>"
        f"<meta property='og:url' content='{here}'>"
        f"<meta property='og:audio' content='{here}/0/audio'>"
        f"<meta name='twitter:card' content='summary'><style>{_STYLE}</style></head>"
        f"<body><main><h1>{title}</h1>{''.join(articles) or '<p>These clips are gone.</p>'}"
        f"<p>Made with Sidecrate. This link is open until {until}.</p></main></body></html>"
    )
