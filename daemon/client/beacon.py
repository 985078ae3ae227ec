"""The beacon: a file in the state folder, where a daemon writes its address for other programs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from bridge.files.whole import write_whole
from daemon.home.places import Places


@dataclass(frozen=True)
class Beacon:
    """A running daemon's own description, in state/daemon.json."""

    pid: int
    boot: str
    version: str
    started: float
    """Seconds since 1970."""
    crate: str
    inbox: str
    osc_port: int
    """0 where the OSC door is closed."""
    doors: dict[str, str]
    """Each door's health, in a few words."""


def read_beacon(places: Places) -> Beacon | None:
    """The beacon; None where there is none. Its daemon may have died without removing it."""
    try:
        values = json.loads(places.beacon.read_text(encoding="utf-8"))
        return Beacon(
            pid=int(values["pid"]),
            boot=str(values["boot"]),
            version=str(values["version"]),
            started=float(values["started"]),
            crate=str(values["crate"]),
            inbox=str(values["inbox"]),
            osc_port=int(values["osc_port"]),
            doors=dict(values["doors"]),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def write_beacon(places: Places, beacon: Beacon) -> None:
    """Write the file whole or not at all. OSError where the disk is full, for one."""
    # not flushed: after a power cut it has no meaning
    write_whole(places.beacon, json.dumps(asdict(beacon)), flushed=False)


def remove_beacon(places: Places) -> None:
    """Remove the file when the daemon ends."""
    places.beacon.unlink(missing_ok=True)
