"""The servers as data: what each makes, takes and allows, and where it usually listens.

An entry of the config's own, or a change to one of these, stands under `servers.engines`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from daemon.brief import Brief
from daemon.engines.contract import EngineInfo
from daemon.engines.servers.probe import here, why_not
from daemon.engines.servers.workflow import PLACES, places_in, read_workflow
from daemon.errors import EngineError
from daemon.home.addresses import may_be_asked
from daemon.home.docs import see_docs

_MUSIC = ("loop", "track")
_ACE = {
    "kinds": ["vocal", *_MUSIC], "license": "MIT", "commercial": True, "max_seconds": 240.0, "least_s": 10.0,
    "conditioning": ["tempo", "key", "meter", "lyrics", "continuation", "melody", "style"],
    "honours": {"denials": "said"},
}  # fmt: skip
#: The programs. ports: where it usually listens; detect: the route, and a name in its answer.
FAMILIES: dict[str, dict[str, Any]] = {
    "sa3": {
        "title": "Stable Audio 3 by sa3.cpp, a server on this machine", "ports": [8006], "detect": ("/health", "loudness_defaults"),
        "kinds": [*_MUSIC, "oneshot", "sfx"], "conditioning": ["continuation", "style"], "max_seconds": 290.0, "least_s": 0.5,
        "license": "Stability AI Community License", "commercial": False, "honours": {},
    },
    "acestep-cpp": {
        "title": "ACE-Step 1.5 by acestep.cpp, a server on this machine", "ports": [8080, 8085], "detect": ("/props", "models"), **_ACE,
    },
    "ace-step-server": {
        "title": "ACE-Step 1.5 by its own server on this machine", "ports": [8001], "detect": ("/health", "data"), **_ACE,
    },
    "comfyui": {
        "title": "a workflow of yours in ComfyUI", "ports": [8188], "detect": ("/system_stats", "system"),
        "kinds": [*_MUSIC, "oneshot", "sfx"], "conditioning": [], "max_seconds": 240.0, "least_s": 0.5,
        "license": "", "commercial": False, "honours": {},
    },
}  # fmt: skip

#: The defaults of an entry. Empty ones come from its family; an empty address: the usual ports.
_NEW: dict[str, Any] = {
    "family": "",
    "address": "",
    "title": "",
    "license": "",
    "commercial": None,
    "kinds": [],
    "max_seconds": 0.0,
    "workflow": "",
    "options": {},
}
#: The servers that are looked for without a word in the config.
ENTRIES: dict[str, dict[str, Any]] = {name: {**_NEW, "family": name} for name in FAMILIES}
#: The secret that a family's server may want.
SECRETS = {"ace-step-server": "ACESTEP_API_KEY"}


def describe(
    name: str, entry: Mapping[str, Any], service: Mapping[str, Any] | None = None
) -> EngineInfo:
    """An entry as an engine. `service`: the config's section on all servers."""
    entry = {**_NEW, **entry}
    family = FAMILIES[entry["family"]]
    given = {key: value for key, value in entry.items() if value not in ("", [], {}, None, 0.0)}
    whole = {**_NEW, **family, **given}
    if whole["workflow"]:
        whole["conditioning"] = _inputs_of(whole["workflow"])
    spec = {**whole, "name": name, "detect": list(family["detect"])}
    timeout_s = float((service or {}).get("timeout_s", 1800.0))
    return EngineInfo(
        name=name,
        title=whole["title"],
        maker="daemon.engines.servers.run:make",
        kinds=tuple(whole["kinds"]),
        license=whole["license"] or "not stated: see the workflow's models",
        commercial=bool(whole["commercial"]),
        model=entry["family"],
        max_seconds=float(whole["max_seconds"]),
        conditioning=tuple(whole["conditioning"]),
        honours=whole["honours"],
        runs="server",
        place=f"server {whole['address'] or entry['family']}",
        spec={**spec, "timeout_s": timeout_s},
        deadline_of=partial(_deadline_s, timeout_s),
        needs=partial(why_not, spec),
        here=partial(here, spec),
        check="daemon.engines.servers.run:check",
    )


def _deadline_s(timeout_s: float, brief: Brief) -> float:
    return timeout_s


def _inputs_of(workflow: str) -> list[str]:
    """What a workflow follows, by its placeholders; nothing where it cannot be read now."""
    try:
        places = places_in(read_workflow(workflow))
    except EngineError:
        return []
    return [PLACES[place] for place in PLACES if PLACES[place] and place in places]


def merged(name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The table's entry with the config's changes, or an entry of the config's own.

    ValueError with the fault.
    """
    if unknown := sorted(set(changes) - set(_NEW)):
        known = ", ".join(sorted(_NEW))
        raise ValueError(f"{name}: {unknown[0]} is not known; a server takes {known}")
    entry = {**ENTRIES.get(name, _NEW), **changes}
    if name != name.lower() or not name.replace("-", "").replace(".", "").isalnum():
        raise ValueError(
            f"{name}: name it in small letters, digits, dots and dashes, as in my-flow"
        )
    if entry["family"] not in FAMILIES:
        raise ValueError(f"{name}: family: {entry['family']!r} is none of {', '.join(FAMILIES)}")
    if entry["address"] and not may_be_asked(entry["address"]):
        raise ValueError(
            f"{name}: address: {entry['address']!r} is no https:// address; http:// is for this"
            " machine and its own network"
        )
    if entry["workflow"] and entry["family"] != "comfyui":
        raise ValueError(f"{name}: workflow is for family: comfyui")
    if entry["workflow"] and not entry["license"]:
        raise ValueError(
            f"{name}: license is missing: name the licence of what its models make, as in"
            " license: CC-BY-NC-4.0"
        )
    try:
        describe(name, entry)
    except (TypeError, ValueError, KeyError) as error:
        raise ValueError(f"{name}: it cannot be read ({error}); {see_docs('servers.md')}") from None
    return entry
