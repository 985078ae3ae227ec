"""Routes of the radio of this home, a program of its own: what plays, and new words for it."""

from __future__ import annotations

import http.client
import json
from typing import Annotated, Any

import anyio
from fastapi import APIRouter
from pydantic import Field

from daemon.errors import ServiceError
from daemon.radio.beacon import read_beacon
from daemon.web.routes_clips import Given
from daemon.web.site import Site

_TIMEOUT_S = 20.0


class RadioWords(Given):
    words: Annotated[str, Field(min_length=1, max_length=400)]


class RadioMinutes(Given):
    minutes: Annotated[float, Field(gt=0, le=60)] = 5.0


def radio_routes(site: Site) -> APIRouter:
    routes = APIRouter(prefix="/api/radio")

    @routes.get("")
    async def radio() -> dict[str, Any]:
        """What the radio plays, and where its stream is; `playing` is empty where none plays."""
        try:
            beacon = read_beacon(site.places)
            now = await anyio.to_thread.run_sync(_ask, beacon, "GET", "/now", {})
        except ServiceError:
            return {"url": "", "title": "", "words": "", "playing": ""}
        return {"playing": "", **now, "url": beacon["url"]}

    @routes.post("/say")
    async def say(said: RadioWords) -> dict[str, Any]:
        """New words: they count from the next phrase that is not written yet."""
        return await _order("/say", {"words": said.words})

    @routes.post("/keep")
    async def keep(said: RadioMinutes) -> dict[str, Any]:
        """Keep the last minutes as a track in the crate."""
        return await _order("/keep", {"minutes": said.minutes})

    async def _order(path: str, values: dict[str, Any]) -> dict[str, Any]:
        beacon = read_beacon(site.places)
        told = await anyio.to_thread.run_sync(_ask, beacon, "POST", path, values)
        if "error" in told:
            raise ServiceError(str(told["text"]), str(told["error"]))
        return told

    return routes


def _ask(beacon: dict[str, Any], method: str, path: str, values: dict[str, Any]) -> dict[str, Any]:
    """The radio's own answer. ServiceError where it does not give one."""
    host = "127.0.0.1" if beacon["host"] == "0.0.0.0" else beacon["host"]
    line = http.client.HTTPConnection(host, beacon["port"], timeout=_TIMEOUT_S)
    try:
        headers = {"Authorization": f"Bearer {beacon['token']}"}
        line.request(method, path, json.dumps(values), headers)
        told: dict[str, Any] = json.loads(line.getresponse().read())
        return told
    except (OSError, http.client.HTTPException, ValueError) as error:
        text = f"the radio does not answer ({error}); start one: sidecrate radio WORDS"
        raise ServiceError(text, "no_radio") from None
    finally:
        line.close()
