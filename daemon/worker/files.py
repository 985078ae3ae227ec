"""Files by their hash: sources that daemons sent, and takes that wait to be fetched."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

from bridge.files.whole import part_beside
from daemon.engines.remote.protocol import HASH, MOST_FILE_BYTES
from daemon.errors import ServiceError
from daemon.home.room import check_space

#: A file that nobody has asked for so long is removed.
KEPT_S = 3600.0


class HashedFiles:
    """One folder, flat; a name is the SHA-256 of what the file holds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, digest: str) -> Path | None:
        """Where a file lies; None where it is not here, or the name is no hash."""
        path = self._folder / digest
        if not HASH.fullmatch(digest) or not path.is_file():
            return None
        # asked for: it stays for another while
        with contextlib.suppress(OSError):
            os.utime(path)
        return path

    async def take_in(self, digest: str, pieces: AsyncIterator[bytes]) -> None:
        """Store what comes under its hash, whole or not at all.

        ServiceError where it is too large or has another hash; CrateError on a full disk.
        """
        check_space(self._folder)
        part = part_beside(self._folder / digest)
        seen, count = hashlib.sha256(), 0
        try:
            with part.open("wb") as file:
                async for piece in pieces:
                    count += len(piece)
                    if count > MOST_FILE_BYTES:
                        raise ServiceError(f"it is larger than {MOST_FILE_BYTES >> 20} MB", "large")
                    seen.update(piece)
                    file.write(piece)
            if seen.hexdigest() != digest:
                raise ServiceError("what came has another hash than its name", "bad_hash")
            os.replace(part, self._folder / digest)
        finally:
            part.unlink(missing_ok=True)

    def adopt(self, path: Path) -> tuple[str, int]:
        """Take over a finished file; its hash and its bytes."""
        seen = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                seen.update(piece)
        digest, size = seen.hexdigest(), path.stat().st_size
        os.replace(path, self._folder / digest)
        return digest, size

    def tidy(self) -> None:
        """Remove what nobody has asked for in a while, and what a killed worker left."""
        oldest = time.time() - KEPT_S
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
