"""Disks that are full, read-only or gone: said at the door, nothing half-written, and all goes on when they are back."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from bridge.files.whole import PART
from daemon.clip.make import make_clip
from daemon.crate.crate import Crate
from daemon.engines.contract import Take
from daemon.engines.take_files import load_take, save_take
from daemon.errors import CrateError, QueueError, SidecrateError
from daemon.home.room import LEAST_FREE_BYTES, check_space
from daemon.jobs.database import Database
from tests.conftest import skip_or_fail
from tests.faults.asker import Asker
from tests.faults.audit import audit
from tests.faults.crash_run import TINY, workers_of
from tests.helpers import fake_engine
from tests.helpers.daemon_process import CONFIG, wait_until

RECORD = {
    "id": "k3f9", "kind": "loop", "prompt": "x", "words": "x", "bpm": 90.0, "key": None, "meter": "4/4", "created": 0.0, "n": 1, "of": 1,
    "note_name": None,
}  # fmt: skip
FULL = {"write": "shutil.copyfileobj", "fsync": "os.fsync", "replace": "os.replace"}


def failing(times, real, code=errno.ENOSPC):
    """A function that fails the n-th time it is called, for n in `times`."""
    calls = iter(range(10**6))

    def call(*args, **kwargs):
        if next(calls) in times:
            raise OSError(code, os.strerror(code))
        return real(*args, **kwargs)

    return call


@pytest.fixture
def crate(tmp_path):
    database = Database(tmp_path / "state" / "x.db")
    yield Crate(tmp_path / "crate", "{kind}", database)
    database.close()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("nth", [0, 1, 2])
@pytest.mark.parametrize("step", FULL)
def test_a_publish_that_meets_a_full_disk_leaves_nothing_and_succeeds_later(
    crate, tmp_path, monkeypatch, step, nth, code
):
    source = tmp_path / "job"
    (source / "stems").mkdir(parents=True)
    for name in ("clip.wav", "clip.mid", "stems/drums.wav"):
        (source / name).write_bytes(b"data")
    module, name = FULL[step].split(".")
    # of the two flushes of a file the first is the file's own, the second its folder's
    times = {2 * nth} if step == "fsync" else {nth}
    with monkeypatch.context() as patch:
        patch.setattr(FULL[step], failing(times, getattr(sys.modules[module], name), code))
        with pytest.raises(CrateError, match="could not be written"):
            crate.publish(dict(RECORD), source)
    assert [path for path in crate.folder.rglob("*") if path.is_file()] == []
    record = crate.publish(dict(RECORD), source)
    assert (
        Path(record["path"]).read_bytes() == b"data"
        and len([path for path in crate.folder.rglob("*") if path.is_file()]) == 3
    )


def test_a_take_is_whole_or_absent(tmp_path, monkeypatch):
    take = Take(np.zeros((100, 1), np.float32), 44100, 1, "fake", "", "CC0-1.0")
    for step in ("os.fsync", "os.replace"):
        for nth in (0, 1):
            with monkeypatch.context() as patch:
                patch.setattr(step, failing({nth}, getattr(os, step[3:])))
                if step == "os.replace" and nth == 1:
                    continue
                with pytest.raises(OSError):
                    save_take(take, tmp_path / "take0", stems=False)
            assert not (tmp_path / "take0").exists()
    save_take(take, tmp_path / "take0", stems=False)
    assert load_take(tmp_path / "take0").audio.shape == (100, 1)


@pytest.mark.parametrize("nth", range(4))
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_worker_whose_disk_is_full_goes_on_where_it_was(tmp_path, monkeypatch, step, nth):
    from daemon.brief import Brief

    brief = Brief("clicks", "clicks", bpm=240.0, bars=1, engines=("fake",), seed=1)
    task = {
        "brief": brief.to_json(),
        "request": {},
        "job": "j",
        "clip": "c",
        "k": 0,
        "created": 0.0,
        "folder": str(tmp_path / "c"),
        **fake_engine.INFO.for_child(),
    }
    with monkeypatch.context() as patch:
        patch.setattr(f"os.{step}", failing({nth}, getattr(os, step)))
        try:
            make_clip(task, lambda value, stage, words: None)
            met = False
        except (OSError, SidecrateError) as error:
            met = True
            assert (
                getattr(error, "code", "") == "disk"
                or getattr(error, "errno", None) == errno.ENOSPC
            )
    # a clip takes two flushes for its take and two for itself and its record; three renames
    assert met or (step, nth) == ("replace", 3)
    record = make_clip(task, lambda value, stage, words: None)
    assert record["frames"] == 44100 and (tmp_path / "c" / "clip.wav").stat().st_size > 44100 * 3
    assert not list((tmp_path / "c").rglob(f"*{PART}"))


def test_little_space_is_said_before_work_begins(tmp_path, monkeypatch):
    check_space(tmp_path / "not" / "there" / "yet")
    monkeypatch.setattr(
        shutil,
        "disk_usage",
        lambda path: shutil._ntuple_diskusage(1 << 40, 0, LEAST_FREE_BYTES - 1),
    )
    with pytest.raises(CrateError, match="only 99 MB left") as caught:
        check_space(tmp_path)
    assert caught.value.code == "disk"


def test_a_database_that_is_gone_is_said_and_not_written_in_vain(tmp_path):
    database = Database(tmp_path / "x.db")
    (tmp_path / "x.db").rename(tmp_path / "away.db")
    with pytest.raises(QueueError, match="is gone"), database.write():
        raise AssertionError("unreachable")
    (tmp_path / "away.db").rename(tmp_path / "x.db")
    with database.write() as db:
        db.execute("INSERT INTO pins VALUES ('bpm', '90')")
    database.close()


def test_a_drive_that_is_gone_is_not_made_on_another(crate, tmp_path):
    clip = crate.reserve()
    source = tmp_path / "job"
    source.mkdir()
    (source / "clip.wav").write_bytes(b"data")
    outer = tmp_path / "drive"
    there = Crate(outer / "crate", "{kind}", crate._database)
    there.record_alone(there.publish({**RECORD, "id": clip}, source))
    outer.rename(tmp_path / "unplugged")
    with pytest.raises(CrateError, match="is gone"):
        there.publish(dict(RECORD, id="other"), source)
    with pytest.raises(CrateError, match="is gone"):
        there.check()
    assert not outer.exists()
    (tmp_path / "unplugged").rename(outer)
    there.check()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own with room for little more than the guard."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = (LEAST_FREE_BYTES >> 20) + 40
    if (
        sys.platform != "linux"
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", folder]
        ).returncode
    ):
        skip_or_fail("a small file system cannot be mounted: run as root on Linux")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder, leave_bytes):
    with (folder / "filling").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(folder).free - leave_bytes)


def heard(asker, wait_s=0.5):
    asker.listen(wait_s)
    return asker


def test_a_full_disk_is_said_at_every_door_and_all_goes_on_when_it_is_free(
    start_daemon, small_disk
):
    crate = small_disk / "crate"
    daemon = start_daemon(config=CONFIG + f"crate: {{folder: {crate}}}\n")
    asker = Asker(daemon.places)
    job = asker.ask("before", prompt="slow clicks", count=2, **TINY)
    wait_until(lambda: daemon.rows("SELECT 1 FROM jobs WHERE state = 'generating'"), 20, "the work")
    fill(small_disk, 0)
    assert asker.ask("meanwhile", prompt="clicks", **TINY) == ""
    assert (
        "MB left" in asker.refused["meanwhile"] or "cannot be written" in asker.refused["meanwhile"]
    )
    (daemon.places.inbox / "idea.txt").write_text("engine: fake\nbars: 1\n\nclicks 240 bpm")
    wait_until(lambda: "idea.txt waits" in daemon.command("status"), 20, "word of it in status")
    said = daemon.command("make", "clicks", "--engine", "fake", "--bars", "1", "--json", code=1)
    assert '"disk"' in said
    wait_until(
        lambda: "waits" in daemon.log() or "could not be written" in daemon.log(),
        20,
    )
    assert not daemon.clips()
    (small_disk / "filling").unlink()
    wait_until(
        (daemon.places.inbox / "done" / "idea.txt.result.json").exists, 30, "the prompt file's clip"
    )
    wait_until(
        lambda: daemon.rows("SELECT 1 FROM jobs WHERE id = ? AND state = 'done'", job),
        40,
        "the job from before",
    )
    assert [row["tries"] for row in daemon.rows("SELECT tries FROM clips")] == [0, 0, 0]
    asker.close()
    places = daemon.places.__class__(
        daemon.places.config_file, daemon.places.state, crate, daemon.places.inbox
    )
    assert audit(places) == []


class Make:
    """`sidecrate make` in a program of its own, without a terminal."""

    def __init__(self, daemon, prompt):
        arguments = [prompt, "--engine", "fake", "--bars", "1", "--bpm", "240"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "daemon.cli", "make", *arguments],
            env=daemon.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def said(self):
        return self.process.stderr.readline()

    def clip(self):
        out, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0
        return out


def test_jobs_that_wait_for_the_state_folders_disk_say_so_at_every_door(
    start_daemon, small_disk, tmp_path
):
    config = CONFIG + f"crate: {{folder: {tmp_path / 'crate'}}}\n"
    daemon = start_daemon(str(small_disk / "home"), config)
    fill(small_disk, LEAST_FREE_BYTES // 2)
    first, second = Make(daemon, "clicks"), Make(daemon, "more clicks")
    # the second is not even begun, and waits for the same
    for make in (first, second):
        assert make.said().startswith(f"waiting: the disk of {daemon.places.jobs} has only")
    (daemon.places.inbox / "idea.txt").write_text("engine: fake\nbars: 1\n\nclicks 240 bpm")
    wait_until(
        lambda: "idea.txt waits: the disk of" in daemon.command("status"), 30, "word in status"
    )
    jobs = json.loads(daemon.command("status", "--json"))["jobs"]
    assert len(jobs) == 3 and all("has only" in job["waits_for"] for job in jobs)
    assert daemon.command("status").count("waits: the disk of") >= 3
    (small_disk / "filling").unlink()
    assert first.clip() and second.clip()
    wait_until((daemon.places.inbox / "done" / "idea.txt.result.json").exists, 30, "the answer")
    wait_until(lambda: "waits" not in daemon.command("status"), 30, "the end of the wait")


def test_a_crate_that_is_moved_while_work_goes_on_is_waited_for(start_daemon, tmp_path):
    daemon = start_daemon()
    daemon.command("make", "clicks", "--engine", "fake", "--bars", "1")
    make = Make(daemon, "slow clicks")
    wait_until(lambda: daemon.rows("SELECT 1 FROM jobs WHERE state = 'generating'"), 20, "the work")
    crate = daemon.places.crate
    moved = crate.rename(tmp_path / "moved")
    assert make.said().startswith(f"waiting: the crate {crate} is gone: put it back")
    assert "waits: the crate" in daemon.command("status")
    refused = daemon.command("make", "x", "--engine", "fake", "--bars", "1", "--json", code=1)
    assert '"disk"' in refused and "is gone" in refused
    checks = {
        one["name"]: one["verdict"]
        for one in map(json.loads, daemon.command("doctor", "--json", code=1).splitlines())
    }
    assert checks["crate"] == "fault" and not crate.exists()
    moved.rename(crate)
    assert str(crate) in make.clip()


def test_a_crate_made_read_only_is_said_and_taken_up_again(start_daemon, small_disk):
    crate = small_disk / "crate"
    daemon = start_daemon(config=CONFIG + f"crate: {{folder: {crate}}}\n")
    asker = Asker(daemon.places)
    job = asker.ask("before", prompt="slow clicks", **TINY)
    wait_until(lambda: daemon.rows("SELECT 1 FROM jobs WHERE state = 'generating'"), 20, "the work")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert (
        asker.ask("meanwhile", prompt="clicks", **TINY) == ""
        and "Read-only" in asker.refused["meanwhile"]
    )
    wait_until(lambda: "Read-only" in daemon.log(), 20, "the publish that waits")
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    wait_until(
        lambda: daemon.rows("SELECT 1 FROM jobs WHERE id = ? AND state = 'done'", job),
        40,
        "the clip",
    )
    asker.close()


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process are Linux's")
def test_a_worker_and_a_daemon_that_may_write_no_more_wait_and_go_on(start_daemon):
    daemon = start_daemon()
    asker = Asker(daemon.places)
    asker.ask("warm", prompt="clicks", **TINY)
    worker = wait_until(lambda: workers_of(daemon), 20, "a worker")[0]
    wait_until(lambda: daemon.rows("SELECT 1 FROM jobs WHERE state = 'done'"), 20, "the first clip")
    unlimited = (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY)
    worker.rlimit(psutil.RLIMIT_FSIZE, (4096, psutil.RLIM_INFINITY))
    job = asker.ask("one", prompt="clicks", **TINY)
    wait_until(lambda: "waits: " in daemon.log(), 20, "the worker's full disk")
    worker.rlimit(psutil.RLIMIT_FSIZE, unlimited)
    wait_until(
        lambda: daemon.rows("SELECT 1 FROM jobs WHERE id = ? AND state = 'done'", job),
        30,
        "the clip",
    )
    slow = asker.ask("two", prompt="slow clicks", **TINY)
    process = psutil.Process(daemon.process.pid)
    process.rlimit(psutil.RLIMIT_FSIZE, (4096, psutil.RLIM_INFINITY))
    assert (
        asker.ask("three", prompt="clicks", **TINY) == ""
        and "cannot be written" in asker.refused["three"]
    )
    wait_until(lambda: "waits: " in daemon.log() or process.is_running(), 5)
    process.rlimit(psutil.RLIMIT_FSIZE, unlimited)
    wait_until(
        lambda: daemon.rows("SELECT 1 FROM jobs WHERE id = ? AND state = 'done'", slow),
        40,
        "the clip",
    )
    assert {row["tries"] for row in daemon.rows("SELECT tries FROM clips")} == {0}
    assert audit(daemon.places) == []
    asker.close()
