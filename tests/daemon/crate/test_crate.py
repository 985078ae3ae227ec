import errno
import os
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bridge.files.whole import ABANDONED_S, PART
from daemon.crate.crate import Crate
from daemon.crate.names import clip_name, slug
from daemon.errors import CrateError
from daemon.jobs.database import Database

RECORD = {
    "id": "k3f9", "kind": "loop", "prompt": "Dusty Boom Bap, 90 bpm!", "words": "dusty boom bap", "bpm": 90.0, "key": "Am", "meter": "4/4",
    "created": 0.0, "project": "My Söng", "genre": "boom bap", "n": 1, "of": 1, "note_name": None,
}  # fmt: skip


@pytest.fixture
def crate(tmp_path):
    database = Database(tmp_path / "state" / "x.db")
    yield Crate(tmp_path / "crate", "{kind}", database)
    database.close()


def source(tmp_path, **files):
    folder = tmp_path / "job"
    (folder / "stems").mkdir(parents=True, exist_ok=True)
    for name in ("clip.wav", "clip.mid", "stems/drums.wav"):
        (folder / name).write_bytes(name.encode() * 1000)
    return folder


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({}, "dusty-boom-bap_90bpm_Am_k3f9"),
        ({"bpm": 93.5, "key": "F# minor"}, "dusty-boom-bap_93.5bpm_F#m_k3f9"),
        ({"bpm": 93.456, "key": None}, "dusty-boom-bap_93.46bpm_k3f9"),
        ({"kind": "oneshot", "note_name": "G1"}, "dusty-boom-bap_G1_k3f9"),
        ({"kind": "sfx"}, "dusty-boom-bap_k3f9"),
        ({"words": "", "prompt": "日本"}, "ri-ben_90bpm_Am_k3f9"),
        ({"words": "…"}, "clip_90bpm_Am_k3f9"),
        ({"key": "Gb"}, "dusty-boom-bap_90bpm_Gb_k3f9"),
    ],
)
def test_names(change, name):
    assert clip_name({**RECORD, **change}) == name


def test_slugs_are_short_ascii_words():
    assert slug("Émile's  ../café") == "emile-s-cafe"
    assert len(slug("word " * 50)) <= 40 and not slug("word " * 50).endswith("-")


@pytest.mark.parametrize(
    ("words", "plain", "unicode"),
    [
        ("重い鼓 ドラム", "zhongi-gu-doramu", "重い鼓-ドラム"), ("тяжёлый бас", "tyazhelyy-bas", "тяжёлый-бас"), ("Größe", "grosse", "größe"),
        ("슬픈 피아노", "seul-peun-pi-ano", "슬픈-피아노"), ("Ελλάδα", "ellada", "ελλάδα"), ("e\u0301tude", "etude", "étude"), ("F♯ pad", "f#-pad", "f#-pad"),
        ("пыльные объекты", "pylnye-obekty", "пыльные-объекты"), ("rock’n’roll", "rock-n-roll", "rock-n-roll"),
        ("🥁", "drum", "drum"), ("عود", "wd", "عود"), ("dusty drums", "dusty-drums", "dusty-drums"), ("...", "clip", "clip"),
    ],
)  # fmt: skip
def test_words_of_any_script_make_readable_names(words, plain, unicode):
    assert slug(words) == plain
    assert slug(words, letters="unicode") == unicode


@pytest.mark.parametrize("letters", ["plain", "unicode"])
@pytest.mark.parametrize(
    "words", ["CON", "nul", "Com1", "LPT9", "aux.", " prn ", "trail. ", "a/b\\c:d*e?f\"g<h>i|j", "鼓" * 300, "ß" * 300, "🥁" * 99, "x\x00y\ny"]
)  # fmt: skip
def test_a_name_is_one_that_every_system_takes(words, letters):
    name = slug(words, letters=letters)
    assert name and len(name.encode()) <= 121 and len(name) <= 41
    assert not set(name) & set('<>:"/\\|?*\x00\n') and name[-1] not in ". "
    device = name.split(".")[0].casefold()
    assert device not in {"con", "nul", "aux", "prn", "com1", "lpt9"}
    whole = clip_name({**RECORD, "words": words}, letters) + ".wav"
    assert len(whole.encode()) <= 255


def test_a_crate_in_a_deep_folder_has_shorter_names(tmp_path):
    database = Database(tmp_path / "state" / "x.db")
    deep = tmp_path / "crate"
    most = len(str(deep / "Loops")) + 55
    words = {**RECORD, "words": "a very long prompt about dusty boom bap drums"}
    short = Crate(deep, "{kind}", database, most_path=most).place(words)
    usual = Crate(deep, "{kind}", database).place(words)
    database.close()
    assert len(str(short)) <= most < len(str(usual))
    assert short.name.startswith("a-very-long") and short.name.endswith("_90bpm_Am_k3f9.wav")


def test_a_crate_may_keep_the_prompts_own_letters(tmp_path):
    database = Database(tmp_path / "state" / "x.db")
    crate = Crate(tmp_path / "crate", "{project}/{kind}", database, "unicode")
    record = crate.publish({**RECORD, "words": "重い鼓", "project": "Мой проект"}, source(tmp_path))
    database.close()
    place = tmp_path / "crate" / "мой-проект" / "Loops" / "重い鼓_90bpm_Am_k3f9.wav"
    assert record["path"] == str(place) and place.is_file()


def test_a_clip_is_published_with_all_that_belongs_to_it_once(crate, tmp_path):
    record = crate.publish(dict(RECORD), source(tmp_path))
    wav = crate.folder / "Loops" / "dusty-boom-bap_90bpm_Am_k3f9.wav"
    assert record["path"] == str(wav) and wav.read_bytes() == b"clip.wav" * 1000
    assert record["midi"] == str(crate.folder / "MIDI" / f"{wav.stem}.mid")
    assert record["stems"] == [str(crate.folder / "Stems" / wav.stem / f"{wav.stem}_drums.wav")]
    wav.write_bytes(b"the user's own change")
    assert crate.publish(dict(RECORD), source(tmp_path)) == record
    assert wav.read_bytes() == b"the user's own change", "nothing in the crate is overwritten"
    assert not list(crate.folder.rglob(f"*{PART}"))


def test_a_clip_is_published_from_any_thread_into_a_crate_that_is_made_for_it(crate, tmp_path):
    assert not crate.folder.exists()
    with ThreadPoolExecutor(1) as files:
        record = files.submit(crate.publish, dict(RECORD), source(tmp_path)).result()
    assert os.path.getsize(record["path"]) == 8000


def test_layouts(crate, tmp_path):
    crate._layout = "{project}/{kind}/{date}"
    assert crate.place(RECORD).relative_to(crate.folder).parts[:2] == ("my-song", "Loops")


def test_a_clip_that_cannot_be_written_leaves_nothing(crate, tmp_path):
    crate.folder.mkdir()
    (crate.folder / "Loops").write_text("a file where the folder should be")
    with pytest.raises(CrateError, match="could not be written"):
        crate.publish({**RECORD}, source(tmp_path))
    assert not [
        path for path in crate.folder.rglob("*") if path.is_file() and path.name != "Loops"
    ], "no notes without their clip"


@pytest.mark.skipif(os.name != "posix", reason="Windows flushes no folders")
def test_a_drive_that_flushes_no_folders_takes_clips_all_the_same(crate, tmp_path, monkeypatch):
    flush = os.fsync

    def as_on_a_network_drive(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        flush(handle)

    monkeypatch.setattr(os, "fsync", as_on_a_network_drive)
    record = crate.publish(dict(RECORD), source(tmp_path))
    assert os.path.getsize(record["path"]) == 8000


def test_the_reason_is_told_though_a_stem_cannot_be_taken_back(crate, tmp_path, monkeypatch):
    crate.folder.mkdir()
    (crate.folder / "Loops").write_text("a file where the folder should be")

    def held(path, missing_ok=False):
        raise PermissionError(errno.EACCES, "a DAW holds it open", str(path))

    monkeypatch.setattr(Path, "unlink", held)
    with pytest.raises(CrateError, match="could not be written"):
        crate.publish({**RECORD}, source(tmp_path))


def test_a_crate_that_cannot_be_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CrateError, match=r"crate\.folder"):
        Crate(tmp_path / "file" / "crate", "{kind}", Database(tmp_path / "jobs.db")).check()


def test_a_crate_that_was_moved_is_said_and_not_made_anew(crate, tmp_path):
    crate.check()
    moved = crate.folder.rename(tmp_path / "moved")
    for work in (crate.check, lambda: crate.publish(dict(RECORD), source(tmp_path))):
        with pytest.raises(CrateError, match="is gone: put it back") as caught:
            work()
        assert caught.value.code == "disk"
    assert not crate.folder.exists()
    moved.rename(crate.folder)
    crate.check()


COPIES_SLOWLY = """
import shutil, sys, time
from pathlib import Path
from daemon.crate import crate
def copy(reader, writer, size):
    writer.write(reader.read(4))
    writer.flush()
    print("half", flush=True)
    sys.stdin.readline()
    writer.write(reader.read())
shutil.copyfileobj = copy
crate._bring(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_what_a_crash_left_is_swept_and_what_another_program_writes_now_is_not(crate, tmp_path):
    loops, source = crate.folder / "Loops", tmp_path / "clip.wav"
    loops.mkdir(parents=True)
    source.write_bytes(b"RIFFwhole")
    (loops / "mine.wav").write_bytes(b"whole")
    old = loops / f".x.wav{PART}"
    old.write_bytes(b"half")
    os.utime(old, (time.time() - 2 * ABANDONED_S,) * 2)

    def copying(name):
        command = [sys.executable, "-c", COPIES_SLOWLY, str(source), str(loops / name)]
        started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert started.stdout.readline().strip() == b"half"
        return started

    killed, alive = copying("killed.wav"), copying("alive.wav")
    killed.kill()
    killed.communicate()
    assert crate.sweep() == (2 if os.name == "posix" else 1)
    alive.communicate(b"go on\n", timeout=20)
    assert (loops / "alive.wav").read_bytes() == b"RIFFwhole"
    assert crate.sweep() == 0
    left = {path.name for path in loops.iterdir() if not path.name.endswith(PART)}
    assert left == {"mine.wav", "alive.wav"}


@pytest.fixture
def published(crate, tmp_path):
    clip = crate.reserve()
    record = crate.publish({**RECORD, "id": clip}, source(tmp_path))
    crate.record_alone(record)
    return record


def test_clips_are_found_by_id_last_path_or_beginning(crate, published):
    for what in (published["id"], "last", published["path"], published["id"][:3]):
        assert crate.find(what)["id"] == published["id"]
    for what in ("nope", "%", "_" * 4):
        with pytest.raises(CrateError, match="there is no clip"):
            crate.find(what)


def test_keep_is_a_second_name_of_the_same_clip(crate, published):
    kept = crate.keep("last")
    assert kept.parent == crate.folder / "Kept" and os.path.samefile(kept, published["path"])
    assert crate.keep("last") == kept
    assert crate.find("last")["kept"] == str(kept)


def test_two_clips_that_their_user_gave_one_name_are_both_kept(crate, tmp_path):
    kept = {}
    for folder in ("drums", "more drums"):
        clip = crate.reserve()
        place = crate.folder / folder / "kick.wav"
        place.parent.mkdir(parents=True)
        place.write_bytes(folder.encode())
        crate.record_alone({**RECORD, "id": clip, "path": str(place)})
        kept[clip] = crate.keep(clip), folder
    assert len({place for place, _ in kept.values()}) == 2
    for clip, (place, folder) in kept.items():
        assert place.read_bytes() == folder.encode() and crate.find(clip)["kept"] == str(place)
        os.unlink(crate.find(clip)["path"])
        assert crate.keep(clip) == place, "it is kept already"


def test_trash_takes_all_of_a_clip_to_the_bin(crate, published, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    kept = crate.keep("last")
    crate.trash(published["id"])
    assert [path for path in crate.folder.rglob("*") if path.is_file()] == [kept], (
        "what was kept stays"
    )
    assert not list((crate.folder / "Stems").iterdir())
    with pytest.raises(CrateError):
        crate.find(published["id"])


def test_kept_clips_survive_without_their_first_name(crate, published):
    kept = crate.keep("last")
    os.unlink(published["path"])
    assert kept.read_bytes() == b"clip.wav" * 1000
