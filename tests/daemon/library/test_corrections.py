"""The user's word on clips and files: kept, found, edited by, carried to the source, taken back."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import soundfile

from daemon.correction import Correction
from daemon.errors import LibraryError
from daemon.library.corrections import source_word
from daemon.library.filters import Filters
from daemon.library.library import Library, said_of
from daemon.library.notes import notes_of_version
from daemon.library.render import render_version
from tests.helpers.progress import untold

#: A loop of 2 bars at 120, heard twice as fast as it is.
HEARD = {
    "id": "k3f9", "kind": "loop", "bpm": 120.0, "key": "C", "meter": "4/4", "bars": 2,
    "seconds": 4.0, "engine": "file", "sample_rate": 44100, "prompt": "", "words": "",
    "report": {"found": {}, "did": {}, "after": {}},
}  # fmt: skip


@pytest.fixture
def library(tmp_path):
    opened = Library(tmp_path / "library.db")
    yield opened
    opened.close()


def found(library, **filters):
    return [row["id"] for row in library.search(Filters(missing=True, **filters)).clips]


@pytest.fixture
def clip(library, tmp_path):
    library.arrivals.take_in([{**HEARD, "path": str(tmp_path / "clip_k3f9.wav")}])
    return "k3f9"


def test_a_corrected_clip_is_found_by_the_user_s_word(library, clip):
    library.correct(clip, Correction(bpm=60.0, key="a minor", downbeat_s=0.5))
    assert found(library, bpm=(59.0, 61.0), key="Am") == [clip]
    assert found(library, bpm=(119.0, 121.0)) == [] == found(library, key="C")
    record = library.record(clip)
    assert (record["bpm"], record["bars"], record["key"]) == (60.0, 1, "Am")
    assert record["corrected"] == {"bpm": 60.0, "downbeat_s": 0.5, "key": "Am"}
    assert library.get(clip)["bars"] == 1


def test_a_key_is_said_and_searched_in_any_language_and_told_as_people_write_it(library, clip):
    library.correct(clip, Correction(key="h-Moll"))
    assert library.record(clip)["key"] == "Bm"
    assert found(library, key="si mineur") == found(library, key="h-Moll") == [clip]
    assert Correction(key="d-dorisch").words == "D dorian"
    assert Correction(key="la mineur").words == "Am"
    with pytest.raises(LibraryError, match="is not a key"):
        found(library, key="moll")


def test_a_tempo_at_which_a_loop_is_not_whole_bars_leaves_its_bars_open(library, clip):
    library.correct(clip, Correction(bpm=100.0))
    assert library.record(clip)["bars"] is None


def test_the_word_is_taken_back_and_what_was_heard_counts_again(library, clip):
    library.correct(clip, Correction(bpm=60.0, key="Am"))
    library.uncorrect(clip)
    assert found(library, bpm=(119.0, 121.0), key="C") == [clip]
    assert "corrected" not in library.record(clip)


def test_a_second_word_leaves_what_it_does_not_say(library, clip):
    library.correct(clip, Correction(bpm=60.0))
    assert library.correct(clip, Correction(key="Am")) == Correction(60.0, None, "Am")


def test_a_first_beat_beyond_the_clip_is_refused(library, clip):
    with pytest.raises(LibraryError, match=r"4\.00 s"):
        library.correct(clip, Correction(downbeat_s=4.5))
    assert "corrected" not in library.record(clip)


def test_a_lost_library_has_the_words_again(library, clip, tmp_path):
    file = tmp_path / "guitar.wav"
    file.write_bytes(b"sound")
    library.correct(clip, Correction(bpm=60.0, key="Am"))
    library.corrections.correct_file(file, Correction(bpm=90.0))
    library.database.shorten_marks_file()
    library.close()
    for part in tmp_path.glob("library.db*"):
        part.unlink()
    again = Library(tmp_path / "library.db")
    again.arrivals.take_in([{**HEARD, "path": str(tmp_path / "clip_k3f9.wav")}])
    assert found(again, bpm=(59.0, 61.0), key="Am") == [clip]
    assert again.corrections.of_content(file) == Correction(bpm=90.0)
    again.uncorrect(clip)
    assert found(again, bpm=(119.0, 121.0)) == [clip]
    again.close()


def test_a_file_is_known_by_its_content_wherever_it_lies(library, tmp_path):
    file, other = tmp_path / "a.wav", tmp_path / "b.wav"
    file.write_bytes(b"one sound")
    other.write_bytes(b"two sound")
    library.corrections.correct_file(file, Correction(bpm=90.0, downbeat_s=0.52))
    moved = tmp_path / "moved.wav"
    shutil.copy(file, moved)
    assert said_of(tmp_path / "library.db", moved) == Correction(90.0, 0.52)
    assert not said_of(tmp_path / "library.db", other)
    library.corrections.correct_file(moved, Correction())
    assert not said_of(tmp_path / "library.db", file)
    assert not said_of(tmp_path / "no.db", file)


def test_a_clip_s_own_file_is_known_as_the_clip(library, clip, tmp_path):
    library.correct(clip, Correction(bpm=60.0))
    (tmp_path / "clip_k3f9.wav").write_bytes(b"sound")
    assert said_of(tmp_path / "library.db", tmp_path / "clip_k3f9.wav") == Correction(60.0)


def test_a_word_on_a_fitted_clip_is_one_on_its_source():
    did = {"ratio": 0.75, "semitones": 3.0, "from_s": 2.0}
    record = {**HEARD, "report": {"did": did}, "request": {"reference_start": 10.0}}
    word = source_word(record, Correction(bpm=120.0, downbeat_s=0.3, key="Cm"))
    assert word == Correction(bpm=90.0, downbeat_s=12.4, key="Am")
    assert source_word(record, Correction(bpm=300.0)).bpm == 225.0
    assert not source_word(record, Correction(bpm=40.0)), "30 bpm is no tempo"


@pytest.mark.slow
def test_a_version_begins_on_the_beat_that_the_user_named(tmp_path):
    rate = 44100
    audio = np.zeros((4 * rate, 1), np.float32)
    audio[rate // 2 : rate // 2 + 200] = 0.5
    soundfile.write(tmp_path / "clip.wav", audio, rate, subtype="FLOAT")
    record = {**HEARD, "path": str(tmp_path / "clip.wav"), "corrected": {"downbeat_s": 0.5}}
    steps = [{"do": "gain", "db": 0.0}]
    task = {"record": record, "steps": steps, "others": {}, "plugins": {}, "stretcher": "auto",
            "folder": str(tmp_path / "version"), "stems": False}  # fmt: skip
    made = render_version(task, untold)
    heard, _ = soundfile.read(made["path"])
    assert np.flatnonzero(np.abs(heard) > 0.1)[0] == 0 and len(heard) == len(audio)
    assert "corrected" not in made
    track = {**record, "kind": "track", "corrected": {"downbeat_s": 0.5, "bpm": 120.0}}
    steps = [{"do": "section", "bar": 1, "bars": 1}]
    made = render_version(
        {**task, "record": track, "steps": steps, "folder": str(tmp_path / "cut")}, untold
    )
    heard, _ = soundfile.read(made["path"])
    assert len(heard) == 2 * rate and np.argmax(np.abs(heard) > 0.1) < 200


def test_notes_are_not_moved_by_a_corrected_beat(tmp_path):
    (tmp_path / "clip.mid").write_bytes(b"")
    record = {**HEARD, "midi": str(tmp_path / "clip.mid"), "corrected": {"bpm": 60.0}}
    with pytest.raises(LibraryError, match="correct --forget"):
        notes_of_version({"record": record, "steps": [{"do": "tempo", "bpm": 90.0}]})
