"""Names instead of paths in requests: a clip as reference, a collection as kit."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from bridge.errors import Fault, RequestError
from bridge.inbox.names import is_midi, user_name
from bridge.text import shorten
from bridge.verbs import WorksOn, find_verb
from daemon.brief import Brief
from daemon.crate.crate import Crate, notes_of
from daemon.errors import CrateError, LibraryError
from daemon.library.library import collection_files, said_of
from daemon.record import ClipRecord

#: What to do with notes where a sound is needed.
_NOTES_ADVICE = "these are notes, and a sound is needed: `sidecrate render` makes one of them"
#: Verbs whose source is a clip's notes, by what they work on, and the files that they take.
_FILES: dict[WorksOn, str] = {"notes": "a MIDI file or a sound", "either": "a MIDI file or a loop"}
_TAKE_NOTES = frozenset(_FILES)


class Material:
    """Resolves names: files and folders first, then clips of `crate` and collections.

    library: the file that holds the collections.
    """

    def __init__(self, crate: Crate, library: Path) -> None:
        self._crate = crate
        self._library = library

    def settle(self, brief: Brief) -> Brief:
        """The Brief with paths in place of names.

        Where a verb takes notes, a clip's notes are its source, and its key and plan go with it.
        RequestError where there is nothing to read, so that no job fails later.
        """
        verb, other = find_verb(brief.do), brief.other
        takes_notes = verb.works_on in _TAKE_NOTES
        reference, record = brief.reference, None
        if not (verb.folder_of and _holds(reference, verb.folder_of)):
            reference, record = self._named(verb.named("reference"), reference, verb.works_on)
        beside = None
        if not (verb.beside_folder and other and Path(other).expanduser().is_dir()):
            other, beside = self._named(verb.named(verb.beside), other, verb.works_on)
        kit_files = self._kit_files(brief.kit)
        source = "" if record is None else record["id"]
        brief = brief.amended(
            reference=reference,
            other=other,
            source=source,
            source_licence="" if record is None else record.get("license") or "",
            kit_files=kit_files,
            corrected=self._said_of(reference, record),
            other_corrected=self._said_of(other, beside),
            beside_source=self._beside(reference, record),
        )
        return _of_clip(brief, record) if takes_notes and record is not None else brief

    def _said_of(self, path: str | None, record: ClipRecord | None) -> dict[str, Any]:
        """The user's word on a file, and on the clip that it is."""
        if path is None:
            return {}
        clip = "" if record is None else record["id"]
        return said_of(self._library, Path(path).expanduser(), clip).to_json()

    def _beside(self, reference: str | None, record: ClipRecord | None) -> dict[str, Any]:
        """The notes and stems of the clip that a reference is, by name or by its file."""
        if reference is not None and record is None:
            with contextlib.suppress(CrateError):
                record = self._crate.find(str(Path(reference).expanduser()))
        if record is None:
            return {}
        return {"midi": notes_of(record), "stems": list(record.get("stems") or ())}

    def _named(
        self, called: str, name: str | None, works_on: WorksOn
    ) -> tuple[str | None, ClipRecord | None]:
        """(file, the clip's record) of what is named; no record where a file was.

        `called` begins an error's text: the field's name, as `Verb.named` gives it.
        """
        field = called.partition(":")[0] or "reference"
        takes_notes = works_on in _TAKE_NOTES
        if name is not None and is_midi(name) and not takes_notes:
            text = f"{called}{shorten(user_name(Path(name)))}: {_NOTES_ADVICE}"
            raise RequestError(Fault(field, shorten(name), text))
        is_file = name is not None and Path(name).expanduser().is_file()
        if name is None or (is_file and not takes_notes):
            return name, None
        try:
            record = (
                self._clip_of_notes(Path(name).expanduser()) if is_file else self._crate.find(name)
            )
        except CrateError:
            if is_file:
                return name, None
            what = _FILES.get(works_on, "an audio file")
            found = (
                f"{name} is a folder"
                if Path(name).expanduser().is_dir()
                else f"there is no file {name}, and no clip of that name"
            )
            text = f"{called}{found}; give the path of {what}, or a clip's id"
            raise RequestError(Fault(field, shorten(name), text)) from None
        notes = notes_of(record) if takes_notes else None
        path = Path(notes if notes and Path(notes).is_file() else record["path"])
        if record["kind"] == "video":
            text = f"{called}{name} is a video; name the sound that it was made of"
            raise RequestError(Fault(field, shorten(name), text))
        if (path.suffix == ".mid" and not takes_notes) or not path.is_file():
            text = f"{called}clip {name} has no sound to start from ({path}); name another"
            raise RequestError(Fault(field, shorten(name), text))
        return str(path), record

    def _clip_of_notes(self, file: Path) -> ClipRecord:
        """The clip that a MIDI file is, or lies beside. CrateError where it is of no clip.

        A file beside a clip has the clip's name, which ends in its id.
        """
        try:
            return self._crate.find(str(file))
        except CrateError:
            record = self._crate.find(file.stem.rpartition("_")[2])
            if notes_of(record) != str(file):
                raise
            return record

    def _kit_files(self, name: str | None) -> tuple[str, ...]:
        """The files of a collection; empty for a folder, which the engine reads itself."""
        if name is None or Path(name).expanduser().is_dir():
            return ()
        try:
            files = collection_files(self._library, name)
        except LibraryError:
            text = (
                f"kit: there is no folder {name}, and no collection of that name; "
                "give a folder of one-shots, or a collection"
            )
            raise RequestError(Fault("kit", shorten(name), text)) from None
        if not files:
            text = f"kit: collection {name} holds no sound; `sidecrate collect` puts clips into it"
            raise RequestError(Fault("kit", shorten(name), text))
        return tuple(map(str, files))


def _holds(place: str | None, file: str) -> bool:
    """Whether a place is a folder that holds a file of this name."""
    return place is not None and (Path(place).expanduser() / file).is_file()


def _of_clip(brief: Brief, record: ClipRecord) -> Brief:
    """A Brief that works on a clip's notes: in the clip's own key, with its plan and genre."""
    asked = brief.decided.get("key")
    is_asked = asked is not None and asked.source in ("request", "prompt")
    return brief.amended(
        key_name=brief.key_name if is_asked else record.get("key"),
        plan=record.get("plan"),
        genre=brief.genre or record.get("genre") or "",
    )
