"""Commands that take several files: one that fails keeps none of the others from its turn."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import typer

from bridge.errors import RequestError, SidecrateError
from bridge.request import NOT_UTF8
from bridge.text import shorten
from bridge.verbs import SOURCE
from daemon.crate.neighbours import OutPlace
from daemon.errors import ServiceError

T = TypeVar("T")


def check_one_name(out: Path | str | None, sources: Sequence[object]) -> None:
    """BadParameter where the clips of several sources were to have one name."""
    if out is not None and len(sources) > 1 and not OutPlace.of(out).is_folder:
        raise typer.BadParameter(
            f"--out {out} is one name, and there are {len(sources)} sources;"
            " for a folder end it in /"
        )


def each_of(sources: Sequence[T], act: Callable[[T], None], as_json: bool) -> None:
    """Call `act` with each source.

    Of several, those that fail are said on stderr, with --json as a line too, and the command ends
    with 1 after all had their turn. What is wrong with the request itself, one for all of them,
    ends it at once, as does the fault of an only source.
    """
    failed = 0
    for source in sources:
        try:
            with odd_names_told():
                act(source)
        except SidecrateError as fault:
            if len(sources) == 1 or _is_of_all(fault):
                raise
            failed += 1
            if as_json:
                print(json.dumps({"error": fault.code, "text": fault.text, "path": str(source)}))
            print(fault.text, file=sys.stderr)
    if failed:
        raise typer.Exit(1)


@contextmanager
def odd_names_told() -> Iterator[None]:
    """ServiceError in place of the encoder's, where a file's name is no UTF-8."""
    try:
        yield
    except UnicodeEncodeError as error:
        if not any("\udc80" <= letter <= "\udcff" for letter in error.object):
            raise
        raise ServiceError(f"{shorten(error.object)}: {NOT_UTF8}", "bad_request") from None


def _is_of_all(fault: SidecrateError) -> bool:
    """Whether something else than the source is wrong with the request."""
    names = {one.field for one in fault.faults} if isinstance(fault, RequestError) else set()
    return bool(names - {SOURCE, "reference"})
