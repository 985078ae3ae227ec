"""Names instead of paths in requests: a clip as reference, a collection as kit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bridge.errors import Fault, RequestError
from bridge.inbox.names import MIDI_ADVICE, is_midi, user_name
from bridge.request import Request
from bridge.text import shorten
from bridge.verbs import Verb, find_verb
from daemon.brief import Brief
from daemon.crate.crate import Crate
from daemon.errors import CrateError, LibraryError
from daemon.library.library import collection_files, said_of


class Material:
    """Resolves names: files and folders first, then clips of `crate` and collections.

    library: the file that holds the collections.
    """

    def __init__(self, crate: Crate, library: Path) -> None:
        self._crate = crate
        self._library = library

    def settle(self, brief: Brief) -> Brief:
        """The Brief with paths in place of names.

        RequestError where there is nothing to read, so that no job fails later.
        """
        reference, source = self._reference(brief)
        kit_files = self._kit_files(brief.kit)
        said: dict[str, Any] = {}
        if reference is not None:
            said = said_of(self._library, Path(reference).expanduser(), source).to_json()
        return brief.amended(
            reference=reference, source=source, kit_files=kit_files, corrected=said
        )

    def _reference(self, brief: Brief) -> tuple[str | None, str]:
        """(file, the clip's id); the id is empty where a file was named."""
        name = brief.reference
        takes_notes = find_verb(brief.do).works_on == "notes"
        if name is not None and is_midi(name) and not takes_notes:
            text = f"reference: {shorten(user_name(Path(name)))}: {MIDI_ADVICE}"
            raise RequestError(Fault("reference", shorten(name), text))
        if name is None or Path(name).expanduser().is_file():
            return name, ""
        try:
            record = self._crate.find(name)
        except CrateError:
            text = (
                f"reference: there is no file {name}, and no clip of that name; "
                "give the path of an audio file, or a clip's id"
            )
            raise RequestError(Fault("reference", shorten(name), text)) from None
        path = Path(record["path"])
        if (path.suffix == ".mid" and not takes_notes) or not path.is_file():
            text = f"reference: clip {name} has no sound to start from ({path}); name another"
            raise RequestError(Fault("reference", shorten(name), text))
        return str(path), str(record["id"])

    def sounds(self, request: Request, verb: Verb) -> dict[str, str]:
        """The files that a verb's own fields name, by field: paths, or clips of the crate.

        RequestError where there is none.
        """
        named = [row.name for row in verb.own_fields if row.is_path and row.name in request]
        return {name: self._file(name, str(request[name])) for name in named}

    def _file(self, field: str, name: str) -> str:
        path = Path(name).expanduser()
        if path.exists():
            return str(path)
        try:
            record = self._crate.find(name)
        except CrateError:
            text = f"{field}: there is no file {name}, and no clip of that name"
            raise RequestError(Fault(field, shorten(name), text)) from None
        if not Path(record["path"]).is_file():
            text = f"{field}: clip {name} is no longer at {record['path']}; name another"
            raise RequestError(Fault(field, shorten(name), text))
        return str(record["path"])

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
