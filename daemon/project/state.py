"""What a project has made: its files, and a journal that tells a file thrown out from one not made.

A file appears whole, then the journal names it. A kill in between leaves a file that the next run
finds and enters.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from bridge.files.whole import write_whole
from daemon.errors import ConfigError

#: The steps in their order, and what each makes.
STEPS: dict[str, str] = {
    "music": ".wav",
    "continuation": ".wav",
    "images": ".png",
    "video": ".mp4",
    "clip": ".mp4",
}
_JOURNAL = ".made.json"
#: How often each paid order has failed.
_TRIES = ".tries.json"


@dataclass
class State:
    """The folder of a project and its journal."""

    folder: Path
    made: set[tuple[str, int]] = field(default_factory=set)
    """(step, piece) of every file that was there once."""

    @classmethod
    def of(cls, folder: Path) -> State:
        """By the journal, and files that it does not name yet. ConfigError if it is broken."""
        state = cls(folder)
        path = folder / _JOURNAL
        if path.exists():
            try:
                rows = json.loads(path.read_text(encoding="utf-8"))
                state.made = {(str(step), int(piece)) for step, piece in rows}
            except (ValueError, TypeError):
                raise ConfigError(
                    f"{path} is damaged; delete it, and what is in the folders counts as made"
                ) from None
        for step in STEPS:
            for file in (folder / step).glob(f"*{STEPS[step]}"):
                if file.stem.isdigit():
                    state.made.add((step, int(file.stem)))
        return state

    def path(self, step: str, piece: int) -> Path:
        return self.folder / step / f"{piece:02d}{STEPS[step]}"

    def note(self, step: str, piece: int) -> None:
        """Enter a file that is there now."""
        self.made.add((step, piece))
        write_whole(self.folder / _JOURNAL, json.dumps(sorted(self.made)))

    def tries(self, step: str, piece: int) -> int:
        """How often a paid order of this file has failed: each try is an order of its own."""
        return self._tries().get(f"{step} {piece}", 0)

    def note_try(self, step: str, piece: int) -> None:
        rows = self._tries()
        rows[f"{step} {piece}"] = rows.get(f"{step} {piece}", 0) + 1
        write_whole(self.folder / _TRIES, json.dumps(rows))

    def _tries(self) -> dict[str, int]:
        path = self.folder / _TRIES
        if not path.exists():
            return {}
        try:
            rows = json.loads(path.read_text(encoding="utf-8"))
            return {str(name): int(count) for name, count in rows.items()}
        except (ValueError, TypeError, AttributeError):
            raise ConfigError(f"{path} is damaged; delete it") from None

    def thrown_out(self) -> set[int]:
        """Pieces of which a file was there and was deleted: they are made no further."""
        return {piece for step, piece in self.made if not self.path(step, piece).exists()}

    def missing(self, pieces: int, steps: tuple[str, ...] = tuple(STEPS)) -> list[tuple[str, int]]:
        """(step, piece) of what is to be made, step by step."""
        out = self.thrown_out()
        return [
            (step, piece)
            for step in steps
            for piece in range(1, pieces + 1)
            if piece not in out and not self.path(step, piece).exists()
        ]
