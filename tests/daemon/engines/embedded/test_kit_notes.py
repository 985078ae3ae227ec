"""The note of a kit's sound: its file's root, its name's in whichever octaves, or what is heard."""

import struct

import numpy as np
import pytest
import soundfile

from daemon.audio.wav import chunk
from daemon.engines.embedded.kit import read_kit

RATE = 44100


def sound(path, note):
    t = np.arange(RATE) / RATE
    hz = 440 * 2 ** ((note - 69) / 12)
    wave = sum(np.sin(2 * np.pi * k * hz * t) / k for k in range(1, 8)) * np.exp(-2 * t)
    soundfile.write(path, 0.2 * wave, RATE, subtype="PCM_16")


@pytest.mark.parametrize(
    ("name", "played"),
    [
        ("flute lead_C3_k3f9", 60),  # as Live counts: middle C is C3
        ("flute lead C4", 60),
        ("flute lead C5", 60),  # as FL Studio counts
        ("flute lead", 57),
        ("flute lead F#2", 57),  # another note than it says: its name is believed
    ],
)
def test_the_octave_of_a_note_in_a_name_is_the_one_that_is_heard(tmp_path, name, played):
    sound(tmp_path / f"{name}.wav", played)
    ((sample,),) = read_kit(str(tmp_path), RATE).parts.values()
    assert sample.note == pytest.approx(42 if "F#" in name else played, abs=0.1)


def test_the_root_in_the_file_goes_before_its_name(tmp_path):
    path = tmp_path / "flute lead c6.wav"
    sound(path, 24)
    smpl = chunk(b"smpl", struct.pack("<9I", 0, 0, round(1e9 / RATE), 24, 0, 0, 0, 0, 0))
    data = path.read_bytes() + smpl
    path.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:])
    ((sample,),) = read_kit(str(tmp_path), RATE).parts.values()
    assert sample.note == 24
