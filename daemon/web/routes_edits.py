"""Routes of edits: steps, undo and redo, and the version that they give."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Path as InPath
from pydantic import Field

from daemon.errors import LibraryError
from daemon.library.instrument import LEVEL_DB
from daemon.library.plugins import HOW_TO_INSTALL, find_plugins, plugin_folders
from daemon.library.steps import STEPS
from daemon.web.routes_clips import Given
from daemon.web.routes_jobs import Id
from daemon.web.site import Site


class Edit(Given):
    """A step and its settings (see /api/steps), or words as in "a bit faster"."""

    step: dict[str, str | int | float] | None = None
    words: Annotated[str, Field(max_length=500)] | None = None


class Instrument(Given):
    """An instrument that plays along, as in "strings", and its level under a whole loop's."""

    what: Annotated[str, Field(min_length=1, max_length=200)]
    db: Annotated[float, Field(ge=-40, le=6)] = LEVEL_DB


Quarters = Annotated[float, Field(ge=0, le=100_000)]
Pitch = Annotated[int, Field(ge=0, le=127)]


class PartChange(Given):
    """Notes of a part that go, as [start, pitch], and that come: [start, length, pitch, velocity].

    Start and length are in quarters from the clip's start.
    """

    part: Annotated[str, Field(max_length=200)]
    gone: Annotated[list[tuple[Quarters, Pitch]], Field(max_length=5000, default_factory=list)]
    new: Annotated[
        list[tuple[Quarters, Quarters, Pitch, Annotated[int, Field(ge=1, le=127)]]],
        Field(max_length=5000, default_factory=list),
    ]


class NoteChanges(Given):
    """Changes to a clip's notes as they stand."""

    changes: Annotated[list[PartChange], Field(min_length=1, max_length=32)]


class Settings(Given):
    settings: Annotated[dict[str, str | int | float], Field(max_length=20)]


def _now(site: Site, clip: str) -> dict[str, Any]:
    edits = site.library.edits
    return {"steps": edits.steps(clip), "turns": edits.turns(clip)}


async def _rendered(site: Site, clip: str, change: Callable[[], Any]) -> dict[str, Any]:
    """Make a change; it is reverted if it cannot be rendered."""
    with site.library.edits.only_if_rendered(clip):
        change()
        record = await site.versions.render(clip)
    return _now(site, clip) | {"warnings": record["report"].get("warnings", [])}


def edit_routes(site: Site) -> APIRouter:
    routes = APIRouter(prefix="/api")

    @routes.get("/steps")
    async def steps() -> list[dict[str, Any]]:
        """All edit steps and their settings."""
        return [
            {
                "do": kind.name, "about": kind.about, "stems": kind.stems, "on": kind.on,
                "settings": [
                    {
                        "name": one.name, "range": one.range, "default": one.default,
                        "choices": list(one.choices),
                    }
                    for one in kind.settings
                ],
            }
            for kind in STEPS.values()
        ]  # fmt: skip

    @routes.get("/plugins")
    async def plugins() -> dict[str, Any]:
        """The names of the user's own effects, for the step `plugin`.

        `text` says what is missing where none can be used.
        """
        names = list(find_plugins(plugin_folders(site.config.plugins.folders)))
        return {"names": names, "text": "" if find_spec("pedalboard") else HOW_TO_INSTALL}

    @routes.get("/plugins/{plugin}")
    async def plugin(plugin: Annotated[str, InPath(max_length=200)]) -> dict[str, Any]:
        """A plugin's parameters, as the plugin itself reports them."""
        return await site.versions.plugin(plugin)

    @routes.post("/clips/{clip}/edits")
    async def edit(clip: Id, said: Edit) -> dict[str, Any]:
        """Add a step, or several in words. A step that cannot be rendered is removed again."""
        if (said.step is None) == (said.words is None):
            raise LibraryError("give either a step or words", "bad_request")
        step = said.step
        if step is not None:
            return await _rendered(site, clip, lambda: site.library.edits.add(clip, step))
        return await _rendered(site, clip, lambda: site.library.say(clip, str(said.words)))

    @routes.patch("/clips/{clip}/edits/{step}")
    async def change(clip: Id, step: Id, said: Settings) -> dict[str, Any]:
        """Change settings of a step in its place; what is left out stays."""
        settings = said.settings
        return await _rendered(site, clip, lambda: site.library.edits.set(clip, step, settings))

    @routes.post("/clips/{clip}/render")
    async def render(clip: Id) -> dict[str, Any]:
        """Render the current version; returns its record."""
        record = await site.versions.render(clip)
        return {
            name: record.get(name)
            for name in ("id", "kind", "bpm", "key", "bars", "seconds", "report")
        }

    @routes.post("/clips/{clip}/publish", status_code=201)
    async def publish(clip: Id) -> dict[str, Any]:
        """The version as it stands as a clip of its own in the crate."""
        return {**await site.publish(clip)}

    _add_turns(routes, site)
    _add_notes(routes, site)
    return routes


def _add_turns(routes: APIRouter, site: Site) -> None:
    @routes.post("/clips/{clip}/instruments", status_code=202)
    async def add_instrument(clip: Id, said: Instrument) -> dict[str, Any]:
        """Order an instrument that plays along with the clip: a job.

        Its clip becomes a step on top; then the event `edited` comes.
        """
        return await site.add_instrument(clip, said.what, said.db)

    @routes.delete("/clips/{clip}/edits/{step}")
    async def remove(clip: Id, step: Id) -> dict[str, Any]:
        site.library.edits.remove(clip, step)
        return _now(site, clip)

    @routes.post("/clips/{clip}/undo")
    async def undo(clip: Id) -> dict[str, Any]:
        site.library.edits.undo(clip)
        return _now(site, clip)

    @routes.post("/clips/{clip}/redo")
    async def redo(clip: Id) -> dict[str, Any]:
        site.library.edits.redo(clip)
        return _now(site, clip)


def _add_notes(routes: APIRouter, site: Site) -> None:
    @routes.get("/clips/{clip}/notes")
    async def notes(clip: Id) -> dict[str, Any]:
        """Its notes, part by part, where it has some beside it or is notes alone.

        What was changed by hand is changed here; other steps are not followed.
        """
        return await site.sounds.notes(clip)

    @routes.put("/clips/{clip}/notes")
    async def change_notes(clip: Id, said: NoteChanges) -> dict[str, Any]:
        """Change notes by hand: the step `notes`, which the musician plays.

        A sound that the musician did not play cannot follow its notes: they become a clip of their
        own, which `clip` names. The original stays either way.
        """
        changes = await site.sounds.changes_of_notes(
            clip, [row.model_dump() for row in said.changes]
        )
        record = site.library.record(clip)
        if record["kind"] != "midi" and not (record["engine"] == "embedded" and record["plan"]):
            if not changes:
                raise LibraryError("the notes are as they were", "nothing")
            return _now(site, clip) | {"clip": (await site.publish_notes(clip, changes))["id"]}
        edits = site.library.edits
        return await _rendered(site, clip, lambda: edits.change_notes(clip, changes))
