"""Writing: samples and chunks come back by other readers; the record by ours, without numpy."""

import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from daemon.audio.wav import write_clip
from daemon.audio.wav_record import find_chunk, read_record
from daemon.errors import AudioError

RECORD = {
    "id": "k3f9", "kind": "loop", "bpm": 93.5, "key": "F#m", "meter": "3/4", "bars": 2, "prompt": "süße Geige, dusty",
    "engine": "embedded", "model": "rules-1", "seed": 7, "license": "CC0-1.0",
    "report": {"after": {"lufs": -14.02, "true_peak_db": -1.5}},
}  # fmt: skip


def noise(frames=1001, channels=2):
    return (np.random.default_rng(1).random((frames, channels), dtype=np.float32) - 0.5).astype(
        np.float32
    )


@pytest.mark.parametrize("subtype, step", [("PCM_16", 2**-14), ("PCM_24", 2**-22), ("FLOAT", 0)])
@pytest.mark.parametrize("channels", [1, 2])
def test_samples(tmp_path, subtype, step, channels):
    said = noise(channels=channels)
    write_clip(tmp_path / "a.wav", said, 48000, RECORD, subtype)
    info = soundfile.info(tmp_path / "a.wav")
    assert (info.samplerate, info.channels, info.frames, info.subtype) == (
        48000,
        channels,
        1001,
        subtype,
    )
    back, _ = soundfile.read(tmp_path / "a.wav", dtype="float32", always_2d=True)
    assert np.abs(back - said).max() <= step


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_an_array_of_any_layout_gives_the_same_samples(tmp_path, subtype):
    said = noise()
    write_clip(tmp_path / "a.wav", said, 48000, RECORD, subtype)
    write_clip(tmp_path / "b.wav", np.asfortranarray(said), 48000, RECORD, subtype)
    one, other = (soundfile.read(tmp_path / f"{name}.wav")[0] for name in "ab")
    assert np.array_equal(one, other)


def test_loop_chunks_as_libsndfile_reads_them(tmp_path):
    frames = round(2 * 3 * 60 / 93.5 * 44100)
    write_clip(tmp_path / "a.wav", noise(frames), 44100, RECORD)
    with soundfile.SoundFile(tmp_path / "a.wav") as file:
        said = " ".join(file.extra_info.split())
    assert "Beats : 6 " in said and "Meter : 3/4 " in said and "Tempo : 93.5" in said
    assert "Root note : 0x42" in said
    assert "Loop Count : 1" in said and f"End : {frames - 1} " in said
    assert "CC0-1.0" in said and "süße Geige" in said


def test_one_shot_has_a_note_and_no_tempo(tmp_path):
    write_clip(tmp_path / "a.wav", noise(), 44100, {"kind": "oneshot", "note": 43})
    with (tmp_path / "a.wav").open("rb") as file:
        sampler = find_chunk(file, b"smpl")
    assert (
        int.from_bytes(sampler[12:16], "little") == 43
        and int.from_bytes(sampler[28:32], "little") == 0
    )
    with (tmp_path / "a.wav").open("rb") as file:
        assert find_chunk(file, b"acid") is None


def test_track_has_cues(tmp_path):
    cues = [{"frame": 0, "name": "intro"}, {"frame": 500, "name": "drop"}]
    write_clip(tmp_path / "a.wav", noise(), 44100, {"kind": "track", "bpm": 120, "cues": cues})
    with (tmp_path / "a.wav").open("rb") as file:
        cue = find_chunk(file, b"cue ")
    assert cue[:4] == (2).to_bytes(4, "little") and int.from_bytes(cue[-4:], "little") == 500


def test_record_comes_back_without_numpy(tmp_path):
    write_clip(tmp_path / "a.wav", noise(999, 1), 44100, RECORD)
    code = (
        "import sys, json; from daemon.audio.wav_record import read_record; "
        f"r = read_record({str(tmp_path / 'a.wav')!r}); assert 'numpy' not in sys.modules; print(json.dumps(r))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert json.loads(said) == RECORD == read_record(tmp_path / "a.wav")


def test_record_of_other_files(tmp_path):
    soundfile.write(tmp_path / "plain.wav", noise(), 44100)
    (tmp_path / "text.wav").write_text("hello")
    assert (
        read_record(tmp_path / "plain.wav") is None and read_record(tmp_path / "text.wav") is None
    )
    with pytest.raises(AudioError):
        read_record(tmp_path / "gone.wav")


def test_same_samples_same_data(tmp_path):
    for subtype in ("PCM_16", "PCM_24", "FLOAT"):
        data = []
        for record in (RECORD, {**RECORD, "prompt": "other", "created": "2020-01-01T00:00:00"}):
            write_clip(tmp_path / "a.wav", noise(), 44100, record, subtype)
            with (tmp_path / "a.wav").open("rb") as file:
                data.append(find_chunk(file, b"data"))
        assert data[0] == data[1]


def test_full_scale_and_silence(tmp_path):
    loud = np.array([[1.5, -1.5], [1.0, -1.0], [0, 0]], np.float32)
    write_clip(tmp_path / "a.wav", loud, 44100, RECORD, "PCM_16")
    back, _ = soundfile.read(tmp_path / "a.wav")
    assert back[0, 0] > 0.999 and back[0, 1] == -1.0 and not back[2].any()


def test_folder_that_is_not_there(tmp_path):
    with pytest.raises(AudioError, match="cannot be written"):
        write_clip(tmp_path / "none" / "a.wav", noise(), 44100, RECORD)
