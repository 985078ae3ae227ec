"""Who may send tasks: machines that gave the code which this one shows. Tokens are kept hashed."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bridge.files.whole import write_whole
from daemon.errors import ServiceError

#: How long a code holds, and how many wrong ones are heard before it is void.
CODE_S = 600.0
MOST_WRONG = 5
#: Machines that one worker knows.
MOST_PAIRED = 100
_NAME = re.compile(r"[^\w .()-]")


class Pairing:
    """The open code, and the machines that were let in."""

    def __init__(
        self,
        path: Path,
        secret: bytes,
        clock: Callable[[], float] = time.monotonic,
        *,
        known: Mapping[str, str] | None = None,
    ) -> None:
        """known: machines that are let in without a code, by the hashes of their tokens."""
        self._path = path
        self._clock = clock
        self._secret = secret
        self._until_s = clock() + CODE_S
        self._wrong = 0
        self._paired = {**self._load(), **(known or {})}

    def _load(self) -> dict[str, str]:
        try:
            said = json.loads(self._path.read_text(encoding="utf-8"))
            return {str(digest): str(name) for digest, name in said.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError) as error:
            raise ServiceError(
                f"{self._path} cannot be read ({error}); remove it and pair anew"
            ) from None

    @property
    def names(self) -> list[str]:
        """The machines that were let in."""
        return sorted(self._paired.values())

    def let_in(self, secret: str, name: str) -> str | None:
        """A new token for who gives the code; None for a wrong, late or void one."""
        try:
            given = bytes.fromhex(secret)
        except ValueError:
            given = b""
        is_open = self._clock() < self._until_s and self._wrong < MOST_WRONG
        if not hmac.compare_digest(given, self._secret) or not is_open:
            self._wrong += 1
            return None
        if len(self._paired) >= MOST_PAIRED:
            return None
        # a code lets one machine in
        self._until_s = 0.0
        token = secrets.token_urlsafe(32)
        self._paired[hash_of(token)] = _NAME.sub("", name)[:40] or "a machine"
        write_whole(self._path, json.dumps(self._paired), private=True)
        return token

    def who(self, token: str) -> str | None:
        """The hash by which a paired machine is known; None for others."""
        digest = hash_of(token)
        return digest if digest in self._paired else None


def hash_of(token: str) -> str:
    """By which a paired machine is known."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
