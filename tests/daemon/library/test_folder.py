import json
import shutil
import struct
from pathlib import Path

import pytest

from daemon.library.filters import Filters
from daemon.library.folder import copy_marks, look_through
from daemon.library.marks_file import COPY


def shown(home):
    return {clip["id"]: Path(clip["path"]) for clip in home.library.search(Filters()).clips}


def test_a_clip_that_is_renamed_or_moved_is_found_there(home, loop, kick):
    assert not look_through(home.library, home.crate)
    new = home.crate.folder / "my sounds" / "best loop.wav"
    new.parent.mkdir()
    Path(loop["path"]).rename(new)
    assert look_through(home.library, home.crate).moved == [loop["id"]]
    assert shown(home)[loop["id"]] == new and home.crate.find(loop["id"])["path"] == str(new)
    assert home.library.search(Filters(text="best")).total == 1


def test_an_empty_mount_point_is_no_crate(home, loop, tmp_path):
    """As where the crate is a drive's own folder, and that is unplugged on Linux."""
    crate = home.crate
    (crate.database.path.parent / "mounts.json").write_text(
        json.dumps({str(crate.folder): str(crate.folder)})
    )
    home.library.marks.favourite(loop["id"])
    on_the_drive = tmp_path / "drive"
    crate.folder.rename(on_the_drive)
    crate.folder.mkdir()
    assert not look_through(home.library, crate) and shown(home)
    copy_marks(home.library, crate)
    assert list(crate.folder.iterdir()) == [] and "is away" in crate.away()
    crate.folder.rmdir()
    on_the_drive.rename(crate.folder)
    copy_marks(home.library, crate)
    assert not crate.away() and (crate.folder / COPY).is_file()


def test_a_clip_that_is_deleted_is_not_shown_and_comes_back_with_its_marks(home, loop, tmp_path):
    home.library.marks.favourite(loop["id"])
    away = shutil.move(loop["path"], tmp_path / "away.wav")
    assert look_through(home.library, home.crate).gone == [loop["id"]]
    assert shown(home) == {} and home.library.search(Filters(missing=True)).clips[0]["missing"]
    shutil.move(away, loop["path"])
    assert look_through(home.library, home.crate).back == [loop["id"]]
    assert home.library.search(Filters(favourite=True)).total == 1


def test_copies_stems_kept_and_foreign_files_are_no_clips(home, loop):
    home.crate.keep(loop["id"])
    shutil.copy(loop["path"], home.crate.folder / "copy.wav")
    (home.crate.folder / "mine.wav").write_bytes(b"RIFF, or what looks like it")
    (home.crate.folder / "notes.mid").write_bytes(b"MThd")
    ignored = {}
    assert not look_through(home.library, home.crate, ignored) and len(shown(home)) == 1
    assert {Path(path).name for path in ignored} == {"copy.wav", "mine.wav"}, (
        "of notes nothing need be remembered"
    )


def test_where_only_the_kept_name_is_left_the_clip_is_there(home, loop):
    kept = home.crate.keep(loop["id"])
    Path(loop["path"]).unlink()
    assert (
        look_through(home.library, home.crate).moved == [loop["id"]]
        and shown(home)[loop["id"]] == kept
    )


def test_a_lost_database_is_made_anew_from_the_files(home, loop, kick):
    before = home.library.get(loop["id"])
    home.lose_databases()
    changes = look_through(home.library, home.crate)
    assert sorted(changes.new) == sorted([loop["id"], kick["id"]])
    again = home.library.get(loop["id"])
    assert again == before | {"created": again["created"], "record": again["record"]}
    assert again["record"] == {**before["record"], "midi": loop["midi"]}
    assert home.crate.find(loop["id"])["seed"] == loop["seed"]
    assert home.library.search(Filters(similar=loop["id"], kind=("loop",))).clips == []


def test_a_crate_that_is_not_there_loses_nothing(home, loop):
    home.crate.folder.rename(home.folder / "unplugged")
    assert not look_through(home.library, home.crate)
    assert len(shown(home)) == 1


def test_what_was_trashed_is_no_longer_in_the_library(home, loop, kick, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    home.crate.trash(loop["id"])
    home.library.arrivals.catch_up(home.jobs)
    assert list(shown(home)) == [kick["id"]]


def forged(home, **changes):
    """A WAV in the crate whose record says what it should not; its path."""
    record = {"id": "frgd", "kind": "loop", "report": {}, "words": "forged", "bpm": 90.0}
    path = home.crate.folder / "forged.wav"
    path.parent.mkdir(exist_ok=True)
    text = json.dumps({**record, **changes}).encode()
    text += b" " * (len(text) % 2)
    sound = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 44100, 88200, 2, 16)
    sound += struct.pack("<4sI", b"data", 200) + bytes(200)
    sound += struct.pack("<4sI", b"sdcr", len(text)) + text
    path.write_bytes(struct.pack("<4sI4s", b"RIFF", 4 + len(sound), b"WAVE") + sound)
    return path


def test_a_clip_of_another_machine_is_taken_in_without_the_paths_that_it_names(home, tmp_path):
    mine = tmp_path / "letter.png"
    mine.write_bytes(b"of the user's own")
    forged(home, picture=str(mine), midi=str(mine), stems=[str(mine)])
    pictures = home.crate.folder / "Pictures"
    pictures.mkdir()
    (pictures / "forged.png").write_bytes(b"PNG")
    assert look_through(home.library, home.crate).new == ["frgd"]
    found = home.crate.find("frgd")
    assert (found["midi"], found["stems"]) == (None, [])
    assert found["picture"] == str(pictures / "forged.png")


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "../../outside"}, {"id": 7}, {"id": ""}, {"id": None}, {"kind": "film"}, {"kind": ["loop"]},
        {"report": []}, {"report": {"after": "loud"}}, {"report": {"after": {"lufs": "loud"}}},
        {"made": "yesterday"}, {"made": float("nan")}, {"bars": 10**30}, {"bpm": "fast"},
        {"features": "?"}, {"features": "AAAA"}, {"tags": 5}, {"key": ["A"]}, {"key": "H"}, {"meter": "0/0"}, {"engine": {"a": 1}},
        {"collection": ["kit"]},
    ],
)  # fmt: skip
def test_a_record_that_we_did_not_write_makes_no_clip_and_hides_no_other(home, loop, changes):
    path = forged(home, **changes)
    ignored = {}
    assert not look_through(home.library, home.crate, ignored)
    assert list(shown(home)) == [loop["id"]] and str(path) in ignored
