"""The doctor tells broken links apart: a daemon that is silent, ports that are held or missing, scripts of another version.

Windows is played: its MIDI system by a stand-in for RtMidi that has WinMM's ways, its name and build by `platform`.
"""

from __future__ import annotations

import socket

import pytest

import bridge.midi.ports
import bridge.midi.rtmidi_system
from bridge.midi.backend import Backend
from bridge.midi.door import MidiDoor
from bridge.midi.mapping import MidiMap
from daemon.client.beacon import Beacon
from daemon.doctor.connections import (
    check_daemon,
    check_fl_studio,
    check_installed,
    check_midi,
    loopback_carries,
)
from daemon.home.lock import HomeLock
from daemon.home.places import Places
from daemon.install.daws import install as install_files
from daemon.install.daws import install_fl_studio, look_at
from daemon.settings.schema import Config
from daemon.version import __version__

READY = "open; FL's script answers"


class Held(Exception):
    """What RtMidi raises where WinMM says that a port is allocated."""


class WinMm:
    """The part of RtMidi that is used, on a Windows with these ports; those in `held` cannot be opened."""

    __name__ = "rtmidi"
    API_UNSPECIFIED, API_LINUX_ALSA, API_UNIX_JACK, API_MACOSX_CORE, API_WINDOWS_MM = 0, 2, 3, 1, 4

    def __init__(self, inputs=(), outputs=(), held=()):
        class Client:
            is_deleted = False

            def __init__(self, api, name=""):
                assert api == WinMm.API_WINDOWS_MM
                self.said = None

            def get_current_api(self):
                return WinMm.API_WINDOWS_MM

            def get_ports(self):
                return [f"{name} {n}" for n, name in enumerate(self.names)]

            def open_port(self, number, name=""):
                if self.names[number] in held:
                    # RtMidi raises only where nobody asked to be called back: 8 is its DRIVER_ERROR
                    text = "MidiInWinMM::openPort: error creating Windows MM MIDI input port."
                    if self.said is None:
                        raise Held(text)
                    self.said(8, text)

            def open_virtual_port(self, name=""):
                raise NotImplementedError("WinMM has none")

            def delete(self):
                self.is_deleted = True

            def set_error_callback(self, callback):
                self.said = callback

            def ignore_types(self, sysex, timing, active_sense):
                pass

            def set_callback(self, callback):
                pass

            def cancel_callback(self):
                pass

            def close_port(self):
                pass

        self.MidiIn = type("MidiIn", (Client,), {"names": list(inputs)})
        self.MidiOut = type("MidiOut", (Client,), {"names": list(outputs)})

    def get_compiled_api(self):
        return [self.API_WINDOWS_MM]


@pytest.fixture
def windows(monkeypatch):
    """Call it with the ports of a Windows machine and its build."""

    def become(build=22631, **ports):
        played = Backend(WinMm(**ports))
        for module in (bridge.midi.ports, bridge.midi.rtmidi_system):
            monkeypatch.setattr(module, "backend", lambda: played)
        monkeypatch.setattr("bridge.midi.clients.CALLBACK_ENDS_S", 0.0)
        monkeypatch.setattr("sys.platform", "win32")
        monkeypatch.setattr("platform.system", lambda: "Windows")
        monkeypatch.setattr("platform.version", lambda: f"10.0.{build}")

    return become


@pytest.fixture
def places(tmp_path):
    return Places.find(tmp_path / "home")


def beacon(port=9140, version=__version__, **doors):
    return Beacon(4711, "boot", version, 0.0, "/crate", "/inbox", port, doors)


def found(checks, name):
    return next((check.verdict, check.text) for check in checks if check.name == name)


# --- the daemon


def test_no_daemon_is_told_from_one_that_is_silent_whatever_number_its_process_has(places):
    config = Config()
    assert found(check_daemon(places, config, beacon(), answers=False), "daemon")[1].startswith(
        "none runs"
    )
    lock = HomeLock(places.lock)
    lock.take()
    try:
        verdict, text = found(check_daemon(places, config, beacon(), answers=False), "daemon")
        assert verdict == "fault" and "stands still" in text and "4711" in text
        assert found(check_daemon(places, config, None, answers=False), "daemon")[1].startswith(
            "one is starting"
        )
        shut = beacon(0, osc="port 9140 is taken")
        assert (
            "OSC door is shut (port 9140 is taken)"
            in found(check_daemon(places, config, shut, answers=False), "daemon")[1]
        )
    finally:
        lock.release()
    assert not HomeLock(places.lock).is_held()


def test_a_firewall_on_the_machine_itself_is_told_from_a_daemon_that_stands_still(
    places, monkeypatch
):
    assert loopback_carries()

    def refuse(self, *_):
        raise PermissionError(10013, "an attempt was made to access a socket in a way forbidden")

    monkeypatch.setattr(socket.socket, "sendto", refuse)
    assert not loopback_carries()
    lock = HomeLock(places.lock)
    lock.take()
    try:
        verdict, text = found(
            check_daemon(places, Config(osc={"port": 0}), beacon(), answers=False), "daemon"
        )
    finally:
        lock.release()
    assert verdict == "fault" and "firewall" in text and "127.0.0.1" in text


def test_another_version_and_each_door_are_said(places):
    checks = [
        *check_daemon(
            places,
            Config(),
            beacon(version="0.0.1", midi="open; held by another program: APC 0"),
            answers=True,
        )
    ]
    assert found(checks, "daemon")[0] == "fault" and found(checks, "door midi")[0] == "note"


@pytest.mark.parametrize(
    ("system", "words"),
    [("Windows", "Windows' firewall"), ("Darwin", "System Settings"), ("Linux", None)],
)
def test_the_firewall_is_named_where_other_machines_may_send(places, monkeypatch, system, words):
    monkeypatch.setattr("platform.system", lambda: system)
    checks = {
        c.name: c.text
        for c in check_daemon(
            places, Config(osc={"allow": ["192.168.1.20"]}), beacon(9140), answers=True
        )
    }
    assert ("firewall" in checks) == (words is not None)
    assert words is None or (words in checks["firewall"] and "UDP 9140" in checks["firewall"])


# --- MIDI


def test_a_port_that_the_daw_holds_is_named(windows):
    windows(inputs=["APC Key 25", "Launchpad"], outputs=["APC Key 25"], held=["APC Key 25"])
    verdict, text = found(check_midi(Config(), None), "midi")
    assert (
        verdict == "fault"
        and text.startswith("held by another program: APC Key 25 0;")
        and "DAW's MIDI settings" in text
    )
    windows(inputs=["APC Key 25", "Launchpad"])
    assert found(check_midi(Config(), None), "midi") == (
        "ok",
        "hears APC Key 25 0, Launchpad 1 (it is a device)",
    )


def test_a_port_that_the_daemon_itself_holds_is_no_fault_and_one_that_it_misses_is(windows):
    windows(inputs=["APC Key 25"], held=["APC Key 25"])
    assert found(check_midi(Config(), beacon(midi="open")), "midi")[0] == "ok"
    door = MidiDoor(MidiMap.read([{"note": 36, "do": "again"}], {}), lambda order: None)
    door.start()
    try:
        verdict, text = found(check_midi(Config(), beacon(midi=door.health())), "midi")
    finally:
        door.stop()
    assert verdict == "fault" and "APC Key 25 0" in text


@pytest.mark.parametrize(
    ("build", "ports", "advice"),
    [
        (22631, [], "make the ports with loopMIDI"),
        (26200, [], "updates of 2026 bring loopback ports"),
        (
            26200,
            ["Default App Loopback (A)", "Default App Loopback (B)"],
            "inputs: [Default App Loopback (B)]",
        ),
    ],
)
def test_no_loopback_port_on_windows_is_said_with_what_that_windows_has(
    windows, build, ports, advice
):
    windows(build, inputs=ports, outputs=ports)
    for said in (None, beacon(fl="open; no port called Sidecrate from FL is there")):
        verdict, text = found(check_fl_studio(Config(), said), "fl studio")
        assert verdict == "note" and advice in text
        assert text.startswith(
            "no loopback port called Sidecrate from FL and none called Sidecrate to FL;"
        )
    assert not [*check_fl_studio(Config(fl={"enabled": False}), None)]
    if not ports:
        assert advice in found(check_midi(Config(midi={"clock": True}), None), "midi clock")[1]


def test_with_both_loopback_ports_the_script_is_the_matter(windows):
    windows(inputs=["Sidecrate from FL"], outputs=["Sidecrate to FL"])
    config = Config()
    assert [*check_fl_studio(config, None)] == []

    def said(health):
        return found(check_fl_studio(config, beacon(fl=health)), "fl studio")

    assert said("open; FL's script does not answer")[0] == "note"
    assert (
        said("open; FL's script speaks version 2, this daemon 1: install the script again")[0]
        == "fault"
    )
    assert said(f"{READY}, though FL does not call its OnIdle: link its output")[0] == "note"
    assert said("open; held by another program: Sidecrate from FL 0")[0] == "fault"
    assert said(READY) == ("ok", READY)


# --- what was installed


def test_a_script_of_another_version_in_fls_folder_is_a_fault_and_one_that_has_gone_is_said(
    places, tmp_path
):
    (tmp_path / "FL Studio" / "Settings").mkdir(parents=True)
    assert [*check_installed(places)] == []
    script = install_files(places, "fl-studio", tmp_path).files[0]
    assert found(check_installed(places), "fl-studio file") == ("ok", str(script))
    script.write_text("# name=Sidecrate of last year\n")
    verdict, text = found(check_installed(places), "fl-studio file")
    assert verdict == "fault" and "sidecrate install fl-studio" in text and "Reload script" in text
    assert [state for _, _, state in look_at(places)] == ["other"]
    script.unlink()
    assert found(check_installed(places), "fl-studio file")[0] == "note"
    assert install_fl_studio(places, tmp_path).files[0] == script
