"""The file of a picture: whole or not at all, and never over one that Sidecrate did not draw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bridge.files.whole import beside
from daemon.errors import AudioError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DRAWN_BY = "Sidecrate"
#: It stands in the PNG's first chunk of text; before that come 33 bytes of header.
_MARK = b"tEXtSoftware\0" + _DRAWN_BY.encode()
_HEAD_BYTES = 256


def check_picture(out: Path) -> None:
    """AudioError where `out` is no PNG's name, has no folder, or is a file of the user's.

    A picture that was drawn here before may be drawn anew.
    """
    if out.suffix.lower() != ".png":
        raise AudioError(f"the picture {out} is drawn as a PNG: give a name that ends in .png")
    if not out.parent.is_dir():
        raise AudioError(f"the picture {out} cannot be written: there is no folder {out.parent}")
    if out.exists() and not _is_ours(out):
        raise AudioError(f"{out} is there already, and no picture of Sidecrate's: name another")


def save_picture(figure: Figure, out: Path) -> None:
    """Write the figure as a PNG. AudioError as for `check_picture`, or where it cannot be."""
    check_picture(out)
    try:
        with beside(out) as part:
            # its name does not end in .png
            figure.savefig(part, dpi=110, format="png", metadata={"Software": _DRAWN_BY})
    except OSError as fault:
        why = fault.strerror or fault
        raise AudioError(f"the picture {out} cannot be written: {why}") from None


def _is_ours(out: Path) -> bool:
    try:
        with out.open("rb") as file:
            return _MARK in file.read(_HEAD_BYTES)
    except OSError:
        return False
