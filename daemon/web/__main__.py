"""The page's process: `python -m daemon.web PLACES`, PLACES as JSON. It ends with its stdin."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from bridge.errors import SidecrateError
from daemon.children.inside import die_with_parent, end_with_stdin, leave_signals_to_the_daemon
from daemon.home.page_address import page_url, write_address
from daemon.home.places import Places
from daemon.home.web_access import load_token
from daemon.settings.load import load_config
from daemon.settings.schema import use
from daemon.web.app import make_app
from daemon.web.connection import MOST_CONNECTIONS, Connection
from daemon.web.share_app import make_share_app
from daemon.web.site import Site


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None: the daemon ends us."""
        yield


def _settings(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app, http=Connection, limit_concurrency=MOST_CONNECTIONS, log_level="warning",
        access_log=False, server_header=False, lifespan="off",
    )  # fmt: skip


def listening(host: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((host, port))
    return made


async def serve(places: Places) -> None:
    """Serve until the process ends. OSError where a port is taken."""
    config = load_config(places.config_file)
    use(config)
    site = Site.open(places, config)
    sockets = [listening("127.0.0.1", config.web.port)]
    port = sockets[0].getsockname()[1]
    apps = [make_app(site, load_token(places), lambda: port)]
    if config.web.share:
        sockets.append(
            listening("0.0.0.0" if config.web.share_lan else "127.0.0.1", config.web.share_port)
        )
        apps.append(make_share_app(site))
    servers = [_Server(_settings(app)) for app in apps]
    site.share_port = sockets[1].getsockname()[1] if config.web.share else 0
    write_address(places, port, site.share_port)
    # the daemon writes this to its log and to the terminal
    print(f"the page is at {page_url(port)}; `sidecrate open --page` opens it", file=sys.stderr)
    site.take_up_layers()
    watch = asyncio.create_task(site.watch_jobs())
    try:
        await asyncio.gather(
            *(server.serve(sockets=[one]) for server, one in zip(servers, sockets, strict=True))
        )
    finally:
        watch.cancel()
        await site.close()


def main() -> None:
    die_with_parent()
    leave_signals_to_the_daemon()
    end_with_stdin()
    said = json.loads(sys.argv[1])
    places = Places(*(Path(said[name]) for name in ("config_file", "state", "crate", "inbox")))
    try:
        asyncio.run(serve(places))
    except (SidecrateError, OSError) as error:
        print(error, file=sys.stderr)
        os._exit(1)


if __name__ == "__main__":
    main()
