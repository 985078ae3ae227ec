"""`sidecrate project`: several pieces from one file, step by step, each file there to look at."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bridge.files.whole import write_whole
from daemon.children.blas_threads import one_thread
from daemon.cli.project_make import Maker
from daemon.errors import ConfigError, ServiceError
from daemon.project.shelf import lock_of
from daemon.project.state import STEPS, State
from daemon.project.wishes import FILE, Wishes, example, read_wishes

project_app = typer.Typer(
    no_args_is_help=True,
    help="Several pieces from one file: music, continued, with pictures, a video and a clip.",
)
Where = Annotated[Path, typer.Argument(help="The project's folder.")]
Only = Annotated[
    str | None, typer.Option("--step", help=f"One step alone: {', '.join(STEPS)}.", metavar="STEP")
]


@project_app.command("new")
def new(
    folder: Where,
    prompt: Annotated[str, typer.Option(help="What each piece is made of.")] = "lo-fi beat, 80 bpm",
    pieces: Annotated[int, typer.Option(help="How many pieces.", min=1, max=100)] = 3,
    seconds: Annotated[float, typer.Option(help="Length of each.", min=4, max=600)] = 60.0,
) -> None:
    """Begin a project: its folder, with a file of wishes to change."""
    file = folder / FILE
    if file.exists():
        raise ServiceError(
            f"{file} is there already; change it, then: sidecrate project run", "out"
        )
    text = example(prompt, pieces, seconds)
    read_wishes(text, FILE)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(file, text)
    typer.echo(
        f"{file}\nchange it as you like, then: sidecrate project run {shlex.quote(str(folder))}"
    )


@project_app.command("run")
def run(folder: Where, step: Only = None) -> None:
    """Make what is missing. A file that you have deleted throws its piece out of the next steps."""
    wishes, state = _opened(folder)
    with _alone(folder):
        one_thread(os.environ)
        steps = _steps(step)
        missing = state.missing(wishes.pieces, steps)
        maker = Maker(wishes, state)
        maker.check(steps)
        for file in sorted(state.made):
            if state.path(*file).exists():
                state.note(*file)
        for what, piece in missing:
            if piece in state.thrown_out():
                continue
            maker.make(what, piece)
            state.note(what, piece)
            typer.echo(str(state.path(what, piece)))
        if not missing:
            typer.echo("nothing is missing")


@project_app.command("status")
def status(folder: Where) -> None:
    """What is there, what is missing, and what was thrown out."""
    wishes, state = _opened(folder)
    out = state.thrown_out()
    for step in STEPS:
        signs = [
            f"{piece:02d} "
            + ("made" if state.path(step, piece).exists() else "out" if piece in out else "missing")
            for piece in range(1, wishes.pieces + 1)
        ]
        typer.echo(f"{step:<13}{'  '.join(signs)}")


@project_app.command("open")
def open_project(folder: Where) -> None:
    """Show the project's folder."""
    _opened(folder)
    typer.launch(str(folder))


def _opened(folder: Path) -> tuple[Wishes, State]:
    if folder.is_file():
        raise ConfigError(
            f"{folder} is a file, and a project is a folder with a {FILE} in it; name the folder"
        )
    file = folder / FILE
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(
            f"there is no project at {folder}; `sidecrate project new {folder}` begins one"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read ({error}); make it readable") from None
    return read_wishes(text, str(file)), State.of(folder)


def _steps(step: str | None) -> tuple[str, ...]:
    if step is None:
        return tuple(STEPS)
    if step not in STEPS:
        raise ServiceError(f"step: {step!r} is none; it takes {', '.join(STEPS)}", "bad_request")
    return (step,)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One run of a project at a time: a second one would make the same files."""
    lock = lock_of(folder)
    try:
        lock.take()
    except ServiceError:
        text = f"{folder} is being made by another run; let that end, or stop it"
        raise ServiceError(text, "second_run") from None
    try:
        yield
    finally:
        lock.release()
