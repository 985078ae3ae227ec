"""Versions and exports, made by a child process.

This is the light side of `render.py`, `export.py` and `bring.py`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.files.whole import replace_patiently
from daemon.children.host import Child
from daemon.crate.crate import Crate, notes_of
from daemon.errors import LibraryError, WorkerError
from daemon.library.library import Library
from daemon.library.performance import Performance, fitting_steps
from daemon.library.plugins import PLUGIN_WORD, plugin_folders, plugin_key, plugin_of, settled
from daemon.library.steps import Step, check_kind, check_step
from daemon.record import ClipRecord, as_record
from daemon.verbs.tell import no_progress

if TYPE_CHECKING:
    from daemon.settings.schema import Config

RENDER = "daemon.library.render:render_version"
HEAR = "daemon.library.played_notes:hear_notes"
EXPORT = "daemon.library.export:export_clip"
MEASURE = "daemon.hearing.features:measure_files"
DESCRIBE = "daemon.library.plugin_host:describe"
BRING = "daemon.library.bring:bring_file"
PACK = "daemon.library.pack:export_collection"
MIX = "daemon.library.mixdown:mix_performance"
#: Part of a version's cache key: raised when the same steps give other samples than before.
RENDER_VERSION = 2
FORMATS = ("wav16", "wav24", "wav32f", "flac", "mp3", "ogg", "aiff", "stems", "midi")
#: Other names by which people ask for them, most of them a file's ending.
_ALSO = {
    "wav": "wav24",
    "wave": "wav24",
    "wav32": "wav32f",
    "aif": "aiff",
    "vorbis": "ogg",
    "oga": "ogg",
    "mid": "midi",
    "zip": "stems",
}


@dataclass(frozen=True)
class Exported:
    """An exported file, and notes for the user."""

    path: Path
    said: tuple[str, ...]


#: After this time without work a child ends.
_IDLE_S = 120.0
#: Timeout of a clip's work.
_DEADLINE_S = 300.0
#: Timeout of a plugin to load and play a clip.
_PLUGIN_DEADLINE_S = 60.0


class Versions:
    """Renders and exports. Belongs to an asyncio loop.

    Versions lie whole under `versions`; exports lie where the caller wants them. Errors:
    LibraryError (gone, unknown), EngineError with what the child reported, WorkerError when it
    died.
    """

    def __init__(
        self,
        library: Library,
        versions: Path,
        *,
        plugin_folders: Sequence[str] = (),
        stretcher: str = "auto",
        note_names: str = "live",
    ) -> None:
        """plugin_folders: where the user's plugins lie beside the system's own folders.

        stretcher and note_names: `audio.stretcher` and `defaults.note_names` of the config.
        """
        self._library = library
        self._versions = versions
        self._stretcher = stretcher
        self._note_names = note_names
        self._plugin_folders = plugin_folders
        self._child = Child("studio", _IDLE_S)
        self._plugin_child = Child("plugins", _IDLE_S)
        self._turn = asyncio.Lock()
        self._plugin_turn = asyncio.Lock()

    @classmethod
    def configured(cls, library: Library, versions: Path, config: Config) -> Versions:
        """By what the config says of plugins, stretching and names of notes."""
        return cls(
            library,
            versions,
            plugin_folders=config.plugins.folders,
            stretcher=config.audio.stretcher,
            note_names=config.defaults.note_names,
        )

    async def end(self) -> None:
        await self._child.end()
        await self._plugin_child.end()

    async def _ask(
        self,
        function: str,
        task: dict[str, Any],
        *,
        plugins: int = 0,
        clips: int = 1,
    ) -> dict[str, Any]:
        """Have a child do it.

        A task with plugins gets a process of its own, for they may crash or hang.
        """
        if not plugins:
            async with self._turn:
                return await self._child.ask(function, task, no_progress, _DEADLINE_S * clips)
        at = ""

        def follow(value: float, stage: str, words: str) -> None:
            nonlocal at
            at = words

        async with self._plugin_turn:
            try:
                deadline_s = _PLUGIN_DEADLINE_S * plugins + _DEADLINE_S * (clips - 1)
                return await self._plugin_child.ask(function, task, follow, deadline_s)
            except WorkerError as error:
                if not at.startswith(PLUGIN_WORD):
                    raise
                name = at.removeprefix(PLUGIN_WORD)
                how = (
                    "did not come to an end and was stopped"
                    if error.code == "deadline"
                    else "crashed"
                )
                raise LibraryError(
                    f"the plugin {name} {how}; nothing else was harmed."
                    " Try other settings or a newer version of it, or leave it out",
                    "plugin_crashed",
                ) from None

    async def plugin(self, said: str, name: str = "") -> dict[str, Any]:
        """A plugin's own description: {name, maker, parameters}.

        LibraryError where there is none or it cannot be loaded.
        """
        file = plugin_of(said, plugin_folders(self._plugin_folders))
        return await self._ask(DESCRIBE, {"file": str(file), "name": name}, plugins=1)

    def version_task(self, clip: str, steps: list[Step] | None = None) -> dict[str, Any]:
        """The child's task for a clip's version: the steps it has now, or those given."""
        steps = self._library.edits.steps(clip) if steps is None else steps
        record = self._library.record(clip)
        file = self._library.path(clip).stat()
        # notes are changed in the clip as it was made, whenever that was done
        wanted = sorted(map(check_step, steps), key=lambda step: step["do"] != "notes")
        for step in wanted:
            check_kind(step, record)
        others = {
            step["clip"]: self._library.record(step["clip"]) for step in wanted if "clip" in step
        }
        said = json.dumps(
            [RENDER_VERSION, clip, file.st_size, file.st_mtime_ns, wanted], sort_keys=True
        )
        plugins = {
            plugin_key(step): settled(step, self._plugin_folders)
            for step in wanted
            if step["do"] == "plugin"
        }
        if plugins:
            said += json.dumps(plugins, sort_keys=True)
        if self._stretcher != "auto":
            said += self._stretcher
        if word := record.get("corrected"):
            said += json.dumps(word, sort_keys=True)
        folder = self._versions / clip / hashlib.sha256(said.encode()).hexdigest()[:16]
        about = {
            "record": record,
            "steps": wanted,
            "others": others,
            "plugins": plugins,
            "stretcher": self._stretcher,
        }
        return {**about, "folder": str(folder), "stems": False}

    async def render(
        self,
        clip: str,
        steps: list[Step] | None = None,
        *,
        stems: bool = False,
    ) -> ClipRecord:
        """Render a clip's current version: its record, with `path` a WAV and, with `stems`, its
        stems too.

        Without steps it is the original itself. A version made before is taken from its folder.
        """
        task = self.version_task(clip, steps)
        task["stems"] = stems
        return as_record(await self._ask(RENDER, task, plugins=_plugins_in(task)))

    async def hear(self, clip: str, steps: list[Step] | None = None) -> ClipRecord:
        """The record of a version that can be played.

        Notes alone are played by the embedded musician.
        """
        if self._library.record(clip)["kind"] != "midi":
            return await self.render(clip, steps)
        return as_record(await self._ask(HEAR, self.version_task(clip, steps)))

    async def publish(self, clip: str, crate: Crate) -> ClipRecord:
        """Publish a clip's current version as a new clip with its own id, name and edits."""
        task = self.version_task(clip)
        if not task["steps"]:
            raise LibraryError(
                f"clip {clip} has no edits, so there is nothing to publish;"
                " it is in the crate already",
                "nothing",
            )
        new = crate.reserve()
        folder = self._versions / "publishing" / new
        task |= {"publish_as": new, "folder": str(folder)}
        try:
            made = await self._ask(RENDER, task, plugins=_plugins_in(task))
            return self._bring_home(as_record(made), crate)
        finally:
            for left in (folder, folder.with_name(f"{new}-stems")):
                shutil.rmtree(left, ignore_errors=True)

    async def publish_notes(self, clip: str, changes: str, crate: Crate) -> ClipRecord:
        """Publish a sound's notes, changed by hand, as a new clip of notes."""
        record = self._library.record(clip)
        new = crate.reserve()
        folder = self._versions / "publishing" / new
        notes = {**record, "kind": "midi", "path": notes_of(record), "midi": None, "stems": []}
        steps = [check_step({"do": "notes", "changes": changes})]
        try:
            made = await self._ask(
                RENDER,
                {
                    "record": notes, "steps": steps, "others": {}, "plugins": {}, "stems": False,
                    "folder": str(folder), "publish_as": new,
                },
            )  # fmt: skip
            return self._bring_home(as_record(made), crate)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def measure(self, clip: str) -> None:
        """Measure a clip's features, unless its worker or the idle daemon has done so before."""
        if self._library.needs_measuring(clip):
            made = await self._ask(MEASURE, {"paths": {clip: str(self._library.path(clip))}})
            self._library.measured(made["features"])

    async def bring(
        self,
        path: Path,
        crate: Crate,
        values: Mapping[str, Any] | None = None,
    ) -> ClipRecord:
        """Import any audio file as a clip of the crate, its sound as it is. Returns its record.

        `values` may hold kind, bpm, key, meter, license, words and tags. AudioError (as EngineError
        of the child) where the file cannot be read.
        """
        new = crate.reserve()
        folder = self._versions / "publishing" / new
        try:
            task = {
                "path": str(path.absolute()),
                "clip": new,
                "folder": str(folder),
                "values": dict(values or {}),
                "corrected": self._library.corrections.of_file(path).to_json(),
                "note_names": self._note_names,
            }
            made = await self._ask(BRING, task)
            return self._bring_home(as_record(made), crate)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def fitted(self, clip: str, bpm: float | None, key: str | None) -> ClipRecord:
        """The record of a clip as edited, at a tempo and in a key, as it can be played."""
        fitting = fitting_steps(self._library.record(clip), bpm, key)
        return await self.hear(clip, [*self._library.edits.steps(clip), *fitting])

    async def perform(self, played: Performance, crate: Crate) -> ClipRecord:
        """Publish what was played on the pads as a clip. Returns its record."""
        sources = {}
        for clip in played.clips:
            sources[clip] = await self.fitted(clip, played.bpm, played.key)
        new = crate.reserve()
        folder = self._versions / "publishing" / new
        try:
            task = {
                "performance": played.to_json(),
                "sources": sources,
                "clip": new,
                "folder": str(folder),
            }
            return self._bring_home(as_record(await self._ask(MIX, task)), crate)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _bring_home(self, made: ClipRecord, crate: Crate) -> ClipRecord:
        source = Path(made["path"])
        replace_patiently(source, source.with_name(f"clip{source.suffix}"))
        record = crate.publish(made, source.parent)
        crate.record_alone(record)
        self._library.arrivals.take_in([record])
        return record

    async def export(
        self,
        clip: str,
        kind: str,
        target: str,
        *,
        force: bool = False,
    ) -> Exported:
        """Export a clip's current version as a file of one of FORMATS; whole or not at all.

        A target that ends in a slash is a folder.
        """
        kind = format_named(kind)
        if kind != "midi" and self._library.record(clip)["kind"] == "midi":
            raise LibraryError(
                f"clip {clip} is notes alone: it has no sound; export it as midi", "no_sound"
            )
        task: dict[str, Any] = {"format": kind, "target": target, "force": force}
        if kind == "midi":
            task["version"] = {
                "record": self._library.record(clip),
                "steps": self._library.edits.steps(clip),
            }
        else:
            task["version"] = self.version_task(clip) | ({"stems": True} if kind == "stems" else {})
        plugins = _plugins_in(task["version"])
        made = await self._ask(EXPORT, task, plugins=plugins)
        return Exported(Path(made["path"]), tuple(made["said"]))

    async def pack(
        self,
        collection: str,
        kind: str,
        target: str,
        *,
        force: bool = False,
    ) -> Exported:
        """Export a collection as a sample pack: a zip of sounds, notes, a manifest and the
        licences.
        """
        clips = self._library.collections.clips(collection)
        kind = format_named(kind)
        versions = []
        for clip in clips:
            is_notes = self._library.record(clip)["kind"] == "midi"
            notes = {"record": self._library.record(clip), "steps": self._library.edits.steps(clip)}
            versions.append(notes if is_notes else self.version_task(clip))
        task = {
            "collection": collection,
            "format": kind,
            "target": target,
            "force": force,
            "versions": versions,
        }
        plugins = sum(map(_plugins_in, versions))
        many = max(1, len(versions))
        made = await self._ask(PACK, task, plugins=plugins, clips=many)
        return Exported(Path(made["path"]), tuple(made["said"]))


def format_named(name: str) -> str:
    """One of FORMATS, by its own or another name of it. LibraryError where there is none."""
    plain = name.strip().lower().removeprefix(".")
    kind = _ALSO.get(plain, plain)
    if kind not in FORMATS:
        raise LibraryError(f"{name!r} is no format; it takes {', '.join(FORMATS)}", "bad_request")
    return kind


def _plugins_in(version: Mapping[str, Any]) -> int:
    """How many of a version's steps are plugins."""
    return sum(step["do"] == "plugin" for step in version["steps"])
