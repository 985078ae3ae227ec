"""The contract of a family of servers: how a take is ordered, watched, fetched and given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from daemon.engines.servers.wire import Wire


@dataclass(frozen=True)
class Asked:
    """One take, in a server's terms."""

    words: str
    """The prompt without tempo and key."""
    seconds: float
    """With room for choosing bars."""
    seed: int
    kind: str = "loop"
    negative: str = ""
    lyrics: str = ""
    bpm: float | None = None
    """None where the kind has no tempo, as with `key`."""
    key: str | None = None
    """As in `A minor`."""
    meter: str = "4/4"
    bars: int | None = None
    reference: Path | None = None
    """A WAV file, whole, that is uploaded."""
    reference_s: float = 0.0
    use: str = ""
    """The use of the reference: continue, melody, style."""
    strength: float = 0.5
    """How much of the reference stays, 0..1."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the user's own, sent as they are: steps, an adapter and its strength."""
    workflow: str = ""
    """ComfyUI: the file of the user's workflow."""

    @property
    def prompt(self) -> str:
        """The words with key and tempo, for servers that have no fields for them."""
        key = [f"in {self.key}"] if self.key else []
        return ", ".join([self.words, *key, *([f"{self.bpm:g} bpm"] if self.bpm else [])])


@dataclass(frozen=True)
class Look:
    """The state of a take at its server."""

    ended: bool
    share: float | None = None
    """0..1, or None where the server does not say."""
    words: str = ""
    handle: Any = None
    """What `fetch` needs."""


@dataclass(frozen=True)
class Fetched:
    """A take as a server gives it: the bytes of an audio file."""

    audio: bytes
    said: tuple[str, ...] = ()
    """Notes for the user on what the server did, one a line."""


class Family(Protocol):
    """The wire of one program's server. ServerError or EngineError with what, why and the mend."""

    def start(self, wire: Wire, asked: Asked) -> str:
        """Order a take; its id there."""
        ...

    def look(self, wire: Wire, take: str) -> Look: ...

    def fetch(self, wire: Wire, take: str, handle: Any) -> Fetched: ...

    def drop(self, wire: Wire, take: str) -> None:
        """Give a take up: cancelled there where the server can, else left to end unheard."""
        ...
