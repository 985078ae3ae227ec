"""Engines that a folder of small files describes: read anew only where the folder has changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from daemon.engines.contract import EngineInfo


class EnginesInFolder:
    """What `read` makes of a folder, remembered until a JSON file in it is another."""

    def __init__(self, read: Callable[[Path], list[EngineInfo]]) -> None:
        self._read = read
        self._stamp: object = None
        self._infos: list[EngineInfo] = []

    def forget(self) -> None:
        """Read it anew at the next question."""
        self._stamp = None

    def infos(self, folder: Path) -> list[EngineInfo]:
        """The engines of a folder; none where it is not there."""
        try:
            files = sorted((path.name, path.stat().st_mtime_ns) for path in folder.glob("*.json"))
        except OSError:
            return []
        if (folder, files) != self._stamp:
            self._infos = self._read(folder)
            self._stamp = (folder, files)
        return self._infos
