"""What other programs read of an export: tempo, key, licence, loop points, root note; and its level."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from bridge.files import whole as whole_files
from bridge.music import Meter, loop_frames
from daemon.audio.loudness import true_peak_db
from daemon.audio.riff import read_chunk, read_container
from daemon.audio.wav_record import read_record
from daemon.library.export import FORMATS, target_of, whole, write_as
from tests.conftest import require
from tests.helpers.sound_files import tones

FORMATS_OF_SOUND = [name for name in FORMATS if name not in ("stems", "midi")]
RATE = 44100


def record_of(folder: Path, audio: np.ndarray | None = None, **fields: Any) -> dict[str, Any]:
    """A loop of two bars in the crate."""
    record = {
        "id": "k3f9", "kind": "loop", "words": "süße Geige 鼓", "prompt": "süße Geige, 93.5",
        "genre": "house", "bpm": 93.5, "key": "F# minor", "meter": "4/4", "bars": 2,
        "license": "CC0-1.0", "engine": "embedded", "model": "s-1", "seed": 2,
        "created": 1_700_000_000, "path": str(folder / "source.wav"), **fields,
    }  # fmt: skip
    if audio is None:
        frames = loop_frames(
            record["bars"] or 2, Meter.parse(record["meter"]), record["bpm"] or 120, RATE
        )
        audio = tones(2, frames / RATE)
    soundfile.write(record["path"], audio, RATE, subtype="FLOAT")
    return record


def exported(record: dict[str, Any], name: str) -> Path:
    path = Path(record["path"]).with_name(f"made_{name}{FORMATS[name].ending}")
    assert write_as(record, name, path) == []
    return path


def chunks_of(path: Path) -> dict[bytes, bytes]:
    with path.open("rb") as file:
        container = read_container(file)
        assert container is not None and not container.is_odd
        return {chunk.name: read_chunk(file, chunk) for chunk in container.chunks}


def probed(path: Path) -> dict[str, str]:
    """The tags that ffprobe reads, their names in lower case; no complaint is heard."""
    program = require("ffprobe", "ffmpeg")
    command = [program, "-v", "error", "-show_format", "-show_streams", "-of", "json", path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not done.stderr
    said = json.loads(done.stdout)
    tags = {**said["streams"][0].get("tags", {}), **said["format"].get("tags", {})}
    return {name.lower(): value for name, value in tags.items()}


@pytest.mark.parametrize("name", FORMATS_OF_SOUND)
def test_ffprobe_reads_tempo_key_and_the_rest(tmp_path, name):
    tags = probed(exported(record_of(tmp_path), name))
    assert tags["title"] == "süße Geige 鼓" and tags["artist"] == "Sidecrate"
    assert tags["genre"] == "house" and "süße Geige" in tags["comment"].replace("s??e", "süße")
    assert "CC0-1.0" in (tags.get("license"), tags.get("copyright"))
    assert "isrc" not in tags, "other programs sell a recording under that number"
    if name.startswith("wav"):
        assert tags["ibpm"] == "93.5" and tags["ikey"] == "93.5 bpm; F#m"
    else:
        assert tags.get("tbpm", tags.get("bpm")) == "93.5"
        assert tags.get("tkey", tags.get("initialkey")) == "F#m"
    if name in ("flac", "ogg"):
        frames = str(loop_frames(2, Meter.parse("4/4"), 93.5, RATE))
        assert (tags["loopstart"], tags["looplength"]) == ("0", frames)


@pytest.mark.parametrize("name", FORMATS_OF_SOUND)
def test_mediainfo_reads_tempo_and_key(tmp_path, name):
    program = require("mediainfo", "mediainfo")
    path = exported(record_of(tmp_path, bpm=137.123, key="Bb dorian"), name)
    said = subprocess.run([program, path], capture_output=True, text=True, check=True).stdout
    lines = dict(line.split(":", 1) for line in said.splitlines() if ":" in line)
    facts = {name.strip().lower(): value.strip() for name, value in lines.items()}
    assert facts["bpm"] == "137.123" and facts["performer"] == "Sidecrate"
    assert facts.get("initial key", facts.get("initialkey")) == "Bbm"


def test_a_wav_has_an_id3_chunk_beside_all_that_it_had(tmp_path):
    chunks = chunks_of(exported(record_of(tmp_path), "wav24"))
    assert {b"fmt ", b"acid", b"smpl", b"data", b"LIST", b"bext", b"id3 ", b"sdcr"} == set(chunks)
    tag = chunks[b"id3 "]
    assert tag[:4] == b"ID3\x03" and b"TBPM\0\0\0\5\0\0\x0093.5" in tag
    assert b"TKEY\0\0\0\4\0\0\x00F#m" in tag
    assert b"IARTSidecrate" in chunks[b"LIST"].replace(struct.pack("<I", 10), b"")
    assert b"ISRC" not in chunks[b"LIST"]


@pytest.mark.parametrize(("meter", "bars", "tail_s", "beats"), [
    ("4/4", 4, 0.0, 16), ("3/4", 3, 0.0, 9), ("6/8", 2, 0.0, 6), ("7/8", 2, 0.0, 7),
    ("7/8", 3, 0.0, None), ("5/8", 1, 0.0, None), ("4/4", 8, 1.37, None),
])  # fmt: skip
@pytest.mark.parametrize("bpm", [137.123, 120.0, 93.5])
def test_beats_are_counted_only_where_they_fit_tempo_and_length(
    tmp_path, meter, bars, tail_s, beats, bpm
):
    length_s = loop_frames(bars, Meter.parse(meter), bpm, RATE) / RATE + tail_s
    kind = "track" if tail_s else "loop"
    record = record_of(tmp_path, tones(1, length_s), kind=kind, meter=meter, bars=bars, bpm=bpm)
    wav, aiff = chunks_of(exported(record, "wav16")), chunks_of(exported(record, "aiff"))
    assert (b"acid" in wav) is (beats is not None)
    if beats:
        found, tempo = (
            struct.unpack_from("<I", wav[b"acid"], 12)[0],
            struct.unpack_from("<f", wav[b"acid"], 20)[0],
        )
        assert found == beats and abs(found * 60 / tempo - length_s) < 1e-3
        assert struct.unpack_from(">I", aiff[b"basc"], 4)[0] == beats
    else:
        assert b"basc" not in aiff


def test_an_aiff_has_loop_points_and_root_note(tmp_path):
    record = record_of(tmp_path)
    path = exported(record, "aiff")
    chunks, frames = chunks_of(path), soundfile.info(path).frames
    assert struct.unpack(">H", chunks[b"MARK"][:2]) == (2,)
    assert struct.unpack_from(">hI", chunks[b"MARK"], 2) == (1, 0)
    assert struct.unpack_from(">hI", chunks[b"MARK"], 18) == (2, frames)
    note, sustained = chunks[b"INST"][0], struct.unpack_from(">hhh", chunks[b"INST"], 8)
    assert note == 66 and sustained == (1, 1, 2), "F#, forward between the two marks"
    said = struct.unpack_from(">IIHHHHH", chunks[b"basc"])
    assert said == (1, 8, 54, 1, 4, 4, 1) and len(chunks[b"basc"]) == 84
    assert chunks[b"(c) "] == b"CC0-1.0"
    kick = record_of(
        tmp_path, tones(1, 0.3), kind="oneshot", bpm=None, key=None, bars=None, note=43
    )
    path.unlink()
    chunks = chunks_of(exported(kick, "aiff"))
    assert chunks[b"INST"][0] == 43 and not {b"MARK", b"basc"} & set(chunks)


def test_a_flac_gives_back_the_wav_with_all_its_chunks(tmp_path):
    program = require("flac", "flac")
    record = record_of(tmp_path, tones(1, 10.0)[: loop_frames(2, Meter.parse("4/4"), 93.5, RATE)])
    wav, flac, back = exported(record, "wav24"), exported(record, "flac"), tmp_path / "back.wav"
    subprocess.run([program, "-s", "-t", flac], check=True)
    command = [program, "-s", "-d", "--keep-foreign-metadata", flac, "-o", back]
    subprocess.run(command, check=True, capture_output=True)
    ours, theirs = chunks_of(wav), chunks_of(back)
    # `flac` names 24 bits in the extensible way
    kept = set(ours) - {b"data", b"fmt "}
    assert kept == set(theirs) - {b"data", b"fmt "}
    assert all(ours[name] == theirs[name] for name in kept)
    samples, again = soundfile.read(wav)[0], soundfile.read(back)[0]
    assert np.abs(samples - again).max() < 2**-22
    found = read_record(back)
    assert found is not None and found["prompt"] == record["prompt"]


def test_an_ogg_s_pages_stay_whole(tmp_path):
    program = require("ogginfo", "vorbis-tools")
    record = record_of(tmp_path, prompt="x" * 2000)
    path = exported(record, "ogg")
    done = subprocess.run([program, path], capture_output=True, text=True)
    assert done.returncode == 0 and "WARNING" not in done.stdout and "BPM=93.5" in done.stdout
    assert soundfile.info(path).frames == soundfile.info(record["path"]).frames


@pytest.mark.parametrize("name", FORMATS_OF_SOUND)
def test_what_is_over_full_scale_is_turned_down_in_every_format_and_told(tmp_path, name):
    hot = 2 * tones(2, 1.0, level=1.0)
    record = record_of(tmp_path, hot)
    path = tmp_path / f"hot{FORMATS[name].ending}"
    (note,) = write_as(record, name, path)
    assert note.startswith("turned down by 6.") and note.endswith(
        "to full scale: its peaks were over it"
    )
    made = soundfile.read(path, dtype="float32", always_2d=True)[0]
    assert 0.9 < np.abs(made).max() <= 1
    if name not in ("mp3", "ogg"):
        assert true_peak_db(made) <= 0
        assert np.abs(made - hot / 2)[1000:-1000].max() < 0.01, "and not flattened"


# ------------------------------------------------------------ where it goes


def test_a_path_that_ends_in_a_slash_is_a_folder(tmp_path):
    assert target_of(f"{tmp_path}/new/", "a.wav", False) == tmp_path / "new" / "a.wav"
    assert target_of(f"{tmp_path}/new", "a.wav", False) == tmp_path / "new"
    assert target_of(str(tmp_path), "a.wav", False) == tmp_path / "a.wav"


def test_what_lies_beside_a_file_that_is_written_over_is_named(tmp_path):
    target = tmp_path / "beat.wav"
    for name in ("beat.wav", "beat.mid", "beat.wav.asd", "other.mid"):
        (tmp_path / name).write_text("old")
    with whole(target, True) as placing:
        placing.part.write_text("new")
    assert placing.said == [
        "beside it: beat.mid, beat.wav.asd; they are of the file that was there before"
    ]
    assert (tmp_path / "beat.mid").read_text() == "old" and target.read_text() == "new"
    with whole(tmp_path / "fresh.wav", True) as placing:
        placing.part.write_text("new")
    assert placing.said == []


def test_a_file_that_a_daw_holds_open_is_tried_again_then_written_beside(tmp_path, monkeypatch):
    """As Windows answers: access denied with its own number for a sharing violation."""
    target = tmp_path / "beat.wav"
    target.write_text("old")
    tries = []

    def held(source, place):
        tries.append(place)
        error = PermissionError(13, "Permission denied")
        error.winerror = 32
        raise error

    monkeypatch.setattr(whole_files.os, "replace", held)
    monkeypatch.setattr(whole_files.time, "sleep", lambda seconds: None)
    for name in ("beat-2.wav", "beat-3.wav"):
        with whole(target, True) as placing:
            placing.part.write_text("new")
        assert placing.path == tmp_path / name and placing.path.read_text() == "new"
        assert "is open in another program" in placing.said[0]
    assert target.read_text() == "old" and len(tries) == 10
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "beat-2.wav",
        "beat-3.wav",
        "beat.wav",
    ]


def test_an_export_leaves_no_scratch_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    record = record_of(tmp_path)
    for name in FORMATS_OF_SOUND:
        exported(record, name)
    assert not list((tmp_path / "scratch").iterdir())
    shutil.rmtree(tmp_path / "scratch")
