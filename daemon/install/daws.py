"""`sidecrate install` and `uninstall`: our files in the DAWs' folders and in the autostart.

Installed files are listed in the state folder, so `uninstall` removes those and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import json
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bridge.files.whole import PART, sweep_parts, write_whole
from daemon.errors import ServiceError
from daemon.home.extras import how_to_install
from daemon.home.page_address import read_address
from daemon.home.places import Places
from daemon.home.web_access import load_token
from daemon.install import hosts
from daemon.install.autostart import autostart_unit
from daemon.install.folders import (
    ableton_library,
    ardour_config,
    documents,
    fl_user_data,
    reaper_resources,
)
from daemon.version import __version__

REPOSITORY = Path(__file__).parents[2]
#: Where the wheel carries these files; the repository has folders of their own for them.
CARRIED = Path(__file__).parent / "installable"
#: The usual port of the page, where it is not served now.
PAGE_PORT = 9141


@dataclass(frozen=True)
class Installed:
    """The installed files, and the person's next steps."""

    files: tuple[Path, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Placed:
    """One of our files, and where it goes."""

    folder: str
    """The repository's folder that has it."""
    target: Path

    def bring(self) -> None:
        _bring(source_file(self.folder, self.target.name), self.target)


def source_file(folder: str, name: str) -> Path:
    """One of our files for a DAW, from the wheel or the repository.

    ServiceError when it is in neither.
    """
    for path in (CARRIED / folder / name, CARRIED / name, REPOSITORY / folder / name):
        if path.is_file():
            return path
    raise ServiceError(
        f"{name} is not part of this installation; install Sidecrate anew", "incomplete"
    )


def ableton_files(user_data: Path | None) -> tuple[Placed, ...]:
    folder = ableton_library(user_data) / "Presets" / "Audio Effects" / "Max Audio Effect"
    return (Placed("max_for_live/built", folder / "Sidecrate.amxd"),)


def install_ableton(places: Places, user_data: Path | None) -> Installed:
    """The Max for Live device, into the User Library."""
    library = ableton_library(user_data)
    files = _bring_all(ableton_files(user_data))
    samples = json.dumps(str(library / "Samples" / "Sidecrate"))
    return Installed(
        files,
        (
            "In Live's browser: User Library > Presets > Audio Effects > Max Audio Effect >"
            " Sidecrate. Drag it onto a track.",
            "To see new clips in Live at once, set in the config (`sidecrate open config`):"
            f" crate: {{folder: {samples}}}",
            "Max for Live needs Live Suite or the add-on. Without it:"
            " Places > Add Folder, and the crate (`sidecrate open`).",
            "Start the daemon: sidecrate run (or let it start by itself:"
            " sidecrate install autostart).",
        ),
    )


def fl_studio_files(user_data: Path | None) -> tuple[Placed, ...]:
    settings = fl_user_data(user_data) / "Settings"
    return (
        Placed("fl_studio_scripts", settings / "Hardware" / "Sidecrate" / "device_Sidecrate.py"),
        Placed("fl_studio_scripts", settings / "Piano roll scripts" / "Sidecrate.pyscript"),
    )


def install_fl_studio(places: Places, user_data: Path | None) -> Installed:
    """The controller script and the piano roll script, into FL's user data."""
    files = _bring_all(fl_studio_files(user_data))
    piano_roll = files[1]
    if sys.platform == "win32":
        ports = (
            "Make two loopback MIDI ports (built into recent Windows 11; before that, loopMIDI)"
            " called Sidecrate to FL, which is FL's input, and Sidecrate from FL, its output."
        )
    else:
        ports = (
            "Start the daemon (sidecrate run): it opens a pair of MIDI ports called Sidecrate FL."
        )
    return Installed(
        files,
        (
            ports,
            "In FL: Options > MIDI settings. Choose the port as input and as output,"
            " with one and the same port number.",
            "Enable the input there, and set its controller type to Sidecrate.",
            "For notes in the piano roll, write into the config: fl: {piano_roll_scripts:"
            f" '{piano_roll.parent}'}}",
            "In FL: Options > File settings > Browser extra search folders:"
            " add the crate (`sidecrate open` says where).",
            "`sidecrate doctor` tells whether the script answers.",
        ),
    )


def install_touchosc(places: Places, user_data: Path | None) -> Installed:
    """The TouchOSC layout, into a folder from which it goes to the tablet."""
    folder = user_data or documents()
    if not folder.is_dir():
        raise ServiceError(
            f"there is no folder {folder}; name one:"
            " `sidecrate install touchosc --user-data-dir FOLDER`",
            "no_folder",
        )
    target = folder / "Sidecrate.tosc"
    _bring(source_file("touchosc/built", "Sidecrate.tosc"), target)
    return Installed(
        (target,),
        (
            "Bring the file to the tablet (AirDrop, a cloud drive,"
            " a cable) and open it in TouchOSC.",
            "In TouchOSC's connections, OSC 1: UDP, send port 9140, receive port 9000; host:"
            " this computer's address.",
            "Let the tablet in: `sidecrate pair` shows the address to type,"
            " and asks once the tablet is heard.",
        ),
    )


def reaper_files(user_data: Path | None) -> tuple[Placed, ...]:
    resources = reaper_resources(user_data)
    return (
        Placed("reaper", resources / "Scripts" / "Sidecrate.lua"),
        Placed("reaper", resources / "Scripts" / "Sidecrate item.lua"),
        Placed("reaper", resources / "OSC" / "Sidecrate.ReaperOSC"),
    )


def install_reaper(places: Places, user_data: Path | None) -> Installed:
    """The script that orders clips, and the OSC pattern by which REAPER sends its tempo."""
    files = _bring_all(reaper_files(user_data))
    _write_command(files[0])
    _write_command(files[1])
    return Installed(
        files,
        (
            "In REAPER: Actions > Show action list > New action > Load ReaScript: Sidecrate.lua,"
            " and Sidecrate item.lua. Give each a key.",
            "So that REAPER tells its tempo: Preferences > Control/OSC/web > Add > OSC,"
            " pattern config Sidecrate, device 127.0.0.1, port 9140.",
            "View > Media Explorer: add the crate (`sidecrate open` says where) to its shortcuts.",
        ),
    )


def ardour_files(user_data: Path | None) -> tuple[Placed, ...]:
    folder = ardour_config(user_data) / "scripts"
    return (
        Placed("ardour", folder / "Sidecrate.lua"),
        Placed("ardour", folder / "Sidecrate tempo.lua"),
    )


def install_ardour(places: Places, user_data: Path | None) -> Installed:
    """The action that orders clips, and the hook by which Ardour tells its tempo."""
    files = _bring_all(ardour_files(user_data))
    _write_command(files[0])
    return Installed(
        files,
        (
            "In Ardour: Edit > Lua Scripts > Script Manager > Action Scripts > an unset one >"
            " Add/Set: Sidecrate. Its button is in the toolbar, and it can have a key.",
            "So that Ardour tells its tempo: the same window > Action Hooks > New Hook:"
            " Sidecrate tempo.",
            "Set audio.sample_rate in the config (`sidecrate open config`) to that of your"
            " sessions: Ardour then takes clips as they are.",
        ),
    )


def _write_command(script: Path) -> None:
    """The command's whole path into a script: a DAW's PATH is not that of a terminal."""
    command = shutil.which("sidecrate") or str(Path(sys.executable).with_name("sidecrate"))
    text = script.read_text(encoding="utf-8").replace(
        "local COMMAND = 'sidecrate'", f"local COMMAND = [[{command}]]"
    )
    script.write_text(text, encoding="utf-8", newline="\n")


def install_live_extension(places: Places, user_data: Path | None) -> Installed:
    """The extension for Live's menus, with the way to this machine's API in it."""
    folder = user_data or documents()
    if not folder.is_dir():
        raise ServiceError(
            f"there is no folder {folder}; name one:"
            " `sidecrate install live-extension --user-data-dir FOLDER`",
            "no_folder",
        )
    target = folder / "Sidecrate.ablx"
    address = read_address(places)
    pairing = {
        "address": f"http://127.0.0.1:{address['port'] if address else PAGE_PORT}",
        "token": load_token(places),
    }
    manifest = {
        "name": "Sidecrate",
        "author": "Sidecrate",
        "entry": "extension.js",
        "version": __version__,
        "minimumApiVersion": "1.0.0",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
        archive.writestr("sidecrate.json", json.dumps(pairing))
        archive.write(source_file("live_extension/built", "extension.js"), "extension.js")
    write_whole(target, packed.getvalue(), private=True)
    return Installed(
        (target,),
        (
            "It needs Live Suite 12.4.5 or newer. In Live: Settings > Extensions: drag the file"
            " there, with Developer Mode off, and restart Live.",
            "It asks the page's API: set `enabled: true` under `web:` in the config"
            " (`sidecrate open config`) and start the daemon: sidecrate run.",
            "Give the file to nobody: it opens your Sidecrate to this machine's programs."
            " A new token, or another web.port, needs a new file.",
        ),
    )


def install_mcp(places: Places, user_data: Path | None) -> Installed:
    """Our entry in the settings of the hosts of language models that are there."""
    done = hosts.enter(user_data)
    left = [one.said for one in done if not one.done]
    if len(left) == len(done):
        raise ServiceError("\n".join(left), "install")
    return Installed(
        (),
        (
            *(one.said for one in done),
            "Restart the host; its list of tools then has sidecrate.",
            "Start the daemon: sidecrate run (or let it start by itself:"
            " sidecrate install autostart).",
            f"The tools need the package mcp: {how_to_install('mcp')}.",
        ),
    )


def install_autostart(places: Places, user_data: Path | None) -> Installed:
    """Start the daemon at every log-in."""
    unit = autostart_unit()
    unit.file.parent.mkdir(parents=True, exist_ok=True)
    unit.file.write_text(unit.text, encoding="utf-8")
    return Installed((unit.file,), (unit.step,))


WHAT: dict[str, Callable[[Places, Path | None], Installed]] = {
    "ableton": install_ableton,
    "fl-studio": install_fl_studio,
    "reaper": install_reaper,
    "ardour": install_ardour,
    "touchosc": install_touchosc,
    "live-extension": install_live_extension,
    "mcp": install_mcp,
    "autostart": install_autostart,
}


# -- doing and undoing


def install(places: Places, what: str, user_data: Path | None) -> Installed:
    """Install our files for `what` and list them in the state folder. ServiceError says why not.

    What its user has changed in one of them since is kept beside it.
    """
    try:
        kept = [_kept(path) for path in _changed(places, what)]
        done = WHAT[what](places, user_data)
    except OSError as error:
        raise ServiceError(
            f"{error.filename} cannot be written ({error.strerror});"
            " close the program that holds it",
            "install",
        ) from None
    _write_down(
        places, {**_written_down(places), what: {str(path): _digest(path) for path in done.files}}
    )
    told = tuple(f"You had changed {path.stem}: your own stays as {path}." for path in kept)
    return replace(done, steps=(*done.steps, *told))


def _changed(places: Places, what: str) -> list[Path]:
    """The files of an earlier install that are no longer as they were put there."""
    known = _written_down(places).get(what, {})
    return [
        path
        for path, digest in ((Path(name), digest) for name, digest in known.items())
        if path.is_file() and _digest(path) != digest
    ]


def _kept(path: Path) -> Path:
    """A copy of a user's file beside it, under a name that no DAW loads."""
    for number in itertools.count(1):
        place = path.with_name(f"{path.name}.yours" + (f"-{number}" if number > 1 else ""))
        with contextlib.suppress(FileExistsError):
            write_whole(place, path.read_bytes(), new=True)
            return place
    raise AssertionError("unreachable")


def uninstall(places: Places, what: str) -> tuple[list[Path], list[Path]]:
    """Remove what `install` put there: (removed, left because somebody has changed it since).

    ServiceError when nothing was installed.
    """
    known = _written_down(places)
    if what not in known:
        raise ServiceError(
            f"{what} was not installed by this Sidecrate, so there is nothing to take away",
            "not_installed",
        )
    gone, left = [], []
    for name, digest in known.pop(what).items():
        path = Path(name)
        if not path.exists():
            continue
        if _digest(path) != digest:
            left.append(path)
            continue
        path.unlink()
        gone.append(path)
        with contextlib.suppress(OSError):
            if path.parent.name == "Sidecrate":
                path.parent.rmdir()
    _write_down(places, known)
    return gone, left


def leave_hosts(places: Places) -> list[str]:
    """Take our entry out of the hosts' settings, which stay; what was done, in words.

    ServiceError where one of them cannot be read.
    """
    done = list(hosts.leave())
    known = _written_down(places)
    if known.pop("mcp", None) is not None:
        _write_down(places, known)
    if left := [one.said for one in done if not one.done]:
        raise ServiceError("\n".join(left), "install")
    return [f"taken out of {one.said}" for one in done] or ["no host had it"]


def look_at(places: Places) -> Iterator[tuple[str, Path, str]]:
    """(what, file, state) of each installed file for a DAW.

    The state is `ok`, `gone`, or `other` where the file is not this Sidecrate's.
    """
    sources = {"Sidecrate.amxd": "max_for_live/built", "device_Sidecrate.py": "fl_studio_scripts"}
    for what, files in _written_down(places).items():
        for path in map(Path, files):
            if path.name in sources:
                yield what, path, _state(path, sources[path.name])


def installed_state(places: Places, what: str) -> str:
    """`none`, `ok`, `gone`, or `other` where a file is of another version or was changed."""
    files = _written_down(places).get(what)
    if not files:
        return "none"
    if not all(Path(name).is_file() for name in files):
        return "gone"
    as_put = all(_digest(Path(name)) == digest for name, digest in files.items())
    old = any(state != "ok" for one, _, state in look_at(places) if one == what)
    return "ok" if as_put and not old else "other"


def _state(path: Path, source: str) -> str:
    if not path.is_file():
        return "gone"
    return "ok" if _digest(path) == _digest(source_file(source, path.name)) else "other"


def _bring_all(files: tuple[Placed, ...]) -> tuple[Path, ...]:
    for one in files:
        one.bring()
    return tuple(one.target for one in files)


def _bring(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    sweep_parts(target.parent.glob(f".*{PART}"))
    write_whole(target, source.read_bytes())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _written_down(places: Places) -> dict[str, dict[str, str]]:
    try:
        known: dict[str, dict[str, str]] = json.loads(
            (places.state / "installed.json").read_text(encoding="utf-8")
        )
    except (OSError, ValueError):
        return {}
    return known


def _write_down(places: Places, known: dict[str, dict[str, str]]) -> None:
    places.state.mkdir(parents=True, exist_ok=True)
    write_whole(places.state / "installed.json", json.dumps(known, indent=1))
