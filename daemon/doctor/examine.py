"""`sidecrate doctor`: every folder, port, engine and library, and what to do about each fault."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bridge.errors import SidecrateError
from bridge.files.mounts import is_unmounted, mount_point
from bridge.files.whole import part_beside
from daemon.client.beacon import read_beacon
from daemon.client.connection import DaemonClient
from daemon.doctor.check import Check
from daemon.doctor.connections import check_daemon, check_fl_studio, check_installed, check_midi
from daemon.engines.registry import broken, engines
from daemon.home.lock import HomeLock
from daemon.home.mounts import known_mount
from daemon.home.page_address import page_url, read_address
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.settings.load import load_config
from daemon.settings.meaning import crate_folder, inbox_folder
from daemon.settings.schema import Config, use
from daemon.version import __version__

#: File systems that tell nothing of what other machines change.
SILENT_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "vboxsf", "davfs"})
#: Checks that look closer at what a door says of itself.
_CHECKS_OF_DOORS = {
    "door inbox": ("inbox",),
    "door midi": ("midi",),
    "door fl": ("fl studio", "fl-studio file"),
    "door osc": ("osc port",),
    "inbox notices": ("inbox",),
}
#: Less free space than this is a fault: a few long tracks with stems fill it.
LOW_SPACE_BYTES = 500 << 20


def examine(places: Places) -> list[Check]:
    """All checks, in the order in which a clip meets them."""
    try:
        config = load_config(places.config_file)
        is_there = places.config_file.exists()
        text = str(places.config_file) if is_there else "the defaults; no file of yours"
        found = [Check("config", "ok", text)]
    except SidecrateError as error:
        config = Config()
        found = [Check("config", "fault", line) for line in error.text.splitlines()]
    use(config)
    parts: list[Callable[[Places, Config], Iterator[Check]]] = [
        _program,
        _folders,
        _database,
        _daemon,
        _page,
        _engines,
        _doors,
        _sound,
        _tools,
    ]
    for part in parts:
        found.extend(part(places, config))
    return _without_quarrels(found)


def _without_quarrels(found: list[Check]) -> list[Check]:
    """The checks, without an `ok` on a door of which another check tells a fault."""
    faults = {check.name for check in found if check.verdict == "fault"}
    return [
        check
        for check in found
        if check.verdict != "ok" or not faults & set(_CHECKS_OF_DOORS.get(check.name, ()))
    ]


def _program(places: Places, config: Config) -> Iterator[Check]:
    yield Check("sidecrate", "ok", f"{__version__} on Python {sys.version.split()[0]}")
    owners = importlib.metadata.packages_distributions()
    for package in ("bridge", "daemon"):
        others = sorted(set(owners.get(package, [])) - {"sidecrate"})
        if others:
            text = (
                f"the package name {package!r} is also that of {', '.join(others)};"
                " give Sidecrate an environment of its own"
            )
            yield Check("packages", "fault", text)


def _folders(places: Places, config: Config) -> Iterator[Check]:
    """The folders. None is made here: an empty mount point would be taken for the real one."""
    yield _folder("crate", crate_folder(config, places), places)
    inbox = inbox_folder(config, places)
    yield _folder("inbox", inbox, places)
    yield from _notices(inbox, config)
    yield _folder("state", places.state, places)


def _folder(name: str, folder: Path, places: Places) -> Check:
    known = known_mount(places.state, folder)
    if is_unmounted(folder, known):
        text = f"{folder} is away: nothing is mounted at {known}; mount its drive"
        return Check(name, "fault", text)
    if not folder.is_dir():
        if known:
            text = f"{folder} is gone; put it back, make it anew, or name another in the config"
            return Check(name, "fault", text)
        above = next(place for place in folder.parents if place.exists())
        if not os.access(above, os.W_OK):
            text = f"{folder} cannot be made: {above} is not writable; name another in the config"
            return Check(name, "fault", text)
        return Check(name, "ok", f"{folder} is made when it is needed first")
    probe = part_beside(folder / "probe")
    try:
        probe.write_bytes(b"")
        probe.unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        with contextlib.suppress(OSError):
            probe.unlink()
        text = (
            f"{folder} cannot be written ({error.strerror}); make it writable or name another"
            " in the config"
        )
        return Check(name, "fault", text)
    if free < LOW_SPACE_BYTES:
        text = f"{folder} has only {free >> 20} MB left; free some space"
        return Check(name, "fault", text)
    return Check(name, "ok", f"{folder}, {free >> 30} GB free")


def _notices(inbox: Path, config: Config) -> Iterator[Check]:
    """Whether the inbox hears of changes, or looks by itself every few seconds."""
    if config.inbox.polling:
        yield Check("inbox notices", "ok", "inbox.polling is on: it looks every 2 s")
    elif (kind := file_system(inbox)) in SILENT_SYSTEMS or kind.startswith("fuse"):
        text = (
            f"{inbox} is on {kind}, which tells nothing of what other machines put there;"
            " set inbox.polling: true"
        )
        yield Check("inbox notices", "note", text)


def file_system(folder: Path) -> str:
    """The kind of file system that a folder is on, as Linux calls it; empty elsewhere."""
    mount = mount_point(folder)
    with contextlib.suppress(OSError):
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
        for line in reversed(lines.splitlines()):
            words = line.split()
            if len(words) > 2 and words[1].replace("\\040", " ") == mount:
                return words[2]
    return ""


def _database(places: Places, config: Config) -> Iterator[Check]:
    if not places.database.exists():
        yield Check("database", "ok", "none yet; the first clip makes it")
        return
    try:
        database = Database(places.database, read_only=True)
        verdict = database.rows("PRAGMA quick_check")[0][0]
        database.close()
    except SidecrateError as error:
        yield Check("database", "fault", error.text)
        return
    if verdict == "ok":
        yield Check("database", "ok", str(places.database))
    else:
        yield Check(
            "database",
            "fault",
            f"{places.database} is damaged ({verdict}); move it away and start again,"
            " the clips are safe",
        )


def _daemon(places: Places, config: Config) -> Iterator[Check]:
    link = DaemonClient.to(places)
    if link is not None:
        link.close()
    yield from check_daemon(places, config, read_beacon(places), answers=link is not None)


def _page(places: Places, config: Config) -> Iterator[Check]:
    """Where the page is, or how it is switched on."""
    if not config.web.enabled:
        text = "off; set `enabled: true` under `web:` (`sidecrate open config`), start anew"
        yield Check("page", "note", text)
    elif not HomeLock(places.lock).is_held():
        yield Check("page", "ok", "on; `sidecrate run` serves it")
    elif (address := read_address(places)) is not None:
        where = page_url(address["port"])
        yield Check("page", "ok", f"{where}; `sidecrate open --page` opens it")
    else:
        said = (beacon := read_beacon(places)) is not None and beacon.doors.get("page")
        yield Check("page", "fault", said or f"it is on and is not served; {places.log} says why")


def _engines(places: Places, config: Config) -> Iterator[Check]:
    for info in engines():
        if info.for_tests:
            continue
        why = info.needs()
        yield Check(
            f"engine {info.name}",
            "ok" if why is None else "note",
            info.title if why is None else f"not ready: {why}",
        )
    for other in broken():
        yield Check(f"engine {other.name}", "fault", other.why)


def _doors(places: Places, config: Config) -> Iterator[Check]:
    beacon = read_beacon(places) if HomeLock(places.lock).is_held() else None
    yield from check_midi(config, beacon)
    yield from check_fl_studio(config, beacon)
    yield from check_installed(places)


def _sound(places: Places, config: Config) -> Iterator[Check]:
    try:
        import sounddevice

        device = sounddevice.query_devices(kind="output")
        rate, channels = round(device["default_samplerate"]), device["max_output_channels"]
        width = "1 channel" if channels == 1 else f"{channels} channels"
        text = f"plays on {device['name']} at {rate} Hz, {width}"
        own = config.audio.sample_rate
        more = f"; clips of {own} Hz are resampled to it" if own != rate else ""
        yield Check("sound", "ok", text + more)
    except OSError:
        yield Check(
            "sound",
            "note",
            "PortAudio is missing, so `play` is silent; on Debian: apt-get install libportaudio2",
        )
    except Exception as error:  # PortAudioError, whose class is not there when the import fails
        yield Check("sound", "note", f"no output device ({error}); clips are made all the same")


def _tools(places: Places, config: Config) -> Iterator[Check]:
    yield _stretchers(config.audio.stretcher)
    yield _ffmpeg()


def _ffmpeg() -> Check:
    """The optional reader of files that libsndfile does not know."""
    program = shutil.which("ffmpeg")
    kinds = "m4a, aac, caf, wma, webm and the sound of videos"
    if program is None:
        return Check(
            "ffmpeg", "note", f"not there, so {kinds} are refused; install ffmpeg for them"
        )
    return Check("ffmpeg", "ok", f"{program} reads {kinds}")


def _stretchers(wanted: str) -> Check:
    """The installed stretchers, and whether the one in the config is among them."""
    ready = {}
    if importlib.util.find_spec("pylibrb"):
        ready["rubberband"] = f"pylibrb {importlib.metadata.version('pylibrb')}"
    if shutil.which("rubberband") and importlib.util.find_spec("pyrubberband"):
        ready["rubberband-program"] = f"the program {shutil.which('rubberband')}"
    if importlib.util.find_spec("python_stretch"):
        ready["signalsmith"] = f"python-stretch {importlib.metadata.version('python-stretch')}"
    if not ready:
        text = (
            "nothing that stretches takes is there; install rubberband-cli,"
            " or python-stretch (sidecrate[stretch-mit])"
        )
        return Check("stretcher", "fault", text)
    if wanted == "auto":
        return Check("stretcher", "ok", next(iter(ready.values())))
    if wanted in ready:
        return Check("stretcher", "ok", ready[wanted])
    text = (
        f"audio.stretcher is {wanted}, which is not there; set it to auto,"
        f" or to {' or '.join(ready)}"
    )
    return Check("stretcher", "fault", text)
