"""Where a running daemon is, as it says in a file of its state folder: the daemon writes it,
whoever wants to reach it reads it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from bridge.files.whole import write_whole
from daemon.home.places import Places


@dataclass(frozen=True)
class Beacon:
    """What a running daemon says of itself in state/daemon.json."""

    pid: int
    boot: str
    version: str
    started: float
    """Seconds since 1970."""
    crate: str
    inbox: str
    osc_port: int
    """0 where the OSC door is shut."""
    doors: dict[str, str]
    """How each door is, in a few words."""


def read_beacon(places: Places) -> Beacon | None:
    """The beacon's words; the daemon may be gone all the same."""
    try:
        said = json.loads(places.beacon.read_text(encoding="utf-8"))
        return Beacon(
            pid=int(said["pid"]),
            boot=str(said["boot"]),
            version=str(said["version"]),
            started=float(said["started"]),
            crate=str(said["crate"]),
            inbox=str(said["inbox"]),
            osc_port=int(said["osc_port"]),
            doors=dict(said["doors"]),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def write_beacon(places: Places, beacon: Beacon) -> None:
    """Whole or not at all. OSError where the disk has no room, say."""
    # it says nothing after a power cut
    write_whole(places.beacon, json.dumps(asdict(beacon)), flushed=False)


def remove_beacon(places: Places) -> None:
    """The daemon is about to end."""
    places.beacon.unlink(missing_ok=True)
