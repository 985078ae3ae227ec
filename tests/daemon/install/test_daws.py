import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from daemon.errors import ServiceError
from daemon.home.places import Places
from daemon.install import autostart, folders
from daemon.install import daws as module
from daemon.install.daws import install, uninstall


@pytest.fixture
def places(tmp_path):
    return Places.find(tmp_path / "home")


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Stand-ins for what the wheel carries: copying does not depend on what is in them."""
    carried = tmp_path / "carried"
    carried.mkdir()
    for name in ("Sidecrate.amxd", "device_Sidecrate.py", "Sidecrate.pyscript", "Sidecrate.tosc"):
        (carried / name).write_bytes(name.encode())
    monkeypatch.setattr(module, "CARRIED", carried)


def folder(path):
    path.mkdir(parents=True)
    return path


def test_the_device_goes_into_the_user_library_and_out_again(places, files, tmp_path):
    library = folder(tmp_path / "User Library")
    done = install(places, "ableton", library)
    (device,) = done.files
    assert device == library / "Presets" / "Audio Effects" / "Max Audio Effect" / "Sidecrate.amxd"
    assert device.read_bytes() == b"Sidecrate.amxd"
    assert any("Samples" in step for step in done.steps)
    assert uninstall(places, "ableton") == ([device], [])
    with pytest.raises(ServiceError, match="not installed"):
        uninstall(places, "ableton")


@pytest.mark.parametrize("below", ["Image-Line/FL Studio", "FL Studio", "."])
def test_fl_studios_scripts_wherever_its_data_lies(places, files, tmp_path, below):
    folder(tmp_path / "data" / below / "Settings")
    done = install(places, "fl-studio", tmp_path / "data")
    assert [path.name for path in done.files] == ["device_Sidecrate.py", "Sidecrate.pyscript"]
    assert (
        done.files[0].parent.name == "Sidecrate" and done.files[0].parent.parent.name == "Hardware"
    )
    gone, left = uninstall(places, "fl-studio")
    assert len(gone) == 2 and not left and not done.files[0].parent.exists()


def test_what_somebody_changed_is_left(places, files, tmp_path):
    folder(tmp_path / "data" / "Settings")
    script, _ = install(places, "fl-studio", tmp_path / "data").files
    script.write_text("# mine")
    gone, left = uninstall(places, "fl-studio")
    assert left == [script] and len(gone) == 1 and script.read_text() == "# mine"


def test_what_somebody_changed_is_kept_when_it_is_installed_once_more(places, files, tmp_path):
    folder(tmp_path / "data" / "Settings")
    device, roll = install(places, "fl-studio", tmp_path / "data").files
    for number, own in enumerate((b"my own pads", b"and more of them"), 1):
        device.write_bytes(own)
        done = install(places, "fl-studio", tmp_path / "data")
        kept = device.with_name(f"{device.name}.yours" + (f"-{number}" if number > 1 else ""))
        assert kept.read_bytes() == own and device.read_bytes() == device.name.encode()
        assert str(kept) in done.steps[-1]
    again = install(places, "fl-studio", tmp_path / "data")
    assert not any("You had changed" in step for step in again.steps)
    assert [path.name for path in roll.parent.iterdir()] == [roll.name]


@pytest.mark.parametrize(
    "what", ["ableton", "fl-studio", "reaper", "ardour", "touchosc", "live-extension"]
)
def test_a_folder_that_is_not_there_is_said_with_the_command_that_names_it(
    places, files, tmp_path, what
):
    with pytest.raises(ServiceError, match=f"`sidecrate install {what} --user-data-dir FOLDER`"):
        install(places, what, folder(tmp_path / "empty") / "x")


@pytest.mark.parametrize(
    ("platform", "name", "holds"),
    [
        ("linux", "sidecrate.service", 'ExecStart="'),
        ("darwin", "sidecrate.plist", "<key>RunAtLoad</key>"),
        ("win32", "Sidecrate.vbs", "WScript.Shell"),
    ],
)
def test_autostart_on_each_system(places, tmp_path, monkeypatch, platform, name, holds):
    # which system it is, for this module alone: shutil would ask Windows itself
    monkeypatch.setattr(
        autostart, "sys", SimpleNamespace(platform=platform, executable=sys.executable)
    )
    monkeypatch.setenv("APPDATA", str(tmp_path / "appdata"))
    monkeypatch.setattr(autostart.Path, "home", lambda: tmp_path)
    monkeypatch.setattr(autostart.platformdirs, "user_config_dir", lambda: str(tmp_path / "config"))
    (target,) = install(places, "autostart", None).files
    text = target.read_text()
    assert target.name == name and holds in text and "run" in text and "--quiet" in text
    assert str(tmp_path / "home") in text, "the home that holds now, holds then"
    assert uninstall(places, "autostart") == ([target], [])


def test_autostart_on_windows_needs_no_variable_of_the_environment(places, tmp_path, monkeypatch):
    monkeypatch.setattr(autostart.sys, "platform", "win32")
    monkeypatch.delenv("APPDATA", raising=False)  # as where a service starts us
    asked = []

    def config_folder(**which):
        asked.append(which)
        return str(tmp_path / "Roaming")

    monkeypatch.setattr(autostart.platformdirs, "user_config_dir", config_folder)
    (target,) = install(places, "autostart", None).files
    startup = ("Microsoft", "Windows", "Start Menu", "Programs", "Startup", "Sidecrate.vbs")
    assert target == tmp_path.joinpath("Roaming", *startup) and target.exists()
    assert asked == [{"roaming": True}]


@pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's")
def test_the_unit_is_one_that_systemd_reads(places, tmp_path, monkeypatch):
    import shutil

    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    monkeypatch.setattr(autostart.platformdirs, "user_config_dir", lambda: str(tmp_path / "config"))
    (target,) = install(places, "autostart", None).files
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(target)], capture_output=True, text=True
    )
    assert "sidecrate.service" not in done.stderr, done.stderr


def test_an_incomplete_installation_is_said(places, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "CARRIED", tmp_path)
    monkeypatch.setattr(module, "REPOSITORY", Path(tmp_path))
    with pytest.raises(ServiceError, match="install Sidecrate anew"):
        install(places, "ableton", folder(tmp_path / "library"))


def test_the_tablets_layout_goes_where_it_is_wanted_and_out_again(places, files, tmp_path):
    wanted = folder(tmp_path / "for the tablet")
    (layout,) = install(places, "touchosc", wanted).files
    assert layout == wanted / "Sidecrate.tosc" and layout.read_bytes() == b"Sidecrate.tosc"
    assert uninstall(places, "touchosc") == ([layout], [])
    with pytest.raises(ServiceError, match="--user-data-dir"):
        install(places, "touchosc", tmp_path / "nowhere")


def test_reapers_script_knows_where_the_command_is(places, tmp_path):
    resources = folder(tmp_path / "REAPER")
    script, item, pattern = install(places, "reaper", resources).files
    assert (
        script == resources / "Scripts" / "Sidecrate.lua"
        and pattern == resources / "OSC" / "Sidecrate.ReaperOSC"
    )
    (line,) = [line for line in script.read_text().splitlines() if line.startswith("local COMMAND")]
    assert Path(line.removeprefix("local COMMAND = [[").removesuffix("]]")).is_absolute()
    assert uninstall(places, "reaper") == ([script, item, pattern], [])
    with pytest.raises(ServiceError, match="resource path"):
        install(places, "reaper", tmp_path / "nowhere")


def test_ardours_scripts_go_into_the_newest_settings_and_know_the_command(
    places, tmp_path, monkeypatch
):
    monkeypatch.setattr(folders.platformdirs, "user_config_dir", lambda **_: str(tmp_path))
    monkeypatch.setattr(folders.sys, "platform", "linux")
    with pytest.raises(ServiceError, match="start Ardour once"):
        install(places, "ardour", None)
    for name in ("ardour7", "ardour8", "ardourish"):
        folder(tmp_path / name)
    action, hook = install(places, "ardour", None).files
    assert action == tmp_path / "ardour8" / "scripts" / "Sidecrate.lua"
    assert "local COMMAND = [[" in action.read_text(encoding="utf-8")
    assert "LuaTimerS" in hook.read_text(encoding="utf-8")
    assert uninstall(places, "ardour") == ([action, hook], [])
