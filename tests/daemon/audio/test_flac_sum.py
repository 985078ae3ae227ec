"""A FLAC whose samples are not those that it was made of says so."""

import numpy as np
import pytest
import soundfile

from daemon.audio.files import read_sound

#: Where the sum stands: behind the mark, the block's head and 18 bytes of STREAMINFO.
SUM = slice(26, 42)


def made(path, subtype, channels):
    sound = np.random.default_rng(3).uniform(-1, 1, (30_000, channels))
    soundfile.write(path, sound, 44100, subtype=subtype)
    return path


@pytest.mark.parametrize("subtype", ["PCM_S8", "PCM_16", "PCM_24"])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_a_wrong_sum_is_told_and_a_right_one_or_none_is_not(tmp_path, subtype, channels):
    file = made(tmp_path / "a.flac", subtype, channels)
    assert not any("MD5" in note for note in read_sound(file).notes)
    whole = bytearray(file.read_bytes())
    for told, is_said in ((b"\1" * 16, True), (bytes(16), False)):
        whole[SUM] = told
        file.write_bytes(whole)
        assert any("MD5" in note for note in read_sound(file).notes) is is_said


def test_of_a_passage_nothing_is_said(tmp_path):
    file = made(tmp_path / "a.flac", "PCM_16", 2)
    whole = bytearray(file.read_bytes())
    whole[SUM] = b"\1" * 16
    file.write_bytes(whole)
    assert not read_sound(file, 0.1, 0.5).notes and not read_sound(file, 0.0, 0.5).notes
