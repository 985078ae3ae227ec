"""Folders that are filled beside their place, by several programs at once too."""

import errno
import os

import pytest

from bridge.files.whole import PART
from daemon.home.whole_folders import remove_folder, whole_folder


def fill(folder, text):
    with whole_folder(folder, "last") as part:
        (part / "sound").write_text(text)
        (part / "last").write_text("whole")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_two_that_make_the_same_folder_leave_one_and_do_not_meet(tmp_path):
    folder = tmp_path / "v"
    with whole_folder(folder, "last") as slow:
        (slow / "sound").write_text("slow")
        fill(folder, "quick")
        assert (slow / "sound").read_text() == "slow", "the other has not touched it"
        (slow / "last").write_text("whole")
    assert (folder / "sound").read_text() == "quick" and names(tmp_path) == ["v"]


def test_a_fault_leaves_nothing_and_half_a_folder_is_made_whole(tmp_path):
    folder = tmp_path / "v"
    with pytest.raises(OSError, match="full"), whole_folder(folder, "last") as part:
        (part / "sound").write_text("half")
        raise OSError("full")
    assert names(tmp_path) == []
    folder.mkdir()
    (folder / "sound").write_text("left by a removal that broke off")
    fill(folder, "new")
    assert (folder / "sound").read_text() == "new" and names(tmp_path) == ["v"]


def test_a_folder_that_windows_does_not_let_go_stays_whole(tmp_path, monkeypatch):
    folder = tmp_path / "v"
    fill(folder, "heard just now")

    def busy(*_):
        error = PermissionError(errno.EACCES, "Access is denied")
        error.winerror = 5
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", busy)
        patch.setattr("time.sleep", lambda _: None)
        with pytest.raises(PermissionError):
            remove_folder(folder)
    assert names(folder) == ["last", "sound"] and names(tmp_path) == ["v"]
    remove_folder(folder)
    assert names(tmp_path) == []
    remove_folder(folder)


def test_a_removal_that_breaks_off_leaves_no_half_folder_under_the_name(tmp_path, monkeypatch):
    folder = tmp_path / "v"
    fill(folder, "x")
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)
    remove_folder(folder)
    assert not folder.exists() and all(name.endswith(PART) for name in os.listdir(tmp_path))
