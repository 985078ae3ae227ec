"""What an engine is: a description that imports nothing heavy, and a `make` that runs in a child process.

An engine is registered by an entry point of the group `sidecrate.engines` that names an `EngineInfo`. Its `maker` is the
dotted path of a function `make(brief, seed, progress) -> Take`, imported only in the child that runs it; where the
description has a `spec`, it is called with that too: `make(brief, seed, progress, spec=spec)`. A hosted engine's maker is
`make(task, tell) -> dict`, as in `daemon.engines.replicate.run`: it buys takes and stores them itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np

    from daemon.brief import Brief

#: Called with (0..1, a few words for people); raises to cancel.
Progress = Callable[[float, str], None]


#: Where an engine's maker runs: beside conform, in the one process that waits for hosted services, in that of the local model.
PLACES = ("worker", "hosted", "local")


@dataclass(frozen=True)
class Price:
    """What a paid engine takes, in USD: for a run, for each take of it, and for each second that its machine works."""

    per_run_usd: float = 0.0
    per_take_usd: float = 0.0
    per_second_usd: float = 0.0
    usual_s: float = 0.0
    """Seconds that a run usually works, whatever it makes..."""
    usual_take_s: float = 0.0
    """...and those that each take adds."""

    def estimate_usd(self, takes: int) -> float:
        """What a run of so many takes will cost about."""
        return self.cost_usd(self.usual_s + self.usual_take_s * takes, takes)

    def cost_usd(self, worked_s: float, takes: int) -> float:
        """What a run has cost whose machine has worked for `worked_s`."""
        return round(
            self.per_run_usd + self.per_take_usd * takes + self.per_second_usd * worked_s, 6
        )


@dataclass(frozen=True)
class EngineInfo:
    """What an engine says of itself. Data only."""

    name: str
    title: str
    maker: str
    """`package.module:function`, with the signature of `Maker`."""
    kinds: tuple[str, ...]
    license: str
    """SPDX identifier, or the licence's name, of what it makes."""
    commercial: bool = True
    """Whether that licence lets what it makes be sold without asking further."""
    model: str = ""
    version: str = ""
    max_seconds: float = 600.0
    channels: int = 2
    bpm_range: tuple[float, float] = (40.0, 300.0)
    conditioning: tuple[str, ...] = ()
    """What it listens to besides words: tempo, key, meter; a reference by its use (continuation, melody, accompany, style);
    lyrics; kit."""
    price: Price | None = None
    """None: it costs nothing."""
    runs: str = "worker"
    """Which child runs it, of `PLACES`."""
    takes_at_once: int = 1
    """How many takes one run can give; the clips of a job share it."""
    spec: Mapping[str, Any] = field(default_factory=dict)
    """Plain data for its maker. It comes with each task: a child never looks into the config."""
    for_tests: bool = False
    """Not listed for users unless they ask for all."""
    check: str = ""
    """`package.module:function`, with the task {"spec"}: a closer look whether it is ready, run in a child. EngineError."""
    deadline_s: float = 120.0
    """A child that works longer on one take is ended."""
    deadline_of: Callable[[Brief], float] | None = None
    """The same, where it depends on what is made."""
    needs: Callable[[], str | None] = field(default=lambda: None)
    """None when ready, else why not and what to do: a cheap look at the environment, no heavy import."""

    def deadline_for(self, brief: Brief) -> float:
        """s: a child that works longer on one take of this brief is ended."""
        return self.deadline_of(brief) if self.deadline_of else self.deadline_s

    def for_child(self) -> dict[str, Any]:
        """What a task tells a child of it, as JSON can hold it: all that is needed to run it."""
        return {"maker": self.maker, "spec": dict(self.spec)}

    @property
    def costs_money(self) -> bool:
        return self.price is not None


@dataclass
class Grid:
    """The grid that an engine knows its take to lie on: frame 0 is the downbeat of the first bar."""

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
    """None where the engine does not know: the take is then heard."""
    key: str | None = None
    """The key it surely is in (`Am`), or None."""
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
    """(frame, name) where the sections of a track begin."""
    parts: tuple[str, ...] = ()
    """The parts that play: drums, bass, chords, lead..."""
    version: str = ""
    """Of the model, as its makers name it."""
    said: tuple[str, ...] = ()
    """What the person should know of how it was made, a line each."""


class Maker(Protocol):
    """Makes one take of a brief with a seed. Raises EngineError with what, why and what to do.

    One whose description has a `spec` takes that besides, by its name.
    """

    def __call__(self, brief: Brief, seed: int, progress: Progress) -> Take: ...
