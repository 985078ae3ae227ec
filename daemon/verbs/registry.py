"""What does the work of each verb: the table's own, and those of installed packages. Imports descriptions only.

A package adds a verb with one entry point of the group `sidecrate.verbs`, which leads to a `DaemonVerb`: the row that the
doors read, and the name of the function that does the work. That function is drawn in by a child, when it is first asked for.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Literal

from bridge.osc.addresses import IN, OUT, PREFIX
from bridge.verbs import VERBS, Verb, register
from daemon.errors import VerbError

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

GROUP = "sidecrate.verbs"
#: Verbs of our own beside those that `bridge.verbs` brings, as an entry point names them.
BUILT_IN: tuple[str, ...] = ()

Kind = Literal["loop", "oneshot", "track", "midi", "sfx", "vocal"]


@dataclass(frozen=True)
class DaemonVerb:
    """A verb and who does its work."""

    row: Verb
    work: str
    """`package.module:function`, called in a worker child with (brief, request, folder, tell), and yields each `Result`.

    brief: the Brief; `reference` is a path by then. request: the fields as they were said, the verb's own among them. folder: of
    the clip, for what is to be found again after a crash. tell(0..1, words): how far it is.
    """
    brief: str = ""
    """`package.module:function`, called in the daemon with (brief, request): the Brief as it is to be; empty for the usual one."""
    deadline_s: float | None = None
    """How long one clip may take; None: as long as any clip may (`workers.deadline_s`)."""

    @property
    def function(self) -> str:
        """What a child is asked to call: it draws in the work, and makes clips of what that gives."""
        return _CLIPS if self.work == _CLIPS else _RESULTS


@dataclass(frozen=True)
class Result:
    """One thing that came of the work, to be published as a clip: sound, or notes, or both."""

    kind: Kind
    audio: np.ndarray | None = None
    """float32 (frames, channels)."""
    sample_rate: int = 44100
    midi: bytes | None = None
    """A MIDI file: the clip itself for kind midi, else beside the sound."""
    part: str = ""
    """drums, bass, kick..., where it is a part of what it comes from."""
    role: str = ""
    """kick, snare, hat..., of a one-shot."""
    words: str = ""
    """Its name for people; by default the name of what it comes from, and its part."""
    bpm: float | None = None
    key: str | None = None
    meter: str | None = None
    bars: int | None = None
    note: int | None = None
    method: str = ""
    """Who made it; by default the verb."""
    model: str = ""
    license: str = "as what it comes from"
    report: Mapping[str, Any] = field(default_factory=dict)
    """What was found and done, and how sure that is. Plain JSON."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further names of its record. Plain JSON."""


#: What the table's own rows are done by; `again` becomes one of these.
_CLIPS, _RESULTS = "daemon.clip.make:make_clip", "daemon.clip.results:make_results"
_OWN = {name: DaemonVerb(VERBS[name], _CLIPS) for name in ("make", "fit")}


@cache
def draw_in_verbs() -> Mapping[str, DaemonVerb]:
    """Every verb that does work, by name. The first call reads what is installed and registers its rows for all doors."""
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
            # a third party's module may raise anything, and must not take the rest along
            log.warning("verb %s: %s gives none: %s", name, value, error)
    return found


def _entries() -> list[tuple[str, str, Any]]:
    own = [(value, value, lambda value=value: load_object(value)) for value in BUILT_IN]
    return own + [(point.name, point.value, point.load) for point in entry_points(group=GROUP)]


def load_object(value: str) -> Any:
    """What `package.module:name` names."""
    module, _, name = value.partition(":")
    return getattr(import_module(module), name)


def daemon_verb(name: str) -> DaemonVerb:
    """Who does the work of a verb. VerbError where nobody does: a job may outlive the package that it was asked of."""
    verbs = draw_in_verbs()
    if name in verbs:
        return verbs[name]
    near = difflib.get_close_matches(name, verbs, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else "install its package again, then ask once more"
    raise VerbError(f"{name} is not something that can be done here; {hint}", "unknown_verb")
