"""A drive that is not mounted is told from a folder that is empty, over real mounts."""

import subprocess
import sys

import pytest

from bridge.files.mounts import is_unmounted, mount_point
from daemon.home.mounts import known_mount, note_mount
from tests.conftest import skip_or_fail


def mount(folder):
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(command, capture_output=True).returncode:
        skip_or_fail("nothing can be mounted here: run as root on Linux")


def unmount(folder):
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def drive(tmp_path):
    folder = tmp_path / "drive"
    folder.mkdir()
    mount(folder)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], capture_output=True)


def test_an_unmounted_drive_is_known_by_its_empty_or_missing_folder(drive, tmp_path):
    crate, state = drive / "crate", tmp_path / "state"
    assert mount_point(crate) == str(drive) and not is_unmounted(crate, "")
    assert note_mount(state, crate) == known_mount(state, crate) == str(drive)
    for folder in (crate, drive):
        assert not is_unmounted(folder, str(drive))
    unmount(drive)
    for folder in (crate, drive):
        assert is_unmounted(folder, str(drive))
    assert note_mount(state, crate) == str(drive), "an absence is not remembered as a place"
    mount(drive)
    assert not is_unmounted(crate, str(drive))


def test_clips_that_were_copied_to_another_drive_are_taken_and_that_is_remembered(drive, tmp_path):
    crate, state = drive / "crate", tmp_path / "state"
    note_mount(state, crate)
    unmount(drive)
    crate.mkdir()
    (crate / "a.wav").write_bytes(b"")
    assert not is_unmounted(crate, known_mount(state, crate))
    assert note_mount(state, crate) == mount_point(tmp_path)
