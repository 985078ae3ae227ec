"""The local models as data: what each makes, takes, needs and allows.

A new one, a fine-tune for example, is an entry here, or in the config under `local.models`. Sizes
are the makers' parameter counts; memory and time are estimated from them (`needs.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from daemon.brief import Brief
from daemon.engines.contract import EngineInfo
from daemon.engines.local.machine import likely_device
from daemon.engines.local.needs import deadline_s
from daemon.engines.local.ready import why_not

#: The code that loads a model, with the defaults of its entries.
FAMILIES: dict[str, dict[str, Any]] = {
    "musicgen": {"kinds": ["loop", "track"], "conditioning": ["continuation"], "max_seconds": 30.0, "channels": 1},
    "musicgen_melody": {"kinds": ["loop", "track"], "conditioning": ["melody"], "max_seconds": 30.0, "channels": 1},
    "stable_audio": {"kinds": ["oneshot", "sfx", "loop"], "conditioning": [], "max_seconds": 47.0, "channels": 2},
    "ace_step": {
        "kinds": ["vocal", "track", "loop"], "conditioning": ["tempo", "key", "meter", "lyrics", "continuation", "style"],
        "max_seconds": 240.0, "channels": 2,
    },
}  # fmt: skip
_NC = {"license": "CC-BY-NC-4.0", "commercial": False}


def _musicgen(
    size: str, title: str, parameters_m: int, family: str = "musicgen", channels: int = 1
) -> dict[str, Any]:
    return {
        "family": family,
        "repo": f"facebook/musicgen-{size}",
        "title": f"MusicGen {title}, on this machine",
        "parameters_m": parameters_m,
        "channels": channels,
        **_NC,
    }


MODELS: dict[str, dict[str, Any]] = {
    "local-musicgen-small": _musicgen("small", "small", 590),
    "local-musicgen-medium": _musicgen("medium", "medium", 2000),
    "local-musicgen-large": _musicgen("large", "large", 3400),
    "local-musicgen-stereo-small": _musicgen("stereo-small", "small in stereo", 590, channels=2),
    "local-musicgen-stereo-medium": _musicgen("stereo-medium", "medium in stereo", 2000, channels=2),
    "local-musicgen-stereo-large": _musicgen("stereo-large", "large in stereo", 3400, channels=2),
    "local-musicgen-melody": _musicgen("melody", "after a melody", 1600, "musicgen_melody"),
    "local-musicgen-melody-large": _musicgen("melody-large", "large, after a melody", 3400, "musicgen_melody"),
    "local-musicgen-stereo-melody": _musicgen("stereo-melody", "in stereo, after a melody", 1600, "musicgen_melody", 2),
    "local-musicgen-stereo-melody-large": _musicgen(
        "stereo-melody-large", "large in stereo, after a melody", 3400, "musicgen_melody", 2
    ),
    "local-stable-audio-open": {
        "family": "stable_audio", "repo": "stabilityai/stable-audio-open-1.0", "gated": True,
        "title": "Stable Audio Open, one-shots, effects and loops, on this machine", "parameters_m": 1320,
        "license": "Stability AI Community License", "commercial": False,
    },
    "local-ace-step": {
        "family": "ace_step", "repo": "ACE-Step/acestep-v15-xl-turbo-diffusers",
        "title": "ACE-Step 1.5, songs with or without words, at a tempo and in a key, on this machine", "parameters_m": 5900,
        "license": "MIT", "commercial": True,
    },
}  # fmt: skip

#: The defaults of an entry of the config's own. An unknown licence counts as not commercial.
_NEW: dict[str, Any] = {
    "family": "",
    "repo": "",
    "folder": "",
    "title": "",
    "parameters_m": 1000,
    "license": "",
    "commercial": False,
    "gated": False,
    "kinds": [],
    "conditioning": [],
    "max_seconds": 0.0,
    "channels": 0,
    "options": {},
}


def describe(
    name: str, entry: Mapping[str, Any], service: Mapping[str, Any] | None = None
) -> EngineInfo:
    """An entry as an engine. `service`: the config's section on all local models."""
    entry = {**_NEW, **entry}
    family = FAMILIES[entry["family"]]
    whole = {**entry, **{key: entry[key] or family[key] for key in family}}
    spec = {**whole, "name": name, "service": dict(service or {})}
    return EngineInfo(
        name=name,
        title=entry["title"] or f"{entry['repo'] or name}, on this machine",
        maker="daemon.engines.local.run:make",
        kinds=tuple(whole["kinds"]),
        license=entry["license"],
        commercial=bool(entry["commercial"]),
        model=entry["repo"] or name,
        max_seconds=float(whole["max_seconds"]),
        channels=int(whole["channels"]),
        conditioning=tuple(whole["conditioning"]),
        runs="local",
        spec=spec,
        deadline_of=partial(_deadline_s, spec),
        needs=partial(why_not, spec),
        check="daemon.engines.local.run:check",
    )


def _deadline_s(spec: Mapping[str, Any], brief: Brief) -> float:
    return deadline_s(spec, brief, likely_device(spec["service"].get("device", "auto")))


def merged(name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The table's entry with the config's changes, or an entry of the config's own.

    ValueError with the fault.
    """
    unknown = sorted(set(changes) - set(_NEW))
    if unknown:
        raise ValueError(
            f"{name}: {unknown[0]} is not known; a model takes {', '.join(sorted(_NEW))}"
        )
    entry = {**_NEW, **MODELS.get(name, {}), **changes}
    if name != name.lower() or not name.replace("-", "").replace(".", "").isalnum():
        raise ValueError(
            f"{name}: name it in small letters, digits, dots and dashes, as in local-my-musicgen"
        )
    if entry["family"] not in FAMILIES:
        raise ValueError(f"{name}: family: {entry['family']!r} is none of {', '.join(FAMILIES)}")
    if not entry["license"]:
        raise ValueError(
            f"{name}: license is missing: name the licence of what it makes, as in license:"
            " CC-BY-NC-4.0"
        )
    if not entry["repo"] and not entry["folder"]:
        raise ValueError(
            f"{name}: give repo: owner/name on Hugging Face, or folder: where the model lies"
        )
    try:
        describe(name, entry)
    except (TypeError, ValueError, KeyError) as error:
        raise ValueError(f"{name}: it cannot be read ({error}); see docs/local.md") from None
    return entry
