"""What is done with one clip as it is: it is played, kept or thrown away."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from daemon.cli.order import about_clip, link_to_daemon, open_crate
from daemon.errors import NO_CLIP_YET, CrateError, ServiceError


def play(
    clip: Annotated[
        str,
        typer.Argument(
            help="A clip, last, or an audio file; with the daemon also next, previous, stop."
        ),
    ] = "last",
    times: Annotated[int, typer.Option(help="How often a loop goes round.", min=1, max=1000)] = 2,
    in_time: Annotated[
        bool,
        typer.Option(
            "--in-time",
            help="By the daemon: from the next bar, "
            "in the project's tempo and key, until `play stop`.",
        ),
    ] = False,
) -> None:
    """Play a clip on this machine's sound device."""
    from daemon.audition.once import play_file

    if in_time or clip in ("next", "previous", "stop"):
        from daemon.cli.show import audition_line

        with link_to_daemon() as client:
            if client is None:
                raise ServiceError(
                    "no daemon runs, and only the daemon plays in time; "
                    "start it with `sidecrate run`",
                    "no_daemon",
                )
            told = client.ask("/sidecrate/audition", clip, wait_s=120)
            print(audition_line(told), file=sys.stderr)
        return
    path = Path(clip).expanduser()
    kind = "loop"
    if not path.is_file():
        with open_crate(read_only=True) as crate:
            if crate is None:
                raise CrateError(NO_CLIP_YET, "unknown_clip")
            record = crate.find(clip)
        path = Path(record["path"])
        kind = record["kind"]
    play_file(path, times if kind == "loop" else 1)


def keep(clip: Annotated[str, typer.Argument(help="A clip, or last.")] = "last") -> None:
    """Give a clip a second name under Kept/."""
    print(about_clip("keep", clip))


def trash(clip: Annotated[str, typer.Argument(help="A clip, or last.")] = "last") -> None:
    """Put a clip into the system's bin."""
    print(about_clip("trash", clip))
