"""Tasks as daemons send them, checked: a take by an engine, or a verb's work on a sound.

No path and no code in them is followed: sounds are named by their hashes, functions by our tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bridge.errors import RequestError
from bridge.request import kind_word
from daemon.brief import Brief
from daemon.engines.contract import EngineInfo
from daemon.engines.registry import engine_info
from daemon.engines.remote.protocol import ENDINGS, HASH, PATHS, PROTOCOL, SOURCES, TASK
from daemon.errors import ServiceError
from daemon.verbs.registry import daemon_verb

_BRIEF = TypeAdapter(Brief)
#: Where a file lies by its hash; None where it is not here.
Find = Callable[[str], Path | None]


@dataclass(frozen=True)
class TakeOrder:
    """A take by one engine; `brief` names it, and its seed."""

    info: EngineInfo
    brief: Brief

    @property
    def name(self) -> str:
        return self.info.name


@dataclass(frozen=True)
class VerbOrder:
    """A verb's work. sources: a file and its ending by the Brief's field."""

    brief: Brief
    request: Mapping[str, Any]
    sources: Mapping[str, tuple[Path, str]]

    @property
    def name(self) -> str:
        return self.brief.do


Order = TakeOrder | VerbOrder


def id_of_task(said: Mapping[str, Any]) -> str:
    """The id of what was sent. ServiceError where it is none, or of another protocol."""
    if said.get("protocol") != PROTOCOL:
        raise ServiceError(f"this worker speaks protocol {PROTOCOL}", "protocol")
    made = str(said.get("id"))
    if not TASK.fullmatch(made):
        raise ServiceError("a task's id has 32 digits and letters a-f", "bad_task")
    return made


def read_order(
    said: Mapping[str, Any], find: Find, offered: list[str], verbs: tuple[str, ...]
) -> Order:
    """ServiceError with the first fault; `no_file` where a sound was not sent yet."""
    raw = said.get("brief")
    do = raw.get("do", "make") if isinstance(raw, dict) else "make"
    return _take(said, find, offered) if do == "make" else _verb(said, find, verbs)


def _take(said: Mapping[str, Any], find: Find, offered: list[str]) -> TakeOrder:
    name, seed = said.get("engine"), said.get("seed")
    if name not in offered:
        raise _bad(f"engine {str(name)[:60]!r} is not offered here: {', '.join(offered)}")
    info = engine_info(str(name))
    brief = _brief(said).amended(**PATHS)
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 1 << 63:
        raise _bad(f"seed {seed!r:.40} is no whole number from 0")
    if brief.kind not in info.kinds:
        raise _bad(f"engine {info.name} makes no {kind_word(brief.kind)}")
    if (digest := said.get("reference")) is not None:
        brief = brief.amended(reference=str(_file(digest, find, "reference")))
    return TakeOrder(info, brief.amended(engines=(info.name,), seed=seed))


def _verb(said: Mapping[str, Any], find: Find, verbs: tuple[str, ...]) -> VerbOrder:
    brief = _brief(said)
    if brief.do not in verbs:
        raise _bad(f"{brief.do[:40]!r} is not offered here: {', '.join(verbs) or 'takes alone'}")
    corrected = {"corrected": brief.corrected, "other_corrected": brief.other_corrected}
    brief = brief.amended(**PATHS).amended(**corrected)
    row, asked, sent = daemon_verb(brief.do).row, said.get("request"), said.get("sources")
    if not isinstance(asked, dict) or not isinstance(sent, dict) or set(sent) - set(SOURCES):
        raise _bad("a verb's task has a request and sources")
    try:
        _, request = row.read(
            (name, raw) for name, raw in asked.items() if name not in (*row.paths, *SOURCES)
        )
    except RequestError as error:
        raise _bad(error.text[:300]) from None
    found = {}
    for field, about in sent.items():
        ending = about.get("ending") if isinstance(about, dict) else None
        if ending not in ENDINGS:
            raise _bad(f"{field}: a sound ends in {', '.join(ENDINGS)}")
        found[field] = (_file(about.get("sha256"), find, field), str(ending))
    if "reference" not in found:
        raise _bad(f"{brief.do} works on a sound, and none was named")
    return VerbOrder(brief, dict(request.values), found)


def _brief(said: Mapping[str, Any]) -> Brief:
    """A task's Brief, its types checked."""
    try:
        brief: Brief = _BRIEF.validate_python(said.get("brief"))
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise _bad(f"brief: {where}: {fault['msg']}"[:300]) from None
    return brief


def _file(digest: object, find: Find, field: str) -> Path:
    path = find(digest) if isinstance(digest, str) and HASH.fullmatch(digest) else None
    if path is None:
        raise ServiceError(f"the {field} is not here; send it first", "no_file")
    return path


def _bad(text: str) -> ServiceError:
    return ServiceError(text, "bad_task")
