"""How programs of this user reach the page's API: the token, and the address while it is served.

All of it lies in `state/web`, readable by this user alone.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from bridge.files.whole import write_whole
from daemon.home.places import Places


def web_folder(places: Places) -> Path:
    """`state/web`, made for this user alone."""
    folder = places.state / "web"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def load_token(places: Places) -> str:
    """The bearer token of scripts, made on first use."""
    path = web_folder(places) / "token"
    if path.exists() and (token := path.read_text(encoding="utf-8").strip()):
        return token
    # an empty one, left by a power cut, would let everybody in
    token = secrets.token_urlsafe(32)
    write_whole(path, token, private=True)
    return token


def read_address(places: Places) -> dict[str, int] | None:
    try:
        found: dict[str, int] = json.loads(
            (places.state / "web" / "address.json").read_text(encoding="utf-8")
        )
    except (OSError, ValueError):
        return None
    return found
