"""A file as a sound device takes it: at one rate, on one channel; and by a real sound server."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile

from daemon.audition.once import for_device
from tests.helpers.jack import jack_server

RATE = 44100


def tone(hz, seconds, sides=2):
    wave = np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)
    return np.repeat(0.5 * wave[:, None], sides, axis=1).astype(np.float32)


def hertz(audio, rate):
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio))))
    return np.argmax(spectrum) * rate / len(audio)


@pytest.mark.parametrize(("rate", "channels"), [(48000, 1), (48000, 2), (96000, 8), (RATE, 2)])
def test_pitch_length_and_level_stay_at_any_rate_and_width(rate, channels):
    shown = for_device(tone(441, 1), RATE, rate, channels, 1)
    assert shown.shape == (rate, min(channels, 2)) and shown.dtype == np.float32
    assert hertz(shown[:, 0], rate) == pytest.approx(441, abs=1)
    assert np.abs(shown).max() == pytest.approx(0.5, abs=0.01)


def test_a_loop_goes_round_without_a_seam_and_one_side_alone_is_heard_on_one_channel():
    # 441 periods in a second: the loop closes upon itself
    shown = for_device(tone(441, 1), RATE, 48000, 2, 3)
    wanted = 0.5 * np.sin(2 * np.pi * 441 * np.arange(3 * 48000) / 48000)
    assert np.abs(shown[:, 0] - wanted).max() < 1e-3
    left = tone(441, 1)
    left[:, 1] = 0
    assert np.abs(for_device(left, RATE, 48000, 1, 1)).max() == pytest.approx(0.25, abs=0.01)


@pytest.mark.alone
def test_a_clip_of_another_rate_plays_on_a_device_of_one_channel(tmp_path):
    pytest.importorskip("sounddevice")
    soundfile.write(tmp_path / "tone.wav", tone(441, 0.3), RATE)
    with jack_server(48000, 1024, speakers=1):
        play = "import sys; from pathlib import Path; from daemon.audition.once import play_file;"
        play += "play_file(Path(sys.argv[1]), 2)"
        done = subprocess.run(
            [sys.executable, "-c", play, str(tmp_path / "tone.wav")],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
