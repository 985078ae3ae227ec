"""Which DAWs are on this machine, what we would put where, and whether it is there already."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from daemon.errors import ServiceError
from daemon.home.places import Places
from daemon.install.daws import (
    Placed,
    ableton_files,
    ardour_files,
    fl_studio_files,
    installed_state,
    reaper_files,
)


@dataclass(frozen=True)
class Daw:
    """A DAW that Sidecrate works beside."""

    name: str
    title: str
    page: str
    """The page of the documentation that says more."""
    heard_by: tuple[str, ...]
    """The kinds of sources of the session that speak for it."""
    files: Callable[[Path | None], tuple[Placed, ...]] | None = None
    """What `install` puts there; ServiceError where the DAW has no folder. None: nothing is put."""
    signs: tuple[str, ...] = ()
    """Files, folders or commands that are there where it is installed, per `_where`."""
    steps: tuple[str, ...] = ()
    """What to do in it, where nothing is installed."""


_BITWIG_STEPS = (
    "In Bitwig's Dashboard, Settings > Locations: add the crate (`sidecrate open` says where).",
    "Its tempo comes by Ableton Link (link.enabled: true in the config) or by MIDI clock"
    " (midi.clock: true); switch it on in Settings > Synchronization.",
)
DAWS: tuple[Daw, ...] = (
    Daw("ableton", "Ableton Live", "live.md", ("max", "abletonosc"), ableton_files),
    Daw("fl-studio", "FL Studio", "fl_studio.md", ("fl",), fl_studio_files),
    Daw("reaper", "REAPER", "reaper.md", ("osc",), reaper_files),
    Daw(
        "bitwig", "Bitwig Studio", "bitwig.md", ("link", "midi_clock"),
        signs=(
            "~/.BitwigStudio", "/opt/bitwig-studio", "/Applications/Bitwig Studio.app",
            "%PROGRAMFILES%/Bitwig Studio", "bitwig-studio",
        ),
        steps=_BITWIG_STEPS,
    ),
    Daw("ardour", "Ardour", "ardour.md", ("osc", "midi_clock"), ardour_files),
)  # fmt: skip


def daw_rows(places: Places, heard: Sequence[str]) -> list[dict[str, Any]]:
    """A row for each DAW: {name, title, found, why, files, state, steps, page, heard_by, heard}.

    heard: the sources that speak now, as "max:track 1". `files` are the paths that `install`
    writes; `state` is that of what it has written before, see `installed_state`.
    """
    return [_row(places, daw, heard) for daw in DAWS]


def _row(places: Places, daw: Daw, heard: Sequence[str]) -> dict[str, Any]:
    files: list[str] = []
    why = ""
    if daw.files is not None:
        try:
            files = [str(one.target) for one in daw.files(None)]
        except ServiceError as error:
            why = error.text
        is_found = bool(files)
    else:
        is_found = any(map(_is_there, daw.signs))
    return {
        "name": daw.name,
        "title": daw.title,
        "found": is_found,
        "why": why,
        "files": files,
        "state": installed_state(places, daw.name),
        "steps": list(daw.steps),
        "page": daw.page,
        "heard_by": list(daw.heard_by),
        "heard": [one for one in heard if one.partition(":")[0] in daw.heard_by],
    }


def _is_there(sign: str) -> bool:
    """A path from the home or the root, a folder of Windows' programs, or a command."""
    if sign.startswith("%"):
        name, _, rest = sign[1:].partition("%/")
        base = os.environ.get(name)
        return sys.platform == "win32" and bool(base) and (Path(str(base)) / rest).exists()
    if "/" not in sign:
        return shutil.which(sign) is not None
    path = sign.replace("~/.config", platformdirs.user_config_dir(), 1)
    return Path(path).expanduser().exists()
