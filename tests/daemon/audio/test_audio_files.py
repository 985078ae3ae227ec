"""Reading: every format, rate and channel count comes in as float32; what is no audio is refused with a reason."""

import numpy as np
import pytest
import soundfile

from daemon.audio.files import read_audio
from daemon.errors import AudioError


def tone(rate, channels, seconds=0.5):
    t = np.arange(round(seconds * rate)) / rate
    return np.stack(
        [0.5 * np.sin(2 * np.pi * (200 + 100 * c) * t) for c in range(channels)], axis=1
    ).astype(np.float32)


@pytest.mark.parametrize(
    "suffix, tolerance", [("wav", 1e-4), ("flac", 1e-4), ("aiff", 1e-4), ("ogg", 0.1), ("mp3", 0.1)]
)
@pytest.mark.parametrize("channels", [1, 2])
def test_formats(tmp_path, suffix, tolerance, channels):
    said = tone(44100, channels)
    soundfile.write(tmp_path / f"a.{suffix}", said, 44100)
    audio, rate = read_audio(tmp_path / f"a.{suffix}")
    assert rate == 44100 and audio.dtype == np.float32 and audio.shape[1] == channels
    assert abs(len(audio) - len(said)) <= 2400
    assert np.abs(audio[: len(said)] - said[: len(audio)])[2000:-2000].max() < tolerance


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 48000, 96000, 192000])
def test_rates(tmp_path, rate):
    soundfile.write(tmp_path / "a.wav", tone(rate, 1), rate)
    assert read_audio(tmp_path / "a.wav")[1] == rate


def test_passage(tmp_path):
    said = tone(8000, 1, 2.0)
    soundfile.write(tmp_path / "a.wav", said, 8000, subtype="FLOAT")
    audio, _ = read_audio(tmp_path / "a.wav", 0.5, 1.25)
    assert np.array_equal(audio, said[4000:10000])


def test_refusals(tmp_path):
    def refused(name, content=None):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(AudioError) as fault:
            read_audio(tmp_path / name)
        assert name in fault.value.text and "\n" not in fault.value.text

    refused("gone.wav")
    refused("empty.wav", b"")
    refused("text.wav", b"this is a shopping list\n" * 50)
    refused("text.mp3", b"this is a shopping list\n" * 50)
    refused("random.flac", bytes(np.random.default_rng(0).integers(0, 256, 5000, dtype=np.uint8)))
    refused("notes.raw", b"\0" * 400)
    refused("notes.txt", b"\0" * 400)
    soundfile.write(tmp_path / "good.flac", tone(44100, 2), 44100)
    refused("cut.flac", (tmp_path / "good.flac").read_bytes()[:60])
    soundfile.write(tmp_path / "nothing.wav", np.zeros((0, 2), np.float32), 44100)
    refused("nothing.wav")
    soundfile.write(tmp_path / "slow.wav", tone(4000, 1), 4000)
    refused("slow.wav")
    soundfile.write(
        tmp_path / "nan.wav", np.full((100, 1), np.nan, np.float32), 44100, subtype="FLOAT"
    )
    refused("nan.wav")
    (tmp_path / "folder.wav").mkdir()
    refused("folder.wav")


def test_a_file_a_little_too_long_is_told_its_length_and_how_to_take_a_passage(tmp_path):
    path = tmp_path / "set.wav"
    soundfile.write(path, np.zeros((20 * 60 + 2) * 8000, np.int16), 8000, "PCM_U8")
    with pytest.raises(AudioError, match=r"20:02 minutes long: at most 20 .*reference_start"):
        read_audio(path)


def test_passage_outside_the_file(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(8000, 1, 1.0), 8000)
    for start, end in ((2.0, None), (0.5, 0.25), (-1.0, None)):
        with pytest.raises(AudioError, match=r"1\.00 s long"):
            read_audio(tmp_path / "a.wav", start, end)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("riff.mid", "`sidecrate render` makes one of them"),
        ("sounds.zip", "unpack it"),
        ("notes.pdf", "save it as plain text"),
        ("what.xyz", "it takes WAV, FLAC"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_to_do(tmp_path, name, advice):
    path = tmp_path / name
    path.write_bytes(b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk\0\0\0\4\0\xff\x2f\0")
    with pytest.raises(AudioError, match=advice) as refused:
        read_audio(path)
    assert refused.value.text.startswith(name) and "\n" not in refused.value.text
