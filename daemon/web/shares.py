"""Links for others: who has one may hear and download a clip or a collection until it expires or is revoked."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from pathlib import Path
from typing import Any

from daemon.errors import LibraryError
from daemon.web.access import write_private

MOST_SHARES = 1000


class Shares:
    """Kept in a file of this user alone. The link's own word is not in it, only its hash."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._all: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._all = {}

    def make(self, title: str, clips: list[str], hours: float, by: str = "") -> tuple[str, dict[str, Any]]:
        """A new share of these clips, `by` a profile's id; returns the link's word, told this once, and the share."""
        if len(self.all()) >= MOST_SHARES:
            raise LibraryError(f"there are {MOST_SHARES} shares; revoke some first", "too_many")
        word = secrets.token_urlsafe(24)
        now = time.time()
        share: dict[str, Any] = {
            "id": secrets.token_hex(6),
            "title": title,
            "clips": clips,
            "made": now,
            "expires": now + hours * 3600,
            "by": by,
        }
        self._all[_hashed(word)] = share
        self._store()
        return word, share

    def all(self) -> list[dict[str, Any]]:
        """Those that are open, newest first; expired ones are let go."""
        now = time.time()
        if any(share["expires"] <= now for share in self._all.values()):
            self._all = {name: share for name, share in self._all.items() if share["expires"] > now}
            self._store()
        return sorted(self._all.values(), key=lambda share: -share["made"])

    def of(self, by: str) -> list[dict[str, Any]]:
        """Those of one profile, or of the house."""
        return [share for share in self.all() if share.get("by", "") == by]

    def open(self, word: str) -> dict[str, Any] | None:
        """The share that a link's word opens, if it is neither expired nor revoked."""
        share = self._all.get(_hashed(word))
        return share if share is not None and share["expires"] > time.time() else None

    def revoke(self, share: str, by: str = "") -> None:
        """Only whoever made a share ends it."""
        kept = {name: one for name, one in self._all.items() if one["id"] != share or one.get("by", "") != by}
        if len(kept) == len(self._all):
            raise LibraryError(f"there is no share {share!r}", "unknown_share")
        self._all = kept
        self._store()

    def _store(self) -> None:
        write_private(self._path, json.dumps(self._all))


def _hashed(word: str) -> str:
    return hashlib.sha256(word.encode("utf-8", "replace")).hexdigest()
