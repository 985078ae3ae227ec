"""The commands. Exit codes: 0 done, 1 failed, 2 bad usage. Progress: stderr. Results: stdout."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import io
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from bridge.errors import RequestError, SidecrateError
from bridge.request import FIELDS
from daemon.children.blas_threads import one_thread
from daemon.cli.add import add
from daemon.cli.answer import answer
from daemon.cli.asked import with_asked_alone
from daemon.cli.batch import batch
from daemon.cli.clips import clips
from daemon.cli.correct import correct
from daemon.cli.edit import edit
from daemon.cli.export import export
from daemon.cli.fit import fit, look
from daemon.cli.home import doctor, engines, install, open_folder, uninstall
from daemon.cli.marks import collect, mark
from daemon.cli.mcp import mcp
from daemon.cli.midi import midi_app
from daemon.cli.models import models
from daemon.cli.options import AsJson, Force, Out, Progress, with_fields
from daemon.cli.order import (
    about_clip,
    again_records,
    link_to_daemon,
    open_crate,
    order_records,
    show_clips,
    show_order,
)
from daemon.cli.paint import paint
from daemon.cli.pair import pair
from daemon.cli.perform import perform
from daemon.cli.plugins import plugins
from daemon.cli.profile import profile_app
from daemon.cli.project import project_app
from daemon.cli.radio import radio
from daemon.cli.ray import ray_app
from daemon.cli.secret import secret_app
from daemon.cli.several import odd_names_told
from daemon.cli.sounds import sounds_app
from daemon.cli.spend import spend
from daemon.cli.train import train
from daemon.cli.verbs import add_verbs
from daemon.cli.worker import boxes_app, worker
from daemon.errors import NO_CLIP_YET, ConfigError, CrateError, PromptError, ServiceError
from daemon.home.places import HOME_VARIABLE, Places
from daemon.version import __version__

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Clips that are exactly on your project's grid and in its key, beside your DAW.",
    epilog="--home FOLDER, anywhere on the line, "
    "keeps config, inbox, crate and state under one folder (as SIDECRATE_HOME does).",
)

#: What keeps files from being written that is the machine's matter, and no fault of ours.
_UNWRITABLE = frozenset(
    {
        errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR,
        # drives that are gone, and paths that no file system takes
        errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ENODEV, errno.ENXIO, errno.ELOOP,
        errno.ENAMETOOLONG,
    }
)  # fmt: skip


def main() -> None:
    """The entry point. Our own errors become one line a fault and an exit code, no traceback."""
    take_any_sign()
    _take_home(sys.argv)
    add_verbs(app, sys.argv[1:])
    try:
        with odd_names_told():
            asked = with_asked_alone(app, sys.argv[1:])
            raise SystemExit(asked(standalone_mode=False) or 0)
    except (RequestError, PromptError, ConfigError) as error:
        _fail(error, 2)
    except SidecrateError as error:
        _fail(error, 2 if error.code in ("bad_request", "unknown_engine") else 1)
    except (KeyboardInterrupt, typer.Abort):
        print("stopped", file=sys.stderr)
        raise SystemExit(130) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except OSError as error:
        if (text := _of_file(error)) is None:
            raise
        _fail(ServiceError(text, "disk"), 1)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        # bad usage, in the option parser's own words
        hint = "`sidecrate --help` lists the commands and options."
        print(f"{error.format_message().rstrip('.')}. {hint}", file=sys.stderr)
        raise SystemExit(2) from None


def take_any_sign() -> None:
    """Have the terminal's streams replace what their encoding has no sign for.

    Windows' consoles and redirected output may be cp1252 or ASCII; prompts and names are not.
    """
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a program that calls `main` may have read a line of its input already
            with contextlib.suppress(io.UnsupportedOperation):
                stream.reconfigure(errors="replace")


def _of_file(error: OSError) -> str | None:
    """A sentence on a file or folder of ours that cannot be written; None for other errors."""
    if error.filename is None:
        return None
    place = os.fsdecode(error.filename)
    # a home that cannot be made: a drive that is not there, or a place that takes no folders
    state = Places.find().state
    is_nowhere = error.errno == errno.ENOENT and Path(place) in (state, *state.parents)
    if error.errno not in _UNWRITABLE and not is_nowhere:
        return None
    return (
        f"{place} cannot be written ({error.strerror}); make it writable, free some space, or keep"
        " Sidecrate's files elsewhere: sidecrate --home FOLDER"
    )


def _fail(error: SidecrateError, code: int) -> None:
    if "--json" in sys.argv:
        print(json.dumps({"error": error.code, "text": error.text}))
    print(error.text, file=sys.stderr)
    raise SystemExit(code) from None


def _take_home(arguments: list[str]) -> None:
    """Take --home out of the arguments: it may stand before or after the command."""
    for index, argument in enumerate(arguments[1:], 1):
        if argument == "--":
            return
        if argument == "--home" and index + 1 < len(arguments):
            os.environ[HOME_VARIABLE] = arguments[index + 1]
            del arguments[index : index + 2]
            return
        if argument.startswith("--home="):
            os.environ[HOME_VARIABLE] = argument.removeprefix("--home=")
            del arguments[index]
            return


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Say which Sidecrate this is.")
    ] = False,
    licences: Annotated[
        bool, typer.Option("--licences", help="With --version: the licences of what is in it.")
    ] = False,
) -> None:
    """Options before the command."""
    if version or licences:
        print(f"Sidecrate {__version__}")
        if licences:
            from daemon.cli.licences import licences_text

            print(licences_text())
        raise typer.Exit
    if context.invoked_subcommand is None:
        raise typer.BadParameter("no command is given")


# -- the daemon


@app.command()
def run(quiet: Annotated[bool, typer.Option(help="Say only what is wrong.")] = False) -> None:
    """Run the daemon in the foreground, until Ctrl-C."""
    from daemon.cli.web import ask_for_page
    from daemon.home.heap import share_one_heap
    from daemon.home.log import set_up_log
    from daemon.service.service import Service
    from daemon.settings.load import load_config
    from daemon.settings.schema import use

    share_one_heap()
    places = Places.find()
    config = load_config(places.config_file)
    if not quiet:
        config = ask_for_page(places, config)
    use(config)
    set_up_log(places, level=config.log.level, megabytes=config.log.megabytes, verbose=not quiet)
    service = Service(places, config)

    def ready(service: Service) -> None:
        if not quiet:
            print(service.banner(), file=sys.stderr)

    asyncio.run(service.run(ready))


@app.command()
def demo(
    keep: Annotated[bool, typer.Option(help="Leave the daemon running at the end.")] = False,
) -> None:
    """A first clip through every door, with a daemon and a folder of its own."""
    from daemon.cli.demo import run_demo

    raise typer.Exit(run_demo(Places.find() if os.environ.get(HOME_VARIABLE) else None, keep=keep))


@app.command()
def status(as_json: AsJson = False) -> None:
    """What the daemon is doing, what it knows of your project, and its newest jobs."""
    from daemon.cli.status import status_json, status_text

    print(status_json(Places.find()) if as_json else status_text(Places.find()))


# -- clips

for command in (clips, mark, collect, edit, export, add):
    app.command()(command)
app.command()(perform)


@app.command()
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


app.command()(fit)
app.command()(look)


@app.command()
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


@app.command()
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


@app.command()
def keep(clip: Annotated[str, typer.Argument(help="A clip, or last.")] = "last") -> None:
    """Give a clip a second name under Kept/."""
    print(about_clip("keep", clip))


@app.command()
def trash(clip: Annotated[str, typer.Argument(help="A clip, or last.")] = "last") -> None:
    """Put a clip into the system's bin."""
    print(about_clip("trash", clip))


@app.command()
def cancel(what: Annotated[str, typer.Argument(help="A job, or all.")] = "all") -> None:
    """End jobs that have not ended."""
    with link_to_daemon() as client:
        if client is None:
            print("no daemon runs, so there is nothing to cancel", file=sys.stderr)
            return
        jobs = client.ask("/sidecrate/cancel", what).values["jobs"]
    print("cancelled: " + (", ".join(jobs) or "nothing was under way"), file=sys.stderr)


@app.command()
def tempo(
    bpm: Annotated[
        str | None, typer.Argument(help="A tempo to pin; 0 follows the session again.")
    ] = None,
) -> None:
    """Show the tempo that holds now, or pin one."""
    from daemon.cli.status import session_line, set_pin

    places = Places.find()
    if bpm is not None:
        value = None if bpm.strip() in ("0", "0.0") else float(str(FIELDS["bpm"].check(bpm)))
        with link_to_daemon() as client:
            if client:
                client.ask("/sidecrate/tempo", value or 0)
            else:
                set_pin(places, "bpm", value)
    print(session_line(places))


@app.command()
def ask() -> None:
    """A prompt line that stays open: type, hear of it, type again."""
    from daemon.cli.ask import converse

    one_thread(os.environ)
    with link_to_daemon() as client:
        converse(
            Places.find(), client, alone=lambda verb, values: order_records(verb, values, out=None)
        )


# -- commands with a file of their own

app.add_typer(midi_app, name="midi")
app.add_typer(profile_app, name="profile")
app.add_typer(project_app, name="project")
app.add_typer(secret_app, name="secret")
app.add_typer(sounds_app, name="sounds")
app.command("batch")(batch)
app.command("worker")(worker)
app.command("train")(train)
app.add_typer(boxes_app, name="boxes")
app.add_typer(ray_app, name="ray")
app.command("pair")(pair)
app.command("spend")(spend)
app.command("models")(models)
app.command("radio")(radio)
app.command("paint")(paint)
app.command("plugins")(plugins)
app.command("answer")(answer)
app.command("mcp")(mcp)
app.command("correct")(correct)
app.command("doctor")(doctor)
app.command("install")(install)
app.command("uninstall")(uninstall)
app.command("open")(open_folder)
app.command("engines")(engines)


if __name__ == "__main__":
    main()
