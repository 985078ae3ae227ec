"""Routes of requests, jobs and events, and of the whole: session, engines, spend, settings."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from fastapi import Path as InPath
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from bridge.errors import RequestError
from bridge.request import FIELDS, NOTHING_ASKED, OneOf, Request, read_request
from bridge.request import Field as FieldRow
from bridge.verbs import NAMED, SOURCE, VERBS, Verb
from daemon.briefing.explain import Explained, explain
from daemon.engines.table import engine_rows
from daemon.errors import PromptError
from daemon.jobs.pins import load_pins
from daemon.settings.meaning import engine_policy, prompt_defaults, session_with
from daemon.spending.ledger import day_spent, spent_rows
from daemon.version import __version__
from daemon.web.site import Site

Id = Annotated[str, InPath(pattern="^[0-9A-Za-z_-]{1,64}$")]


class Pins(BaseModel):
    """Pinned values. 0 or an empty text follows the session again; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    bpm: Annotated[float, Field(ge=0, le=300)] | None = None
    key: Annotated[str, Field(max_length=20)] | None = None
    meter: Annotated[str, Field(max_length=5)] | None = None


class Answer(BaseModel):
    """Whether a language model's proposal for a job is used; else the request's own words are."""

    model_config = ConfigDict(extra="forbid")
    yes: bool


def checked(values: dict[str, Any]) -> dict[str, Any]:
    """A request's fields, checked by the table."""
    return _read(values).to_send()


def _read(values: Mapping[str, Any]) -> Request:
    return read_request((name, value) for name, value in values.items() if value not in (None, ""))


def job_routes(site: Site) -> APIRouter:
    routes = APIRouter(prefix="/api")

    @routes.post("/requests", status_code=202)
    async def order(
        values: Annotated[dict[str, Any], Body(examples=[{"prompt": "dusty drums", "bpm": 90}])],
    ) -> dict[str, Any]:
        """Order clips: any fields of a request (see /api/fields). A refusal says why."""
        request = checked(values)
        if not request.get("prompt") and not request.get("reference"):
            raise PromptError(NOTHING_ASKED, "bad_request")
        return await site.line.order("make" if request.get("prompt") else "fit", request)

    @routes.post("/explain")
    async def explained(
        values: Annotated[dict[str, Any], Body(examples=[{"prompt": "dusty drums at 90 bpm"}])],
    ) -> Explained:
        """Make nothing: the prompt with what each word sets. Takes the fields of a request."""
        request = _read(values)
        if not request.get("prompt"):
            raise PromptError(NOTHING_ASKED, "bad_request")
        session = session_with(load_pins(site.jobs))
        config = site.config
        return explain(
            request, session, prompt_defaults(config), engine_policy(config), time.monotonic()
        )

    @routes.post("/clips/{clip}/again", status_code=202)
    async def again(
        clip: Id, values: Annotated[dict[str, Any] | None, Body()] = None
    ) -> dict[str, Any]:
        """The same with a new seed; `change` writes one part anew."""
        return await site.line.order("again", {SOURCE: clip, **checked(values or {})})

    @routes.get("/jobs")
    async def jobs(limit: Annotated[int, Query(ge=1, le=200)] = 20) -> list[dict[str, Any]]:
        """The newest jobs of all doors."""
        return site.job_rows(limit)

    @routes.get("/jobs/{job}")
    async def job(job: Id) -> dict[str, Any]:
        return site.job(job)

    @routes.delete("/jobs/{job}")
    async def cancel(job: Id) -> dict[str, Any]:
        """Cancel a job."""
        site.job(job)
        return await site.line.ask("/sidecrate/cancel", job)

    @routes.post("/jobs/{job}/answer")
    async def answer(job: Id, said: Answer) -> dict[str, Any]:
        """A person's answer to a job's `proposal`."""
        site.job(job)
        return await site.line.ask("/sidecrate/answer", job, "yes" if said.yes else "no")

    @routes.get("/events", response_class=StreamingResponse)
    async def events() -> StreamingResponse:
        """Server-sent events, as the other doors have them; `jobs` lists the jobs of all doors."""

        async def lines() -> AsyncIterator[str]:
            async for event in site.line.events():
                yield f"event: {event['event']}\ndata: {json.dumps(event)}\n\n"

        return StreamingResponse(
            lines(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    _add_whole(routes, site)
    _add_verbs(routes, site)
    return routes


def _add_verbs(routes: APIRouter, site: Site) -> None:
    """A route for each verb of the table; where a route above has its address, that one stays."""

    @routes.get("/verbs")
    async def verbs() -> list[dict[str, Any]]:
        """What can be asked: what each verb works on, gives and takes."""
        return [
            {
                "name": verb.name, "works_on": verb.works_on, "gives": verb.gives,
                "said": verb.said, "help": verb.help, "example": verb.example,
                "fields": [_field_row(row) for row in verb.takes.values()],
                "own_fields": [row.name for row in verb.own_fields],
            }
            for verb in VERBS.values()
        ]  # fmt: skip

    for verb in VERBS.values():
        routes.add_api_route(
            f"/{verb.name}", _asking(site, verb), methods=["POST"], status_code=202, name=verb.name,
            summary=verb.help,
            description=f"Works on {NAMED[verb.works_on]} (`{SOURCE}`), gives {verb.gives}.",
        )  # fmt: skip


def _asking(site: Site, verb: Verb) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def ask(values: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        given = [(name, value) for name, value in values.items() if value not in (None, "")]
        what, request = verb.read(given)
        missing = not what if not verb.holds else verb.holds not in request
        if missing and verb.works_on != "words":
            raise RequestError(verb.missing())
        about = {SOURCE: what} if what else {}
        return await site.line.order(verb.name, {**about, **request.to_send()})

    return ask


def _add_whole(routes: APIRouter, site: Site) -> None:
    @routes.get("/session")
    async def session() -> dict[str, Any]:
        """What is known of the DAW's project, with the source of each value."""
        return site.line.session

    @routes.put("/session")
    async def pin(pins: Pins) -> dict[str, Any]:
        """Pin tempo, key or meter."""
        values = pins.model_dump(exclude_none=True)
        addresses = {
            "bpm": "/sidecrate/tempo",
            "key": "/sidecrate/key",
            "meter": "/sidecrate/meter",
        }
        for name, value in values.items():
            pinned: Any = FIELDS[name].check(value) if value else value
            await site.line.ask(addresses[name], pinned)
        return values

    @routes.get("/engines")
    async def engines() -> list[dict[str, Any]]:
        """The engines that can make clips here, and why others cannot."""
        return engine_rows()

    @routes.get("/spend")
    async def spend(limit: Annotated[int, Query(ge=1, le=1000)] = 20) -> dict[str, Any]:
        """The cost of hosted engines."""
        rows = [
            {name: row[name] for name in dict(row) if name != "intent"}
            for row in map(dict, spent_rows(site.jobs, limit))
        ]
        cap = site.config.spend.per_day_usd
        return {
            "today_usd": day_spent(site.jobs, time.time()),
            "per_day_usd": cap,
            "purchases": rows,
        }

    @routes.get("/settings")
    async def settings() -> dict[str, Any]:
        """The config in effect; it is changed in config.yaml."""
        return {"file": str(site.places.config_file), "values": site.config.model_dump(mode="json")}

    @routes.get("/fields")
    async def fields() -> list[dict[str, Any]]:
        """The table of a request's fields."""
        return [_field_row(one) for one in FIELDS.values()]

    @routes.get("/status")
    async def status() -> dict[str, Any]:
        """Version, session and newest jobs."""
        web = {"share": site.config.web.share, "share_port": site.share_port}
        return {
            "version": __version__,
            "session": site.line.session,
            "jobs": site.job_rows(20),
            "web": web,
        }


def _field_row(row: FieldRow) -> dict[str, Any]:
    return {
        "name": row.name, "allowed": row.allowed, "default": row.default, "help": row.help,
        "choices": list(row.check.choices) if isinstance(row.check, OneOf) else [],
        "is_path": row.is_path,
    }  # fmt: skip
