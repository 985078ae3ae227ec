"""What libsndfile does not know is read by ffmpeg where that is installed, else refused with the way."""

from __future__ import annotations

import subprocess

import pytest
import soundfile

from daemon.audio import files
from daemon.audio.files import read_sound
from daemon.errors import AudioError
from tests.conftest import require
from tests.helpers.sound_files import heard_hz, tones, written

#: An ending and what ffmpeg needs to write it.
KINDS = {
    "m4a": ["-c:a", "aac"], "aac": ["-c:a", "aac"], "opus": ["-c:a", "libopus"],
    "webm": ["-c:a", "libopus"], "caf": ["-c:a", "alac"], "wma": ["-c:a", "wmav2"],
    "mka": ["-c:a", "flac"], "wv": ["-c:a", "wavpack"],
}  # fmt: skip
VIDEO = ["-f", "lavfi", "-i", "testsrc=d=1:s=64x48", "-shortest"]


def encoded(tmp_path, ending, *options, video=()):
    ffmpeg = require("ffmpeg", "ffmpeg")
    soundfile.write(tmp_path / "a.wav", tones(2, 1.0, 48000), 48000)
    path = tmp_path / f"b.{ending}"
    command = [ffmpeg, "-loglevel", "error", "-i", tmp_path / "a.wav", *video, *options, path]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"this ffmpeg does not write {ending}: {done.stderr:.80}")
    return path


def check(path):
    sound = read_sound(path)
    assert sound.audio.shape[1] == 2 and abs(len(sound.audio) / sound.sample_rate - 1) < 0.1
    middle = sound.audio[sound.sample_rate // 4 : -sound.sample_rate // 4]
    assert [heard_hz(side, sound.sample_rate) for side in middle.T] == [{200}, {300}]


@pytest.mark.parametrize("ending", KINDS)
def test_every_kind_is_read(tmp_path, ending):
    check(encoded(tmp_path, ending, *KINDS[ending]))


@pytest.mark.parametrize("frames", [48000, 63468, 88200])
def test_a_loop_as_m4a_is_as_long_as_it_was(tmp_path, frames):
    ffmpeg = require("ffmpeg", "ffmpeg")
    soundfile.write(tmp_path / "a.wav", tones(2, frames / 44100, 44100)[:frames], 44100)
    path = tmp_path / "b.m4a"
    subprocess.run(
        [ffmpeg, "-v", "error", "-i", tmp_path / "a.wav", "-c:a", "aac", path], check=True
    )
    assert abs(len(read_sound(path).audio) - frames) <= 1
    # a passage ends with the sound as well
    assert abs(len(read_sound(path, 0.5).audio) - (frames - 22050)) <= 1


def test_a_length_that_the_file_states_wrongly_cuts_nothing(tmp_path):
    path = encoded(tmp_path, "m4a", *KINDS["m4a"])
    whole, data = len(read_sound(path).audio), path.read_bytes()
    at = data.index(b"mdhd") + 4
    path.write_bytes(data[: at + 16] + (4096).to_bytes(4, "big") + data[at + 20 :])
    assert len(read_sound(path).audio) >= whole


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "avi"])
def test_of_a_video_the_sound_is_read(tmp_path, ending):
    check(encoded(tmp_path, ending, "-c:a", "aac", video=VIDEO))


def test_a_file_that_is_called_otherwise_than_it_is(tmp_path):
    check(encoded(tmp_path, "m4a", *KINDS["m4a"]).rename(tmp_path / "c.wav"))


def test_without_ffmpeg_the_file_is_refused_with_what_to_do(tmp_path, monkeypatch):
    path = encoded(tmp_path, "m4a", *KINDS["m4a"])
    monkeypatch.setattr(files, "ffmpeg_program", lambda: None)
    with pytest.raises(AudioError, match=r"b\.m4a is MP4 or QuickTime .*install ffmpeg") as refused:
        read_sound(path)
    assert refused.value.code == "no_ffmpeg"


def test_a_file_without_sound_is_no_audio(tmp_path):
    ffmpeg = require("ffmpeg", "ffmpeg")
    path = tmp_path / "a.mp4"
    subprocess.run([ffmpeg, "-loglevel", "error", *VIDEO[:4], path], check=True)
    with pytest.raises(AudioError, match="holds no sound"):
        read_sound(path)
    with pytest.raises(AudioError, match="cannot be read as audio"):
        read_sound(written(tmp_path / "b.m4a", path.read_bytes()[:200]))


def test_a_playlist_is_not_followed(tmp_path):
    """A list of other files, under the name of a sound, must not bring those in."""
    require("ffmpeg", "ffmpeg")
    soundfile.write(tmp_path / "secret.wav", tones(1), 44100)
    for text in ("ffconcat version 1.0\nfile secret.wav\n", "#EXTM3U\n#EXTINF:1,\nsecret.wav\n"):
        with pytest.raises(AudioError, match="cannot be read as audio"):
            read_sound(written(tmp_path / "a.m4a", text.encode()))
        # with a beginning that ffmpeg is given
        with pytest.raises(AudioError, match="cannot be read as audio"):
            read_sound(written(tmp_path / "b.m4a", b"\0\0\0\x18ftypM4A " + text.encode()))
