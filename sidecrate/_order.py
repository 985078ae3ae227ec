"""Verbs called from Python, run like the command line: in the daemon, else in this process."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from sidecrate._clip import Clip

#: What a verb that works on a sound, on notes or on a clip can be given.
Source = str | os.PathLike[str] | Clip


def ask(
    verb: str,
    source: Source,
    /,
    *,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
    **fields: Any,
) -> list[Clip]:
    """Ask a verb of the table, or of an installed package, and wait for its clips.

    source: what the verb works on: a prompt, the path of a file, a `Clip`, or `last`.
    out: write there instead of into the crate; this process does the work then.
    force: write over a file that is there.
    fields: the verb's own; `docs/protocol.md` has them all.

    SidecrateError says what, why and what to do; RequestError names each field that is wrong.
    """
    from bridge.verbs import SOURCE, VERBS
    from daemon.cli.order import again_records, order_records
    from daemon.verbs.registry import draw_in_verbs

    if verb not in VERBS:
        draw_in_verbs()
    said = {name: _plain(value) for name, value in fields.items() if value is not None}
    # as text: a path that ends in a slash is a folder
    file = None if out is None else os.fspath(out)
    if verb == "again":
        records = again_records(str(_plain(source)), said, out=file, force=force)
    else:
        raw = {**said, SOURCE: _plain(source)}
        records = order_records(verb, raw, out=file, force=force)
    return [Clip(record, in_crate=file is None) for record in records]


def ask_given(verb: str, source: Source, given: Mapping[str, Any]) -> list[Clip]:
    """`ask` with the arguments of a verb's own function, as `locals()` has them."""
    from bridge.verbs import VERBS

    row = VERBS[verb]
    fields = {
        name: given.get(field.python_name) for name, field in row.takes.items() if name != row.holds
    }
    return ask(verb, source, out=given["out"], force=given["force"], **fields)


def engines() -> list[dict[str, Any]]:
    """Who can make clips here: name, kinds, licence, `ready` and if not, `why`; `costs_money`..."""
    from daemon.engines.table import engine_rows
    from daemon.home.places import Places
    from daemon.settings.load import load_config
    from daemon.settings.schema import use

    use(load_config(Places.find().config_file))
    return engine_rows()


def _plain(value: Any) -> Any:
    """A value as the request's readers take it: a clip by its name, a path as text."""
    if isinstance(value, Clip):
        return value.name
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value
