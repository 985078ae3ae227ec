"""Tokens and keys taken out of whatever is written for people: logs, errors, the doctor's bundle."""

from __future__ import annotations

import os
import re

from daemon.home.keys import NAMES

MASK = "[secret]"
#: As the services write their keys, and as headers and addresses carry them.
_SHAPES = re.compile(
    r"\b(?:r8_|hf_|ghp_|gsk_)[A-Za-z0-9]{16,}"
    r"|\bsk-[A-Za-z0-9_-]{16,}"
    r"|(?<=Bearer )\S+|(?<=bearer )\S+"
    r"|(?i:(?<=token=)|(?<=api_key=)|(?<=apikey=)|(?<=password=)|(?<=signature=))[^\s&\"']+"
)
_SHORTEST = 8


def mask(text: str) -> str:
    """The text without secrets: those of our environment, and whatever looks like one."""
    for name, value in os.environ.items():
        ours = name in NAMES or name.endswith(("_TOKEN", "_API_KEY", "_SECRET", "_PASSWORD"))
        if ours and len(value.strip()) >= _SHORTEST:
            text = text.replace(value.strip(), MASK)
    return _SHAPES.sub(MASK, text)
