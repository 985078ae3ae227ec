"""More channels than two are mixed down by what each is; a dead side and opposite phase are told."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest
import soundfile

from daemon.audio.files import read_sound
from daemon.errors import AudioError
from tests.conftest import require
from tests.helpers.sound_files import chunk, fmt, heard_hz, pcm16, riff, tones, written

#: Channels, their mask, and which of them (from 0) are heard on the left and on the right.
MASKED = [
    (3, 0x7, {0, 2}, {1, 2}),
    (4, 0x33, {0, 2}, {1, 3}),
    (4, 0x107, {0, 2, 3}, {1, 2, 3}),
    (5, 0x37, {0, 2, 3}, {1, 2, 4}),
    (6, 0x3F, {0, 2, 3, 4}, {1, 2, 3, 5}),
    (6, 0x60F, {0, 2, 3, 4}, {1, 2, 3, 5}),
    (8, 0x63F, {0, 2, 3, 4, 6}, {1, 2, 3, 5, 7}),
    (2, 0x3, {0}, {1}),
]


def wav(path, channels, mask):
    samples = pcm16(tones(channels))
    return written(path, riff(fmt(channels, mask=mask), chunk(b"data", samples)))


def sides(sound):
    return tuple({round(hz / 100) - 2 for hz in heard_hz(side)} for side in sound.audio.T)


@pytest.mark.parametrize(("channels", "mask", "left", "right"), MASKED)
@pytest.mark.parametrize("named", [True, False])
def test_every_channel_goes_to_its_side(tmp_path, channels, mask, left, right, named):
    if not named and mask in (0x107, 0x60F):
        pytest.skip("what the number of channels does not tell")
    sound = read_sound(wav(tmp_path / "a.wav", channels, mask if named else None))
    assert sides(sound) == (left, right)
    assert np.abs(sound.audio).max() <= 0.5001, "nothing can clip"
    if channels == 2:
        assert not sound.notes
    else:
        assert f"{channels} channels" in sound.notes[0] and "mixed down" in sound.notes[0]
        assert ("taken as" in sound.notes[0]) is not named


def test_channels_that_nobody_names_are_refused_with_what_to_do(tmp_path):
    for channels in (9, 60):
        with pytest.raises(AudioError, match=f"{channels} channels: it takes 1 to 8"):
            read_sound(wav(tmp_path / "a.wav", channels, None))
    # a mask that names too few places is as good as none
    assert "taken as 5.1" in read_sound(wav(tmp_path / "b.wav", 6, 0x3)).notes[0]


@pytest.mark.parametrize("ending", ["ogg", "flac"])
@pytest.mark.parametrize(("layout", "left", "right"), [
    ("3.0", {0, 2}, {1, 2}), ("quad", {0, 2}, {1, 3}), ("5.0", {0, 2, 3}, {1, 2, 4}),
    ("5.1", {0, 2, 4}, {1, 2, 5}), ("7.1", {0, 2, 4, 6}, {1, 2, 5, 7}),
])  # fmt: skip
def test_vorbis_has_an_order_of_its_own(tmp_path, ending, layout, left, right):
    """The tones are given in WAV's order; the bass channel, which Vorbis cuts at 120 Hz, aside."""
    ffmpeg = require("ffmpeg", "ffmpeg")
    channels = {"quad": 4}.get(layout, sum(map(int, layout.split("."))) if "." in layout else 0)
    waves = "|".join(f"0.3*sin(2*PI*t*{200 + 100 * c})" for c in range(channels))
    source = f"aevalsrc=exprs={waves}:s=44100:d=0.5:c={layout}"
    path = tmp_path / f"a.{ending}"
    coder = ["-c:a", "libvorbis"] if ending == "ogg" else []
    subprocess.run(
        [ffmpeg, "-loglevel", "error", "-f", "lavfi", "-i", source, *coder, path], check=True
    )
    found = sides(read_sound(path))
    assert tuple(side - ({3} if channels >= 6 else set()) for side in found) == (left, right)


def test_a_dead_side_and_opposite_phase_are_told(tmp_path):
    mono = tones(1)
    cases = {
        "the right side is silent": np.hstack([mono, np.zeros_like(mono)]),
        "the left side is silent": np.hstack([mono * 0, mono]),
        "opposite phase": np.hstack([mono, -mono]),
    }
    for words, audio in cases.items():
        soundfile.write(tmp_path / "a.wav", audio, 44100, subtype="PCM_24")
        sound = read_sound(tmp_path / "a.wav")
        assert words in sound.notes[0] and np.abs(sound.audio - audio).max() < 1e-4
    for fine in (np.hstack([mono, mono]), tones(2), np.hstack([mono, 0.1 * mono]), 0 * tones(2)):
        soundfile.write(tmp_path / "a.wav", fine, 44100, subtype="PCM_24")
        assert not read_sound(tmp_path / "a.wav").notes
