"""For mkdocs: every page of docs/decisions/ stands in the site's navigation without being listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_SECTION, _FOLDER, _INDEX = "Decisions", "decisions", "README.md"


def on_config(config: Any) -> Any:
    """Put the pages behind the section's own; mkdocs calls this before it reads the navigation."""
    folder = Path(config["docs_dir"]) / _FOLDER
    names = sorted(path.name for path in folder.glob("*.md") if path.name != _INDEX)
    _section(config["nav"]).extend(f"{_FOLDER}/{name}" for name in names)
    return config


def _section(nav: list[Any]) -> list[Any]:
    """The list of pages of the section, wherever it stands."""
    for entry in nav:
        for title, inner in entry.items() if isinstance(entry, dict) else ():
            if title == _SECTION:
                return inner
            if isinstance(inner, list) and (found := _section(inner)):
                return found
    return []
