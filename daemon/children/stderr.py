"""The stderr of a child process, line by line."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

#: Longer lines are cut: a library's progress bar or array must not fill our memory or the log.
MOST_CHARACTERS = 2000


async def lines_of(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """Lines as they end, by a carriage return too, without empty ones, until end of file.

    It never stops reading while the child lives: a full pipe would block the child for ever.
    """

    held = b""
    while chunk := await stream.read(1 << 16):
        *whole, held = re.split(rb"[\r\n]+", held + chunk)
        for line in whole:
            if shown := _text(line):
                yield shown
        held = held[: 4 * MOST_CHARACTERS]
    if shown := _text(held):
        yield shown


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip()[:MOST_CHARACTERS]
