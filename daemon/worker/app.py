"""The worker's routes. Every one but health and pairing wants the token of a paired machine."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bridge.errors import SidecrateError
from daemon.engines.local.machine import memory_gb
from daemon.engines.registry import engine_info
from daemon.engines.remote.protocol import HASH, MOST_FILE_BYTES, MOST_TASK_BYTES, PROTOCOL
from daemon.errors import ServiceError
from daemon.version import __version__
from daemon.worker.files import HashedFiles
from daemon.worker.pairing import Pairing
from daemon.worker.tasks import COME_BACK_S, Tasks, offer_of

_MOST_PAIR_BYTES = 4096
_STATUS = {"full": 503, "disk": 507, "large": 413, "no_file": 409, "protocol": 426}
Answer = Callable[[Request, str], Awaitable[Response]]


@dataclass(frozen=True)
class House:
    """What the routes serve."""

    pairing: Pairing
    files: HashedFiles
    tasks: Tasks
    offered: list[str]
    folder: Path


class _Routes:
    """An answer for each route."""

    def __init__(self, house: House) -> None:
        self._house = house

    def paired(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """A route that only a paired machine reaches; our own errors become its answer."""

        async def checked(request: Request) -> Response:
            head = request.headers.get("authorization", "")
            owner = self._house.pairing.who(head.removeprefix("Bearer "))
            if not head.startswith("Bearer ") or owner is None:
                return _refusal(401, "not_paired", "pair first: `sidecrate boxes pair`")
            try:
                return await answer(request, owner)
            except SidecrateError as error:
                return _refusal(_STATUS.get(error.code, 400), error.code, error.text)

        return checked

    async def health(self, request: Request) -> Response:
        return JSONResponse({"service": "sidecrate worker", "protocol": PROTOCOL})

    async def pair(self, request: Request) -> Response:
        try:
            said = json.loads(await _body(request, _MOST_PAIR_BYTES))
            token = self._house.pairing.let_in(str(said["secret"]), str(said.get("name", "")))
        except (ServiceError, ValueError, KeyError, TypeError, AttributeError):
            return _refusal(400, "bad_request", "say {secret, name}")
        if token is None:
            text = "the code is wrong, used or too old; start the worker anew for another"
            return _refusal(403, "bad_code", text)
        return JSONResponse({"token": token})

    async def hello(self, request: Request, owner: str) -> Response:
        said = {
            "protocol": PROTOCOL,
            "version": __version__,
            "slots": self._house.tasks.slots,
            "memory_free_gb": (memory_gb() or (None, None))[0],
            "disk_free_bytes": shutil.disk_usage(self._house.folder).free,
            "engines": [offer_of(engine_info(name)) for name in self._house.offered],
            "verbs": list(self._house.tasks.verbs),
        }
        return JSONResponse(said)

    async def file(self, request: Request, owner: str) -> Response:
        digest = request.path_params["digest"]
        if not HASH.fullmatch(digest):
            return _refusal(400, "bad_hash", "a file's name is its SHA-256")
        path = self._house.files.path(digest)
        if request.method == "PUT":
            if path is None:
                length = request.headers.get("content-length", "0")
                if length.isdecimal() and int(length) > MOST_FILE_BYTES:
                    raise ServiceError(f"it is larger than {MOST_FILE_BYTES >> 20} MB", "large")
                await self._house.files.take_in(digest, request.stream())
            return JSONResponse({"sha256": digest})
        if path is None:
            return _refusal(404, "no_file", "no such file is here")
        return FileResponse(path, media_type="application/octet-stream")

    async def order(self, request: Request, owner: str) -> Response:
        try:
            said = json.loads(await _body(request, MOST_TASK_BYTES))
        except (ValueError, RecursionError):
            return _refusal(400, "bad_task", "a task is JSON")
        if not isinstance(said, dict):
            return _refusal(400, "bad_task", "a task is a JSON object")
        return JSONResponse(self._house.tasks.order(owner, said).said(), 202)

    async def task(self, request: Request, owner: str) -> Response:
        task_id = request.path_params["task"]
        if request.method == "DELETE":
            return JSONResponse({"dropped": await self._house.tasks.drop(owner, task_id)})
        found = self._house.tasks.find(owner, task_id)
        if found is None:
            return _refusal(404, "no_task", "no such task is here")
        return JSONResponse(found.said())

    async def events(self, request: Request, owner: str) -> Response:
        found = self._house.tasks.find(owner, request.path_params["task"])
        if found is None:
            return _refusal(404, "no_task", "no such task is here")

        async def told() -> AsyncIterator[str]:
            async for state in self._house.tasks.states(found):
                yield f"data: {json.dumps(state)}\n\n"

        return StreamingResponse(told(), media_type="text/event-stream")


def make_app(house: House) -> Starlette:
    """The whole protocol of docs/worker.md."""
    routes = _Routes(house)
    paired = routes.paired
    return Starlette(
        routes=[
            Route("/v1/health", routes.health),
            Route("/v1/pair", routes.pair, methods=["POST"]),
            Route("/v1/hello", paired(routes.hello)),
            Route("/v1/files/{digest}", paired(routes.file), methods=["GET", "HEAD", "PUT"]),
            Route("/v1/tasks", paired(routes.order), methods=["POST"]),
            Route("/v1/tasks/{task}", paired(routes.task), methods=["GET", "DELETE"]),
            Route("/v1/tasks/{task}/events", paired(routes.events)),
        ],
        exception_handlers={ClientDisconnect: _gone},
    )


async def _gone(request: Request, error: Exception) -> Response:
    """Whoever sent it has gone: the answer reaches nobody."""
    return Response(status_code=400)


async def _body(request: Request, most: int) -> bytes:
    pieces, count = [], 0
    async for piece in request.stream():
        count += len(piece)
        if count > most:
            raise ServiceError(f"it is larger than {most} bytes", "large")
        pieces.append(piece)
    return b"".join(pieces)


def _refusal(status: int, code: str, text: str) -> Response:
    head = {"retry-after": f"{COME_BACK_S:g}"} if status == 503 else {}
    said: dict[str, Any] = {"error": code, "text": text}
    return JSONResponse(said, status, head)
