"""Secrets masked in everything that is written for people: logs, errors, the doctor's bundle."""

from __future__ import annotations

import os
import re

from daemon.home.keys import NAMES

MASK = "[secret]"
#: The services' key formats, and secrets in headers and URLs.
_SHAPES = re.compile(
    r"\b(?:r8_|hf_|ghp_|gsk_)[A-Za-z0-9]{16,}"
    r"|\bsk-[A-Za-z0-9_-]{16,}"
    r"|(?<=Bearer )\S+|(?<=bearer )\S+"
    r"|(?i:(?<=token=)|(?<=api_key=)|(?<=apikey=)|(?<=password=)|(?<=signature=))[^\s&\"']+"
)
#: A shorter value is no secret, and masking it would damage ordinary text.
_SHORTEST = 8


def internal_text(error: Exception) -> str:
    """The error text of a fault of our own."""
    return mask(
        f"something went wrong inside Sidecrate ({type(error).__name__}: {error}); the log has the"
        " details"
    )


def mask(text: str, *values: str | None) -> str:
    """`text` without secrets: `values`, those of our environment, and whatever looks like one."""
    for value in filter(None, values):
        text = text.replace(value, MASK)
    for name, value in os.environ.items():
        ours = name in NAMES or name.endswith(("_TOKEN", "_API_KEY", "_SECRET", "_PASSWORD"))
        if ours and len(value.strip()) >= _SHORTEST:
            text = text.replace(value.strip(), MASK)
    return _SHAPES.sub(MASK, text)
