"""Writes the files that are made from the tables of fields, verbs and settings.

`python -m tools.tables`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from daemon.settings.page import config_page
from tools.protocol_page import protocol_page
from tools.python_door import python_door

ROOT = Path(__file__).parents[1]
MADE: dict[str, Callable[[], str]] = {
    "config.yaml": config_page,
    "docs/protocol.md": protocol_page,
    "sidecrate/_verbs.py": python_door,
}


def main() -> None:
    """Make each anew, and name those that have changed."""
    for name, make in MADE.items():
        file, text = ROOT / name, make()
        if file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8", newline="\n")
            print(name)


if __name__ == "__main__":
    main()
