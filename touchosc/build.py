"""Builds the layout from its table: `python -m touchosc.build` writes `built/Sidecrate.tosc`."""

from __future__ import annotations

from pathlib import Path

from touchosc.container import document, pack
from touchosc.layout import HEIGHT, ROOT_SCRIPT, WIDTH, controls

BUILT = Path(__file__).parent / "built" / "Sidecrate.tosc"


def build() -> str:
    """The layout's XML."""
    return document((WIDTH, HEIGHT), ROOT_SCRIPT, controls())


if __name__ == "__main__":
    BUILT.parent.mkdir(exist_ok=True)
    BUILT.write_bytes(pack(build()))
