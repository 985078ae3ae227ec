import contextlib
import csv
import io
import json
import zipfile
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from bridge.music import Meter, loop_frames
from daemon.errors import LibraryError
from daemon.library.export import FORMATS, export_clip, whole, write_as
from daemon.library.pack import export_collection
from daemon.library.steps import check_step
from daemon.library.versions import FORMATS as OFFERED
from daemon.library.versions import Versions, format_named
from tests.helpers.progress import untold


def version(home, record, *steps):
    return Versions(home.library, home.folder / "versions").version_task(
        record["id"], [check_step(step) for step in steps]
    )


def export(home, record, kind, target, *steps, force=False):
    task = {
        "version": version(home, record, *steps),
        "format": kind,
        "target": str(target),
        "force": force,
    }
    task["version"]["stems"] |= kind == "stems"
    return export_clip(task, untold)["path"]


@pytest.mark.parametrize("force", [False, True])
def test_a_file_that_comes_while_an_export_is_written_is_not_written_over(tmp_path, force):
    target = tmp_path / "beat.wav"
    with (
        contextlib.nullcontext() if force else pytest.raises(LibraryError, match="meanwhile"),
        whole(target, force) as placing,
    ):
        placing.part.write_text("ours")
        target.write_text("mine")
    assert target.read_text() == ("ours" if force else "mine")
    assert list(tmp_path.iterdir()) == [target], "nothing else is left"


def test_what_is_offered_is_what_there_is():
    assert tuple(FORMATS) == OFFERED


@pytest.mark.parametrize(
    ("kind", "subtype", "most_off"),
    [
        ("wav16", "PCM_16", 1e-4), ("wav24", "PCM_24", 1e-6), ("wav32f", "FLOAT", 1e-6), ("flac", "PCM_24", 1e-6), ("aiff", "PCM_24", 1e-6),
        ("ogg", "VORBIS", 0.3), ("mp3", "MPEG_LAYER_III", 0.3),
    ],
)  # fmt: skip
def test_every_format_holds_the_same_sound(home, loop, tmp_path, kind, subtype, most_off):
    path = export(home, loop, kind, tmp_path)
    info = soundfile.info(path)
    assert (info.subtype, info.frames, info.samplerate, info.channels) == (
        subtype,
        loop["frames"],
        44100,
        2,
    )
    original = soundfile.read(loop["path"], always_2d=True)[0]
    made = soundfile.read(path, always_2d=True)[0]
    assert np.abs(made - original).max() < most_off
    assert np.corrcoef(made[:, 0], original[:, 0])[0, 1] > 0.99
    with soundfile.SoundFile(path) as file:
        assert file.title == loop["words"]


def test_a_rate_that_mp3_has_not_is_changed(home, loop, tmp_path):
    soundfile.write(loop["path"], np.zeros((96000, 2)), 96000, subtype="PCM_24")
    assert soundfile.info(export(home, loop, "mp3", tmp_path)).samplerate == 48000


@pytest.mark.parametrize(("rate", "bpm", "meter"), [(96000, 98.53, "4/4"), (192000, 123.7, "7/8")])
def test_a_loop_at_the_rate_of_an_mp3_is_as_long_as_its_bars(tmp_path, rate, bpm, meter):
    """Half of a rounded number of frames was rounded once more."""
    frames = loop_frames(2, Meter.parse(meter), bpm, rate)
    tone = 0.3 * np.sin(np.arange(frames) * 0.02)
    soundfile.write(tmp_path / "loop.wav", tone, rate, subtype="FLOAT")
    record = {
        "id": "abcd", "kind": "loop", "bpm": bpm, "bars": 2, "meter": meter, "sample_rate": rate,
        "path": str(tmp_path / "loop.wav"),
    }  # fmt: skip
    write_as(record, "mp3", tmp_path / "loop.mp3")
    made = len(soundfile.read(tmp_path / "loop.mp3")[0])
    assert made == loop_frames(2, Meter.parse(meter), bpm, 48000)


@pytest.mark.slow
def test_stems_come_as_a_zip_and_notes_as_midi(home, loop, tmp_path):
    with zipfile.ZipFile(export(home, loop, "stems", tmp_path, {"do": "reverb"})) as archive:
        assert archive.testzip() is None and {
            name.rsplit("/")[-1].rsplit("_")[-1] for name in archive.namelist()
        } >= {"drums.wav", "bass.wav"}
        assert all("_90bpm_Am_ldrp_" in name for name in archive.namelist())
    midi = export(home, loop, "midi", tmp_path / "notes.mid")
    assert Path(midi).read_bytes() == Path(loop["midi"]).read_bytes()
    slower = mido.MidiFile(export(home, loop, "midi", tmp_path, {"do": "tempo", "bpm": 100}))
    assert abs(slower.length - loop["bars"] * 2.4) < 0.01 and "_100bpm_" in str(slower.filename)
    with pytest.raises(LibraryError, match="cannot follow the step reverse"):
        export(home, loop, "midi", tmp_path / "other.mid", {"do": "reverse"})


@pytest.mark.parametrize(
    ("asked", "format"),
    [("wav", "wav24"), ("WAV", "wav24"), ("aif", "aiff"), (".mid", "midi"), ("flac", "flac")],
)
def test_a_format_is_known_by_a_files_ending_too(asked, format):
    assert format_named(asked) == format


def test_a_format_that_is_none_is_refused_with_those_that_are():
    with pytest.raises(LibraryError, match="'wma' is no format; it takes wav16, wav24"):
        format_named("wma")


def test_nothing_is_written_over_unless_asked_and_nothing_half(home, loop, kick, tmp_path):
    target = tmp_path / "mine.wav"
    target.write_text("mine")
    with pytest.raises(LibraryError, match="is there already"):
        export(home, loop, "wav16", target)
    assert target.read_text() == "mine"
    export(home, loop, "wav16", target, force=True)
    assert soundfile.info(str(target)).subtype == "PCM_16"
    with pytest.raises(LibraryError, match="has no notes"):
        export(home, kick, "midi", tmp_path / "kick.mid")
    with pytest.raises(LibraryError, match="could not be written"):
        export(home, loop, "flac", target / "below.flac")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["mine.wav"]


@pytest.mark.slow
def test_a_collection_is_a_sample_pack(home, loop, kick, tmp_path):
    versions = [version(home, loop, {"do": "tempo", "bpm": 100}), version(home, kick)]
    task = {
        "collection": "My Kit!",
        "format": "flac",
        "target": str(tmp_path),
        "force": False,
        "versions": versions,
    }
    with zipfile.ZipFile(export_collection(task, untold)["path"]) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        rows = list(csv.DictReader(io.StringIO(archive.read("my-kit/manifest.csv").decode())))
        listed = json.loads(archive.read("my-kit/manifest.json"))
        licences = archive.read("my-kit/LICENSES.txt").decode()
        notes = mido.MidiFile(file=io.BytesIO(archive.read(f"my-kit/{rows[0]['midi']}")))
    assert listed["collection"] == "My Kit!" and [row["id"] for row in listed["clips"]] == [
        loop["id"],
        kick["id"],
    ]
    assert (
        {f"my-kit/{row['file']}" for row in rows} <= names
        and rows[0]["bpm"] == "100.0"
        and rows[0]["license"] == "CC0-1.0"
    )
    assert "CC0-1.0" in licences and all(row["file"] in licences for row in rows)
    assert abs(notes.length - float(rows[0]["seconds"])) < 0.01, "notes at the sound's own tempo"
    with pytest.raises(LibraryError, match="is empty"):
        export_collection({**task, "versions": [], "force": True}, untold)
