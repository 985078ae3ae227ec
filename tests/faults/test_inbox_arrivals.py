"""Files that arrive in pieces, from clouds and in folders: taken when whole, and never left without a word."""

from __future__ import annotations

import errno
import json
import logging
import os
import time
import unicodedata
from pathlib import Path

import pytest

from bridge.errors import DoorError
from bridge.inbox.door import SETTLE_TEXT_S, Inbox
from bridge.inbox.names import where_it_is_now
from tests.helpers.inbox_bench import Bench, tone, wait_for


def seen(bench: Bench, path: Path) -> bool:
    """Whether the inbox has found the file still, and looked what it lacks."""
    assert bench.box
    return str(path) in bench.box._wholeness._seen


def test_lines_appended_in_openings_of_their_own_are_one_request(bench: Bench) -> None:
    bench.start(settle_text_s=SETTLE_TEXT_S)
    for line in ("bpm: 90", "", "dusty drums", "with a lazy hat"):
        with (bench.folder / "a.txt").open("a") as file:
            file.write(f"{line}\n")
        time.sleep(0.4)  # the writer's own pause
    (request,) = bench.order().requests
    assert dict(request.values) == {"bpm": 90.0, "prompt": "dusty drums\nwith a lazy hat"}
    bench.no_order(2.0)


def test_fields_alone_wait_for_their_prompt(bench: Bench) -> None:
    bench.start()
    path = bench.drop("a.txt", "kind: loop\n")
    wait_for(lambda: seen(bench, path))
    with path.open("a") as file:
        file.write("\ndusty drums\n")
    assert dict(bench.order().requests[0].values) == {"kind": "loop", "prompt": "dusty drums"}
    bench.no_order(0.5)


def test_fields_alone_are_a_request_where_nothing_follows(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.inbox.arrivals.MAY_GO_ON_S", 0.5)
    bench.start()
    bench.drop("a.txt", "kind: loop\ngenre: techno\n")
    assert dict(bench.order().requests[0].values) == {"kind": "loop", "genre": "techno"}


def test_a_sound_written_in_pieces_is_taken_when_its_header_is_kept(bench: Bench) -> None:
    bench.start()
    whole = tone(bench.folder.parent / "whole.wav").read_bytes()
    path = bench.drop("a.wav", whole[: len(whole) // 3])
    wait_for(lambda: seen(bench, path))
    with path.open("ab") as file:
        file.write(whole[len(whole) // 3 : len(whole) // 2])
    bench.no_order(1.5)
    with path.open("ab") as file:
        file.write(whole[len(whole) // 2 :])
    reference = Path(str(bench.order().requests[0]["reference"]))
    assert reference.read_bytes() == whole
    bench.no_order(0.5)


def test_a_text_waits_for_the_rest_of_its_sound(bench: Bench) -> None:
    bench.start()
    whole = tone(bench.folder.parent / "whole.wav").read_bytes()
    path = bench.drop("a.wav", whole[:20_000])
    bench.drop("a.txt", "key: Am\n\na choir")
    wait_for(lambda: seen(bench, path))
    bench.no_order(1.0)
    path.write_bytes(whole)
    order = bench.order()
    assert order.verb == "make" and Path(str(order.requests[0]["reference"])).read_bytes() == whole


def test_a_sound_that_never_becomes_whole_is_said_and_taken_at_its_users_word(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.inbox.arrivals.SAID_AFTER_S", 1.0)
    box = bench.start()
    whole = tone(bench.folder.parent / "whole.wav").read_bytes()
    path = bench.drop("guitar.wav", whole[:20_000])
    wait_for(lambda: f"guitar.wav is not whole: 20,000 of {len(whole):,} bytes" in box.health())
    assert box.health().startswith("open; ") and "rename it" in box.health()
    bench.no_order(1.0)
    path.rename(bench.folder / "guitar cut.wav")
    order = bench.order()
    assert Path(str(order.requests[0]["reference"])).read_bytes() == whole[:20_000]
    wait_for(lambda: box.health() == "open")


def test_a_sound_that_is_renamed_to_be_taken_stays_with_its_text(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.inbox.arrivals.SAID_AFTER_S", 1.0)
    box = bench.start()
    whole = tone(bench.folder.parent / "whole.wav").read_bytes()
    path = bench.drop("guitar.wav", whole[:20_000])
    bench.drop("guitar.txt", "key: Am\n\na choir")
    wait_for(lambda: "guitar.wav is not whole" in box.health())
    path.rename(bench.folder / "cut.wav")
    order = bench.order()
    assert order.verb == "make" and str(order.requests[0]["reference"]).endswith("-cut.wav")
    bench.finish(order)
    wait_for(lambda: not list((bench.folder / "working").iterdir()))
    assert "done/cut.wav" in bench.listing() and "done/guitar.txt" in bench.listing()


def test_another_part_of_a_file_under_another_name_is_no_word_of_its_user(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.inbox.arrivals.SAID_AFTER_S", 1.0)
    box = bench.start()
    whole = tone(bench.folder.parent / "whole.wav").read_bytes()
    first = bench.drop("a.wav", whole[:20_000])
    wait_for(lambda: "a.wav is not whole" in box.health())
    first.unlink()
    bench.drop("b.wav", whole[:30_000])  # it may well get the inode of the first
    wait_for(lambda: "b.wav is not whole" in box.health())
    bench.no_order(0.5)


def test_names_in_both_spellings_of_their_accents_are_a_pair(bench: Bench) -> None:
    sound = unicodedata.normalize("NFD", "Öl é ギター.wav")
    text = unicodedata.normalize("NFC", "Öl é ギター.txt")
    assert sound != text
    tone(bench.folder / sound)
    bench.drop(text, "bpm: 90\n\na choir")
    bench.start()
    order = bench.order()
    assert order.verb == "make" and "reference" in order.requests[0]
    bench.finish(order)
    wait_for(lambda: not list((bench.folder / "working").iterdir()))
    assert len(list((bench.folder / "done").iterdir())) == 3


def test_a_reference_named_in_the_other_spelling_is_the_file_beside(bench: Bench) -> None:
    tone(bench.folder / unicodedata.normalize("NFD", "Öl.wav"))
    bench.drop("Öl.txt", "reference: Öl.wav\n\na choir")
    bench.start()
    assert Path(str(bench.order().requests[0]["reference"])).parent.name == "working"


def test_what_a_cloud_has_not_brought_yet_is_named_and_taken_when_it_is_here(bench: Bench) -> None:
    box = bench.start()
    bench.drop(".Guitar.wav.icloud", b"bplist00")
    bench.drop("guitar.txt", "key: Am\n\na choir")
    wait_for(lambda: "Guitar.wav is not downloaded yet" in box.health())
    bench.no_order(1.0)
    (bench.folder / ".Guitar.wav.icloud").unlink()
    tone(bench.folder / "Guitar.wav")
    order = bench.order()
    assert order.verb == "make" and "reference" in order.requests[0]
    wait_for(lambda: box.health() == "open")


@pytest.mark.parametrize("name", ["beat.txt", "beat.wav"])
def test_a_file_without_blocks_is_named_and_taken_when_it_is_here(bench: Bench, name: str) -> None:
    box = bench.start()
    if not box._wholeness._tells_blocks:
        pytest.skip("this file system does not count blocks")
    whole = tone(bench.folder.parent / "whole.wav").read_bytes()
    with (bench.folder / name).open("wb") as file:
        file.truncate(len(whole))
    wait_for(lambda: f"{name} is not downloaded yet" in box.health())
    bench.no_order(1.0)
    assert bench.listing() == [name]
    bench.drop(name, whole if name.endswith("wav") else "dusty drums")
    bench.order()


def test_a_file_system_that_counts_no_blocks_keeps_nothing_waiting(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = bench.start()
    monkeypatch.setattr(box._wholeness, "_tells_blocks", False)
    with (bench.folder / "a.wav").open("wb") as file:
        file.truncate(4_000)
    bench.order()


def test_what_is_left_lying_is_said_where_a_user_looks(bench: Bench) -> None:
    box = bench.start()
    (bench.folder / "My Kit").mkdir()
    bench.drop("My Kit/cover.jpg", "x")
    bench.drop("beat", "dusty drums")
    bench.drop("picture.xyz", "x")
    wait_for(lambda: "My Kit is a folder that holds no prompt and no sound" in box.health())
    said = box.health()
    assert "beat has no ending" in said and "picture.xyz is neither" in said and "\n" not in said
    for k in range(5):
        bench.drop(f"z{k}.xyz", "x")
    wait_for(lambda: "... and 5 more" in box.health())
    assert (bench.folder / "My Kit" / "cover.jpg").exists()


@pytest.mark.parametrize("name", ["a.caf", "a.au", "a.snd"])
def test_sounds_of_macs_and_of_old_systems_are_taken(bench: Bench, name: str) -> None:
    bench.start()
    bench.drop(name, "x" * 100)
    assert bench.order().verb == "fit"


#: A file of one empty track: header, track, end of track.
NOTES = bytes.fromhex("4d546864000000060000000100604d54726b0000000400ff2f00")


def test_notes_alone_are_played_and_notes_with_a_text_do_what_it_says(bench: Bench) -> None:
    bench.start()
    bench.drop("riff.mid", NOTES)
    order = bench.order()
    assert order.verb == "render"
    assert str(order.requests[0]["reference"]).endswith("-riff.mid")
    bench.drop("tune.mid", NOTES)
    bench.drop("tune.txt", "genre: jazz\non a cello")
    order = bench.order()
    assert order.verb == "render" and order.requests[0]["prompt"] == "on a cello"
    assert str(order.requests[0]["reference"]).endswith("-tune.mid")


def test_a_text_between_a_sound_and_notes_of_one_name_means_the_sound(bench: Bench) -> None:
    bench.drop("loop.mid", NOTES)
    bench.drop("loop.wav", "x" * 100)
    bench.drop("loop.txt", "do: fit\nbpm: 93")
    bench.start()
    orders = sorted((bench.order() for _ in range(2)), key=lambda one: one.verb)
    assert [one.verb for one in orders] == ["fit", "render"]
    assert str(orders[0].requests[0]["reference"]).endswith("-loop.wav")
    assert str(orders[1].requests[0]["reference"]).endswith("-loop.mid")


def test_half_a_midi_file_is_waited_for(bench: Bench) -> None:
    box = bench.start()
    path = bench.folder / "half.mid"
    path.write_bytes(NOTES[:-3])
    bench.no_order(1.0)
    assert box.health().startswith("open")
    path.write_bytes(NOTES)
    assert bench.order().verb == "render"


def test_an_inbox_that_may_not_be_read_or_written_says_so_while_it_runs(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = bench.start()
    with monkeypatch.context() as shut:
        shut.setattr("bridge.inbox.door.os.access", lambda *_: False)
        wait_for(lambda: "cannot be read and written" in box.health())
        assert str(bench.folder) in box.health() and not box.health().startswith("open")
    wait_for(lambda: box.health() == "open")


def test_a_file_that_cannot_be_moved_is_said_until_it_is_taken(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def read_only(path: Path, target: Path) -> Path:
        if path.parent == bench.folder:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return rename(path, target)

    box = bench.start()
    with monkeypatch.context() as shut:
        shut.setattr(Path, "rename", read_only)
        bench.drop("beat.txt", "drums")
        wait_for(lambda: "beat.txt cannot be taken yet: Read-only file system" in box.health())
    assert bench.order().requests[0]["prompt"] == "drums"
    wait_for(lambda: box.health() == "open")


def test_an_inbox_that_cannot_open_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "write_bytes", read_only)
    box = Inbox(tmp_path / "inbox", lambda order: None)
    with pytest.raises(DoorError, match="make it writable"):
        box.start()
    assert box.health().startswith("closed: ") and "Read-only file system" in box.health()


def test_a_full_disk_is_one_line(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    box = bench.start()
    bench.drop("beat.txt", "drums")
    order = bench.order()
    with monkeypatch.context() as disk, caplog.at_level(logging.WARNING):
        disk.setattr("os.fsync", full)
        bench.finish(order)
        wait_for(lambda: "No space left on device; free some disk space" in box.health())
        said = [record for record in caplog.records if "No space left" in record.getMessage()]
        assert said and all(not one.exc_info and "\n" not in one.getMessage() for one in said)
    wait_for(lambda: box.health() == "open")


@pytest.fixture
def quick_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.inbox.folders.SETTLE_FOLDER_S", 0.5)


def test_a_folder_is_taken_with_all_it_holds_as_one_order(
    bench: Bench, quick_folders: None
) -> None:
    kit = bench.folder / "My Kit"
    (kit / "more").mkdir(parents=True)
    for name in ("a.wav", "b.wav", "more/c.wav"):
        tone(kit / name)
    (kit / "b.txt").write_text("bpm: 90\nkey: h-Moll\n")
    (kit / "cover.jpg").write_bytes(b"x")
    bench.start()
    order = bench.order()
    assert order.verb == "fit" and order.origin.address["of"] == 3
    place = bench.folder / "working" / order.origin.address["file"]
    assert [dict(one.values) for one in order.requests] == [
        {"reference": str(place / "a.wav")},
        {"reference": str(place / "b.wav"), "bpm": 90.0, "key": "B minor"},
        {"reference": str(place / "more/c.wav")},
    ]
    for index in range(3):
        bench.finish(order, index)
    assert len(json.loads(bench.answer("done", "My Kit.result.json"))["clips"]) == 3
    wait_for(lambda: not list((bench.folder / "working").iterdir()))
    assert (bench.folder / "done/My Kit/cover.jpg").read_bytes() == b"x"
    now = where_it_is_now(str(place / "more/c.wav"))
    assert now == str(bench.folder / "done/My Kit/more/c.wav")
    bench.no_order(1.0)


def test_a_folder_waits_until_all_its_sounds_are_whole(bench: Bench, quick_folders: None) -> None:
    box = bench.start()
    whole = tone(bench.folder.parent / "whole.wav").read_bytes()
    (bench.folder / "Kit").mkdir()
    bench.drop("Kit/a.wav", whole)
    bench.drop("Kit/b.wav", whole[:20_000])
    wait_for(lambda: "Kit is a folder that waits: b.wav is not whole" in box.health())
    bench.no_order(1.0)
    # first the one that keeps it waiting: with the other whole it might be taken in between
    bench.drop("Kit/.c.wav.icloud", "bplist00")
    bench.drop("Kit/b.wav", whole)
    wait_for(lambda: "c.wav is not downloaded yet" in box.health())
    bench.no_order(1.0)
    (bench.folder / "Kit/.c.wav.icloud").unlink()
    assert len(bench.order().requests) == 2
    wait_for(lambda: box.health() == "open")


def test_a_folder_with_too_many_files_is_left_whole(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, quick_folders: None
) -> None:
    monkeypatch.setattr("bridge.inbox.folders.MOST_FILES", 5)
    (bench.folder / "Kit").mkdir()
    for k in range(6):
        bench.drop(f"Kit/{k}.jpg", "x")
    tone(bench.folder / "Kit/z.wav")
    box = bench.start()
    wait_for(lambda: "holds more than 5 files; drop it in parts" in box.health())
    bench.no_order(1.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dusty drums", "readme.txt is for make"),
        ("bpm: fast\n\ndrums", "readme.txt: line 1: bpm: 'fast'"),
        ("do: again\nsource: last", "again works on a clip"),
    ],
)
def test_a_folder_that_asks_for_several_things_or_a_wrong_one_is_refused_whole(
    bench: Bench, quick_folders: None, text: str, said: str
) -> None:
    (bench.folder / "Kit").mkdir()
    tone(bench.folder / "Kit/a.wav")
    bench.drop("Kit/readme.txt", text)
    bench.start()
    answer = bench.answer("failed", "Kit.error.txt")
    assert said in answer and len(answer.splitlines()) == 1
    wait_for((bench.folder / "failed/Kit/a.wav").exists)
    bench.no_order(0.5)


def test_a_claimed_folder_of_a_killed_daemon_goes_on_under_its_claim(
    bench: Bench, quick_folders: None
) -> None:
    (bench.folder / "Kit").mkdir()
    tone(bench.folder / "Kit/a.wav")
    bench.start()
    first = bench.order()
    bench.stop()
    bench.start()
    again = bench.order()
    assert (again.claim, again.requests) == (first.claim, first.requests)
    bench.finish(again)
    bench.answer("done", "Kit.result.json")


def test_links_in_a_folder_lead_nowhere(bench: Bench, quick_folders: None, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("my diary")
    (bench.folder / "Kit").mkdir()
    tone(bench.folder / "Kit/a.wav")
    try:
        (bench.folder / "Kit/link.txt").symlink_to(tmp_path / "secret.txt")
        (bench.folder / "Kit/circle").symlink_to(bench.folder / "Kit")
    except OSError:
        pytest.skip("this account may not make symbolic links")
    bench.start()
    (request,) = bench.order().requests
    assert str(request["reference"]).endswith("a.wav") and "prompt" not in request
