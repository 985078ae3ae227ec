"""Whatever a file holds: it is read, or refused in one line; nothing else happens."""

from __future__ import annotations

import numpy as np
import pytest

from daemon.audio.files import read_sound
from daemon.audio.wav_record import read_record
from daemon.errors import AudioError
from tests.helpers.odd_files import odd_file, whole_files

#: Of the 10,000 that `python -m benchmarks files` tries.
FIRST = 300


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return whole_files(tmp_path_factory.mktemp("whole"))


def test_odd_files_are_read_or_refused_in_one_line(tmp_path, whole, capfd):
    read = refused = 0
    for number in range(FIRST):
        path = odd_file(whole, number, tmp_path)
        before = path.read_bytes()
        try:
            sound = read_sound(path)
        except AudioError as error:
            refused += 1
            assert "\n" not in error.text and path.name in error.text, (number, error.text)
        else:
            read += 1
            assert sound.audio.dtype == np.float32 and sound.audio.shape[1] in (1, 2), number
            assert len(sound.audio) and np.isfinite(sound.audio).all(), number
            assert not any("\n" in note for note in sound.notes), number
        read_record(path)
        assert path.read_bytes() == before, "a source is never changed"
        path.unlink()
    assert read > 50 and refused > 50, "the grammar gives both"
    assert capfd.readouterr().err == ""


def test_an_mp3_without_a_frame_is_not_said_to_be_missing(tmp_path):
    path = tmp_path / "noise.mp3"
    path.write_bytes(np.random.default_rng(1).bytes(100_000))
    with pytest.raises(AudioError, match=r"noise\.mp3 cannot be read as audio") as refused:
        read_sound(path)
    assert "exist" not in refused.value.text
