"""A real VST3, whose truth is known, in edits: as a producer's own would be, and as one that crashes."""

import asyncio
import json
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from bridge.files.whole import PART
from daemon.cli.app import app
from daemon.errors import LibraryError
from daemon.home.places import Places
from daemon.library.plugin_host import describe, load
from daemon.library.plugins import find_plugins, plugin_of, preset_of, read_parameters
from daemon.library.render import render_version
from daemon.library.versions import Versions
from tests.conftest import require, skip_or_fail
from tests.helpers.progress import untold

LATER = 1000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Echoes.vst3 as its maker would install it."""
    if sys.platform != "linux":
        pytest.skip("the test's plugin is made for Linux")
    try:
        import pedalboard  # noqa: F401
    except ImportError:
        skip_or_fail("pedalboard is not installed (pip install 'sidecrate[plugins]')")
    root = tmp_path_factory.mktemp("vst3")
    inside = root / "A Maker" / "Echoes.vst3" / "Contents" / "x86_64-linux"
    inside.mkdir(parents=True)
    compiler, source = require("cc", "gcc"), Path(__file__).with_name("plugin.c")
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", inside / "Echoes.so", source], check=True
    )
    return root


@pytest.fixture
def task(home, folder):
    """What a worker is told of a clip's version, by a studio that knows the folder."""
    studio = Versions(home.library, home.folder / "versions", plugin_folders=[str(folder)])
    return lambda record, *steps: studio.version_task(record["id"], list(steps))


def step(parameters="", path="Echoes", **more):
    return {"do": "plugin", "path": path, "parameters": parameters, **more}


def sound(record):
    return soundfile.read(record["path"], dtype="float32", always_2d=True)[0]


def test_a_loop_goes_round_through_a_plugin_to_the_sample(task, loop):
    made = render_version(task(loop, step("gain=0.5; echo=0.25"), {"do": "gain", "db": 0}), untold)
    was = sound(loop)
    truth = 0.5 * was + 0.25 * np.roll(was, LATER, axis=0)
    assert made["frames"] == loop["frames"] and np.abs(sound(made) - truth).max() < 2e-6, (
        "24 bits, and no frame late"
    )
    assert made["edits"][0]["path"] == "Echoes" and made["report"]["after"]["seam"] < 1


def test_a_preset_sets_what_parameters_leave(task, loop, folder):
    """A preset as hosts write it: its head, the plugin's state, and the list of what it holds."""
    state = struct.pack("<3d", 0.5, 0.125, 0.0)
    head = (
        b"VST3"
        + struct.pack("<i", 1)
        + b"51DEC7A7E0000001E0000002E0000003"
        + struct.pack("<q", 48 + len(state))
    )
    (folder / "soft.vstpreset").write_bytes(
        head + state + b"List" + struct.pack("<i", 1) + b"Comp" + struct.pack("<qq", 48, len(state))
    )
    made = render_version(
        task(loop, step("echo=0.25", preset="soft.vstpreset"), {"do": "gain", "db": 0}), untold
    )
    was = sound(loop)
    assert np.abs(sound(made) - (0.5 * was + 0.25 * np.roll(was, LATER, axis=0))).max() < 2e-6
    (folder / "other.vstpreset").write_bytes(b"no preset")
    with pytest.raises(LibraryError, match=r"does not take the preset other\.vstpreset"):
        render_version(task(loop, step(preset="other.vstpreset")), untold)


def test_what_is_no_loop_keeps_its_tail_and_one_channel_stays_as_it_sounds(task, kick):
    left = sound(kick)[:, :1]
    soundfile.write(kick["path"], left, kick["sample_rate"], subtype="PCM_24")
    made = sound(render_version(task(kick, step("gain=0.5; echo=0.4")), untold))
    truth = 0.5 * np.pad(left, ((0, LATER), (0, 0))) + 0.4 * np.pad(left, ((LATER, 0), (0, 0)))
    assert len(left) < len(made) <= len(left) + LATER
    assert np.abs(made - truth[: len(made)])[:-220].max() < 2e-6, "until the last 5 ms, which fade"


def test_a_plugin_says_its_parameters_and_refuses_others_by_name(task, loop, folder):
    said = describe({"file": str(plugin_of("echoes", [folder])), "name": ""}, untold)
    assert said["name"] == "Echoes" and [one["name"] for one in said["parameters"]] == [
        "gain",
        "echo",
        "fault",
    ]
    assert said["parameters"][2]["choices"] == ["none", "crash", "hang", "nan"]
    for parameters, text in (
        ("ehco=1", "echo"),
        ("gain=7", "0 to 1"),
        ("fault=often", "none, crash"),
        ("fault=nan", "not finite"),
    ):
        with pytest.raises(LibraryError, match=text):
            render_version(task(loop, step(parameters)), untold)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "deadline_s", "text"),
    [("crash", 60.0, "Echoes crashed"), ("hang", 5.0, "Echoes did not come to an end")],
)
def test_a_plugin_that_crashes_or_hangs_ends_its_own_worker_alone(
    home, loop, folder, fault, deadline_s, text
):
    async def work():
        studio = Versions(home.library, home.folder / "versions", plugin_folders=[str(folder)])
        try:
            await studio.render(loop["id"], [{"do": "gain", "db": -3}])
            # the worker is there before the deadline is a short one
            await studio.render(loop["id"], [step("gain=0.5")])
            other, studio._plugin_deadline_s = studio._child.pid, deadline_s
            with pytest.raises(LibraryError, match=text) as refused:
                await studio.render(loop["id"], [step(f"fault={fault}")])
            assert refused.value.code == "plugin_crashed" and studio._child.pid == other, (
                "other renders' worker lives on"
            )
            assert studio._plugin_child.pid is None, "and the plugin's own is gone"
        finally:
            await studio.end()

    asyncio.run(work())
    assert not list((home.folder / "versions").rglob(f"*{PART}"))


def test_only_what_lies_in_the_folders_is_loaded(folder, tmp_path):
    assert list(find_plugins([folder])) == ["Echoes"]
    bundle = folder / "A Maker" / "Echoes.vst3"
    assert plugin_of("ECHOES", [folder]) == plugin_of(str(bundle), [folder]) == bundle
    elsewhere = tmp_path / "Evil.vst3"
    elsewhere.mkdir()
    inside = bundle / "Contents" / "x86_64-linux" / "Echoes.so"
    for said in (
        str(elsewhere),
        f"{folder}/../{elsewhere.name}",
        str(inside),
        "Echo",
        "/etc/passwd",
        "",
    ):
        with pytest.raises(LibraryError, match="there is no plugin") as refused:
            plugin_of(said, [folder])
    assert "plugins.folders" in refused.value.text
    (folder / "warm.vstpreset").touch()
    (folder / "stolen.vstpreset").symlink_to("/etc/passwd")
    assert preset_of("warm.vstpreset", [folder]) == (folder / "warm.vstpreset").resolve()
    for said in ("../warm.vstpreset", "stolen.vstpreset", "/etc/passwd", "A Maker"):
        with pytest.raises(LibraryError, match=r"there is no \.vstpreset"):
            preset_of(said, [folder])


@pytest.mark.slow
def test_the_command_line_lists_plugins_and_what_one_takes(folder):
    config = Places.find().config_file
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(f"plugins: {{folders: ['{folder}']}}\n")
    listed = CliRunner().invoke(app, ["plugins", "--json"])
    assert {"name": "Echoes", "path": str(folder / "A Maker" / "Echoes.vst3")} in map(
        json.loads, listed.stdout.splitlines()
    )
    said = CliRunner().invoke(app, ["plugins", "Echoes"]).stdout
    assert (
        "Echoes by Sidecrate's tests" in said
        and "fault = none  (one of none, crash, hang, nan)" in said
    )


def test_another_build_of_a_plugin_is_another_version(task, loop, folder):
    first = task(loop, step())["folder"]
    assert task(loop, step())["folder"] == first
    time.sleep(0.01)
    (folder / "A Maker" / "Echoes.vst3" / "Contents" / "x86_64-linux" / "Echoes.so").touch()
    assert task(loop, step())["folder"] != first


def test_parameters_as_people_write_them():
    assert read_parameters("mix=0.4; Room size = big, bright") == {
        "mix": "0.4",
        "Room size": "big, bright",
    }
    assert read_parameters("a=1, b=2") == {"a": "1", "b": "2"}
    with pytest.raises(LibraryError, match=r"mix=0\.4"):
        read_parameters("louder")


def test_without_pedalboard_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pedalboard", None)
    with pytest.raises(LibraryError, match=r"pip install 'sidecrate\[plugins\]'") as refused:
        load("/x/Echoes.vst3")
    assert refused.value.code == "no_plugins"
