"""The small file by which the daemon knows an engine with adapters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bridge.files.whole import write_whole
from daemon.engines.contract import EngineInfo
from daemon.engines.mine.store import about_file, adapter_file, mine_folder
from daemon.home.places import Places


def register(
    name: str,
    base: EngineInfo,
    adapters: Sequence[tuple[Path, float]],
    about: Mapping[str, Any],
    places: Places,
) -> None:
    """The small file by which the daemon knows an engine with adapters."""
    small = {key: value for key, value in about.items() if key not in ("files", "captions")}
    entry = {key: value for key, value in base.spec.items() if key not in ("name", "service")}
    small |= {
        "entry": {
            **entry,
            "title": base.title,
            "license": base.license,
            "commercial": base.commercial,
        },
        "service": dict(base.spec["service"]),
        "adapters": [{"file": str(file), "strength": strength} for file, strength in adapters],
    }
    file = about_file(adapter_file(name, mine_folder(places)))
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, json.dumps(small))
