"""What a master is made for: the loudness and the highest true peak of each use, and who says so.

They set loudness alone. A sound to go by (`like`) sets spectrum, width and dynamics.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A use of a master."""

    name: str
    lufs: float
    """Integrated loudness, ITU-R BS.1770-4."""
    ceiling_db: float
    """Highest true peak, in dBTP."""
    source: str


#: Names, levels and sources. `club` is what records for it measure; nobody has set a standard.
TARGETS: dict[str, Target] = {
    row.name: row
    for row in (
        Target("club", -8.0, -1.0, "usage, no standard: what dance records measure"),
        Target("streaming", -14.0, -1.0, "Spotify, YouTube; AES TD1008 for loud tracks"),
        Target("apple", -16.0, -1.0, "Apple's Sound Check; AES TD1008 for albums"),
        Target("podcast", -16.0, -1.0, "Apple Podcasts; AES TD1008"),
        Target("broadcast", -23.0, -1.0, "EBU R 128"),
        Target("atsc", -24.0, -2.0, "ATSC A/85"),
    )
}
#: Where nobody says what it is for.
USUAL = TARGETS["streaming"]
