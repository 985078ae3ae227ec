"""Routes of the radio: what plays, its stream, new words, and what is kept of it.

The radio is a program of its own (`sidecrate radio`). One that was started in a terminal is found
too, and one that was started here ends with the page's process.
"""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import anyio
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import Field

from daemon.errors import ServiceError
from daemon.radio.beacon import read_beacon
from daemon.web.program import Program
from daemon.web.routes_clips import Given
from daemon.web.site import Site

_ANSWERS_WITHIN_S = 60.0
_CHUNK = 4096
_NONE = {"title": "", "words": "", "key": None, "bpm": None, "url": None}


class Words(Given):
    words: Annotated[str, Field(min_length=1, max_length=400)]


class Minutes(Given):
    minutes: Annotated[float, Field(gt=0, le=60)] = 5.0


def radio_routes(site: Site) -> APIRouter:
    routes = APIRouter(prefix="/api")
    started: list[Program] = []

    async def said(method: str, path: str, values: dict[str, Any]) -> dict[str, Any]:
        return await anyio.to_thread.run_sync(_say, site, method, path, values)

    @routes.get("/radio")
    async def now() -> dict[str, Any]:
        """What plays: nothing, one that is about to begin, or one with its words, key and tempo."""
        runs = bool(started) and started[0].runs
        try:
            about = await said("GET", "/now", {})
        except ServiceError:
            why = started[0].why if started else ""
            return {**_NONE, "state": "begins" if runs else "none", "trouble": why}
        return {**_NONE, **about, "url": read_beacon(site.places)["url"], "state": "plays"}

    @routes.post("/radio", status_code=201)
    async def begin(asked: Words) -> dict[str, Any]:
        """Begin a radio, which is heard by the stream; the first phrase takes some seconds."""
        if (await now())["state"] != "none":
            raise ServiceError("a radio plays already; give it new words, or end it", "bad_request")
        started[:] = [
            await Program.start(site.places, "radio", "--no-play", "--port", "0", "--", asked.words)
        ]
        site.programs.update(radio=started[0])
        return {**_NONE, "state": "begins", "trouble": ""}

    @routes.get("/radio/stream")
    async def stream() -> StreamingResponse:
        """The radio's sound, as it comes: MP3, or Ogg Opus where it was started so."""
        beacon = read_beacon(site.places)
        try:
            reader, writer = await asyncio.open_connection(_host(beacon), beacon["port"])
            writer.write(
                f"GET /radio HTTP/1.1\r\nHost: 127.0.0.1:{beacon['port']}\r\n\r\n".encode()
            )
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        except (OSError, asyncio.IncompleteReadError):
            raise _gone() from None
        kind = head.partition("content-type:")[2].partition("\r\n")[0].strip() or "audio/mpeg"

        async def sound() -> AsyncIterator[bytes]:
            try:
                while data := await reader.read(_CHUNK):
                    yield data
            finally:
                writer.close()

        return StreamingResponse(sound(), media_type=kind, headers={"Cache-Control": "no-store"})

    @routes.post("/radio/words")
    async def say(asked: Words) -> dict[str, Any]:
        """Other words, which count from the next phrase."""
        return await said("POST", "/say", {"words": asked.words})

    @routes.post("/radio/kept", status_code=201)
    async def keep(asked: Minutes) -> dict[str, Any]:
        """Its last minutes as a track in the crate."""
        return await said("POST", "/keep", {"minutes": asked.minutes})

    @routes.delete("/radio")
    async def end() -> dict[str, Any]:
        """End the radio that plays, wherever it was started."""
        if started and started[0].runs:
            await started[0].end()
            return {"text": "the radio ends"}
        return await said("POST", "/stop", {})

    return routes


def _say(site: Site, method: str, path: str, values: dict[str, Any]) -> dict[str, Any]:
    """Ask the radio's own server. ServiceError where none plays, or it refuses."""
    beacon = read_beacon(site.places)
    connection = http.client.HTTPConnection(
        _host(beacon), beacon["port"], timeout=_ANSWERS_WITHIN_S
    )
    try:
        headers = {"Authorization": f"Bearer {beacon['token']}"}
        connection.request(method, path, json.dumps(values), headers)
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        raise _gone() from None
    finally:
        connection.close()
    if "error" in answer:
        raise ServiceError(answer["text"], answer["error"])
    return answer


def _host(beacon: dict[str, Any]) -> str:
    return "127.0.0.1" if beacon["host"] == "0.0.0.0" else str(beacon["host"])


def _gone() -> ServiceError:
    return ServiceError("the radio does not answer; it has ended, so start it anew", "no_radio")
