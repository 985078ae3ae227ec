"""The program's places: the config file, the state folder, and the default crate and inbox."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HOME_VARIABLE = "SIDECRATE_HOME"


@dataclass(frozen=True)
class Places:
    """The four places. Crate and inbox are the defaults; the config may name others."""

    config_file: Path
    state: Path
    crate: Path
    inbox: Path

    @classmethod
    def find(cls, home: str | Path | None = None) -> Places:
        """Everything under `home` (or the variable SIDECRATE_HOME), else in the user's folders."""
        chosen = home or os.environ.get(HOME_VARIABLE)
        if chosen:
            base = Path(chosen).expanduser().absolute()
            return cls(base / "config.yaml", base / "state", base / "crate", base / "inbox")
        music = Path(platformdirs.user_music_dir())
        return cls(
            Path(platformdirs.user_config_dir("Sidecrate", appauthor=False, roaming=True))
            / "config.yaml",
            Path(platformdirs.user_data_dir("Sidecrate", appauthor=False)),
            music / "Sidecrate",
            music / "Sidecrate Inbox",
        )

    @property
    def database(self) -> Path:
        return self.state / "sidecrate.db"

    @property
    def beacon(self) -> Path:
        """The file in which a running daemon writes its pid, boot id and addresses."""
        return self.state / "daemon.json"

    @property
    def lock(self) -> Path:
        return self.state / "daemon.lock"

    @property
    def jobs(self) -> Path:
        """Takes and unpublished clips, a folder for each clip."""
        return self.state / "jobs"

    @property
    def batches(self) -> Path:
        """Batches on their way from the command line to the daemon."""
        return self.state / "batches"

    @property
    def paid_takes(self) -> Path:
        """Paid takes whose clip was not made."""
        return self.state / "paid takes"

    @property
    def projects(self) -> Path:
        """Projects that were begun on the page; those of the command line lie anywhere."""
        own = "projects" if self.inbox.name == "inbox" else "Sidecrate Projects"
        return self.inbox.with_name(own)

    @property
    def recordings(self) -> Path:
        """Recordings of a device's track, to be sent as a reference."""
        return self.state / "recordings"

    @property
    def refitted(self) -> Path:
        """Cache of clips at other tempos and keys, for auditioning."""
        return self.state / "auditioned"

    @property
    def library(self) -> Path:
        """The library's index of the clips: marks, collections, edits and search."""
        return self.state / "library.db"

    @property
    def profiles(self) -> Path:
        """People who share this machine: a folder each, with its own library file."""
        return self.state / "profiles"

    @property
    def versions(self) -> Path:
        """Rendered edits of clips, a folder for each clip; they can be made again."""
        return self.state / "versions"

    @property
    def log(self) -> Path:
        return self.state / "sidecrate.log"
