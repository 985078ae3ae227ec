"""The registered engines, their readiness, and the choice of `auto`. Imports descriptions only."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from bridge.request import kind_word
from daemon.engines.contract import EngineInfo
from daemon.engines.mine.store import mine_engines
from daemon.engines.remote.boxes import remote_engines
from daemon.engines.remote.verb_places import box_of_verb
from daemon.errors import EngineError

#: Entry point group of engines.
GROUP = "sidecrate.engines"
#: Registers one more engine, as `module:object`, to try it without installing it. It is as safe as
#: the command line: only the user who starts the program sets it, no message or file reaches it.
MORE_VARIABLE = "SIDECRATE_ENGINE"
#: In the user's order: all engines that run on this machine's own models.
LOCAL = "local"


@dataclass(frozen=True)
class Broken:
    """An engine whose description could not be loaded, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Policy:
    """The user's rules. `order`: the preference of `auto`."""

    order: tuple[str, ...] = ("embedded", LOCAL)
    commercial_only: bool = False
    spend_auto: bool = False
    per_request_usd: float = 1.0
    free_only: bool = False
    """No paid engine: set for other machines, unless they are trusted."""
    language_costs: bool = False
    """Whether the language model costs money."""
    boxes: tuple[str, ...] = ()
    """Boxes that may be used unasked, the nearest first: `workers.remote` of the config."""
    box_verbs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The verbs that each of them may do."""
    waiting: Callable[[str], int] = lambda place: 0
    """Clips that wait or are made at a place of the queue."""


@dataclass(frozen=True)
class Wish:
    """What an engine must be able to do.

    `wants`: the inputs it must follow (its `conditioning`), each with the field that needs it.
    """

    kind: str
    wants: Mapping[str, str]
    length_s: float | None = None
    bpm: float | None = None


#: Engines described in the user's config.
_configured: dict[str, EngineInfo] = {}


def configure(infos: Iterable[EngineInfo]) -> None:
    """Replace the engines of the config; they win over installed ones of the same name."""
    _configured.clear()
    _configured.update((info.name, info) for info in infos)


def _points() -> Iterator[EntryPoint]:
    yield from entry_points(group=GROUP)
    if more := os.environ.get(MORE_VARIABLE):
        yield EntryPoint(more.partition(":")[0], more, GROUP)


@cache
def _installed() -> dict[str, EngineInfo | Broken]:
    found: dict[str, EngineInfo | Broken] = {}
    for point in _points():
        try:
            infos = point.load()
            for info in [infos] if isinstance(infos, EngineInfo) else infos:
                if not isinstance(info, EngineInfo):
                    raise TypeError(f"it is {info!r:.60}, no EngineInfo")
                found[info.name] = info
        # A third party's module may raise anything, and must not take the others along.
        except Exception as error:
            found[point.name] = Broken(point.name, f"{point.value} gives no engine: {error}")
    return found


@contextmanager
def engines_held() -> Iterator[None]:
    """The table of engines is read once for all that is asked within: for many briefs in a row."""
    _held.append(_read_all())
    try:
        yield
    finally:
        _held.pop()


_held: list[Mapping[str, EngineInfo | Broken]] = []


def _all() -> Mapping[str, EngineInfo | Broken]:
    return _held[-1] if _held else _read_all()


def _read_all() -> dict[str, EngineInfo | Broken]:
    own = {info.name: info for info in (*remote_engines(), *mine_engines())}
    return {**_installed(), **own, **_configured}


def engines() -> list[EngineInfo]:
    """Every engine with a description, by name."""
    return [info for _, info in sorted(_all().items()) if isinstance(info, EngineInfo)]


def broken() -> list[Broken]:
    return [info for _, info in sorted(_all().items()) if isinstance(info, Broken)]


def engine_info(name: str) -> EngineInfo:
    """The description of an engine. EngineError with the nearest name when there is none."""
    return _info_in(_all(), name)


def _info_in(known: Mapping[str, EngineInfo | Broken], name: str) -> EngineInfo:
    info = known.get(name)
    if isinstance(info, EngineInfo):
        return info
    if isinstance(info, Broken):
        raise EngineError(f"engine {name!r} is installed but broken: {info.why}", "unknown_engine")
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    box, of_box, _ = name.partition(":")
    if of_box and not any(one.startswith(f"{box}:") for one in known):
        raise EngineError(
            f"no box {box!r} is paired, so {name} is not known; `sidecrate boxes` lists them",
            "unknown_engine",
        )
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}, or auto"
    raise EngineError(f"engine {name!r} is not installed; {hint}", "unknown_engine")


def place_of(name: str) -> str:
    """Where an engine's clips wait; `worker` for other names, as of a fitted file."""
    info = _all().get(name)
    if info is None and (box := box_of_verb(name)):
        return box.place
    return info.waits_at if isinstance(info, EngineInfo) else "worker"


def check_names(names: Iterable[str], configured: Iterable[EngineInfo]) -> None:
    """EngineError for the first name in an order that is no engine, installed or `configured`."""
    known = {**_installed(), **{info.name: info for info in configured}}
    for name in names:
        if name not in known and name != LOCAL:
            _info_in(known, name)


def choose_engines(asked: Sequence[str], wish: Wish, policy: Policy) -> tuple[tuple[str, ...], str]:
    """The engines that will make this, and the reason for the choice.

    A named engine never falls back. `auto` takes the first of the user's order that is ready, able
    and free, or paid where the user allows it. EngineError with what stands in the way.
    """
    if list(asked) != ["auto"]:
        names = [name for name in asked if name != "auto"]
        for name in names:
            why = _cannot(engine_info(name), wish, policy)
            if why is not None:
                raise EngineError(f"engine {name!r} cannot make this: {why}", "engine_not_ready")
        return tuple(names), "named in the request"
    passed: dict[str, None] = {}
    for name, info in _in_order(policy.order):
        why = _cannot(info, wish, policy)
        if why is None and info.costs_money and not policy.spend_auto:
            why = "costs money, so it must be named, or spend.auto be on"
        if (chosen := _least_busy(None if why else info, info.name, wish, policy)) is not None:
            if chosen is not info:
                there = f"{chosen.name} has less to do than this machine" if why is None else why
                return (chosen.name,), f"auto: {there}; workers.remote allows {chosen.name}"
            reason = f"auto: {info.name} is the first that is ready" + (
                f" ({'; '.join(passed)})" if passed else ""
            )
            return (info.name,), reason
        if name != LOCAL or info.needs() is None:
            # Many missing local models would hide the reasons that matter.
            passed[f"{info.name}: {why}"] = None
    raise EngineError(
        f"no engine of engines.order can make a {kind_word(wish.kind)} now: {'; '.join(passed)}",
        "no_engine",
    )


def _least_busy(
    here: EngineInfo | None, name: str, wish: Wish, policy: Policy
) -> EngineInfo | None:
    """The engine here, or the same one of a box that has less to do; None where none is able.

    At equal load the nearest: this machine, then the boxes in the order of the config.
    """
    known = _all() if policy.boxes else {}
    far = (known.get(f"{box}:{name}") for box in policy.boxes)
    able = [one for one in far if isinstance(one, EngineInfo) and not _cannot(one, wish, policy)]
    both = [*([here] if here else []), *able]
    return min(both, key=lambda one: policy.waiting(one.waits_at) / one.places_there, default=None)


def _in_order(order: Sequence[str]) -> Iterator[tuple[str, EngineInfo]]:
    """The engines of an order, each with its name there."""
    for name in order:
        if name == LOCAL:
            yield from ((LOCAL, info) for info in engines() if info.runs == "local")
        else:
            yield name, engine_info(name)


def _cannot(info: EngineInfo, wish: Wish, policy: Policy) -> str | None:
    """Why an engine cannot or must not make this, or None."""
    if wish.kind not in info.kinds:
        kind = f"; say kind: {kind_word(info.kinds[0])}" if len(info.kinds) == 1 else ""
        return f"makes {', '.join(map(kind_word, info.kinds))}, not {kind_word(wish.kind)}{kind}"
    deaf = [field for what, field in wish.wants.items() if what not in info.conditioning]
    if deaf:
        hint = (
            "; to put a file on the grid, fit it"
            if any(field.startswith("reference") for field in deaf)
            else ""
        )
        return f"does not take {', '.join(deaf)}{hint}"
    too_long = wish.length_s is not None and wish.length_s > info.max_seconds + 1e-6
    if too_long and wish.length_s is not None and not info.is_joined(wish.kind):
        return (
            f"makes at most {info.max_seconds:g} s, and this is {wish.length_s:.1f} s: ask for"
            " fewer bars or seconds"
        )
    if wish.bpm is not None and not info.bpm_range[0] <= wish.bpm <= info.bpm_range[1]:
        low_bpm, high_bpm = info.bpm_range
        return f"takes tempos from {low_bpm:g} to {high_bpm:g} bpm, not {wish.bpm:g}"
    if policy.commercial_only and not info.commercial:
        return (
            f"its licence ({info.license}) does not allow commercial use, and engines.allow is"
            " commercial"
        )
    if policy.free_only and info.costs_money:
        return "costs money, which other machines may not spend unless osc.trust_lan is on"
    return info.needs()
