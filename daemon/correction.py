"""The user's word on a clip or file: its tempo, first beat and key, where the ear was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bridge.key_names import named_key
from bridge.music import MAX_BPM, MIN_BPM, Key
from daemon.errors import LibraryError

#: The last second at which a first beat may be said to be: no longer file is read.
MAX_DOWNBEAT_S = 1200.0


@dataclass(frozen=True)
class Correction:
    """What the user said; None was not said.

    `bpm` counts quarters per minute. `downbeat_s` are the seconds from the file's start to the
    first beat of any bar. `key` is in its short spelling.
    """

    bpm: float | None = None
    downbeat_s: float | None = None
    key: str | None = None

    def __post_init__(self) -> None:
        """LibraryError `bad_request` names what lies out of range."""
        if self.bpm is not None and not MIN_BPM <= self.bpm <= MAX_BPM:
            raise _refused(
                f"bpm {self.bpm:g} is out of range; a tempo goes from {MIN_BPM:g} to {MAX_BPM:g}"
            )
        if self.downbeat_s is not None and not 0 <= self.downbeat_s <= MAX_DOWNBEAT_S:
            raise _refused(
                f"downbeat {self.downbeat_s:g} is out of range; "
                f"it goes from 0 to {MAX_DOWNBEAT_S:g} seconds from the file's start"
            )
        if self.key is not None:
            try:
                short = named_key(self.key).short
            except ValueError:
                text = f"key {self.key!r:.40} is not a key; write it as Am, F# minor, Gb or 8A"
                raise _refused(text) from None
            object.__setattr__(self, "key", short)

    def __bool__(self) -> bool:
        return any(value is not None for value in (self.bpm, self.downbeat_s, self.key))

    @property
    def words(self) -> str:
        """For people: `90 bpm, the one at 0.52 s, Am`, `D dorian`."""
        said = [f"{self.bpm:g} bpm"] if self.bpm is not None else []
        if self.downbeat_s is not None:
            said.append(f"the one at {self.downbeat_s:g} s")
        return ", ".join([*said, Key.parse(self.key).plain] if self.key else said)

    def over(self, earlier: Correction) -> Correction:
        """This word on top of an earlier one: what it leaves out stays."""
        values = earlier.to_json() | self.to_json()
        return Correction(**values)

    def later_by(self, seconds: float) -> Correction:
        """The same for a passage that begins earlier by `seconds` (or later, where negative).

        A first beat before the passage is of no use there: its tempo and key stay.
        """
        if self.downbeat_s is None or not seconds:
            return self
        moved = self.downbeat_s + seconds
        return Correction(self.bpm, moved if moved >= 0 else None, self.key)

    def within(self, seconds: float | None) -> Correction:
        """The same, checked against the file's length. LibraryError where the beat lies beyond."""
        if seconds is not None and self.downbeat_s is not None and self.downbeat_s >= seconds:
            raise _refused(
                f"downbeat {self.downbeat_s:g} is out of range; the file lasts {seconds:.2f} s"
            )
        return self

    def to_json(self) -> dict[str, Any]:
        """What was said, by name."""
        values = {"bpm": self.bpm, "downbeat_s": self.downbeat_s, "key": self.key}
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Correction:
        """What `to_json` wrote; other keys are dropped."""
        return cls(values.get("bpm"), values.get("downbeat_s"), values.get("key"))


def _refused(text: str) -> LibraryError:
    return LibraryError(text, "bad_request")
