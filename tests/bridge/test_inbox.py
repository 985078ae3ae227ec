"""The inbox as a door: real files in a real folder, and a daemon that answers as told."""

from __future__ import annotations

import json
import os
import queue
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.errors import DoorError
from bridge.events import Accepted, Done, Failed, Finished, Order, Origin, Refused
from bridge.inbox import Inbox

PATIENCE_S = 15.0


def wait_for(what: Callable[[], object], why: str = "it never came") -> object:
    """What the callable returns as soon as that is true."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        if found := what():
            return found
        time.sleep(0.01)
    raise AssertionError(why)


class Bench:
    """An inbox, the orders it sent, and ways to answer them as the daemon does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.orders: queue.Queue[Order] = queue.Queue()
        self.box: Inbox | None = None

    def start(self, **settings: object) -> Inbox:
        settings.setdefault("settle_audio_s", 0.5)
        self.box = Inbox(self.folder, self.orders.put, **settings)  # type: ignore[arg-type]
        self.box.start()
        return self.box

    def stop(self) -> None:
        if self.box:
            self.box.stop()

    def drop(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def order(self) -> Order:
        return self.orders.get(timeout=PATIENCE_S)

    def no_order(self, for_s: float = 0.6) -> None:
        with pytest.raises(queue.Empty):
            self.orders.get(timeout=for_s)

    def origin(self, order: Order, index: int = 0) -> Origin:
        return replace(order.origin, address={**order.origin.address, "index": index})

    def finish(self, order: Order, index: int = 0, clips: int = 1) -> None:
        assert self.box
        origin, job = self.origin(order, index), f"job{index}"
        self.box.tell(Accepted(origin, job, 1))
        for n in range(1, clips + 1):
            clip = f"{job}c{n}"
            info = {"n": n, "of": clips, "bpm": 90.0, "key": "Am", "bars": 4, "frames": 470400}
            self.box.tell(Done(origin, job, clip, f"/crate/Loops/{clip}.wav", info))
        self.box.tell(Finished(origin, job, clips, 0))

    def fail(self, order: Order, text: str, index: int = 0, code: str = "engine") -> None:
        assert self.box
        self.box.tell(Failed(self.origin(order, index), f"job{index}", code, text))

    def answer(self, folder: str, name: str) -> str:
        path = self.folder / folder / name
        wait_for(path.exists, f"no {folder}/{name}; there are {self.listing()}")
        return path.read_text(encoding="utf-8")

    def listing(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr("bridge.inbox.RESCAN_S", 0.5)
    folder = tmp_path / "inbox"
    folder.mkdir()
    made = Bench(folder)
    yield made
    made.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "inbox"]


def tone(path: Path) -> Path:
    soundfile.write(path, np.sin(np.arange(22050) * 0.06).astype(np.float32), 44100)
    return path


def test_text_becomes_one_order_and_ends_in_done(bench: Bench) -> None:
    bench.start()
    bench.drop("beat.txt", "bpm: 90\nkey: A minor\n\ndusty boom bap drums")
    order = bench.order()
    assert order.verb == "make"
    assert [dict(request.values) for request in order.requests] == [
        {"bpm": 90.0, "key": "A minor", "prompt": "dusty boom bap drums"}
    ]
    address = order.origin.address
    assert order.origin.door == "inbox" and order.claim == address["claim"]
    assert address["name"] == "beat.txt" and address["of"] == 1
    assert (bench.folder / "working" / address["file"]).is_file()
    bench.finish(order, clips=2)
    result = json.loads(bench.answer("done", "beat.txt.result.json"))
    assert [(clip["id"], clip["path"], clip["bpm"], clip["key"], clip["bars"]) for clip in result["clips"]] == [
        ("job0c1", "/crate/Loops/job0c1.wav", 90.0, "Am", 4),
        ("job0c2", "/crate/Loops/job0c2.wav", 90.0, "Am", 4),
    ]
    wait_for(lambda: bench.listing() == ["done/beat.txt", "done/beat.txt.result.json"])


def test_the_same_text_again_is_a_new_request_with_an_answer_of_its_own(bench: Bench) -> None:
    bench.start()
    claims = set()
    for k in range(3):
        bench.drop("beat.txt", "dusty drums")
        order = bench.order()
        claims.add(order.claim)
        bench.finish(order)
        wait_for((bench.folder / "done" / ("beat.txt" if k == 0 else f"beat-{k + 1}.txt")).exists)
    assert len(claims) == 3
    assert len(bench.listing()) == 6


def test_several_requests_in_a_file_end_together(bench: Bench) -> None:
    bench.start()
    bench.drop("set.txt", "drums\n===\nbass\n===\nchords")
    order = bench.order()
    assert len(order.requests) == 3 and order.origin.address["of"] == 3
    bench.finish(order, 0)
    bench.fail(order, "no sound", 2)
    time.sleep(0.2)
    assert not list((bench.folder / "done").iterdir())
    bench.finish(order, 1)
    result = json.loads(bench.answer("done", "set.txt.result.json"))
    assert [clip["request"] for clip in result["clips"]] == [1, 2]
    assert result["failed"] == [{"request": 3, "job": "job2", "code": "engine", "text": "no sound"}]


def test_a_failed_file_goes_to_failed_with_a_line_per_request(bench: Bench) -> None:
    bench.start()
    bench.drop("set.md", "drums\n===\nbass")
    order = bench.order()
    bench.fail(order, "cancelled", 1, "cancelled")
    bench.fail(order, "the engine is not ready", 0)
    assert bench.answer("failed", "set.md.error.txt").splitlines() == [
        "request 1: the engine is not ready",
        "request 2: cancelled",
    ]
    wait_for(lambda: bench.listing() == ["failed/set.md", "failed/set.md.error.txt"])


def test_a_refused_order_fails_the_whole_file(bench: Bench) -> None:
    bench.start()
    bench.drop("set.md", "drums\n===\nbass")
    order = bench.order()
    assert bench.box
    bench.box.tell(Refused(order.origin, "bad_request", "no engine is called x"))
    assert "no engine is called x" in bench.answer("failed", "set.md.error.txt")


def test_events_told_twice_change_nothing(bench: Bench) -> None:
    bench.start()
    bench.drop("set.txt", "drums\n===\nbass")
    order = bench.order()
    bench.finish(order, 0)
    bench.finish(order, 0)
    bench.finish(order, 1)
    bench.finish(order, 1)
    assert len(json.loads(bench.answer("done", "set.txt.result.json"))["clips"]) == 2
    time.sleep(0.2)
    assert len(bench.listing()) == 2


def test_events_of_other_doors_are_not_heard(bench: Bench) -> None:
    box = bench.start()
    box.tell(Failed(Origin("osc", {}), "j", "x", "y"))
    box.tell(Failed(Origin("inbox", {"claim": "tabcdefg", "file": "../../etc/passwd", "of": 1}), "j", "x", "y"))
    time.sleep(0.1)
    assert box.health() == "open" and bench.listing() == []


def test_what_cannot_be_taken_is_told_in_failed(bench: Bench) -> None:
    wrong: dict[str, tuple[str | bytes, str]] = {
        "wrong.txt": ("bpm: fast\ndrums", "bpm"),
        "song.rtf": ("{\\rtf1}", "plain text"),
        "song.docx": ("PK", "plain text"),
        "song.pages": ("PK", "plain text"),
        "voice.m4a": ("xx", "WAV"),
        "notes.mid": ("MThd", "MIDI"),
        "drums.lnk": ("L", "shortcut"),
        "binary.txt": (b"\0\1\2\3\xff\0\0\0" * 50, "text"),
        "large.txt": ("drums " * 200_000, "1,000,000"),
    }
    bench.start()
    for name, (content, _) in wrong.items():
        bench.drop(name, content)
    (bench.folder / "folder.txt").mkdir()
    for name, said in [*((name, said) for name, (_, said) in wrong.items()), ("folder.txt", "not a file")]:
        text = bench.answer("failed", f"{name}.error.txt")
        assert said in text and text.endswith("\n")
        wait_for((bench.folder / "failed" / name).exists)
    bench.no_order(0.2)


def test_all_faults_of_a_file_stand_in_its_answer(bench: Bench) -> None:
    bench.start()
    bench.drop("beat.txt", "bpm: fast\nkey: H#\n\ndrums")
    lines = bench.answer("failed", "beat.txt.error.txt").splitlines()
    assert len(lines) == 2 and "40 to 300" in lines[0] and "Am" in lines[1]


def test_a_closed_file_is_taken_without_waiting(bench: Bench) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells when a file is closed")
    bench.start(settle_text_s=3600)
    wait_for(lambda: bench.box and bench.box._watch and len(bench.box._watch._observers) == 2)
    for k in range(3):
        bench.drop(f"beat{k}.txt", "drums")
        assert bench.order().origin.address["name"] == f"beat{k}.txt"
    bench.drop(".beat.tmp", "drums").rename(bench.folder / "renamed.txt")
    assert bench.order().origin.address["name"] == "renamed.txt"


def test_an_empty_file_is_refused_after_a_while_and_not_before(bench: Bench) -> None:
    bench.start()
    bench.drop("late.txt", "")
    bench.drop("empty.txt", "")
    bench.no_order(1.0)
    bench.drop("late.txt", "drums")
    assert bench.order().origin.address["name"] == "late.txt"
    assert "empty" in bench.answer("failed", "empty.txt.error.txt")


def test_names_that_are_ignored_or_unknown_are_left_alone(bench: Bench) -> None:
    bench.start()
    names = [".hidden.txt", "~lock.txt", "beat.txt~", "x.tmp", "x.wav.part", "x.crdownload", "x.wav.asd", "picture.xyz", "4913"]
    for name in names:
        bench.drop(name, "drums")
    bench.no_order(1.2)
    assert bench.listing() == sorted(names)


def test_links_are_refused_and_their_targets_untouched(bench: Bench, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("my diary")
    bench.start()
    try:
        (bench.folder / "link.txt").symlink_to(secret)
    except OSError:
        pytest.skip("this account may not make symbolic links")
    assert "link" in bench.answer("failed", "link.txt.error.txt")
    bench.no_order(0.2)
    assert secret.read_text() == "my diary"


def test_audio_alone_is_fitted(bench: Bench) -> None:
    bench.start()
    tone(bench.folder / "guitar.wav")
    order = bench.order()
    assert order.verb == "fit"
    reference = Path(str(order.requests[0]["reference"]))
    assert reference.parent == bench.folder / "working" and reference.is_file()
    bench.finish(order)
    bench.answer("done", "guitar.wav.result.json")


def test_audio_waits_for_the_text_of_its_name(bench: Bench) -> None:
    bench.start(settle_audio_s=1.0)
    tone(bench.folder / "Guitar.wav")
    bench.no_order(0.4)
    bench.drop("guitar.txt", "key: Am\nmake it a choir\n===\nreference: other.wav\nbass")
    order = bench.order()
    assert order.verb == "make"
    audio = bench.folder / "working" / f"{order.claim}-Guitar.wav"
    assert [request.get("reference") for request in order.requests] == [str(audio), "other.wav"]
    assert audio.is_file()
    bench.finish(order, 0)
    bench.finish(order, 1)
    bench.answer("done", "guitar.txt.result.json")
    wait_for(lambda: (bench.folder / "done" / "Guitar.wav").exists() and not list((bench.folder / "working").iterdir()))
    bench.no_order(1.2)


def test_a_text_without_a_prompt_says_how_its_audio_is_fitted(bench: Bench) -> None:
    tone(bench.folder / "a.wav")
    bench.drop("a.txt", "bpm: 90\nkey: Am\n")
    bench.start()
    order = bench.order()
    audio = bench.folder / "working" / f"{order.claim}-a.wav"
    assert order.verb == "fit"
    assert dict(order.requests[0].values) == {"bpm": 90.0, "key": "Am", "reference": str(audio)}


def test_audio_whose_text_names_another_reference_is_fitted_alone(bench: Bench) -> None:
    tone(bench.folder / "a.wav")
    bench.drop("a.txt", "reference: /music/other.wav\nbass")
    bench.start()
    orders = {order.verb: order for order in (bench.order(), bench.order())}
    assert orders["make"].requests[0]["reference"] == "/music/other.wav"
    assert orders["fit"].origin.address["name"] == "a.wav"


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
    writer = subprocess.Popen([sys.executable, "-c", script, str(bench.folder / "slow.txt"), *words])
    try:
        time.sleep(0.6)
        bench.start()  # in the middle of it: nobody saw the file being opened
        order = bench.order()
    finally:
        writer.wait(10)
    assert str(order.requests[0]["prompt"]).split() == words
    bench.no_order(0.5)


def test_a_file_that_changes_while_it_is_taken_waits_in_working(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
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
    bench.order()
    bench.no_order(1.0)


def test_many_files_are_each_taken_once(bench: Bench) -> None:
    bench.start()
    for k in range(200):
        bench.drop(f"beat{k}.txt", f"drums {k}")
    orders = [bench.order() for _ in range(200)]
    assert len({order.claim for order in orders}) == 200
    assert {str(order.requests[0]["prompt"]) for order in orders} == {f"drums {k}" for k in range(200)}
    for order in orders:
        bench.finish(order)
    wait_for(lambda: len(list((bench.folder / "done").iterdir())) == 400)


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


def test_a_removed_folder_is_made_again(bench: Bench) -> None:
    box = bench.start()
    wait_for((bench.folder / "failed").exists)
    shutil.rmtree(bench.folder.rename(bench.folder.with_name("gone")))
    wait_for((bench.folder / "failed").exists)
    wait_for(lambda: "made again" in box.health())
    bench.drop("beat.txt", "drums")
    bench.order()


def test_a_file_that_cannot_be_moved_yet_is_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    rename, refusals = Path.rename, iter(range(3))

    def busy(path: Path, target: Path) -> Path:
        if path.name == "beat.txt" and next(refusals, None) is not None:
            raise PermissionError(13, "in use by another process")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", busy)
    bench.start()
    bench.drop("beat.txt", "drums")
    bench.order()
    bench.no_order(0.3)


def test_one_bad_file_does_not_hold_up_the_others(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert (again.claim, again.origin, again.requests) == (first.claim, first.origin, first.requests)
    bench.finish(again)
    bench.answer("done", "beat.txt.result.json")


def test_kills_at_any_moment_lose_nothing_and_ask_nothing_under_two_claims(bench: Bench, tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    script = (
        "import sys, threading\n"
        "from pathlib import Path\n"
        "from bridge.inbox import Inbox\n"
        "def take(order):\n"
        "    with open(sys.argv[2], 'a') as file:\n"
        "        file.write(order.claim + ' ' + str(order.requests[0]['prompt']) + '\\n')\n"
        "Inbox(Path(sys.argv[1]), take).start()\n"
        "print('up', flush=True)\n"
        "threading.Event().wait()\n"
    )
    chance, dropped = random.Random(1), 0
    for _ in range(5):
        daemon = subprocess.Popen([sys.executable, "-c", script, str(bench.folder), str(sent)], stdout=subprocess.PIPE)
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
    assert {prompt: len(words) for prompt, words in claims.items()} == {f"drums {k}": 1 for k in range(dropped)}
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
    (bench.folder / "done" / "beat.txt").rename(bench.folder / "working" / order.origin.address["file"])
    bench.start()
    bench.finish(bench.order())
    wait_for((bench.folder / "done" / "beat.txt").exists)
    assert bench.listing() == ["done/beat.txt", "done/beat.txt.result.json"]
    assert bench.answer("done", "beat.txt.result.json") == text


@pytest.mark.parametrize("audio_moved", [False, True])
def test_a_kill_in_the_middle_of_claiming_a_pair_keeps_the_pair(bench: Bench, audio_moved: bool) -> None:
    working = bench.folder / "working"
    working.mkdir()
    (working / "pabcdefg-a.txt").write_text("a choir")
    tone((working / "pabcdefg-a.wav") if audio_moved else (bench.folder / "a.wav"))
    bench.start()
    order = bench.order()
    assert (order.verb, order.claim) == ("make", "pabcdefg")
    assert order.requests[0]["reference"] == str(working / "pabcdefg-a.wav")
    bench.no_order(1.0)


def test_odd_names(bench: Bench) -> None:
    bench.start()
    dropped = 0
    for name in ["Größe & 鼓.txt", "a b (copy).txt", "-rf.txt", "x" * 240 + ".txt", "new\nline.txt"]:
        try:
            bench.drop(name, "drums")
        except OSError:
            continue  # a name that this system does not allow
        dropped += 1
        order = bench.order()
        json.dumps(dict(order.origin.address), ensure_ascii=False).encode()
        bench.finish(order)
    wait_for(lambda: len(list((bench.folder / "done").iterdir())) == 2 * dropped)


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
