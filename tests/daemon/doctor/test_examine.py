"""The doctor makes nothing, knows the machine's ways, and never quarrels with itself."""

import shutil
import sys
import types

import pytest

from daemon.doctor import examine as doctor
from daemon.doctor.check import Check
from daemon.home.lock import HomeLock
from daemon.home.page_address import write_address
from daemon.home.places import Places
from daemon.settings.schema import Config


@pytest.fixture
def places(tmp_path):
    return Places.find(tmp_path / "home")


def found(checks, name):
    return next((one.verdict, one.text) for one in checks if one.name == name)


def test_it_makes_no_folder(places):
    checks = list(doctor._folders(places, Config()))
    assert [one.verdict for one in checks] == ["ok"] * 3
    assert not places.crate.exists() and not places.inbox.exists() and not places.state.exists()


@pytest.mark.parametrize(
    ("kind", "polling", "verdict"),
    [("nfs4", False, "note"), ("fuse.sshfs", False, "note"), ("cifs", True, "ok"), ("ext4", 0, "")],
)
def test_it_knows_where_an_inbox_hears_of_nothing(places, monkeypatch, kind, polling, verdict):
    monkeypatch.setattr(doctor, "file_system", lambda folder: kind)
    config = Config(inbox={"polling": bool(polling)})
    checks = [one for one in doctor._folders(places, config) if one.name == "inbox notices"]
    assert [one.verdict for one in checks] == ([verdict] if verdict else [])
    if verdict == "note":
        assert kind in checks[0].text and "inbox.polling: true" in checks[0].text


@pytest.mark.skipif(sys.platform != "linux", reason="file systems are looked up as Linux has them")
def test_the_file_system_is_the_mount_points_own(tmp_path):
    assert doctor.file_system(tmp_path) != "" and doctor.file_system("/proc/self") == "proc"


def test_it_tells_what_the_sound_device_takes(places, monkeypatch):
    about = {"name": "USB", "default_samplerate": 48000.0, "max_output_channels": 1}
    sounds = types.SimpleNamespace(query_devices=lambda kind: about)
    monkeypatch.setitem(sys.modules, "sounddevice", sounds)
    (check,) = doctor._sound(places, Config())
    assert check.text == (
        "plays on USB at 48000 Hz, 1 channel; clips of 44100 Hz are resampled to it"
    )
    about.update(default_samplerate=44100.0, max_output_channels=8)
    (check,) = doctor._sound(places, Config())
    assert check.text == "plays on USB at 44100 Hz, 8 channels"


@pytest.mark.parametrize(("path", "verdict"), [("/usr/bin/ffmpeg", "ok"), (None, "note")])
def test_it_says_whether_ffmpeg_is_there(places, monkeypatch, path, verdict):
    monkeypatch.setattr(shutil, "which", lambda name: path if name == "ffmpeg" else None)
    assert found(doctor._tools(places, Config()), "ffmpeg")[0] == verdict


def test_what_a_fault_is_told_of_is_not_called_ok_beside_it():
    checks = [
        Check("inbox", "fault", "cannot be written"),
        Check("door inbox", "ok", "open"),
        Check("door osc", "ok", "open"),
        Check("midi", "ok", "hears pads"),
        Check("door midi", "ok", "open"),
    ]
    names = [one.name for one in doctor._without_quarrels(checks)]
    assert names == ["inbox", "door osc", "midi", "door midi"]


def test_it_says_where_the_page_is_or_how_it_is_switched_on(places):
    assert found(doctor._page(places, Config()), "page")[0] == "note"
    on = Config.model_validate({"web": True})
    assert found(doctor._page(places, on), "page") == ("ok", "on; `sidecrate run` serves it")
    lock = HomeLock(places.lock)
    lock.take()
    assert found(doctor._page(places, on), "page")[0] == "fault", "a daemon that serves none"
    write_address(places, 9150, 0)
    verdict, text = found(doctor._page(places, on), "page")
    lock.release()
    assert verdict == "ok" and "http://127.0.0.1:9150" in text
