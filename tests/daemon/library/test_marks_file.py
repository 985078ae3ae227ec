"""A lost library gets its marks back from the lines beside it, and from their copy in the crate."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from daemon.library.library import Library
from daemon.library.marks_file import COPY, MarksFile, fetch_marks, marks_file_of


def record(clip: str, **more: Any) -> dict[str, Any]:
    return {
        "id": clip,
        "kind": "loop",
        "path": f"/crate/{clip}.wav",
        "prompt": clip,
        "tags": ["old"],
        "report": {},
        **more,
    }


def marked(path: Path) -> list[Any]:
    with closing(Library(path)) as library:
        library.arrivals.take_in([record("aaaa"), record("bbbb"), record("cccc"), record("dddd")])
        clips = {clip: library.get(clip) for clip in ("aaaa", "bbbb", "cccc", "dddd")}
        collections = {
            one["name"]: library.collections.clips(one["name"]) for one in library.collections.all()
        }
        steps = {clip: [one["do"] for one in row["steps"]] for clip, row in clips.items()}
        marks = {
            clip: [row[name] for name in ("favourite", "rating", "used", "tags")]
            for clip, row in clips.items()
        }
        return [marks, collections, steps, library.marks.preferences(), library.edits.steps("aaaa")]


def make_marks(path: Path) -> None:
    with closing(Library(path)) as library:
        library.arrivals.take_in([record("aaaa"), record("bbbb"), record("cccc"), record("dddd")])
        library.marks.favourite("aaaa")
        library.marks.rate("bbbb", 5)
        library.marks.rate("bbbb", 4)
        library.marks.use("aaaa")
        library.marks.tag("aaaa", ["new", "Größe"], ["old"])
        library.marks.tag("bbbb", remove=["old"])
        library.collections.add("Night", ["cccc", "aaaa", "bbbb"])
        library.collections.remove("night", ["aaaa"])
        library.collections.arrange("night", ["bbbb"])
        library.collections.create("Empty")
        library.collections.create("Gone")
        library.collections.delete("gone")
        library.collections.rename("Night", "Late")
        library.edits.add("aaaa", {"do": "reverse"})
        library.edits.add("aaaa", {"do": "gain", "db": -3})
        library.edits.add("aaaa", {"do": "reverb"})
        library.edits.undo("aaaa")
        library.edits.add("cccc", {"do": "reverse"})
        library.edits.clear("cccc")
        library.marks.prefer({"theme": "dark"})
        library.marks.prefer({"sort": "name"})


def lose(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


def test_marks_outlive_the_database_and_its_folder(tmp_path: Path) -> None:
    path, crate = tmp_path / "state" / "library.db", tmp_path / "crate"
    crate.mkdir()
    make_marks(path)
    before = marked(path)
    assert before[1] == {"Late": ["bbbb", "cccc"], "Empty": []} and before[2]["aaaa"] == [
        "reverse",
        "gain",
    ]
    lose(path)
    assert marked(path) == before

    with closing(Library(path)) as library:
        marks = library.database.marks_file
        long = marks.path.stat().st_size
        library.database.shorten_marks_file()
        assert marks.path.stat().st_size < long / 2
        marks.copy_to(crate)
    assert (crate / COPY).exists()
    for file in path.parent.iterdir():
        file.unlink()
    fetch_marks(path, crate)
    assert marked(path) == before
    marks.path.unlink()
    fetch_marks(path, crate)
    assert not marks.path.exists(), "a library that is there needs none"


def test_a_line_cut_off_and_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    make_marks(path)
    before = marked(path)
    with (tmp_path / "library.marks.jsonl").open("a") as file:
        file.write('[1]\n"x"\n\n{"collection": 3}\n{"clip": "aaaa", "rat')
    lose(path)
    assert marked(path) == before


def test_a_library_made_before_there_were_lines_gets_them(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    make_marks(path)
    before = marked(path)
    with closing(sqlite3.connect(path)) as old:
        old.execute("PRAGMA user_version = 3")
        old.execute("DROP TABLE waiting_marks")
    (tmp_path / "library.marks.jsonl").unlink()
    Library(path).close()
    lose(path)
    after = marked(path)
    assert after[:3] == before[:3]


def test_what_was_trashed_does_not_come_back(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    make_marks(path)
    with closing(Library(path)) as library:
        library.arrivals.forget("bbbb")
    lose(path)
    after = marked(path)
    assert after[0]["bbbb"][1] == 0 and after[1]["Late"] == ["cccc"]


def test_a_copy_is_whole_though_another_program_dies_over_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon, its end and each command copy: here one is killed while another is about to rename."""
    marks, really = MarksFile(tmp_path / "marks.jsonl"), os.replace
    marks.note(clip="aaaa", favourite=1)

    class KilledError(Exception):
        pass

    def dies(source: Any, target: Any, *_: Any) -> None:
        with open(target, "wb") if isinstance(target, str | Path) else target:
            raise KilledError

    def replace(*paths: Any) -> None:
        with monkeypatch.context() as other:
            other.setattr("shutil.copyfile", dies)
            other.setattr("shutil.copyfileobj", dies)
            with pytest.raises(KilledError):
                MarksFile(marks.path).copy_to(tmp_path)
        really(*paths)

    monkeypatch.setattr("os.replace", replace)
    marks.copy_to(tmp_path)
    assert (tmp_path / COPY).read_text() == marks.path.read_text() != ""


def test_a_line_after_one_that_was_cut_off_is_read(tmp_path: Path) -> None:
    marks = MarksFile(tmp_path / "marks.jsonl")
    marks.note(clip="aaaa", rating=1)
    with marks.path.open("a") as file:
        file.write('{"clip": "aaaa", "rat')
    marks.note(clip="bbbb", tags=["Größe"])
    marks.note(clip="cccc", rating=3)
    assert marks.read().clips == {
        "aaaa": {"rating": 1}, "bbbb": {"tags": ["Größe"]}, "cccc": {"rating": 3},
    }  # fmt: skip


def test_marks_are_fetched_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crate, library = tmp_path / "crate", tmp_path / "state" / "library.db"
    crate.mkdir()
    MarksFile(crate / COPY).note(clip="aaaa", favourite=1)
    copied = shutil.copy2

    def breaks_off(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:9])
        raise OSError(errno.EIO, "the drive was unplugged")

    monkeypatch.setattr(shutil, "copy2", breaks_off)
    with pytest.raises(OSError, match="unplugged"):
        fetch_marks(library, crate)
    assert list(library.parent.iterdir()) == []
    monkeypatch.setattr(shutil, "copy2", copied)
    fetch_marks(library, crate)
    assert marks_file_of(library).read().clips == {"aaaa": {"favourite": 1}}
