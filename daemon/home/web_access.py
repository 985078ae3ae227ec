"""The token by which programs of this user reach the page's API."""

from __future__ import annotations

import secrets

from bridge.files.whole import write_whole
from daemon.home.page_address import web_folder
from daemon.home.places import Places


def load_token(places: Places) -> str:
    """The bearer token of scripts, made on first use; this user alone can read it."""
    path = web_folder(places) / "token"
    if path.exists() and (token := path.read_text(encoding="utf-8").strip()):
        return token
    # an empty one, left by a power cut, would let everybody in
    token = secrets.token_urlsafe(32)
    write_whole(path, token, private=True)
    return token
