"""What is written beside and renamed, with several writers, full disks and programs that hold files open."""

import errno
import os
import subprocess
import sys
import threading
import time

import pytest

from bridge.files.whole import (
    ABANDONED_S,
    PART,
    beside,
    part_beside,
    replace_patiently,
    sweep_parts,
    write_whole,
)

posix = pytest.mark.skipif(os.name != "posix", reason="as POSIX has it")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_text_and_bytes_are_written_as_they_are(tmp_path):
    write_whole(tmp_path / "a.txt", "a\n\u00fc\r\n")
    write_whole(tmp_path / "a.bin", b"\0\r\n", flushed=False)
    assert (tmp_path / "a.txt").read_bytes() == "a\n\u00fc\r\n".encode()
    assert (tmp_path / "a.bin").read_bytes() == b"\0\r\n" and names(tmp_path) == ["a.bin", "a.txt"]


@posix
def test_a_private_file_is_nobody_elses_from_its_first_byte(tmp_path):
    with beside(tmp_path / "x") as part:
        write_whole(part, "secret", private=True)
        assert part.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o600
    write_whole(tmp_path / "y", "for all")
    assert (tmp_path / "y").stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask():
    now = os.umask(0)
    os.umask(now)
    return now


@pytest.mark.parametrize("step", ["os.fsync", "os.replace"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    write_whole(tmp_path / "x", "old")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(step, full)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "x", "new")
    assert (tmp_path / "x").read_text() == "old" and names(tmp_path) == ["x"]


def test_many_writers_of_one_file_never_show_half_of_it(tmp_path):
    path, seen, ended = tmp_path / "x", set(), threading.Event()
    texts = {letter * 200_000 for letter in "abcd"}
    write_whole(path, "a" * 200_000)

    def look():
        while not ended.is_set():
            seen.add(path.read_text())

    def write(text):
        for _ in range(20):
            write_whole(path, text, flushed=False)

    looking = threading.Thread(target=look)
    writing = [threading.Thread(target=write, args=[text]) for text in texts]
    for thread in (looking, *writing):
        thread.start()
    for thread in writing:
        thread.join()
    ended.set()
    looking.join()
    assert seen <= texts and names(tmp_path) == ["x"]


@posix
def test_what_is_flushed_is_open_for_writing_as_windows_wants_it(tmp_path, monkeypatch):
    import fcntl

    modes = []
    monkeypatch.setattr(
        "os.fsync", lambda file: modes.append(fcntl.fcntl(file, fcntl.F_GETFL) & os.O_ACCMODE)
    )
    write_whole(tmp_path / "x", "x")
    assert modes == [os.O_RDWR]


def held(times, real, code):
    """os.replace as Windows has it while another program holds a file: it fails so many times."""
    calls = iter(range(100))

    def replace(*paths):
        if next(calls) < times:
            error = PermissionError(errno.EACCES, "Access is denied")
            error.winerror = code
            raise error
        return real(*paths)

    return replace


@pytest.mark.parametrize("code", [5, 32])
def test_a_file_that_a_scanner_holds_is_renamed_once_it_lets_go(tmp_path, monkeypatch, code):
    (tmp_path / "part").write_text("new")
    monkeypatch.setattr("os.replace", held(4, os.replace, code))
    replace_patiently(tmp_path / "part", tmp_path / "x")
    assert names(tmp_path) == ["x"]


def test_one_that_is_held_for_good_is_said_and_a_forbidden_folder_at_once(tmp_path, monkeypatch):
    waits = []
    monkeypatch.setattr("time.sleep", waits.append)
    (tmp_path / "x").write_text("old")
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", held(99, os.replace, 5))
        with pytest.raises(PermissionError):
            write_whole(tmp_path / "x", "new")
    assert len(waits) == 4 and names(tmp_path) == ["x"] and (tmp_path / "x").read_text() == "old"
    monkeypatch.setattr("os.replace", held(99, os.replace, None))
    with pytest.raises(PermissionError):
        write_whole(tmp_path / "x", "new")
    assert len(waits) == 4


def test_a_name_as_long_as_a_folder_takes_can_be_written(tmp_path):
    write_whole(tmp_path / ("x" * 255), "long")
    assert names(tmp_path) == ["x" * 255]


def test_parts_of_the_dead_and_old_ones_are_swept_and_those_under_way_stay(tmp_path):
    made = "from bridge.files.whole import part_beside; from pathlib import Path; import sys;"
    made += "part_beside(Path(sys.argv[1]) / 'x').write_text('half')"
    subprocess.run([sys.executable, "-c", made, str(tmp_path)], check=True)
    mine, folder = part_beside(tmp_path / "x"), part_beside(tmp_path / "y")
    mine.write_text("half")
    folder.mkdir()
    (folder / "inside").write_text("half")
    elsewhere = tmp_path / f".000000-999999999-abc{PART}"
    elsewhere.write_text("another machine, on a shared drive")
    dead = [path for path in tmp_path.iterdir() if path not in (mine, folder, elsewhere)]
    assert len(dead) == 1
    assert sweep_parts(tmp_path.glob(f".*{PART}")) == (1 if os.name == "posix" else 0)
    assert mine.exists() and folder.exists() and elsewhere.exists()
    for path in (mine, folder, elsewhere, *dead):
        if path.exists():
            os.utime(path, (time.time() - 2 * ABANDONED_S,) * 2)
    sweep_parts(tmp_path.glob(f".*{PART}"))
    assert names(tmp_path) == []
