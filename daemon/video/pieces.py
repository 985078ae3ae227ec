"""The pieces of a project as the sounds of a film: their files, and the picture of each."""

from __future__ import annotations

from pathlib import Path

from daemon.errors import ConformError


def pieces_of(place: Path) -> list[Path]:
    """The tracks of a project in their order, else its loops. ConformError where none is made."""
    for step in ("continuation", "music"):
        found = sorted(file for file in (place / step).glob("*.wav") if file.stem.isdigit())
        if found:
            return found
    raise ConformError(
        f"{place} holds no piece yet; make them first: sidecrate project run {place}"
    )


def picture_of(place: Path, piece: Path) -> Path | None:
    """What a piece is shown by: its moving picture where it was painted, else its picture."""
    moving = place / "video" / f"{piece.stem}.mp4"
    if moving.with_name(f"{moving.name}.json").is_file() and moving.is_file():
        return moving
    still = place / "images" / f"{piece.stem}.png"
    return still if still.is_file() else None
