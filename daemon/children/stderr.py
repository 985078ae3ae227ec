"""What a child process says on its stderr, line by line, whatever it is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

#: A line is cut there: a library that draws a bar, or prints an array, must not fill our memory or the log.
MOST_CHARACTERS = 2000


async def lines_of(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """Lines as they end, by a carriage return too, without what is empty, until the stream does.

    It never stops reading while the child lives: a child whose words nobody reads waits for ever once the pipe is full.
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
