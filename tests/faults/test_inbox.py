"""The inbox when writers are slow, folders go, notices fail, files change under it, and the daemon is killed."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bridge.errors import DoorError
from bridge.events import Ask, Order, Refused, Told
from bridge.inbox.door import MOST_NOTES, Inbox
from tests.helpers.inbox_bench import Bench, tone, wait_for


def test_a_slow_writer_is_never_read_half(bench: Bench) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells whether a file is still open for writing")
    words = [f"word{k}" for k in range(10)]
    script = (
        "import sys, time\n"
        "with open(sys.argv[1], 'w') as file:\n"
        "    for word in sys.argv[2:]:\n"
        "        file.write(word + ' '); file.flush(); time.sleep(0.4)\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", script, str(bench.folder / "slow.txt"), *words]
    )
    try:
        time.sleep(0.6)
        bench.start()  # in the middle of it: nobody saw the file being opened
        order = bench.order()
    finally:
        writer.wait(10)
    assert str(order.requests[0]["prompt"]).split() == words
    bench.no_order(0.5)


def test_a_file_that_changes_while_it_is_taken_waits_in_working(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def rename_and_write(path: Path, target: Path) -> Path:
        moved = rename(path, target)
        if path.parent == bench.folder and path.name == "beat.txt":
            with moved.open("a") as file:
                file.write(" and a break")
        return moved

    monkeypatch.setattr(Path, "rename", rename_and_write)
    bench.start()
    bench.drop("beat.txt", "drums")
    assert bench.order().requests[0]["prompt"] == "drums and a break"
    bench.no_order(0.5)


def test_a_storm_of_events_makes_one_order(bench: Bench) -> None:
    bench.start(settle_text_s=0.5)
    hidden = bench.drop(".beat.tmp", "drums")
    hidden.rename(bench.folder / "beat.txt")
    for _ in range(50):
        try:
            os.utime(bench.folder / "beat.txt")
            (bench.folder / "beat.txt").chmod(0o644)
        except FileNotFoundError:
            break
    first = bench.order()
    bench.no_order(1.0)
    bench.finish(first)
    bench.answer("done", "beat.txt.result.json")
    bench.drop("beat.txt", "drums")
    assert bench.order().claim != first.claim, "the same text dropped again is asked again"


def test_many_files_are_each_taken_once_and_so_many_at_a_time(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.inbox.door.MOST_IN_HAND", 60)
    for k in range(200):
        bench.drop(f"beat{k}.txt", f"drums {k}")
    bench.start()
    orders = [bench.order() for _ in range(60)]
    bench.no_order(0.6)
    assert len(list(bench.folder.glob("*.txt"))) == 140, "the others wait where they are"
    assert bench.box is not None and len(bench.box._stillness) <= 120, (
        "and hardly anything is remembered of them"
    )
    for n in range(200):
        bench.finish(orders[n])
        if n + 1 < 200 and n + 1 == len(orders):
            orders.append(bench.order())
        while not bench.orders.empty():
            orders.append(bench.order())
    assert len({order.claim for order in orders}) == len(orders) == 200
    assert {str(order.requests[0]["prompt"]) for order in orders} == {
        f"drums {k}" for k in range(200)
    }
    wait_for(lambda: len(list((bench.folder / "done").iterdir())) == 400)


def test_ten_thousand_notices_are_hints_and_no_load(bench: Bench) -> None:
    box = bench.start()
    bench.drop("first.txt", "drums")
    bench.order()
    box._notes.put(lambda: time.sleep(0.5))  # the thread is busy meanwhile
    for n in range(10_000):
        box._noticed(f"file{n}.txt", True)
    assert box._notes.qsize() <= MOST_NOTES + 2
    bench.drop("second.txt", "bass")
    assert str(bench.order().requests[0]["prompt"]) == "bass"


def test_files_of_no_use_block_none_and_do_not_fill_the_log(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bridge.inbox.door.MOST_IN_HAND", 5)
    monkeypatch.setattr("bridge.inbox.notes.MOST_SAID", 20)
    monkeypatch.setattr("bridge.inbox.door.RESCAN_S", 0.1)
    for k in range(40):
        bench.drop(f"a{k}.bin", "left alone")
    held = [(bench.folder / f"b{k}.txt").open("w") for k in range(12)]
    for file in held:
        file.write("still being written")
        file.flush()
    bench.drop("z.txt", "drums")
    bench.start()
    assert bench.order().requests[0]["prompt"] == "drums"
    bench.no_order(0.5)
    for file in held:
        file.close()
    assert (
        len([record for record in caplog.records if "neither a prompt" in record.getMessage()])
        == 20
    )


def test_without_notices_the_rescan_finds_it(bench: Bench) -> None:
    bench.start(poll=True)
    bench.drop("beat.txt", "drums")
    bench.order()


def test_a_dead_observer_is_started_again(bench: Bench) -> None:
    box = bench.start()
    assert box._watch
    wait_for(lambda: box._watch and box._watch._observers)
    first = box._watch._observers[0]
    first.stop()
    first.join()
    wait_for(lambda: box._watch and box._watch._observers and first not in box._watch._observers)
    bench.drop("beat.txt", "drums")
    bench.order()


def test_a_folder_that_is_moved_away_is_said_and_waited_for_and_not_made_anew(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = bench.start()
    wait_for((bench.folder / "failed").exists)
    away = bench.folder.rename(bench.folder.with_name("away"))
    wait_for(lambda: "is gone: put it back" in box.health())
    looks: list[str] = []
    monkeypatch.setattr(box, "_away", lambda: looks.append("") or Inbox._away(box))
    wait_for(lambda: len(looks) > 2)
    assert not bench.folder.exists()
    away.rename(bench.folder)
    wait_for(lambda: box.health() == "open")
    bench.drop("beat.txt", "drums")
    bench.order()


def test_a_folder_that_its_user_makes_anew_is_taken(bench: Bench) -> None:
    box = bench.start()
    wait_for((bench.folder / "failed").exists)
    shutil.rmtree(bench.folder.rename(bench.folder.with_name("gone")))
    wait_for(lambda: "is gone: put it back, or make it anew" in box.health())
    bench.folder.mkdir()
    wait_for((bench.folder / "failed").exists)
    bench.drop("beat.txt", "drums")
    bench.order()


@pytest.mark.parametrize("code", [errno.EACCES, errno.EBUSY])
def test_a_file_that_cannot_be_moved_yet_is_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    rename, refusals = Path.rename, iter(range(3))

    def busy(path: Path, target: Path) -> Path:
        if path.name == "beat.txt" and next(refusals, None) is not None:
            raise OSError(code, "in use by another process")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", busy)
    bench.start()
    bench.drop("beat.txt", "drums")
    bench.order()
    bench.no_order(0.3)


def test_one_bad_file_does_not_hold_up_the_others(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def broken(path: Path) -> bytes:
        if path.name.endswith("a-bad.txt"):
            raise OSError(5, "Input/output error")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", broken)
    box = bench.start()
    bench.drop("a-bad.txt", "drums")
    bench.drop("b-good.txt", "bass")
    assert bench.order().requests[0]["prompt"] == "bass"
    wait_for(lambda: "Input/output error" in box.health())
    monkeypatch.undo()
    assert bench.order().requests[0]["prompt"] == "drums"
    wait_for(lambda: box.health() == "open")


def test_what_a_killed_daemon_had_claimed_goes_on_under_its_claim(bench: Bench) -> None:
    bench.start()
    bench.drop("beat.txt", "drums")
    first = bench.order()
    bench.stop()  # no answer had come: as after a kill, the file is still in working/
    bench.start()
    again = bench.order()
    assert (again.claim, again.origin, again.requests) == (
        first.claim,
        first.origin,
        first.requests,
    )
    bench.finish(again)
    bench.answer("done", "beat.txt.result.json")


def test_kills_at_any_moment_lose_nothing_and_ask_nothing_under_two_claims(
    bench: Bench, tmp_path: Path
) -> None:
    sent = tmp_path / "sent"
    script = (
        "import sys, threading\n"
        "from pathlib import Path\n"
        "from bridge.inbox.door import Inbox\n"
        "def take(order):\n"
        "    with open(sys.argv[2], 'a') as file:\n"
        "        file.write(order.claim + ' ' + str(order.requests[0]['prompt']) + '\\n')\n"
        "Inbox(Path(sys.argv[1]), take, settle_text_s=0.02).start()\n"
        "print('up', flush=True)\n"
        "threading.Event().wait()\n"
    )
    chance, dropped = random.Random(1), 0
    for _ in range(5):
        daemon = subprocess.Popen(
            [sys.executable, "-c", script, str(bench.folder), str(sent)], stdout=subprocess.PIPE
        )
        assert daemon.stdout and daemon.stdout.readline()
        for _ in range(chance.randint(5, 15)):
            bench.drop(f"beat{dropped}.txt", f"drums {dropped}")
            dropped += 1
            time.sleep(chance.random() * 0.02)
        daemon.kill()
        daemon.wait()
        daemon.stdout.close()
    bench.start()
    claims: dict[str, set[str]] = {}
    last = [bench.order() for _ in range(dropped)]
    for order in last:
        claims.setdefault(str(order.requests[0]["prompt"]), set()).add(order.claim)
    for line in sent.read_text().splitlines():
        claim, prompt = line.split(" ", 1)
        claims[prompt].add(claim)
    assert {prompt: len(words) for prompt, words in claims.items()} == {
        f"drums {k}": 1 for k in range(dropped)
    }
    assert len({order.claim for order in last}) == dropped


def test_answers_that_come_before_the_file_is_read_again_are_heard(bench: Bench) -> None:
    bench.start()
    bench.drop("beat.txt", "drums\n===\nbass")
    order = bench.order()
    bench.stop()
    bench.start(settle_text_s=1.0)
    bench.finish(order, 0)
    bench.finish(order, 1)
    assert len(json.loads(bench.answer("done", "beat.txt.result.json"))["clips"]) == 2
    bench.no_order(1.2)


def test_a_kill_between_the_answer_and_the_move_leaves_one_answer(bench: Bench) -> None:
    bench.start()
    bench.drop("beat.txt", "drums")
    order = bench.order()
    bench.finish(order)
    text = bench.answer("done", "beat.txt.result.json")
    wait_for((bench.folder / "done" / "beat.txt").exists)
    bench.stop()
    (bench.folder / "done" / "beat.txt").rename(
        bench.folder / "working" / order.origin.address["file"]
    )
    bench.start()
    bench.finish(bench.order())
    wait_for((bench.folder / "done" / "beat.txt").exists)
    assert bench.listing() == ["done/beat.txt", "done/beat.txt.result.json"]
    assert bench.answer("done", "beat.txt.result.json") == text


@pytest.mark.parametrize("step", ["os.fsync", "os.link", "os.unlink"])
def test_an_answer_that_meets_a_full_disk_is_written_later_and_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr("bridge.inbox.door.RESCAN_S", 0.1)
    box = bench.start()
    bench.drop("beat.txt", "drums")
    order = bench.order()
    with monkeypatch.context() as full:

        def fails(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        full.setattr(step, fails)
        bench.finish(order)
        wait_for(lambda: "No space left" in box.health())
    wait_for(lambda: box.health() == "open")
    wait_for(lambda: not list((bench.folder / "working").iterdir()))
    assert sorted(path.name for path in (bench.folder / "done").iterdir()) == [
        "beat.txt",
        "beat.txt.result.json",
    ]
    bench.no_order(0.3)


def without_hard_links(*_: object, **__: object) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


@pytest.mark.parametrize("linked", [True, False], ids=["with hard links", "without"])
@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("beat.txt", ["done/beat-2.txt", "done/beat.txt.result.json"]),
        ("beat.txt.result.json", ["done/beat-2.txt", "done/beat-2.txt.result.json"]),
    ],
)
def test_what_a_user_puts_where_a_file_or_its_answer_goes_is_not_overwritten(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, name: str, ours: list[str], linked: bool
) -> None:
    bench.start()
    bench.drop("beat.txt", "drums")
    order = bench.order()
    if not linked:
        monkeypatch.setattr(os, "link", without_hard_links)
    fsync, theirs = os.fsync, bench.folder / "done" / name

    def as_the_answer_is_written(file: int) -> None:
        fsync(file)
        if not theirs.exists():
            theirs.write_text("mine")  # its name was found free a moment ago

    monkeypatch.setattr(os, "fsync", as_the_answer_is_written)
    bench.finish(order)
    wait_for(lambda: not list((bench.folder / "working").iterdir()))
    assert theirs.read_text() == "mine"
    assert bench.listing() == sorted([f"done/{name}", *ours]), "and there is one answer"
    assert (bench.folder / ours[0]).read_text() == "drums"


def test_a_kill_in_the_middle_of_a_move_leaves_one_answer(bench: Bench) -> None:
    bench.start()
    bench.drop("beat.txt", "drums")
    order = bench.order()
    bench.finish(order)
    bench.answer("done", "beat.txt.result.json")
    wait_for((bench.folder / "done" / "beat.txt").exists)
    bench.stop()
    # it has its new name, and still the old one
    os.link(
        bench.folder / "done" / "beat.txt", bench.folder / "working" / order.origin.address["file"]
    )
    bench.start()
    bench.finish(bench.order())
    wait_for(lambda: not list((bench.folder / "working").iterdir()))
    assert bench.listing() == ["done/beat.txt", "done/beat.txt.result.json"]


def test_a_proposal_that_its_user_has_changed_is_left_as_it_is(bench: Bench) -> None:
    box = bench.start()
    bench.drop("beat.txt", "drums")
    origin = bench.origin(bench.order())
    box.tell(Told(origin, "proposed", "k3f9", {"text": "dusty drums"}))
    first = bench.answer("done", "beat.txt.k3f9.proposal.txt")
    changed = first.replace("dusty", "crisp")
    (bench.folder / "done" / "beat.txt.k3f9.proposal.txt").write_text(changed)
    box.tell(Told(origin, "proposed", "k3f9", {"text": "dusty drums"}))
    bench.finish(Ask("make", origin))
    wait_for(lambda: not list((bench.folder / "working").iterdir()))
    assert bench.answer("done", "beat.txt.k3f9.proposal.txt") == changed


@pytest.mark.parametrize("audio_moved", [False, True])
def test_a_kill_in_the_middle_of_claiming_a_pair_keeps_the_pair(
    bench: Bench, audio_moved: bool
) -> None:
    working = bench.folder / "working"
    working.mkdir()
    (working / "pabcdefg-a.txt").write_text("a choir")
    tone((working / "pabcdefg-a.wav") if audio_moved else (bench.folder / "a.wav"))
    bench.start()
    order = bench.order()
    assert (order.verb, order.claim) == ("make", "pabcdefg")
    assert order.requests[0]["reference"] == str(working / "pabcdefg-a.wav")
    bench.no_order(1.0)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    box = Inbox(tmp_path / "file" / "inbox", lambda order: None)
    with pytest.raises(DoorError, match=r"inbox\.folder"):
        box.start()
    box.stop()
    assert box.health() == "closed"


def test_an_order_that_could_not_be_handed_over_is_sent_again(bench: Bench) -> None:
    calls = []

    def take(order: Order) -> None:
        calls.append(order)
        if len(calls) == 1:
            raise RuntimeError("not up yet")

    box = Inbox(bench.folder, take)
    bench.box = box
    box.start()
    bench.drop("beat.txt", "drums")
    wait_for(lambda: len(calls) == 2)
    assert calls[0].claim == calls[1].claim


def test_what_the_daemon_cannot_take_now_waits_and_is_sent_again(bench: Bench) -> None:
    box = bench.start()
    bench.drop("beat.txt", "drums")
    first = bench.order()
    box.tell(Refused(first.origin, "disk", "the crate is full; free some space"))
    wait_for(lambda: "free some space" in box.health())
    again = bench.order()
    assert (again.claim, again.requests) == (first.claim, first.requests)
    assert bench.listing() == [f"working/{first.origin.address['file']}"]
    bench.finish(again)
    bench.answer("done", "beat.txt.result.json")
    wait_for(lambda: box.health() == "open")


def test_an_atomic_save_over_a_file_that_is_not_taken_yet_is_one_request(bench: Bench) -> None:
    bench.start(settle_text_s=0.6, poll=True)
    for k in range(4):
        bench.drop(".beat.txt.swp", f"drums {k}").replace(bench.folder / "beat.txt")
        time.sleep(0.1)
    assert bench.order().requests[0]["prompt"] == "drums 3"
    bench.no_order(0.9)


def test_what_is_moved_out_before_it_is_taken_was_never_asked(bench: Bench, tmp_path: Path) -> None:
    bench.start(settle_text_s=0.5, poll=True)
    bench.drop("beat.txt", "drums").rename(tmp_path / "beat.txt")
    bench.drop("other.txt", "bass")
    assert bench.order().requests[0]["prompt"] == "bass"
    bench.no_order(0.8)
    (tmp_path / "beat.txt").rename(bench.folder / "beat.txt")
    assert bench.order().requests[0]["prompt"] == "drums"


def test_renames_while_it_waits_are_one_request_under_the_last_name(bench: Bench) -> None:
    bench.start(settle_text_s=0.4, poll=True)
    path = bench.drop("a.txt", "drums")
    for name in ("b.txt", "c.md"):
        time.sleep(0.15)
        path = path.rename(bench.folder / name)
    assert bench.order().origin.address["name"] == "c.md"
    bench.no_order(0.8)


def test_a_claimed_file_that_is_taken_away_is_answered_all_the_same(bench: Bench) -> None:
    box = bench.start()
    bench.drop("beat.txt", "drums")
    order = bench.order()
    (bench.folder / "working" / order.origin.address["file"]).unlink()
    bench.finish(order)
    assert json.loads(bench.answer("done", "beat.txt.result.json"))["clips"]
    wait_for(lambda: box.health() == "open")


def test_the_folder_taken_away_while_a_job_runs_is_answered_in_the_new_one(bench: Bench) -> None:
    box = bench.start()
    bench.drop("beat.txt", "drums")
    order = bench.order()
    shutil.rmtree(bench.folder.rename(bench.folder.with_name("gone")))
    bench.finish(order)
    wait_for(lambda: "make it anew" in box.health())
    bench.folder.mkdir()
    assert json.loads(bench.answer("done", "beat.txt.result.json"))["clips"]


def test_a_folder_that_may_not_be_written_is_said_and_taken_up_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def read_only(path: Path, target: Path) -> Path:
        if path.parent == bench.folder:
            raise OSError(30, "Read-only file system")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", read_only)
    bench.start()
    bench.drop("beat.txt", "drums")
    bench.no_order(0.6)
    monkeypatch.undo()
    assert bench.order().requests[0]["prompt"] == "drums"
