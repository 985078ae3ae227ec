"""The work behind each verb: the table's own, and those of installed packages.

It imports descriptions only. A package adds a verb by an entry point of the group
`sidecrate.verbs`, which names a `DaemonVerb`. That is the row that the doors read, and the name of
the function that does the work. A child imports that function when it is first needed.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bridge.osc.addresses import IN, OUT, PREFIX
from bridge.verbs import VERBS, Verb, register
from daemon.errors import VerbError

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

#: The entry points' group.
GROUP = "sidecrate.verbs"
#: Our own verbs beside those of `bridge.verbs`, as an entry point names them.
BUILT_IN: tuple[str, ...] = (
    "daemon.parts:SPLIT",
    "daemon.parts:SWAP",
    "daemon.notes:TRANSCRIBE",
    "daemon.pieces:RENDER",
    "daemon.pieces:CONTINUE",
    "daemon.pieces:INFILL",
    "daemon.pieces:GROOVE",
    "daemon.pieces:DRUMIFY",
    "daemon.pieces:INTERPOLATE",
    "daemon.pieces:VARY",
    "daemon.mastering:MASTER",
    "daemon.tone:TONE",
    "daemon.tone:LEARN",
    "daemon.video:VIDEO",
    "daemon.training:TRAIN",
)

#: The licence of what is made of a source whose own nobody has stated.
SOURCES_OWN = "the source's own"

Kind = Literal["loop", "oneshot", "track", "midi", "sfx", "vocal", "video"]


@dataclass(frozen=True)
class DaemonVerb:
    """A verb and the function that does its work."""

    row: Verb
    work: str
    """`package.module:function`, called in a worker child with (brief, request, folder, tell).

    It yields each `Result`. brief: the Brief, whose `reference` is a path by then. request: the
    fields as they were given, the verb's own among them. folder: the clip's, for files that a
    repeat after a crash can use. tell(0..1, words): the progress.
    """
    brief: str = ""
    """`package.module:function`, called in the daemon with (brief, request).

    It returns the Brief as the verb needs it; empty for the usual one.
    """
    deadline_s: float | None = None
    """Timeout of one clip; None for that of any clip (`workers.deadline_s`)."""

    @property
    def function(self) -> str:
        """The function that a child calls: it imports the work and makes clips of its results."""
        return _CLIPS if self.work == _CLIPS else _RESULTS


@dataclass(frozen=True)
class Result:
    """One result of the work, to be published as a clip: sound, or notes, or both."""

    kind: Kind
    audio: np.ndarray | None = None
    """float32 (frames, channels)."""
    sample_rate: int = 44100
    midi: bytes | None = None
    """A MIDI file: the clip itself for kind midi, else notes beside the sound."""
    picture: bytes | None = None
    """A PNG of what was done, beside the sound."""
    pair: tuple[int, int] | None = None
    """The results, by number from 0, that are it before and after, to be compared."""
    video: Path | None = None
    """An MP4 in the work's folder: the clip itself for kind video."""
    part: str = ""
    """drums, bass, kick..., where it is a part of its source."""
    role: str = ""
    """kick, snare, hat..., of a one-shot."""
    words: str = ""
    """Its name for people; by default its source's name and its part."""
    bpm: float | None = None
    key: str | None = None
    meter: str | None = None
    bars: int | None = None
    note: int | None = None
    method: str = ""
    """The method that made it; by default the verb."""
    model: str = ""
    license: str = SOURCES_OWN
    keeps_level: bool = False
    """Whether peaks between its samples may be over full scale, as its source's are."""
    report: Mapping[str, Any] = field(default_factory=dict)
    """What was detected and changed, and with which confidence. Plain JSON."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further keys of its record. Plain JSON."""


#: The work of `make` and `fit`; `again` becomes one of these.
_CLIPS = "daemon.clip.make:make_clip"
#: The work of all other verbs, around their own function.
_RESULTS = "daemon.clip.results:make_results"
_OWN = {name: DaemonVerb(VERBS[name], _CLIPS) for name in ("make", "fit")}


@cache
def draw_in_verbs() -> Mapping[str, DaemonVerb]:
    """Every verb with its work, by name.

    The first call reads the installed packages and registers their rows for all doors.
    """
    found = dict(_OWN)
    for name, value, load in _entries():
        try:
            verb = load()
            if not isinstance(verb, DaemonVerb):
                raise TypeError(f"it is {verb!r:.60}, no DaemonVerb")
            path = PREFIX + verb.row.name
            if verb.row.name not in VERBS and (path in IN or path in OUT):
                raise ValueError(f"{path} is an address already")
            register(verb.row)
            found[verb.row.name] = verb
        except Exception as error:
            # a foreign module may raise anything, and must not disable the other verbs
            log.warning("verb %s: %s cannot be used: %s", name, value, error)
    return found


def _entries() -> list[tuple[str, str, Any]]:
    own = [(value, value, lambda value=value: load_object(value)) for value in BUILT_IN]
    return own + [(point.name, point.value, point.load) for point in entry_points(group=GROUP)]


def load_object(value: str) -> Any:
    """The object that `package.module:name` names."""
    module, _, name = value.partition(":")
    return getattr(import_module(module), name)


def daemon_verb(name: str) -> DaemonVerb:
    """The work of a verb. VerbError without one: a job may outlive its verb's package."""
    verbs = draw_in_verbs()
    if name in verbs:
        return verbs[name]
    near = difflib.get_close_matches(name, verbs, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else "install its package again, then ask once more"
    raise VerbError(f"{name} is not something that can be done here; {hint}", "unknown_verb")
