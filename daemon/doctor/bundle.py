"""`sidecrate doctor --bundle`: one zip for the person who helps, without secrets or music."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import sys
import time
import zipfile
from contextlib import closing
from importlib.metadata import distributions
from pathlib import Path

from daemon.doctor.check import Check
from daemon.errors import ServiceError
from daemon.home.log import log_files
from daemon.home.masking import mask
from daemon.home.places import Places

#: The newest jobs: enough to see a fault repeat.
_MOST_JOBS = 200
#: Prompt and lyrics are left out: they are their writer's own.
_JOBS = """
    SELECT id, state, stage, progress, error_code, error_text, created, ended,
        json_extract(origin, '$.door') AS door,
        json_extract(brief, '$.kind') AS kind, json_extract(brief, '$.engines') AS engines
    FROM jobs ORDER BY seq DESC LIMIT ?
"""


def write_bundle(places: Places, checks: list[Check], target: Path) -> list[str]:
    """Write the zip and return the names in it. ServiceError when it cannot be written."""
    parts = {
        "doctor.txt": "\n".join(check.line() for check in checks),
        "system.json": json.dumps(_system(), indent=2),
        "jobs.json": json.dumps(_jobs(places), indent=2),
    }
    for name, path in {"config.yaml": places.config_file, "daemon.json": places.beacon}.items():
        if path.is_file():
            parts[name] = _read(path)
    parts |= {f"log/{path.name}": _read(path) for path in log_files(places)}
    try:
        with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as bundle:
            for name, text in parts.items():
                bundle.writestr(name, _without_owner(mask(text)))
    except FileExistsError:
        raise ServiceError(
            f"{target} is there already; name another, as in --bundle other.zip"
        ) from None
    except OSError as error:
        raise ServiceError(
            f"{target} cannot be written ({error.strerror}); name a folder that you may write"
        ) from None
    return list(parts)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"


def _without_owner(text: str) -> str:
    """Hide the home folder, which bears its owner's name. In JSON, backslashes stand twice."""
    home = str(Path.home())
    return text.replace(json.dumps(home)[1:-1], "~").replace(home, "~")


def _system() -> dict[str, object]:
    packages = sorted(
        {f"{found.metadata['Name']} {found.version}" for found in distributions()}, key=str.lower
    )
    return {
        "written": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "system": platform.platform(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "python": sys.version,
        "packages": packages,
    }


def _jobs(places: Places) -> list[dict[str, object]]:
    if not places.database.exists():
        return []
    try:
        with closing(
            sqlite3.connect(f"{places.database.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
        ) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(_JOBS, (_MOST_JOBS,))]
    except sqlite3.Error as error:
        return [{"error": str(error)}]
