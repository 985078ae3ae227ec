"""`sidecrate doctor`: every folder, port, engine and library, and what to do about each fault."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bridge.errors import DoorError, SidecrateError
from daemon.config import Config, load_config
from daemon.database import Database
from daemon.defaults import crate_folder, inbox_folder
from daemon.engines.registry import broken, engines
from daemon.link import Link, read_beacon
from daemon.places import Places
from daemon.version import __version__

LOW_SPACE_BYTES = 500 << 20


@dataclass(frozen=True)
class Check:
    """One thing looked at: `ok`, `note` (works, but you may want to know) or `fault`, and what to do."""

    name: str
    verdict: str
    text: str

    def line(self) -> str:
        sign = {"ok": "ok   ", "note": "note ", "fault": "FAULT"}[self.verdict]
        return f"{sign} {self.name}: {self.text}"

    def to_json(self) -> dict[str, str]:
        return {"name": self.name, "verdict": self.verdict, "text": self.text}


def examine(places: Places) -> list[Check]:
    """All checks, in the order in which a clip meets them."""
    try:
        config = load_config(places.config_file)
        found = [
            Check("config", "ok", f"{places.config_file}" if places.config_file.exists() else "the defaults; no file of yours")
        ]
    except SidecrateError as error:
        config = Config()
        found = [Check("config", "fault", line) for line in error.text.splitlines()]
    parts: list[Callable[[Places, Config], Iterator[Check]]] = [
        _program,
        _folders,
        _database,
        _daemon,
        _engines,
        _midi,
        _fl_studio,
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
            text = f"the package name {package!r} is also that of {', '.join(others)}; give Sidecrate an environment of its own"
            yield Check("packages", "fault", text)


def _folders(places: Places, config: Config) -> Iterator[Check]:
    for name, folder in (
        ("crate", crate_folder(config, places)), ("inbox", inbox_folder(config, places)), ("state", places.state),
    ):  # fmt: skip
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
                name, "fault", f"{folder} cannot be written ({error.strerror}); make it writable or name another in the config"
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
            "database", "fault", f"{places.database} is damaged ({verdict}); move it away and start again, the clips are safe"
        )


def _daemon(places: Places, config: Config) -> Iterator[Check]:
    link = Link.to(places)
    beacon = read_beacon(places)
    if link is not None and beacon is not None:
        link.close()
        verdict = "ok" if beacon.version == __version__ else "fault"
        more = "" if verdict == "ok" else f", but this command is {__version__}: end it and start it again"
        yield Check(
            "daemon", verdict, f"{beacon.version} runs (pid {beacon.pid}) and answers on OSC port {beacon.osc_port}{more}"
        )
        for name, health in beacon.doors.items():
            yield Check(f"door {name}", "ok" if health.startswith("open") else "note", health)
        return
    if beacon is not None and _is_alive(beacon.pid):
        yield Check(
            "daemon",
            "fault",
            f"process {beacon.pid} does not answer on port {beacon.osc_port}; a firewall may block loopback UDP",
        )
    else:
        yield Check("daemon", "note", "none runs; `sidecrate run` starts it")
    yield _port(config)


def _port(config: Config) -> Check:
    port = config.osc.port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            other = Link(port)
            welcome = other.hello()
            other.close()
            if welcome is not None:
                who = f"another Sidecrate holds it, whose crate is {welcome.arguments[2]}"
                return Check("osc port", "fault", f"{port}: {who}; use that one, end it, or choose another osc.port")
            text = f"{port} cannot be opened ({error.strerror}); end the program that holds it, or choose another under osc.port"
            return Check("osc port", "fault", text)
    return Check("osc port", "ok", f"{port} is free")


def _is_alive(pid: int) -> bool:
    if sys.platform == "win32":
        return False
    try:
        os.kill(pid, 0)
    except (OSError, OverflowError):
        return False
    return True


def _engines(places: Places, config: Config) -> Iterator[Check]:
    for info in engines():
        if info.for_tests:
            continue
        why = info.needs()
        yield Check(f"engine {info.name}", "ok" if why is None else "note", info.title if why is None else f"not ready: {why}")
    for other in broken():
        yield Check(f"engine {other.name}", "fault", other.why)


def _midi(places: Places, config: Config) -> Iterator[Check]:
    from bridge.midi_ports import MidiPorts

    ports = MidiPorts(lambda port, message, delta_s: None, api=config.midi.api, virtual=False)
    try:
        ports.open()
    except DoorError as error:
        yield Check("midi", "note", error.text)
        return
    names = ports.heard_ports
    ports.close()
    yield Check("midi", "ok", f"hears {', '.join(names)}" if names else "answers; no input is plugged in")


def _fl_studio(places: Places, config: Config) -> Iterator[Check]:
    """What the running daemon knows of the script in FL: only it has the ports."""
    beacon = read_beacon(places)
    health = beacon.doors.get("fl") if beacon else None
    if health is None:
        return
    if "version" in health:
        yield Check("fl studio", "fault", f"{health} (sidecrate install fl-studio, then Reload script in FL)")
    elif health.startswith("open; FL's script answers"):
        yield Check("fl studio", "note" if "OnIdle" in health else "ok", health)
    else:
        yield Check("fl studio", "note", f"{health}; of use to you only with FL Studio: see docs/fl_studio.md")


def _sound(places: Places, config: Config) -> Iterator[Check]:
    try:
        import sounddevice

        device = sounddevice.query_devices(kind="output")
        yield Check("sound", "ok", f"plays on {device['name']}")
    except OSError:
        yield Check("sound", "note", "PortAudio is missing, so `play` is silent; on Debian: apt-get install libportaudio2")
    except Exception as error:  # PortAudioError, whose class is not there when the import fails
        yield Check("sound", "note", f"no output device ({error}); clips are made all the same")


def _tools(places: Places, config: Config) -> Iterator[Check]:
    if importlib.util.find_spec("pylibrb"):
        yield Check("rubber band", "ok", f"pylibrb {importlib.metadata.version('pylibrb')}")
    elif shutil.which("rubberband"):
        yield Check("rubber band", "ok", f"the program {shutil.which('rubberband')}")
    else:
        text = "neither pylibrb nor the program rubberband is there, so takes cannot be stretched; install rubberband-cli"
        yield Check("rubber band", "fault", text)
