"""The worker's process: HTTPS on one port, until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from daemon.engines.remote.protocol import code_of
from daemon.errors import ServiceError
from daemon.home.lock import HomeLock
from daemon.worker.app import House, make_app
from daemon.worker.certificate import new_secret, own_certificate
from daemon.worker.files import HashedFiles
from daemon.worker.kitchen import Children
from daemon.worker.pairing import Pairing
from daemon.worker.tasks import Tasks

#: Connections at once; each daemon has a few.
_MOST_CONNECTIONS = 64
_TIDY_EVERY_S = 300.0


@dataclass(frozen=True)
class Serving:
    """What a worker says of itself when it begins."""

    port: int
    code: str
    offered: tuple[str, ...]
    paired: tuple[str, ...]


async def serve(
    folder: Path,
    offered: list[str],
    *,
    host: str,
    port: int,
    slots: int,
    idle_s: float,
    ready: Callable[[Serving], None],
) -> None:
    """Serve until cancelled or a signal comes. ServiceError where it cannot begin."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = HomeLock(folder / "worker.lock")
    lock.take()
    try:
        certificate, der = own_certificate(folder)
        secret = new_secret()
        files = HashedFiles(folder / "files")
        (folder / "tasks").mkdir(exist_ok=True)
        tasks = Tasks(folder / "tasks", files, kitchen=Children(slots, idle_s), offered=offered)
        pairing = Pairing(folder / "paired.json", secret)
        app = make_app(House(pairing, files, tasks, offered, folder))
        line = listening(host, port)
        settings = uvicorn.Config(
            app,
            ssl_certfile=certificate,
            limit_concurrency=_MOST_CONNECTIONS,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
        code = code_of(der, secret)
        names = tuple(pairing.names)
        ready(Serving(line.getsockname()[1], code, tuple(offered), names))
        tidying = asyncio.create_task(_tidy(tasks))
        try:
            await uvicorn.Server(settings).serve(sockets=[line])
        finally:
            tidying.cancel()
            await tasks.close()
    finally:
        lock.release()


async def _tidy(tasks: Tasks) -> None:
    while True:
        with contextlib.suppress(OSError):
            await tasks.tidy()
        await asyncio.sleep(_TIDY_EVERY_S)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. ServiceError where the port is taken."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        # who read the code may knock before the first answer can be given
        made.listen(_MOST_CONNECTIONS)
    except OSError as error:
        made.close()
        raise ServiceError(
            f"port {port} of {host} cannot be taken ({error.strerror}); name another: --port"
        ) from None
    return made
