"""What files state of themselves, read from real chunks and tags, and what of it is believed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from daemon.audio.files import read_audio
from daemon.audio.wav import write_clip
from daemon.correction import Correction
from daemon.errors import LibraryError
from daemon.witness.witnesses import read_witnesses
from tests.daemon.witness import files

#: 8 beats at 120.
FOUR_SECONDS = np.random.default_rng(3).standard_normal((4 * files.RATE, 1)) * 0.1


def said(path: Path, seconds: float = 4.0) -> list[tuple]:
    return [
        (one.who, one.bpm, one.key.short if one.key else None)
        for one in read_witnesses(path, seconds).statements
    ]


def test_an_acid_chunk_says_tempo_beats_and_root(tmp_path):
    path = files.wav(tmp_path / "a.wav", FOUR_SECONDS, files.acid(120.0, 8, root=57))
    (one,) = read_witnesses(path, 4.0).statements
    assert (one.who, one.bpm, one.beats, one.root) == ("its acid chunk", 120.0, 8.0, 57)
    assert one.one_shot is None


def test_an_acid_chunk_may_call_the_file_a_one_shot_without_a_tempo(tmp_path):
    path = files.wav(tmp_path / "a.wav", FOUR_SECONDS, files.acid(0.0, 0, root=40, one_shot=True))
    witnesses = read_witnesses(path, 4.0)
    assert witnesses.one_shot and witnesses.statements[0].root == 40
    assert not witnesses.tempi and not witnesses.doubts


def test_a_sampler_s_root_counts_unless_it_is_the_unset_middle_c(tmp_path):
    set_, unset = (files.wav(tmp_path / f"{n}.wav", FOUR_SECONDS, files.smpl(n)) for n in (43, 60))
    assert read_witnesses(set_, 4.0).statements[0].root == 43
    assert not read_witnesses(unset, 4.0).statements


def test_an_apple_loop_says_beats_and_key_and_its_length_gives_the_tempo(tmp_path):
    path = files.apple_loop(tmp_path / "a.aiff", FOUR_SECONDS, 8, 57, 1)
    assert said(path) == [("its Apple loop chunk", 120.0, "Am")]
    assert len(read_audio(path)[0]) == len(FOUR_SECONDS)


def test_an_apple_loop_in_caf_says_it_in_words(tmp_path):
    path = files.apple_caf(
        tmp_path / "a.caf", FOUR_SECONDS, beat_count="8", key_signature="C#", key_type="major"
    )
    assert said(path) == [("its Apple loop strings", 120.0, "C#")]
    assert len(read_audio(path)[0]) == len(FOUR_SECONDS)


@pytest.mark.parametrize(
    ("make", "tags"),
    [
        (files.mp3, {"TBPM": "93.5", "TKEY": "Am"}),
        (files.flac, {"BPM": "93.5", "INITIALKEY": "A minor"}),
        (files.flac, {"TEMPO": "93,5", "KEY": "8A"}),
        (lambda path, audio, **tags: files.wav(path, audio, files.chunk(b"id3 ", files.id3(**tags))),
         {"TBPM": "93.5", "TKEY": "1m"}),
    ],
)  # fmt: skip
def test_tags_say_tempo_and_key(tmp_path, make, tags):
    path = make(tmp_path / "a.any", FOUR_SECONDS, **tags)
    assert said(path) == [("its tag", 93.5, "Am")]


def test_no_key_is_said_by_the_tag_for_none(tmp_path):
    assert said(files.mp3(tmp_path / "a.mp3", FOUR_SECONDS, TKEY="o", TBPM="90")) == [
        ("its tag", 90.0, None)
    ]


@pytest.mark.parametrize("bpm", [999.0, 0.01])
def test_a_tempo_outside_all_music_is_not_believed_and_that_is_said(tmp_path, bpm):
    path = files.wav(tmp_path / "a.wav", FOUR_SECONDS, files.acid(bpm, 8))
    witnesses = read_witnesses(path, 4.0)
    assert not witnesses.statements
    assert f"{bpm:g} bpm" in witnesses.doubts[0] and "40 to 300" in witnesses.doubts[0]


def test_beats_that_do_not_fit_the_length_are_not_believed_and_that_is_said(tmp_path):
    path = files.wav(tmp_path / "90bpm.wav", FOUR_SECONDS, files.acid(140.0, 8))
    witnesses = read_witnesses(path, 4.0)
    assert [one.bpm for one in witnesses.tempi] == [90.0, 140.0], "a name weighs more than that"
    assert witnesses.tempi[1].beats is None
    assert "8 beats at 140 bpm" in witnesses.doubts[0] and "4.00 s" in witnesses.doubts[0]


def test_beats_that_make_no_tempo_are_not_believed(tmp_path):
    path = files.apple_loop(tmp_path / "a.aiff", FOUR_SECONDS, 900, 48, 0)
    witnesses = read_witnesses(path, 4.0)
    assert not witnesses.statements and "900 beats" in witnesses.doubts[0]


def test_our_own_clip_reads_back_exactly(tmp_path):
    record = {"id": "k3f9", "kind": "loop", "bpm": 174.23, "key": "F#m", "meter": "4/4", "bars": 2,
              "engine": "embedded", "sample_rate": 44100, "report": {}}  # fmt: skip
    frames = round(8 * 60 / 174.23 * 44100)
    write_clip(tmp_path / "a.wav", FOUR_SECONDS[:frames].astype(np.float32), 44100, record)
    witnesses = read_witnesses(tmp_path / "a.wav", frames / 44100)
    assert witnesses.own_grid
    assert [one.who for one in witnesses.statements] == [
        "its own record", "its acid chunk", "its smpl chunk", "its tag",
    ]  # fmt: skip
    assert witnesses.tempi[0].bpm == 174.23
    assert witnesses.tempi[1].bpm == pytest.approx(174.23, abs=1e-4)
    assert witnesses.keys[0].key.short == "F#m"
    assert not read_witnesses(tmp_path / "a.wav", 1.0).own_grid, "a part of it begins anywhere"


def test_a_file_that_says_nothing_and_one_that_is_broken_have_no_statements(tmp_path):
    soundfile.write(tmp_path / "a.wav", FOUR_SECONDS, files.RATE)
    (tmp_path / "b.wav").write_bytes(b"RIFF\0\0\0\0WAVEacid\x18\0\0\0\0\0")
    (tmp_path / "c.mp3").write_bytes(b"ID3\3\0\0\x7f\x7f\x7f\x7fTBPM")
    whole = files.apple_caf(tmp_path / "d.caf", FOUR_SECONDS, tempo="90").read_bytes()
    at = whole.index(b"uuid") + 4
    (tmp_path / "d.caf").write_bytes(whole[:at] + b"\x7f" + whole[at + 1 :])
    for name in ("a.wav", "b.wav", "c.mp3", "d.caf"):
        assert read_witnesses(tmp_path / name, 4.0).statements == ()


@pytest.mark.parametrize("more", ["", ', "report": {"found": {}}'])
def test_a_loops_record_without_its_rate_is_a_witness_and_no_more(tmp_path, more):
    record = '{"kind": "loop", "bpm": 120, "bars": 2' + more + "}"
    path = files.wav(tmp_path / "a.wav", FOUR_SECONDS, files.chunk(b"sdcr", record.encode()))
    found = read_witnesses(path, 4.0)
    assert [one.bpm for one in found.statements] == [120] and not found.own_grid


@pytest.mark.parametrize(
    "record", ['{"bpm": "fast", "bars": 4}', '{"key": "H"}', '{"meter": "x"}', '{"bpm": [1]}', "[]"]
)
def test_a_record_that_we_did_not_write_is_no_witness(tmp_path, record):
    chunk = files.chunk(b"sdcr", record.encode())
    path = files.wav(tmp_path / "a.wav", FOUR_SECONDS, chunk)
    assert read_witnesses(path, 4.0).statements == ()


@pytest.mark.parametrize(
    ("values", "named"),
    [({"bpm": 39.0}, "40 to 300"), ({"downbeat_s": -1.0}, "0 to 1200"), ({"key": "J"}, "'J'")],
)
def test_a_correction_out_of_range_is_refused_by_name(values, named):
    with pytest.raises(LibraryError, match=named):
        Correction(**values)


def test_a_correction_lies_over_an_earlier_one():
    now = Correction(key="a minor").over(Correction(bpm=90.0, key="C"))
    assert now.to_json() == {"bpm": 90.0, "key": "Am"}
    assert now.words == "90 bpm, Am"
    with pytest.raises(LibraryError, match=r"4\.00 s"):
        Correction(downbeat_s=5.0).within(4.0)


def test_a_name_is_read_as_its_user_gave_it(tmp_path):
    (tmp_path / "working").mkdir()
    for name in ("groove_loop-90ab64cd.wav", "working/t2345678-groove_loop.wav"):
        assert said(files.wav(tmp_path / name, FOUR_SECONDS)) == []
    named = files.wav(tmp_path / "working" / "t2345678-loop 90 bpm.wav", FOUR_SECONDS)
    assert said(named) == [("its name", 90.0, None)]
