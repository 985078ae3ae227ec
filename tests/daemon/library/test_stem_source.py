"""Stems played again: of a clip whose kit was a collection, with the very sounds of that collection."""

import numpy as np
import pytest
import soundfile

from daemon.brief import Brief
from daemon.clip.record import make_record
from daemon.conform.conform import conform
from daemon.engines.embedded.engine import make
from daemon.errors import LibraryError
from daemon.parts.true_stems import read_stems

RATE = 44100


def quiet(share, words=""):
    pass


@pytest.fixture
def sounds(tmp_path):
    """A kick, a snare and a hat that are nothing like the musician's own."""
    t = np.arange(RATE // 5) / RATE
    files = []
    for name, hz in (("kick", 90.0), ("snare", 700.0), ("hat", 5000.0)):
        files.append(tmp_path / f"{name}.wav")
        soundfile.write(files[-1], np.sign(np.sin(2 * np.pi * hz * t)) * np.exp(-t / 0.03), RATE)
    return tuple(map(str, files))


def test_a_collection_that_was_the_kit_is_played_again(sounds):
    brief = Brief(
        "house drums", "house drums", genre="house", bpm=124.0, bars=1, instruments=("drums",), only=True, kit="mine",
        kit_files=sounds,
    )  # fmt: skip
    take = make(brief, 1, quiet)
    finished = conform(take, brief, quiet)
    task = {"clip": "abcd", "job": "j", "k": 0, "request": {"kit": "mine"}, "created": 0.0}
    record = make_record(task, brief, take, finished, [])
    stems = read_stems(record, finished.audio, RATE)
    assert np.abs(sum(stems.values()) - finished.audio).max() < 1e-3
    with pytest.raises(LibraryError):
        read_stems({**record, "kit_files": [], "request": {}}, finished.audio, RATE)


def test_a_mix_without_stems_or_a_plan_names_what_takes_it_apart():
    record = {"id": "k3f9", "kind": "loop", "engine": "musicgen", "stems": []}
    with pytest.raises(LibraryError, match="`sidecrate split k3f9` takes its mix apart"):
        read_stems(record, np.zeros((10, 2), np.float32), RATE)
