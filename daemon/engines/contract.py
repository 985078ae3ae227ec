"""The contract of an engine: a description that imports nothing heavy, and a `make` in a child.

An engine is registered by an entry point of the group `sidecrate.engines` that names an
`EngineInfo`. Its `maker` is the dotted path of a function `make(brief, seed, progress) -> Take`,
imported only in the child that runs it. Where the description has a `spec`, the call is
`make(brief, seed, progress, spec=spec)`. A hosted engine's maker is `make(task, tell) -> dict`, as
in `daemon.engines.replicate.run`: it buys takes and stores them itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from daemon.verbs.tell import Tell

if TYPE_CHECKING:
    import numpy as np

    from daemon.brief import Brief
    from daemon.record import Performer
    from daemon.witness.witnesses import Witnesses

#: How a maker says how far it is.
Progress = Tell


#: The child that a maker runs in: conform's, the one for hosted services, the local model's, the
#: one that waits for servers.
PLACES = ("worker", "hosted", "local", "server")


@dataclass(frozen=True)
class Price:
    """A paid engine's price in USD: for a run, for each take, and for each second of work.

    ValueError where a part of it is none: what is no number passes every cap, and less than nothing
    makes room under it.
    """

    per_run_usd: float = 0.0
    per_take_usd: float = 0.0
    per_second_usd: float = 0.0
    usual_s: float = 0.0
    """Typical seconds of work of a run, before its takes."""
    usual_take_s: float = 0.0
    """Typical seconds that each take adds."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not isinstance(value, int | float) or not 0 <= value < math.inf:
                raise ValueError(f"price: {name}: {value!r} is not allowed; it takes 0 and more")

    def estimate_usd(self, takes: int) -> float:
        """The typical cost of a run of `takes` takes."""
        return self.cost_usd(self.usual_s + self.usual_take_s * takes, takes)

    def cost_usd(self, worked_s: float, takes: int) -> float:
        """The cost of a run that has worked for `worked_s`."""
        return round(
            self.per_run_usd + self.per_take_usd * takes + self.per_second_usd * worked_s, 6
        )


@dataclass(frozen=True)
class EngineInfo:
    """An engine's description. Data only."""

    name: str
    title: str
    maker: str
    """`package.module:function`, with the signature of `Maker`."""
    kinds: tuple[str, ...]
    license: str
    """SPDX identifier, or the licence's name, of the audio it makes."""
    commercial: bool = True
    """Whether that licence allows selling the audio without further permission."""
    model: str = ""
    version: str = ""
    max_seconds: float = 600.0
    channels: int = 2
    bpm_range: tuple[float, float] = (40.0, 300.0)
    conditioning: tuple[str, ...] = ()
    """The inputs it follows besides words.

    tempo, key, meter, lyrics, kit; or a reference by its use: continuation, melody, accompany,
    style.
    """
    honours: Mapping[str, str] = field(default_factory=dict)
    """Facet of a prompt -> how it answers for it: `daemon.engines.facets` has both lists.

    A facet that is left out is answered by `conditioning` and `kinds`.
    """
    price: Price | None = None
    """None: it is free."""
    runs: str = "worker"
    """The kind of child that runs it, of `PLACES`."""
    place: str = ""
    """Where its clips wait, if not with all that `runs` there: a server makes one at a time."""
    places_there: int = 1
    """How many it makes at once there."""
    takes_at_once: int = 1
    """Takes that one run can give; the clips of a job share it."""
    spec: Mapping[str, Any] = field(default_factory=dict)
    """Plain data for its maker. It comes with each task: a child never reads the config."""
    for_tests: bool = False
    """Not listed for users unless they ask for all."""
    check: str = ""
    """`package.module:function` of a full check, run in a child with the task {"spec"}.

    It raises EngineError where the engine is not ready.
    """
    deadline_s: float = 120.0
    """Timeout of one take; its child is killed then."""
    deadline_of: Callable[[Brief], float] | None = None
    """The same, where it depends on the brief."""
    needs: Callable[[], str | None] = field(default=lambda: None)
    """None when ready, else the reason and the mend: a cheap check without heavy imports."""
    here: Callable[[], str] = field(default=lambda: "")
    """What a ready engine says of itself now, its version and model; as cheap as `needs`."""

    def deadline_for(self, brief: Brief) -> float:
        """Timeout of one take of this brief in seconds; its child is killed then.

        A track that is joined from several takes has as many times that.
        """
        one_s = self.deadline_of(brief) if self.deadline_of else self.deadline_s
        if brief.seconds is None or not self.is_joined(brief.kind):
            return one_s
        return one_s * max(1, 2 * math.ceil(brief.seconds / self.max_seconds) - 1)

    @property
    def waits_at(self) -> str:
        """The place in the queue where its clips wait."""
        return self.place or self.runs

    def for_child(self) -> dict[str, Any]:
        """Its part of a task for the child, as plain JSON: all that is needed to run it."""
        return {
            "maker": self.maker,
            "spec": dict(self.spec),
            "max_seconds": self.max_seconds,
            "continues": "continuation" in self.conditioning,
        }

    def is_joined(self, kind: str) -> bool:
        """Whether a piece of this kind may be longer than a take: it is joined from several.

        Of a paid engine each of them is bought, stored and counted one by one.
        """
        return kind == "track"

    @property
    def costs_money(self) -> bool:
        return self.price is not None


@dataclass
class Grid:
    """The known grid of a take: frame 0 is the downbeat of the first bar."""

    bpm: float
    meter: str
    bars: int


@dataclass
class Take:
    """A raw result. `audio` is float32 (frames, channels), or None for notes alone."""

    audio: np.ndarray | None
    sample_rate: int
    seed: int
    engine: str
    model: str
    license: str
    grid: Grid | None = None
    """None where the engine does not know it: the beat is then detected."""
    key: str | None = None
    """The key, where it is certain (`Am`), or None."""
    note: int | None = None
    """MIDI note of a tuned one-shot."""
    stems: dict[str, np.ndarray] = field(default_factory=dict)
    """Part name -> float32 (frames, channels), each as long as `audio`; they sum to it."""
    midi: bytes | None = None
    """A type-1 standard MIDI file, on the same grid."""
    plan: Mapping[str, Any] | None = None
    """The composer's plan, so that one part can be changed later."""
    cost_usd: float = 0.0
    cues: tuple[tuple[int, str], ...] = ()
    """(frame, name) of the beginnings of a track's sections."""
    parts: tuple[str, ...] = ()
    """The parts that play: drums, bass, chords, lead..."""
    players: tuple[Performer, ...] = ()
    """Who plays in each part, where the engine knows that."""
    version: str = ""
    """The model's version, as its makers name it."""
    said: tuple[str, ...] = ()
    """Notes for the user on how it was made, one a line."""
    witnesses: Witnesses | None = None
    """What a user's file and its user say of it; None for a take that an engine has made."""


class Maker(Protocol):
    """Makes one take of a brief with a seed. EngineError with what, why and what to do.

    Where its description has a `spec`, it gets that as keyword argument `spec`.
    """

    def __call__(self, brief: Brief, seed: int, progress: Progress) -> Take: ...
