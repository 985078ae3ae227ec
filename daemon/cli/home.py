"""Commands about this home: its health, its folders, what is installed in the DAW, its engines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.files.mounts import is_unmounted
from bridge.files.whole import write_whole
from daemon.cli.options import AsJson
from daemon.errors import ServiceError
from daemon.home.docs import DOCS, docs_path
from daemon.home.mounts import known_mount
from daemon.home.places import Places

if TYPE_CHECKING:
    from daemon.engines.contract import EngineInfo

#: Timeout of a check: a slow disk loads a model's libraries, or a service is slow to answer.
CHECK_S = 60.0

INSTALLABLE = "ableton, live-extension, fl-studio, reaper, ardour, touchosc, mcp or autostart."


def doctor(
    as_json: AsJson = False,
    bundle: Annotated[
        Path | None,
        typer.Option(
            help="Also put this, the log and the config into a zip for whoever helps.",
            metavar="FILE.zip",
        ),
    ] = None,
) -> None:
    """Look into every folder, port, engine and library, and say what to do about each fault."""
    from daemon.doctor.examine import examine

    found = examine(Places.find())
    for check in found:
        print(json.dumps(check.to_json()) if as_json else check.line())
    if bundle is not None:
        from daemon.doctor.bundle import write_bundle

        names = write_bundle(Places.find(), found, bundle)
        print(f"{bundle} holds {', '.join(names)}", file=sys.stderr)
        holds = "Secrets were taken out; the log holds your prompts and folder names."
        print(f"{holds} Read it before you send it.", file=sys.stderr)
    raise typer.Exit(1 if any(check.verdict == "fault" for check in found) else 0)


def install(
    what: Annotated[str, typer.Argument(help=INSTALLABLE)],
    user_data_dir: Annotated[
        Path | None,
        typer.Option(
            help="Live's User Library, FL's user data, REAPER's resource folder, "
            "Ardour's settings, or where the tablet's layout goes.",
            metavar="FOLDER",
        ),
    ] = None,
) -> None:
    """Put the device or scripts into your DAW's folders, the tools into a language model's host, or
    start the daemon at log-in.

    Shows the steps that remain.
    """
    from daemon.install.daws import WHAT
    from daemon.install.daws import install as put_in_place

    _one_of(what, WHAT)
    done = put_in_place(Places.find(), what, user_data_dir.expanduser() if user_data_dir else None)
    for path in done.files:
        print(path)
    for number, step in enumerate(done.steps, 1):
        print(f"{number}. {step}", file=sys.stderr)


def uninstall(
    what: Annotated[str, typer.Argument(help=INSTALLABLE)],
) -> None:
    """Take away what `install` put in place."""
    from daemon.install.daws import WHAT, leave_hosts
    from daemon.install.daws import uninstall as take_away

    _one_of(what, WHAT)
    if what == "mcp":
        print("\n".join(leave_hosts(Places.find())))
        return
    gone, left = take_away(Places.find(), what)
    for path in gone:
        print(f"gone: {path}")
    for path in left:
        print(f"left, since it was changed: {path}")


def open_folder(
    what: Annotated[
        str,
        typer.Argument(help="crate, inbox, state, config or docs; one page is docs/library.md."),
    ] = "crate",
    page: Annotated[
        bool,
        typer.Option("--page", help="Open the page in the browser, by a link that works once."),
    ] = False,
) -> None:
    """Show the crate (or the inbox, the state, the config, the docs), and print where it is."""
    if page:
        from daemon.cli.web import open_page

        open_page(Places.find())
        return
    if what.partition("/")[0] == DOCS:
        path = docs_path(what)
    elif what == "config":
        path = _config_file(Places.find())
    else:
        path = _own_folder(Places.find(), what)
    print(path)
    if sys.stdout.isatty():
        typer.launch(str(path))


def _config_file(places: Places) -> Path:
    """The user's config; written with every default where there is none yet."""
    from daemon.settings.page import config_page

    path = places.config_file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, config_page())
    return path


def _own_folder(places: Places, what: str) -> Path:
    """The crate, the inbox or the state, made where it is missing."""
    from daemon.settings.load import load_config
    from daemon.settings.meaning import crate_folder, inbox_folder

    config = load_config(places.config_file)
    folders = {
        "crate": crate_folder(config, places),
        "inbox": inbox_folder(config, places),
        "state": places.state,
    }
    _one_of(what, [*folders, "config", DOCS])
    folder = folders[what]
    if is_unmounted(folder, known := known_mount(places.state, folder)):
        raise ServiceError(f"{folder} is away: nothing is mounted at {known}; mount its drive")
    if known and not folder.is_dir():
        text = f"{folder} is gone: put it back, or make it anew to begin an empty one"
        raise ServiceError(text)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def engines(
    all_of_them: Annotated[bool, typer.Option("--all", help="Those for tests too.")] = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Look closer: ask the services, load the models' libraries."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Who can make clips here, and why others cannot."""
    from daemon.engines.table import engine_rows
    from daemon.settings.load import load_config
    from daemon.settings.schema import use

    use(load_config(Places.find().config_file))
    closer = look_closer if check else None
    for row in engine_rows(all_of_them=all_of_them, closer=closer):
        print(json.dumps(row) if as_json else row["line"])


def look_closer(info: EngineInfo) -> str | None:
    """Why an engine that looks ready is not, by its own check in a child process; None if it is."""
    import asyncio

    from daemon.children.host import Child
    from daemon.errors import EngineError, WorkerError

    async def ask() -> None:
        child = Child("check", None, normal_priority=True)
        try:
            await child.ask(
                info.check, {"spec": dict(info.spec)}, lambda value, stage, words: None, CHECK_S
            )
        finally:
            await child.end()

    try:
        asyncio.run(ask())
    except (EngineError, WorkerError) as error:
        return error.text
    return None


def _one_of(what: str, allowed: Iterable[str]) -> None:
    if what not in allowed:
        raise typer.BadParameter(f"{what!r} is none of {', '.join(allowed)}")
