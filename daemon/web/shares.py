"""Links for others: a link lets anybody hear and download a clip or a collection.

It works until it expires or is revoked. A share keeps the version of an edited clip as it was
shared, whatever becomes of the edits.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from bridge.files.whole import replace_patiently, write_whole
from daemon.errors import LibraryError
from daemon.record import ClipRecord

log = logging.getLogger(__name__)

#: All shares are one file, rewritten with each change.
MOST_SHARES = 1000


class SharedVersion(TypedDict):
    """A share's copy of an edited clip: its file below the share's folder, and its facts."""

    file: str
    words: str | None
    kind: str
    bpm: float | None
    key: str | None
    license: str | None


class Shares:
    """Kept in a file of this user alone, which holds the hash of a link's word, not the word."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._all = _read(path)

    def make(
        self,
        title: str,
        clips: list[str],
        hours: float,
        by: str = "",
        versions: Mapping[int, ClipRecord] | None = None,
    ) -> tuple[str, dict[str, Any]]:
        """Make a share of clips. Returns the link's word, which is not stored, and the share.

        `by` is a profile's id; `versions` are the records of the edited clips, by their place.
        LibraryError where a version cannot be kept.
        """
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
        share["versions"] = {
            str(number): self._kept(share["id"], number, record)
            for number, record in (versions or {}).items()
        }
        self._all[_hashed(word)] = share
        self._store()
        return word, share

    def all(self) -> list[dict[str, Any]]:
        """The open shares, newest first; expired ones are removed."""
        now = time.time()
        if any(share["expires"] <= now for share in self._all.values()):
            self._keep({name: share for name, share in self._all.items() if share["expires"] > now})
        return sorted(self._all.values(), key=lambda share: -share["made"])

    def of(self, by: str) -> list[dict[str, Any]]:
        """The shares of one profile, or of the machine's own library."""
        return [share for share in self.all() if share.get("by", "") == by]

    def open(self, word: str) -> dict[str, Any] | None:
        """The share that a link's word opens, if it is neither expired nor revoked."""
        share = self._all.get(_hashed(word))
        return share if share is not None and share["expires"] > time.time() else None

    def revoke(self, share: str, by: str = "") -> None:
        """Revoke a share, which only its maker may."""
        kept = {
            name: one
            for name, one in self._all.items()
            if one["id"] != share or one.get("by", "") != by
        }
        if len(kept) == len(self._all):
            raise LibraryError(f"there is no share {share!r}", "unknown_share")
        self._keep(kept)

    def version(self, share: dict[str, Any], number: int) -> tuple[Path, SharedVersion] | None:
        """The file and facts of a share's clip, if it was shared as an edited version."""
        kept = share.get("versions", {}).get(str(number))
        return (self._folder(share["id"]) / kept["file"], kept) if kept else None

    def _kept(self, share: str, number: int, record: ClipRecord) -> SharedVersion:
        """Keep a version's sound by a hard link or a copy, for versions themselves are evicted."""
        source = Path(record["path"])
        target = self._folder(share) / str(number) / source.name
        try:
            target.parent.mkdir(parents=True)
            try:
                os.link(source, target)
            except OSError:
                shutil.copy2(source, target)
        except OSError as error:
            shutil.rmtree(self._folder(share), ignore_errors=True)
            text = (
                f"the edited clip could not be kept for the link ({error.strerror}); "
                "free some disk space"
            )
            raise LibraryError(text, "disk") from None
        return {
            "file": str(target.relative_to(self._folder(share))), "words": record.get("words"),
            "kind": record["kind"], "bpm": record.get("bpm"), "key": record.get("key"),
            "license": record.get("license"),
        }  # fmt: skip

    def _folder(self, share: str) -> Path:
        return self._path.with_name("shared") / share

    def _keep(self, kept: dict[str, dict[str, Any]]) -> None:
        """Keep these shares and no others."""
        gone = {share["id"] for share in self._all.values()} - {
            share["id"] for share in kept.values()
        }
        self._all = kept
        self._store()
        for share in gone:
            with contextlib.suppress(OSError):
                shutil.rmtree(self._folder(share))

    def _store(self) -> None:
        write_whole(self._path, json.dumps(self._all), private=True)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """The shares of a file. A damaged file is put aside, so that the page is served anyway."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict) and all(
            isinstance(share, dict) and {"id", "expires"} <= share.keys()
            for share in found.values()
        ):
            return found
    except FileNotFoundError:
        return {}
    except ValueError:
        pass
    aside = path.with_name(f"{path.name}.damaged")
    replace_patiently(path, aside)
    log.error(
        "%s is damaged, so its links open nothing any more: share anew. It lies in %s now",
        path,
        aside,
    )
    return {}


def _hashed(word: str) -> str:
    return hashlib.sha256(word.encode("utf-8", "replace")).hexdigest()
