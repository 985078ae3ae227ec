"""Clips as a table: a line each, as wide as the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.music import Key
from bridge.request import kind_word
from daemon.cli.marks import marks_of
from daemon.library.rows import LibraryRow


def table(rows: Sequence[LibraryRow], width: int) -> list[str]:
    """A line a clip, of `width` characters at most: id, kind, bars, tempo, key, name and marks."""
    cells = [_cells(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row, own in zip(rows, cells, strict=True):
        padded = (cell.ljust(wide) for cell, wide in zip(own, widths, strict=True) if wide)
        line = "  ".join([*padded, " · ".join([row["name"], *marks_of(row)])])
        lines.append(line if len(line) <= width else line[: max(0, width - 3)] + "...")
    return lines


def _cells(row: LibraryRow) -> tuple[str, ...]:
    key = Key.parse(row["key"]).plain if row["key"] else ""
    bars = f"{row['bars']} bar{'s' * (row['bars'] > 1)}" if row["bars"] else ""
    long = bars or (f"{row['seconds']:.1f} s" if row["seconds"] else "")
    bpm = f"{row['bpm']:g} bpm" if row["bpm"] else ""
    return row["id"], kind_word(row["kind"]), long, bpm, key
