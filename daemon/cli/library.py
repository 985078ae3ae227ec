"""The library as commands use it: opened and brought up to date, and what children do for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, TypeVar

import typer

from daemon.cli.order import open_crate
from daemon.home.places import Places
from daemon.library.folder import copy_marks, look_through
from daemon.library.library import Library
from daemon.library.marks_file import fetch_marks
from daemon.library.versions import Versions

T = TypeVar("T")
Clip = Annotated[str, typer.Argument(help="A clip, or last.")]


@contextmanager
def open_library() -> Iterator[Library]:
    """The library of this home, brought up to date with the crate.

    A lost library is rebuilt from the crate's folder.
    """
    places = Places.find()
    lost = not (places.library.exists() and places.database.exists())
    with open_crate(read_only=not lost) as crate:
        if crate is not None:
            fetch_marks(places.library, crate.folder)
        library = Library(places.library)
        try:
            if crate is not None:
                library.arrivals.catch_up(crate.database)
                if lost:
                    look_through(library, crate)
            yield library
        finally:
            if crate is not None:
                copy_marks(library, crate)
            library.close()


def with_versions(library: Library, work: Callable[[Versions], Awaitable[T]]) -> T:
    """Something rendered or exported, by a child process of this command's own."""
    from daemon.settings.load import load_config

    async def run() -> T:
        places = Places.find()
        config = load_config(places.config_file)
        versions = Versions.configured(library, places.versions, config)
        try:
            return await work(versions)
        finally:
            await versions.end()

    return asyncio.run(run())
