"""`sidecrate mcp`: the server over stdin and stdout, or over HTTP on this machine by a token."""

from __future__ import annotations

import hmac
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from daemon.errors import ServiceError
from daemon.home.extras import how_to_install
from daemon.home.places import Places
from daemon.mcp.house import House

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

HOW_TO_INSTALL = (
    "the tools for language models need the package mcp, which Sidecrate does not bring by itself:"
    f" {how_to_install('mcp')}"
)


def check_installed() -> None:
    """ServiceError where the protocol's package is not installed."""
    if find_spec("mcp") is None:
        raise ServiceError(HOW_TO_INSTALL, "not_installed")


async def serve_stdio(places: Places) -> None:
    """Serve one host over stdin and stdout, until it closes them."""
    from mcp.server.stdio import stdio_server

    from daemon.mcp.server import make_server

    house = House(places)
    server = make_server(house)
    try:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())
    finally:
        await house.close()


async def serve_http(places: Places, port: int) -> None:
    """Serve hosts at http://127.0.0.1:`port`/mcp, by the token of the page's API; 0: a free port.

    OSError where the port is taken.
    """
    import uvicorn

    from daemon.home.web_access import load_token
    from daemon.mcp.server import make_server
    from daemon.web.__main__ import listening

    house = House(places)
    app = make_server(house).streamable_http_app(streamable_http_path="/mcp")
    socket = listening("127.0.0.1", port)
    at = f"http://127.0.0.1:{socket.getsockname()[1]}/mcp"
    token_file = places.state / "web" / "token"
    settings = uvicorn.Config(
        WithToken(app, load_token(places)),
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    print(f"the tools are at {at}; the token is in {token_file}", file=sys.stderr, flush=True)
    try:
        await uvicorn.Server(settings).serve(sockets=[socket])
    finally:
        await house.close()


class WithToken:
    """An app behind a bearer token: other programs of other users may reach a local port too."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._wanted = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers: dict[bytes, bytes] = dict(scope["headers"])
            if not hmac.compare_digest(headers.get(b"authorization", b""), self._wanted):
                await _refuse(send)
                return
        await self._app(scope, receive, send)


async def _refuse(send: Any) -> None:
    text = b"a token is needed: Authorization: Bearer, and what stands in state/web/token"
    headers = [(b"www-authenticate", b"Bearer"), (b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": text})
