"""Where the page is: the file by which the process that serves it tells others."""

from __future__ import annotations

import json
import os
from pathlib import Path

from bridge.files.whole import write_whole
from daemon.home.places import Places


def web_folder(places: Places) -> Path:
    """`state/web`, made for this user alone."""
    folder = places.state / "web"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def write_address(places: Places, port: int, share_port: int) -> None:
    """Write the page's address, for other programs of this user."""
    said = json.dumps({"pid": os.getpid(), "port": port, "share_port": share_port})
    write_whole(web_folder(places) / "address.json", said, private=True, flushed=False)


def page_url(port: int) -> str:
    """The page's address on this machine."""
    return f"http://127.0.0.1:{port}"


def forget_address(places: Places) -> None:
    """Nothing serves the page any more, or not yet."""
    (places.state / "web" / "address.json").unlink(missing_ok=True)


def read_address(places: Places) -> dict[str, int] | None:
    try:
        found: dict[str, int] = json.loads(
            (places.state / "web" / "address.json").read_text(encoding="utf-8")
        )
    except (OSError, ValueError):
        return None
    return found
