"""`sidecrate doctor`: every folder, port, engine and library, and what to do about each fault."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator

from bridge.errors import SidecrateError
from daemon.client.beacon import read_beacon
from daemon.client.connection import DaemonClient
from daemon.doctor.check import Check
from daemon.doctor.connections import check_daemon, check_fl_studio, check_installed, check_midi
from daemon.engines.registry import broken, engines
from daemon.home.lock import HomeLock
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.settings.load import load_config
from daemon.settings.meaning import crate_folder, inbox_folder
from daemon.settings.schema import Config, use
from daemon.version import __version__

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
        _engines,
        _doors,
        _sound,
        _tools,
    ]
    for part in parts:
        found.extend(part(places, config))
    return found


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
    for name, folder in (
        ("crate", crate_folder(config, places)),
        ("inbox", inbox_folder(config, places)),
        ("state", places.state),
    ):
        probe = folder / ".sidecrate-probe"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe.write_bytes(b"")
            probe.unlink()
            free = shutil.disk_usage(folder).free
        except OSError as error:
            with contextlib.suppress(OSError):
                probe.unlink()
            yield Check(
                name,
                "fault",
                f"{folder} cannot be written ({error.strerror}); make it writable or name another"
                " in the config",
            )
            continue
        if free < LOW_SPACE_BYTES:
            yield Check(name, "fault", f"{folder} has only {free >> 20} MB left; free some space")
        else:
            yield Check(name, "ok", f"{folder}, {free >> 30} GB free")


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
        yield Check("sound", "ok", f"plays on {device['name']}")
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
