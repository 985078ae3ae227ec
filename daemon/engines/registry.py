"""Which engines there are, whether they are ready, and whom `auto` takes. Imports descriptions only."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points

from daemon.engines.contract import EngineInfo
from daemon.errors import EngineError

GROUP = "sidecrate.engines"


@dataclass(frozen=True)
class Broken:
    """An engine whose description could not be read, and why."""

    name: str
    why: str


@cache
def _all() -> dict[str, EngineInfo | Broken]:
    found: dict[str, EngineInfo | Broken] = {}
    for point in entry_points(group=GROUP):
        try:
            info = point.load()
            found[point.name] = info if isinstance(info, EngineInfo) else Broken(point.name, f"{point.value} is no EngineInfo")
        except Exception as error:  # a third party's module may raise anything, and must not take the rest along
            found[point.name] = Broken(point.name, f"{point.value} cannot be imported: {error}")
    return found


def engines() -> list[EngineInfo]:
    """Every engine with a description, by name."""
    return [info for _, info in sorted(_all().items()) if isinstance(info, EngineInfo)]


def broken() -> list[Broken]:
    return [info for _, info in sorted(_all().items()) if isinstance(info, Broken)]


def engine_info(name: str) -> EngineInfo:
    """The description of an engine. EngineError with the nearest name when there is none."""
    info = _all().get(name)
    if isinstance(info, EngineInfo):
        return info
    if isinstance(info, Broken):
        raise EngineError(f"engine {name!r} is installed but broken: {info.why}", "unknown_engine")
    near = difflib.get_close_matches(name, _all(), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(_all()))}, or auto"
    raise EngineError(f"engine {name!r} is not installed; {hint}", "unknown_engine")


def choose_engines(
    asked: Sequence[str], kind: str, order: Sequence[str], wants: Mapping[str, str]
) -> tuple[tuple[str, ...], str]:
    """The engines that will work, and why. A named engine never falls back; `auto` takes the first of `order` that is
    ready, can make this kind and costs nothing. EngineError says what stands in the way.

    wants: what the engine must listen to (its `conditioning`), and the field that asks for it.
    """
    if list(asked) != ["auto"]:
        names = [name for name in asked if name != "auto"]
        for name in names:
            _must_be_able(engine_info(name), kind, wants)
        return tuple(names), "named in the request"
    passed: list[str] = []
    for name in order:
        info = engine_info(name)
        why = _cannot(info, kind, wants) or ("costs money, so it must be named" if info.costs_money else None)
        if why is None:
            reason = f"auto: {name} is the first that is ready" + (f" ({'; '.join(passed)})" if passed else "")
            return (name,), reason
        passed.append(f"{name}: {why}")
    raise EngineError(f"no engine of engines.order can make a {kind} now: {'; '.join(passed)}", "no_engine")


def _cannot(info: EngineInfo, kind: str, wants: Mapping[str, str]) -> str | None:
    if kind not in info.kinds:
        return f"makes {', '.join(info.kinds)}, not {kind}"
    deaf = [field for what, field in wants.items() if what not in info.conditioning]
    if deaf:
        hint = "; to put a file on the grid, fit it" if any(field.startswith("reference") for field in deaf) else ""
        return f"does not take {', '.join(deaf)}{hint}"
    return info.needs()


def _must_be_able(info: EngineInfo, kind: str, wants: Mapping[str, str]) -> None:
    why = _cannot(info, kind, wants)
    if why is not None:
        raise EngineError(f"engine {info.name!r} cannot make this: {why}", "engine_not_ready")
