"""Faults before any route are refused as all others are, and the page's files are sent packed and kept. No daemon is needed."""

from __future__ import annotations

import asyncio
import gzip
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from bridge.request import NOTHING_ASKED
from daemon.web.app import make_app
from daemon.web.built_files import BUILT

BASE = "http://127.0.0.1:8765"


def asked(method: str, path: str, **what: Any) -> httpx.Response:
    site: Any = SimpleNamespace(profiles=None)
    app = make_app(site, "token", lambda: 8765)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE) as api:
            return await api.request(method, path, **what)

    what["headers"] = {"Authorization": "Bearer token", **what.get("headers", {})}
    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("method", "path", "what", "status", "text"),
    [
        ("POST", "/api/requests", {"content": b'{"prompt": '}, 422, "the body is no JSON"),
        ("POST", "/api/requests", {}, 422, "the body is missing"),
        ("POST", "/api/requests", {"json": {"prompt": ""}}, 400, NOTHING_ASKED),
        ("POST", "/api/requests", {"json": {"prompt": " "}}, 400, f"prompt: ' ': {NOTHING_ASKED}"),
        ("POST", "/api/explain", {"json": {"bpm": 90}}, 400, NOTHING_ASKED),
        ("POST", "/api/requests", {"json": [1]}, 422, "the body input should be a valid dictionary; got [1]"),
        ("PUT", "/api/session", {"json": {"bpm": 900}}, 422, "bpm takes at most 300.0; got 900"),
        ("PUT", "/api/session", {"json": {"bmp": 90}}, 422, "there is no field bmp"),
        ("GET", "/api/clips?limit=300", {}, 422, "limit takes at most 200; got 300"),
        ("GET", "/api/clips?sor=x", {}, 422, "there is no field sor"),
        ("GET", "/api/clips/x1/audio?version=best", {}, 422, "version takes 'original', 'edited' or 'heard'; got best"),
        ("GET", "/api/none", {}, 404, "there is nothing at /api/none"),
        ("GET", "/assets/none.js", {}, 404, ""),
        ("DELETE", "/api/clips", {}, 405, "/api/clips does not take DELETE; it takes GET"),
    ],
)  # fmt: skip
def test_every_fault_has_a_code_and_a_line(
    method: str, path: str, what: dict[str, Any], status: int, text: str
) -> None:
    if "content" in what:
        what = {**what, "headers": {"Content-Type": "application/json"}}
    answer = asked(method, path, **what)
    assert answer.status_code == status, answer.text
    if text:
        said = answer.json()
        assert set(said) == {"code", "text"} and said["text"].startswith(text), said
        assert "\n" not in said["text"] and len(said["text"]) < 300


@pytest.mark.slow
def test_the_pages_files_are_sent_packed_and_asked_for_once() -> None:
    script = asked("GET", "/assets/page.js", headers={"Accept-Encoding": "gzip"})
    assert script.headers["content-encoding"] == "gzip"
    assert script.content == (BUILT / "assets" / "page.js").read_bytes()
    assert int(script.headers["content-length"]) == len(gzip.compress(script.content, 9, mtime=0))
    same = asked("GET", "/assets/page.js", headers={"If-None-Match": script.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    plain = asked("GET", "/", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.text.startswith("<!doctype html>")
    assert "default-src" in plain.headers["content-security-policy"]
    icon = asked("GET", "/icons/icon-192.png", headers={"Accept-Encoding": "gzip"})
    assert icon.headers["content-type"] == "image/png" and "content-encoding" not in icon.headers
