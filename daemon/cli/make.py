"""`sidecrate make` and `again`: clips of a prompt, and another one like them."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from daemon.children.blas_threads import one_thread
from daemon.cli.options import AsJson, Force, Out, Progress, with_fields
from daemon.cli.order import again_records, show_clips, show_order


@with_fields("make")
def make(
    prompt: Annotated[str, typer.Argument(help="What you want to hear.")],
    out: Out = None,
    force: Force = False,
    as_json: AsJson = False,
    progress: Progress = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Make nothing: show what each word of the prompt sets."),
    ] = False,
    best: Annotated[
        int | None,
        typer.Option(
            "--best",
            help="Of all that is made, collect the N that are most to your taste.",
            metavar="N",
            min=1,
        ),
    ] = None,
    *,
    fields: dict[str, Any],
) -> None:
    """Make clips of a prompt: by the running daemon, else here."""
    if explain:
        from daemon.cli.explain import explained_text

        print(explained_text(prompt, fields, as_json=as_json))
        return
    how: dict[str, Any] = {"as_json": as_json, "progress": progress}
    if best is not None:
        from daemon.cli.best import check_best, pick_best

        check_best(best, fields.get("count"), out)
        made = show_order("make", {"prompt": prompt, **fields}, out=None, **how)
        pick_best(prompt, made, best, as_json)
        return
    show_order("make", {"prompt": prompt, **fields}, out=out, force=force, **how)


@with_fields("again")
def again(
    what: Annotated[str, typer.Argument(help="A clip or job, or last.")] = "last",
    as_json: AsJson = False,
    progress: Progress = False,
    *,
    fields: dict[str, Any],
) -> None:
    """The same again with a new seed, or with what the options change."""
    one_thread(os.environ)
    show_clips(again_records(what, fields, quiet=as_json, progress=progress), as_json)
