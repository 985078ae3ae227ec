"""The guard before every route: it checks the host, the origin, the body's size, and access.

A foreign page can send requests to 127.0.0.1, and can make a name resolve to it (DNS rebinding). So
the Host must be ours, an Origin must be ours, and everything under /api needs the token or the
cookie. Forms of other pages can send neither JSON nor audio. Where the machine has profiles, a page
must also log in.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daemon.web.access import COOKIE, cookie_profile, is_cookie
from daemon.web.profiles import Profile, Profiles
from daemon.web.site import asking

#: Size limit of a JSON body.
MOST_BODY_BYTES = 64 << 10
#: Size limit of an uploaded file: half an hour of 24-bit stereo WAV at 48 kHz.
MOST_UPLOAD_BYTES = 512 << 20
UPLOADS = "/api/uploads"
"""The one route that takes a file: its body is the file itself, of a type that no form can send."""
#: Routes that need no login.
_BEFORE_LOGIN = frozenset({"/api/profile", "/api/login"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'self'; media-src 'self' blob:;"
        b" img-src 'self' data: blob:;"
        b" frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
)


class Refusal(Exception):
    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text


class Guard:
    """ASGI middleware. `port` is called at each request: a free port is known only once bound."""

    def __init__(
        self, app: ASGIApp, token: str, port: Callable[[], int], profiles: Profiles
    ) -> None:
        self._app = app
        self._profiles = profiles
        self._token = token
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        began = False

        async def answer(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        try:
            asking.set(self._check(scope, Headers(scope=scope)))
            await self._app(scope, _bounded(receive, _most_bytes(scope)), answer)
        except Refusal as refusal:
            if not began:
                await _refuse(refusal, answer)

    def _check(self, scope: Scope, headers: Headers) -> Profile | None:
        """The profile of a request; None where it is for the machine's own library."""
        port = self._port()
        path = scope["path"]
        method = scope["method"]
        hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        if len(headers.getlist("host")) != 1 or headers["host"].lower() not in hosts:
            raise Refusal(421, "host", f"this server is called 127.0.0.1:{port}")
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in {f"http://{host}" for host in hosts}:
            raise Refusal(403, "origin", "pages of other places may not use this server")
        is_api = path.startswith("/api")
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none") and (
            is_api or method not in _SAFE
        ):
            raise Refusal(403, "origin", "pages of other places may not use this server")
        profile = self._who(headers, path) if is_api else None
        most = _most_bytes(scope)
        if (
            not headers.get("content-length", "0").isdigit()
            or int(headers.get("content-length", "0")) > most
        ):
            raise Refusal(413, "too_large", f"a request may hold {most} bytes")
        has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if path == UPLOADS and method == "POST":
            if not (kind.startswith("audio/") or kind == "application/octet-stream"):
                raise Refusal(
                    415,
                    "content_type",
                    "send the file itself, as audio/wav or application/octet-stream",
                )
        elif method not in _SAFE and (has_body or kind) and kind != "application/json":
            raise Refusal(415, "content_type", "send application/json")
        return profile

    def _who(self, headers: Headers, path: str) -> Profile | None:
        scheme, _, said = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(
            said.strip().encode("utf-8", "replace"), self._token.encode()
        ):
            return None
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            cookie = None
        said = cookie.value if cookie is not None else ""
        profile = self._profiles.by_id(cookie_profile(said))
        if (
            cookie is not None
            and profile is not None
            and is_cookie(self._token, said, profile.password_hash)
        ):
            return profile
        if cookie is None or cookie_profile(said) or not is_cookie(self._token, said):
            raise Refusal(
                401,
                "token",
                "open the page with `sidecrate open --page`, or send the token as a bearer",
            )
        if path not in _BEFORE_LOGIN and self._profiles.all():
            raise Refusal(
                401, "profile", "this machine has profiles: log in with a name and its password"
            )
        return None


def _most_bytes(scope: Scope) -> int:
    is_upload = scope["path"] == UPLOADS and scope["method"] == "POST"
    return MOST_UPLOAD_BYTES if is_upload else MOST_BODY_BYTES


def _bounded(receive: Receive, most: int) -> Receive:
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise Refusal(413, "too_large", f"a request may hold {most} bytes")
        return message

    return bounded


async def _refuse(refusal: Refusal, send: Send) -> None:
    body = json.dumps({"code": refusal.code, "text": refusal.text}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
