import base64
import subprocess
import sys

import pytest

from daemon.errors import LibraryError
from daemon.library.filters import Filters
from daemon.library.library import Library


def record(clip, **values):
    features = base64.b64encode(bytes([values.pop("sound", 100)] * 21)).decode()
    return {
        "id": clip, "kind": "loop", "prompt": "dusty drums", "bpm": 90.0, "key": "Am", "engine": "embedded", "license": "CC0-1.0",
        "path": f"/crate/Loops/x_{clip}.wav", "report": {"after": {"lufs": -14.0}}, "seconds": 4.0, "features": features, **values,
    }  # fmt: skip


@pytest.fixture
def library(tmp_path):
    library = Library(tmp_path / "library.db")
    library.arrivals.take_in([
        record("aaaa", tags=["vinyl", "old"], made=1),
        record("bbbb", prompt="émile's techno", key="Em", bpm=128.0, made=2, genre="techno", sound=110),
        record("cccc", kind="oneshot", prompt="kick", key=None, bpm=None, made=3, seconds=0.3, sound=200),
        record("dddd", key="C", bpm=93.5, made=4, license="CC-BY-4.0", sound=101),
        record("eeee", key="F#m", bpm=180.0, made=5, report={}, sound=180),
    ])  # fmt: skip
    yield library
    library.close()


def found(library, **filters):
    return [clip["id"] for clip in library.search(Filters(**filters)).clips]


@pytest.mark.parametrize("name", ["zhongi-gu", "重い鼓"])
@pytest.mark.parametrize("words", ["鼓", "重い鼓", "い鼓", "zhong", "gu", "doramu", "ドラ"])
def test_a_prompt_of_another_script_is_found_by_its_own_and_by_plain_letters(library, name, words):
    library.arrivals.take_in(
        [record("ffff", prompt="重い鼓 ドラム", path=f"/crate/Loops/{name}_ffff.wav")]
    )
    assert found(library, text=words) == ["ffff"]


@pytest.mark.parametrize("words", ["鼓い", "たいこ", "zhang"])
def test_what_does_not_stand_in_it_finds_nothing(library, words):
    library.arrivals.take_in([record("ffff", prompt="重い鼓 ドラム")])
    assert found(library, text=words) == []


@pytest.mark.parametrize(
    ("filters", "clips"),
    [
        ({}, ["eeee", "dddd", "cccc", "bbbb", "aaaa"]),
        ({"text": "dus dru"}, ["eeee", "dddd", "aaaa"]),
        ({"text": "emile"}, ["bbbb"]),
        ({"text": "vinyl"}, ["aaaa"]),
        ({"text": '"); DROP TABLE clips --'}, []),
        ({"text": "*"}, ["eeee", "dddd", "cccc", "bbbb", "aaaa"]),
        ({"kind": ("oneshot", "sfx")}, ["cccc"]),
        ({"bpm": (90, 100)}, ["dddd", "aaaa"]),
        ({"bpm": (None, 95)}, ["dddd", "aaaa"]),
        ({"lufs": (-15, -13)}, ["dddd", "cccc", "bbbb", "aaaa"]),
        ({"key": "Am"}, ["aaaa"]),
        ({"key": "8A"}, ["aaaa"]),
        (
            {"key": "Am", "compatible": True},
            ["dddd", "bbbb", "aaaa"],
        ),  # itself, its relative C and its dominant Em; not F#m
        (
            {"key": "G", "compatible": True},
            ["dddd", "bbbb"],
        ),  # the relative Em, and C a fifth below
        ({"licence": ("CC-BY-4.0",)}, ["dddd"]),
        ({"tag": ("VINYL",)}, ["aaaa"]),
        ({"created": (2, 3)}, ["cccc", "bbbb"]),
        ({"genre": ("techno",)}, ["bbbb"]),
        ({"sort": "bpm"}, ["aaaa", "dddd", "bbbb", "eeee", "cccc"]),
        ({"sort": "length"}, ["cccc", "eeee", "dddd", "bbbb", "aaaa"]),
        ({"offset": 1, "limit": 2}, ["dddd", "cccc"]),
        ({"similar": "aaaa"}, ["dddd", "bbbb", "eeee", "cccc"]),
        ({"similar": "aaaa", "kind": ("loop",), "limit": 2}, ["dddd", "bbbb"]),
    ],
)
def test_searches(library, filters, clips):
    assert found(library, **filters) == clips


def test_how_many_there_are_in_all_does_not_depend_on_the_page(library):
    assert library.search(Filters(kind=("loop",), limit=1)).total == 4
    assert library.facets(Filters(text="dusty"))["key"] == {"Am": 1, "C": 1, "F#m": 1}
    assert library.facets(Filters())["tag"] == {"old": 1, "vinyl": 1}


def test_a_kind_that_there_is_none_of_is_told_and_not_searched_for(library):
    with pytest.raises(LibraryError, match="loops is no kind of clip; there are loop, oneshot"):
        found(library, kind=("loops",))


def test_marks_narrow_a_search(library):
    library.marks.favourite("aaaa")
    library.marks.rate("bbbb", 4)
    library.marks.use("cccc")
    library.marks.tag("dddd", add=["mine", "mine"], remove=["nothing"])
    assert found(library, favourite=True) == ["aaaa"]
    assert found(library, rating=3) == ["bbbb"]
    assert found(library, used=True) == ["cccc"] and "cccc" not in found(library, used=False)
    assert found(library, text="mine") == found(library, tag=("mine",)) == ["dddd"]
    assert library.get("dddd")["tags"] == ["mine"]


def test_collections_keep_their_order(library, tmp_path):
    assert library.collections.add("My Kit", ["bbbb", "aaaa"]) == 2
    assert library.collections.add("my kit", ["aaaa", "cccc"]) == 1
    assert library.collections.clips("MY KIT") == ["bbbb", "aaaa", "cccc"]
    with pytest.raises(LibraryError, match="dddd is not in 'my kit'"):
        library.collections.arrange("my kit", ["cccc", "dddd"])
    library.collections.arrange("my kit", ["cccc"])
    assert library.collections.clips("my kit") == ["cccc", "bbbb", "aaaa"]
    library.collections.remove("my kit", ["bbbb"])
    assert library.collections.clips("my kit") == ["cccc", "aaaa"] and library.collections.of(
        "aaaa"
    ) == ["My Kit"]
    assert set(found(library, collection="my kit")) == {"aaaa", "cccc"}
    assert library.collection_files("my kit") == [], "files that are gone are not given"
    library.collections.rename("my kit", "other")
    library.collections.delete("other")
    assert library.collections.all() == [] and len(found(library)) == 5


def test_a_kit_that_is_cut_twice_is_two_collections(library):
    long = "a" * 100 + " kit"
    # without a daemon there is no job: the first clip's id tells which work it was
    alone = [record(id_, job="", collection="alone kit") for id_ in ("x1", "x1e2", "y1", "y1e2")]
    library.arrivals.take_in(alone)
    assert library.collections.clips("alone kit") == ["x1", "x1e2"]
    assert library.collections.clips("alone kit 2") == ["y1", "y1e2"]
    for job, ids in (("one1", ("k1", "k2")), ("two2", ("k3",)), ("one1", ("k4",))):
        for name in ids:
            for collection in ("loop kit", long):
                clip = f"{name}{len(collection)}"
                library.arrivals.take_in([record(clip, job=job, collection=collection)])
    assert library.collections.clips("loop kit") == ["k18", "k28", "k48"]
    assert library.collections.clips("loop kit 2") == ["k38"]
    assert {one["clips"] for one in library.collections.all()} == {3, 2, 1}


def test_what_is_forgotten_leaves_nothing(library):
    library.collections.add("kit", ["aaaa"])
    library.edits.add("aaaa", {"do": "reverse"})
    library.arrivals.forget("aaaa")
    assert (
        library.collections.clips("kit") == []
        and found(library, text="vinyl") == []
        and found(library, similar="dddd")[-1] == "cccc"
    )
    for table in ("clips", "records", "sounds", "sound_boxes", "words"):
        assert len(library.database.rows(f"SELECT * FROM {table}")) == 4, table
    assert not library.database.rows("SELECT * FROM edits") and not library.database.rows(
        "SELECT * FROM files WHERE clip = 'aaaa'"
    )


@pytest.mark.parametrize(
    ("do", "text"),
    [
        (lambda library: library.get("zzzz"), "there is no clip 'zzzz'"),
        (lambda library: library.marks.rate("aaaa", 6), "0 to 5"),
        (lambda library: library.search(Filters(key="J")), "not a key"),
        (lambda library: Filters(sort="colour"), "sorted by 'colour'"),
        (lambda library: Filters(limit=100_000), "limit takes"),
        (lambda library: library.collections.clips("none"), "no collection 'none'"),
        (lambda library: library.collections.add("kit", ["zzzz"]), "no clip 'zzzz'"),
        (lambda library: library.collections.create("\n"), "1 to 80"),
        (lambda library: library.path("aaaa"), "no longer at"),
        (lambda library: library.marks.tag("aaaa", add=["a,b"]), "no comma"),
    ],
)
def test_what_cannot_be_is_said(library, do, text):
    with pytest.raises(LibraryError, match=text):
        do(library)
    assert library.collections.all() == []


def test_clips_are_found_by_id_beginning_path_or_last(library):
    for what in ("aaaa", "aaa", "/crate/Loops/x_aaaa.wav"):
        assert library.find(what) == "aaaa"
    assert library.find("last") == "eeee"


def test_the_light_side_loads_nothing_heavy():
    said = subprocess.run(
        [sys.executable, "-c", "import sys, daemon.library.crate_watch, daemon.library.versions, daemon.cli.library;"
         "print([name for name in ('numpy', 'scipy', 'soundfile') if name in sys.modules])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == "[]"


def test_of_an_empty_crate_every_command_says_how_a_clip_is_made(tmp_path):
    empty = Library(tmp_path / "library.db")
    with pytest.raises(LibraryError, match="has no clip yet; `sidecrate make PROMPT` makes one"):
        empty.find("last")
    with pytest.raises(LibraryError, match="`sidecrate fit` makes a clip"):
        empty.find("take.wav")
    empty.close()
