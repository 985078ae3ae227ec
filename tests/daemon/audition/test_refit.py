import json
import os

import numpy as np
import pytest
import soundfile

from bridge.music import Meter, loop_frames
from daemon.audio.loudness import loop_lufs
from daemon.audio.seam import measure_seam
from daemon.audition.refit import refit_clip

RATE = 44100


@pytest.fixture
def clip(tmp_path):
    """Two bars at 120: a tone that fits the loop, and a click on every beat."""
    frames = loop_frames(2, Meter(), 120, RATE)
    t = np.arange(frames) / RATE
    audio = 0.2 * np.sin(2 * np.pi * 440 * t)
    for beat in range(8):
        at = beat * frames // 8
        audio[at : at + 400] += np.random.default_rng(1).uniform(-0.5, 0.5, 400) * np.linspace(
            1, 0, 400
        )
    path = tmp_path / "clip.wav"
    soundfile.write(path, np.stack([audio, audio], 1), RATE, subtype="FLOAT")
    return path


def task(clip, tmp_path, **more):
    return {
        "path": str(clip), "clip": "a1", "loops": True, "from_bpm": 120.0, "bpm": 132.0, "semitones": 2, "bars": 2, "meter": "4/4",
        "cache": str(tmp_path / "cache"), "stretcher": "auto", **more,
    }  # fmt: skip


def test_a_clip_at_another_tempo_and_in_another_key_is_exact_seamless_and_measured(clip, tmp_path):
    made = refit_clip(task(clip, tmp_path), lambda *_: None)
    audio, rate = soundfile.read(made["path"], dtype="float32", always_2d=True)
    assert (rate, len(audio)) == (RATE, loop_frames(2, Meter(), 132, RATE))
    spectrum = np.abs(np.fft.rfft(audio[:, 0] * np.hanning(len(audio))))
    assert np.argmax(spectrum) * RATE / len(audio) == pytest.approx(440 * 2 ** (2 / 12), rel=0.003)
    assert measure_seam(audio).jump < 1
    assert made["lufs"] == pytest.approx(loop_lufs(audio, rate), abs=0.1)


def test_what_was_made_before_is_taken_from_the_cache(clip, tmp_path):
    first = refit_clip(task(clip, tmp_path), lambda *_: None)
    clip.unlink()
    assert refit_clip(task(clip, tmp_path), lambda *_: None) == first
    (about,) = (tmp_path / "cache").glob("*.json")
    assert set(json.loads(about.read_text())) == {"lufs", "true_peak_db", "of"}


def test_a_clip_that_its_user_has_changed_is_heard_as_it_is_now(clip, tmp_path):
    before = refit_clip(task(clip, tmp_path), lambda *_: None)
    loud = soundfile.read(before["path"])[0]
    audio, rate = soundfile.read(clip)
    soundfile.write(clip, 0.1 * audio, rate, subtype="FLOAT")
    os.utime(clip, ns=(1, 1))  # as long, and not of the same time
    after = refit_clip(task(clip, tmp_path), lambda *_: None)
    assert after["lufs"] == pytest.approx(before["lufs"] - 20, abs=0.1)
    assert np.abs(soundfile.read(after["path"])[0]).max() < 0.2 * np.abs(loud).max()


def test_another_stretcher_does_not_get_what_one_has_made(clip, tmp_path):
    pytest.importorskip("python_stretch")
    made = [
        refit_clip(task(clip, tmp_path, stretcher=name), lambda *_: None)["path"]
        for name in ("auto", "signalsmith")
    ]
    first, second = (soundfile.read(path)[0] for path in made)
    assert first.shape == second.shape and not np.array_equal(first, second)
