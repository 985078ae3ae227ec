"""The tools' work: checked arguments in, a short answer out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.request import FIELDS as REQUEST_FIELDS
from bridge.verbs import SOURCE
from daemon.errors import LibraryError
from daemon.jobs.pins import load_pins
from daemon.library.filters import Filters
from daemon.library.rows import LibraryClip
from daemon.mcp.house import House
from daemon.mcp.orders import Tell, cancel_jobs, follow_jobs, read_orders, run_orders
from daemon.mcp.shapes import CLIP_FIELDS, FIELDS, FOUND_FIELDS, clip_shape, job_shape
from daemon.mcp.tools import LIMIT, WAIT_S, tool_table
from daemon.mcp.undo import Journal

Arguments = Mapping[str, Any]
#: Addresses that pin what a session knows.
_PINS = {"bpm": "/sidecrate/tempo", "key": "/sidecrate/key", "meter": "/sidecrate/meter"}


@dataclass(frozen=True)
class Told:
    """A tool's answer: plain JSON, and the files that it names."""

    values: dict[str, Any]
    files: tuple[Path, ...] = field(default=())


class Calls:
    """What each tool of the table does. SidecrateError says what, why and what to do."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._journal = Journal()
        self._own: dict[str, Callable[[Arguments, Tell], Awaitable[Told]]] = {
            "find": self._find,
            "job": self._job,
            "edit": self._edit,
            "mark": self._mark,
            "trash": self._trash,
            "export": self._export,
            "session": self._session,
            "undo": self._undo,
        }

    async def call(self, name: str, given: Arguments, tell: Tell) -> Told:
        """Do what a tool does."""
        own = self._own.get(name)
        return await (own(given, tell) if own else self._order(name, given, tell))

    # -- orders

    async def _order(self, name: str, given: Arguments, tell: Tell) -> Told:
        verb = str(given.get("do") or tool_table()[name].verbs[0])
        if name == "make":
            wanted: list[dict[str, Any]] = list(given["clips"])
        else:
            options = given.get("options") or {}
            wanted = [{SOURCE: one, **options} for one in given["sources"]]
        orders = read_orders(verb, wanted)
        price = float(given.get("max_price") or 0.0)
        wait_s = float(given.get("wait_s", WAIT_S))
        jobs = await run_orders(self._house, verb, orders, price, wait_s, tell)
        names = [one["job"] for one in jobs]
        self._journal.add(f"{verb} ({', '.join(names)})", lambda: self._take_back(names))
        return self._told_jobs(jobs, CLIP_FIELDS)

    def _told_jobs(self, jobs: Sequence[dict[str, Any]], fields: Sequence[str]) -> Told:
        """The clips of jobs, and what is to be said of those that are not done."""
        clips = [self._shape(clip, fields) for one in jobs for clip in one.get("clips", ())]
        open_ones = [
            {name: value for name, value in one.items() if name != "clips"}
            for one in jobs
            if one["state"] != "done"
        ]
        values: dict[str, Any] = {"clips": clips, **({"jobs": open_ones} if open_ones else {})}
        return Told(values, _files(clips))

    async def _take_back(self, jobs: Sequence[str]) -> str:
        """Cancel jobs, and put what they made into the bin; what was paid for stays."""
        await cancel_jobs(self._house, jobs)
        library = self._house.library
        clips = [clip for job in jobs for clip in self._house.clips_of(job)]
        paid = [clip for clip in clips if library.record(clip).get("cost_usd")]
        free = [clip for clip in clips if clip not in paid]
        for clip in free:
            await self._house.line.ask("/sidecrate/trash", clip)
        said = f"{', '.join(free) or 'no clip'} went to the system's bin"
        return said + (f"; {', '.join(paid)} cost money and stays" if paid else "")

    # -- reads

    def _shape(self, clip: str, fields: Sequence[str]) -> dict[str, Any]:
        row = self._house.library.get(clip)
        return clip_shape(row, row["record"], fields)

    async def _find(self, given: Arguments, tell: Tell) -> Told:
        library = self._house.library
        fields = _checked_fields(given.get("fields") or FOUND_FIELDS)
        limit, offset = int(given.get("limit", LIMIT)), int(given.get("offset", 0))
        if given.get("clips"):
            found = [library.find(one) for one in given["clips"]]
            clips = [self._shape(one, fields) for one in found[offset : offset + limit]]
            return Told({"total": len(found), "clips": clips}, _files(clips))
        similar = library.find(given["similar"]) if given.get("similar") else None
        if similar:
            await self._house.versions.measure(similar)
        page = library.search(
            Filters(
                text=given.get("text", ""),
                kind=(given["kind"],) if given.get("kind") else (),
                key=given.get("key") or None,
                compatible=True,
                bpm=_tempi(given.get("bpm", "")),
                collection=given.get("collection"),
                similar=similar,
                favourite=given.get("favourite"),
                sort=given.get("sort", "newest"),
                limit=limit,
                offset=offset,
            )
        )
        clips = [self._shape(row["id"], fields) for row in page.clips]
        return Told({"total": page.total, "clips": clips}, _files(clips))

    async def _job(self, given: Arguments, tell: Tell) -> Told:
        fields = _checked_fields(given.get("fields") or CLIP_FIELDS)
        jobs = list(given.get("jobs") or ())
        if not jobs:
            rows = self._house.newest_jobs(int(given.get("limit", LIMIT)))
            shapes = [job_shape(row, self._house.clips_of(row.id)) for row in rows]
            return Told({"jobs": shapes})
        for job in jobs:
            self._house.job(job)
        if given.get("cancel"):
            await cancel_jobs(self._house, jobs)
        elif given.get("answer"):
            for job in jobs:
                await self._house.line.ask("/sidecrate/answer", job, given["answer"])
        followed = await follow_jobs(self._house, jobs, float(given.get("wait_s", 0)), tell)
        return self._told_jobs(followed, fields)

    # -- changes

    async def _edit(self, given: Arguments, tell: Tell) -> Told:
        clips = [self._house.library.find(one) for one in given["clips"]]
        if not given.get("words") and not given.get("publish"):
            raise LibraryError("edit needs words, or publish", "bad_request")
        told: list[dict[str, Any]] = []
        backs: list[Callable[[], Awaitable[str]]] = []

        async def back() -> str:
            return "; ".join([await one() for one in reversed(backs)])

        try:
            for number, clip in enumerate(clips):
                await tell(number, len(clips), f"editing {clip}")
                told.append(await self._edit_one(clip, given, backs))
        finally:
            if backs:
                self._journal.add(f"edit {', '.join(clips)}", back)
        return Told({"clips": told}, _files(told))

    async def _edit_one(
        self, clip: str, given: Arguments, backs: list[Callable[[], Awaitable[str]]]
    ) -> dict[str, Any]:
        """Edit one clip, and publish it where that is asked; what takes it back joins `backs`."""
        library, versions = self._house.library, self._house.versions
        if words := given.get("words"):
            before = library.edits.turns(clip)["undo"]

            async def unedit() -> str:
                library.edits.back_to(clip, before)
                return f"{clip} is as it was"

            with library.edits.only_if_rendered(clip):
                library.say(clip, words)
                await versions.render(clip)
            backs.append(unedit)
        if given.get("publish"):
            with self._house.crate() as crate:
                new = (await versions.publish(clip, crate))["id"]

            async def unpublish() -> str:
                await self._house.line.ask("/sidecrate/trash", new)
                return f"{new} went to the system's bin"

            backs.append(unpublish)
            return self._shape(new, CLIP_FIELDS)
        row, record = library.get(clip), await versions.render(clip)
        edited: LibraryClip = {**row, "path": record["path"]}
        return clip_shape(edited, record, (*CLIP_FIELDS, "edits"))

    async def _mark(self, given: Arguments, tell: Tell) -> Told:
        library = self._house.library
        clips = [library.find(one) for one in given["clips"]]
        before = [library.get(clip) for clip in clips]
        name = given.get("collection")
        for clip in clips:
            if "favourite" in given:
                library.marks.favourite(clip, given["favourite"])
            if "rating" in given:
                library.marks.rate(clip, given["rating"])
            if given.get("add_tags") or given.get("remove_tags"):
                library.marks.tag(clip, given.get("add_tags") or (), given.get("remove_tags") or ())
            if given.get("keep"):
                await self._house.line.ask("/sidecrate/keep", clip)
        if name:
            library.collections.add(name, clips)

        async def back() -> str:
            for row in before:
                clip = row["id"]
                library.marks.favourite(clip, row["favourite"])
                library.marks.rate(clip, row["rating"])
                now = set(library.get(clip)["tags"])
                library.marks.tag(clip, set(row["tags"]) - now, now - set(row["tags"]))
                if name and name not in row["collections"]:
                    library.collections.remove(name, [clip])
            kept = "; what lies under Kept stays there" if given.get("keep") else ""
            return f"the marks of {', '.join(clips)} are as they were{kept}"

        self._journal.add(f"mark {', '.join(clips)}", back)
        fields = ("favourite", "rating", "tags", "collections")
        return Told({"clips": [self._shape(clip, fields) for clip in clips]})

    async def _trash(self, given: Arguments, tell: Tell) -> Told:
        clips = [self._house.library.find(one) for one in given["clips"]]
        for clip in clips:
            await self._house.line.ask("/sidecrate/trash", clip)

        async def back() -> str:
            raise LibraryError(
                f"{', '.join(clips)} cannot be brought back from here; put the files back from the"
                " system's bin, and the library takes them in",
                "in_bin",
            )

        self._journal.add(f"trash {', '.join(clips)}", back)
        return Told({"trashed": clips})

    async def _export(self, given: Arguments, tell: Tell) -> Told:
        folder = Path(given["folder"]).expanduser()
        if not folder.is_absolute():
            raise LibraryError(
                f"folder: {given['folder']} is not a whole path; it begins at / or a drive",
                "bad_request",
            )
        clips = [self._house.library.find(one) for one in given["clips"]]
        made = []
        for number, clip in enumerate(clips):
            await tell(number, len(clips), f"exporting {clip}")
            done = await self._house.versions.export(
                clip, given.get("format", "wav24"), f"{folder}/"
            )
            notes = {"notes": list(done.said)} if done.said else {}
            made.append({"id": clip, "path": str(done.path), **notes})
        return Told({"files": made}, _files(made))

    async def _session(self, given: Arguments, tell: Tell) -> Told:
        pins = {name: given[name] for name in _PINS if name in given}
        if pins:
            before = load_pins(self._house.jobs)
            await self._pin(pins)
            old = {name: before.get(name) or (0 if name == "bpm" else "") for name in pins}

            async def back() -> str:
                await self._pin(old)
                return f"{', '.join(old)} as before"

            self._journal.add(f"pin {', '.join(pins)}", back)
        pinned = load_pins(self._house.jobs)
        return Told({"session": await self._house.session(pinned), "pinned": pinned})

    async def _pin(self, pins: Mapping[str, Any]) -> None:
        for name, value in pins.items():
            checked: Any = REQUEST_FIELDS[name].check(value) if value else value
            await self._house.line.ask(_PINS[name], checked)

    async def _undo(self, given: Arguments, tell: Tell) -> Told:
        what, done = await self._journal.undo()
        return Told({"undone": what, "now": done})


def _files(shapes: Sequence[Mapping[str, Any]]) -> tuple[Path, ...]:
    return tuple(Path(one["path"]) for one in shapes if one.get("path"))


def _checked_fields(names: Sequence[str]) -> tuple[str, ...]:
    if unknown := [name for name in names if name not in FIELDS]:
        raise LibraryError(
            f"fields: {unknown[0]} is none; there are {', '.join(FIELDS)}", "bad_request"
        )
    return tuple(names)


def _tempi(said: str) -> tuple[float | None, float | None]:
    """A range of tempi: `120` within half a beat a minute, `118-124`. LibraryError otherwise."""
    if not said.strip():
        return None, None
    low, dash, high = said.replace("..", "-").partition("-")
    try:
        return (float(low), float(high)) if dash else (float(low) - 0.5, float(low) + 0.5)
    except ValueError:
        raise LibraryError(
            f"bpm: {said!r} is no tempo; it takes a number or a range, as in 118-124",
            "bad_request",
        ) from None
