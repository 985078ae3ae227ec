"""`sidecrate sounds`: sampled instruments, those that are here and those that can be got."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from daemon.audio.soundfonts.roles import ROLES, SFZ, SOUNDFONTS, of_role
from daemon.errors import AudioError, ServiceError
from daemon.home.places import Places

sounds_app = typer.Typer(
    help="Sampled instruments: SoundFonts that play the embedded musician's bands and orchestras.",
    invoke_without_command=True,
)
#: Where systems keep SoundFonts.
_SHARED = (
    "/usr/share/sounds/sf2", "/usr/share/sounds/sf3", "/usr/share/soundfonts",
    "~/.local/share/sounds/sf2", "~/Library/Audio/Sounds/Banks", "/Library/Audio/Sounds/Banks",
)  # fmt: skip
_USE = "sidecrate sounds use"


@sounds_app.callback()
def sounds(
    context: typer.Context,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, for programs.")
    ] = False,
) -> None:
    """List the fonts that play, those found on this machine, and free ones that can be got.

    Downloads nothing.
    """
    if context.invoked_subcommand is not None:
        return
    for row in rows(Places.find()):
        print(json.dumps(row) if as_json else _line(row))


@sounds_app.command("get")
def get(
    name: Annotated[str, typer.Argument(help="As `sidecrate sounds` lists it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Without asking once more.")] = False,
) -> None:
    """Download a free font, and have it play. Its size and licence are shown first."""
    from daemon.install.fonts import FREE, get

    font = FREE.get(name)
    if font is None:
        raise ServiceError(f"sounds: {name} is none of {', '.join(FREE)}", "bad_request")
    print(f"{font.title}\nlicence: {font.licence}; {font.bytes / 1e6:.0f} MB from {font.url}")
    print("Clips that it plays carry its licence beside the notes' own.")
    if not yes and not (sys.stdin.isatty() and typer.confirm("Download it?")):
        raise ServiceError("nothing was downloaded; say yes, or give --yes", "bad_request")
    path = get(font, folder(Places.find()), lambda share: None)
    _play(path)


@sounds_app.command("use")
def use(
    file: Annotated[
        Path, typer.Argument(help="A SoundFont (SF2, SF3) or an SFZ instrument.", metavar="FILE")
    ],
    role: Annotated[
        str, typer.Option("--for", help="What it plays, as `drums`; an SFZ needs one.")
    ] = "",
) -> None:
    """Have a font play: it is checked, then named in the config under `sounds: fonts:`."""
    from daemon.audio.soundfonts.sf2 import read_sf2
    from daemon.audio.soundfonts.sfz import read_sfz

    is_sfz = file.suffix.lower() == SFZ
    if role not in ("", *ROLES) or (is_sfz and not role):
        said = f"{role!r} is no role" if role else f"{file.name} does not say what it is"
        raise ServiceError(f"sounds: {said}; say --for one of {', '.join(ROLES)}", "bad_request")
    path = file.expanduser().absolute()
    if not path.is_file():
        raise ServiceError(f"sounds: there is no file {file}", "bad_request")
    try:
        font = read_sfz(path) if is_sfz else read_sf2(path)
    except AudioError as error:
        raise ServiceError(f"sounds: {error.text}", "bad_request") from None
    count = "1 instrument" if is_sfz else f"{len(font.presets)} instruments"
    print(f"{font.name}: {count}. {font.licence}".strip())
    _play(path, role)


def folder(places: Places) -> Path:
    """Where fonts that were got lie."""
    return places.state / "sounds"


def rows(places: Places) -> list[dict[str, Any]]:
    """A row a font: name, path, state (plays, here, free), licence, megabytes."""
    from daemon.install.fonts import FREE
    from daemon.settings.load import load_config

    named = [of_role(one) for one in load_config(places.config_file).sounds.fonts]
    roles = {path: role for role, path in named}
    playing = list(roles)
    found: list[dict[str, Any]] = []
    for path in [*playing, *_here(places)]:
        if any(row["path"] == str(path) for row in found):
            continue
        state = "missing" if not path.is_file() else "plays" if path in playing else "here"
        found.append({
            "name": path.stem, "path": str(path), "state": state, "licence": _licence(path),
            "megabytes": round(path.stat().st_size / 1e6, 1) if path.is_file() else None,
            "role": roles.get(path, ""),
        })  # fmt: skip
    there = {Path(row["path"]).name for row in found}
    for font in FREE.values():
        if font.file not in there:
            found.append({
                "name": font.name, "path": "", "state": "free", "licence": font.licence,
                "megabytes": round(font.bytes / 1e6, 1), "role": "",
            })  # fmt: skip
    return found


def _here(places: Places) -> Iterator[Path]:
    known: set[str] = set()
    for place in (folder(places), *(Path(one).expanduser() for one in _SHARED)):
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            real = os.path.realpath(path)
            if path.suffix.lower() in SOUNDFONTS and path.is_file() and real not in known:
                known.add(real)
                yield path


def _licence(path: Path) -> str:
    # another program's file may have that name, and hold anything
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return str(json.loads(path.with_suffix(".json").read_text("utf-8")).get("licence", ""))
    return ""


def _line(row: dict[str, Any]) -> str:
    facts = ", ".join(
        [f"{row['megabytes']:g} MB" if row["megabytes"] else "", row["licence"] or "own licence"]
    ).strip(", ")
    what = {
        "plays": f"plays {row['role']}".strip(), "missing": "named in the config, and not there",
        "here": f"here; {_USE} {row['path']}", "free": f"sidecrate sounds get {row['name']}",
    }[row["state"]]  # fmt: skip
    return f"{row['name']} ({facts}): {what}"


def _play(path: Path, role: str = "") -> None:
    """Name a font in the config, for a role where it has one, unless it is there."""
    from daemon.settings.edit import add_font

    places = Places.find()
    if add_font(places.config_file, f"{role}={path}" if role else str(path)):
        print(f"{path.name} plays from the next start of the daemon on, and at once with --out")
    else:
        print(f"{path.name} plays already")
