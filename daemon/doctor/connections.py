"""Checks of `sidecrate doctor` between the daemon, the DAW and the pads.

Each names a broken link and how to mend it.
"""

from __future__ import annotations

import contextlib
import platform
import socket
import sys
from collections.abc import Iterator

from bridge.errors import DoorError
from bridge.midi.chosen_ports import in_words
from bridge.midi.ports import MidiPorts, list_ports
from bridge.port_holder import holder_of
from daemon.client.beacon import Beacon
from daemon.client.connection import DaemonClient
from daemon.doctor.check import Check
from daemon.home.docs import see_docs
from daemon.home.lock import HomeLock
from daemon.home.places import Places
from daemon.install.daws import look_at
from daemon.settings.schema import Config
from daemon.version import __version__

#: The first build of Windows 11 whose updates bring loopback ports.
_BUILD_WITH_LOOPBACK = 26100
#: The name of those ports.
_BUILT_IN = "Default App Loopback"
_HELD = "held by another program"


def check_daemon(
    places: Places, config: Config, beacon: Beacon | None, *, answers: bool
) -> Iterator[Check]:
    """Whether the daemon runs and answers."""
    if answers and beacon is not None:
        yield _version(beacon)
        for name, health in beacon.doors.items():
            yield Check(
                f"door {name}",
                "ok" if health.startswith("open") and _HELD not in health else "note",
                health,
            )
        yield from _from_outside(config, beacon.osc_port)
        return
    if HomeLock(places.lock).is_held():
        yield _silent(beacon)
    else:
        yield Check("daemon", "note", "none runs; `sidecrate run` starts it")
    yield _port(config.osc.port)


def _version(beacon: Beacon) -> Check:
    text = f"{beacon.version} runs (pid {beacon.pid}) and answers on OSC port {beacon.osc_port}"
    if beacon.version == __version__:
        return Check("daemon", "ok", text)
    return Check(
        "daemon", "fault", f"{text}, but this command is {__version__}: end it and start it again"
    )


def _silent(beacon: Beacon | None) -> Check:
    if beacon is None:
        return Check(
            "daemon",
            "note",
            "one is starting, and has not said where it answers; look again in a moment",
        )
    where = f"process {beacon.pid} runs and does not answer on port {beacon.osc_port}"
    if not beacon.osc_port:
        return Check(
            "daemon",
            "note",
            f"process {beacon.pid} runs; its OSC door is shut ({beacon.doors.get('osc', 'off')})",
        )
    if not loopback_carries():
        text = (
            "a firewall keeps UDP from going round on this machine:"
            f" let {sys.executable} use 127.0.0.1"
        )
        return Check("daemon", "fault", f"{where}; {text}")
    return Check(
        "daemon",
        "fault",
        f"{where}; it stands still, or a firewall stops it alone: end it and start it again",
    )


def loopback_carries() -> bool:
    """Whether a UDP datagram passes between two sockets of this machine."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there,
    ):
        there.settimeout(1.0)
        with contextlib.suppress(OSError):
            there.bind(("127.0.0.1", 0))
            here.sendto(b"sidecrate", there.getsockname())
            return there.recv(64) == b"sidecrate"
    return False


def _from_outside(config: Config, port: int) -> Iterator[Check]:
    """What another machine needs beside its address in the config."""
    firewalls = {
        "Windows": "Windows' firewall",
        "Darwin": "the firewall (System Settings > Network)",
    }
    if config.osc.allow and (name := firewalls.get(platform.system())):
        text = (
            f"{', '.join(config.osc.allow)} may send; if nothing arrives,"
            f" let {sys.executable} receive UDP {port} in {name}"
        )
        yield Check("firewall", "note", text)


def _port(port: int) -> Check:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            other = DaemonClient(port)
            welcome = other.hello()
            other.close()
            if welcome is not None:
                who = f"another Sidecrate holds it, whose crate is {welcome.greeting.crate}"
                return Check(
                    "osc port",
                    "fault",
                    f"{port}: {who}; use that one, end it, or choose another osc.port",
                )
            text = (
                f"{port} cannot be opened ({error.strerror}): {holder_of(port, udp=True)} holds it;"
                " end that, or choose another under osc.port"
            )
            return Check("osc port", "fault", text)
    return Check("osc port", "ok", f"{port} is free")


def check_midi(config: Config, beacon: Beacon | None) -> Iterator[Check]:
    """The MIDI ports that are open, and those that another program holds.

    A running daemon's own words count first, for it may hold the ports itself.
    """
    midi = config.midi
    try:
        listing = list_ports(midi.api)
        held = _held_ports(beacon) if beacon else _refused_ports(config)
    except DoorError as error:
        yield Check("midi", "note", error.text)
        return
    choices = listing.heard(midi.inputs, clock=midi.clock)
    heard = [one for one in choices if one.use and one.port.name not in held]
    unheard = [one for one in choices if not one.use]
    if not held:
        text = f"hears {in_words(heard)}" if heard else "answers; no controller is plugged in"
        more = f"; does not hear {in_words(unheard)}" if unheard else ""
        yield Check("midi", "ok", text + more)
    else:
        remedy = (
            "switch it off as an input in your DAW's MIDI settings, or end that program;"
            " then Sidecrate takes it by itself"
        )
        if listing.system == "winmm":
            remedy += ". Windows 11 of 2026 lets several programs share a port once it is updated"
        yield Check("midi", "fault", f"{_HELD}: {', '.join(held)}; {remedy}")
    if listing.system == "winmm" and midi.clock and not heard:
        text = f"no port brings one; {_loopback_advice(listing.inputs)}"
        yield Check("midi clock", "note", text)


def _held_ports(beacon: Beacon | None) -> list[str]:
    words = beacon.doors.get("midi", "") if beacon else ""
    return words.partition(f"{_HELD}: ")[2].split(", ") if _HELD in words else []


def _refused_ports(config: Config) -> list[str]:
    ports = MidiPorts(
        lambda port, message, at_s: None,
        api=config.midi.api,
        inputs=config.midi.inputs,
        virtual=False,
    )
    ports.open()
    try:
        return ports.refused_ports
    finally:
        ports.close()


def check_fl_studio(config: Config, beacon: Beacon | None) -> Iterator[Check]:
    """The ports that FL's script needs, and its health as the running daemon reports it.

    Only the daemon has them open.
    """
    if not config.fl.enabled:
        return
    health = beacon.doors.get("fl") if beacon else None
    if health is not None and "version" in health:
        yield Check(
            "fl studio",
            "fault",
            f"{health} (sidecrate install fl-studio, then Reload script in FL)",
        )
    elif health is not None and _HELD in health:
        text = "in FL's MIDI settings choose the two ports crosswise, and in no other program"
        yield Check("fl studio", "fault", f"{health}; {text}")
    elif health is not None and health.startswith("open; FL's script answers"):
        yield Check("fl studio", "note" if "OnIdle" in health else "ok", health)
    elif (missing := _missing_loopback(config)) is not None:
        yield missing
    elif health is not None:
        yield Check(
            "fl studio",
            "note",
            f"{health}; of use to you only with FL Studio: {see_docs('fl_studio.md')}",
        )


def _missing_loopback(config: Config) -> Check | None:
    """The loopback ports between FL and the daemon that are missing, on Windows.

    There a program has no virtual ports of its own, so these must be made.
    """
    try:
        listing = list_ports(config.midi.api)
    except DoorError:
        return None
    lacking = [
        " or ".join(wanted)
        for wanted, names in (
            (config.fl.inputs, listing.inputs),
            (config.fl.outputs, listing.outputs),
        )
        if not any(part.casefold() in name.casefold() for part in wanted for name in names)
    ]
    if listing.system != "winmm" or not lacking:
        return None
    advice = _loopback_advice(listing.inputs)
    text = f"no loopback port called {' and none called '.join(lacking)}; {advice}"
    more = f"Of use to you only with FL Studio: {see_docs('fl_studio.md')}"
    return Check("fl studio", "note", f"{text}. {more}")


def _loopback_advice(inputs: list[str]) -> str:
    if any(_BUILT_IN in name for name in inputs):
        side = f"[{_BUILT_IN} (B)]"
        return (
            f"this Windows has some built in: write fl: {{inputs: {side}, outputs:"
            f" {side}}}, and choose (A) in FL, both ways"
        )
    if windows_build() >= _BUILD_WITH_LOOPBACK:
        return (
            "Windows' updates of 2026 bring loopback ports (Windows MIDI Services):"
            " update it, or make the ports with loopMIDI"
        )
    return "make the ports with loopMIDI (tobias-erichsen.de)"


def windows_build() -> int:
    """The build of Windows; 0 elsewhere."""
    return int(platform.version().split(".")[-1]) if platform.system() == "Windows" else 0


def check_installed(places: Places) -> Iterator[Check]:
    """Whether the installed files for DAWs are those of this Sidecrate."""
    for what, path, state in look_at(places):
        if state == "ok":
            yield Check(f"{what} file", "ok", str(path))
        elif state == "gone":
            yield Check(
                f"{what} file",
                "note",
                f"{path} has gone; `sidecrate install {what}` brings it back",
            )
        else:
            after = "Reload script in FL"
            if what == "ableton":
                after = "take the device off its track and put it on again"
            text = (
                f"{path} is of another version, or was changed; `sidecrate install {what}`,"
                f" then {after}"
            )
            yield Check(f"{what} file", "fault", text)
