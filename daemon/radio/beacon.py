"""The file that says where this home's radio is, for the commands that speak to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from daemon.errors import ServiceError
from daemon.home.places import Places


def beacon_of(places: Places) -> Path:
    """The file; it is there while a radio plays."""
    return places.state / "radio.json"


def read_beacon(places: Places) -> dict[str, Any]:
    """Its address and token. ServiceError where no radio plays."""
    try:
        beacon: dict[str, Any] = json.loads(beacon_of(places).read_text(encoding="utf-8"))
        return beacon
    except (OSError, ValueError):
        text = "no radio plays here; start one: sidecrate radio WORDS"
        raise ServiceError(text, "no_radio") from None
