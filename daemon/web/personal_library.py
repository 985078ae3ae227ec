"""The library of the person that uses the page, with the versions of its clips."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from daemon.home.places import Places
from daemon.library.library import Library
from daemon.library.versions import Versions
from daemon.settings.schema import Config


@dataclass
class PersonalLibrary:
    """One person's library and the versions that its edits are rendered to."""

    library: Library
    versions: Versions
    seen: int = -1
    """The job table's `data_version` at the last catch-up."""

    @classmethod
    def open(cls, places: Places, config: Config, file: Path) -> PersonalLibrary:
        """LibraryError where the file cannot be opened."""
        library = Library(file)
        return cls(library, Versions.configured(library, places.versions, config))
