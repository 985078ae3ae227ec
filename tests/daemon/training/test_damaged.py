"""Files of training that are damaged in any place are said to be, and hold nothing up."""

import numpy as np
import pytest

from daemon.engines.mine.model import Model, learn_role, load_model, save_model
from daemon.engines.mine.shape import SAMPLE_RATE
from daemon.engines.mine.sounds import Sound
from daemon.errors import EngineError
from daemon.training.found import Found, Read, ReadNotes


def sounds(count):
    rng, frames = np.random.default_rng(1), SAMPLE_RATE // 4
    fall = np.exp(-np.arange(frames) / 2000)[:, None]
    noise = (rng.normal(0, 0.3, (frames, 2)) * fall for _ in range(count))
    return [Sound(one.astype(np.float32), None) for one in noise]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of an engine."""
    path = tmp_path_factory.mktemp("mine") / "kicks.npz"
    save_model(Model("kicks", {"kick": learn_role("kick", sounds(3))}, {"licence": "own"}), path)
    return path.read_bytes()


def damaged(data, place):
    if place is None:
        return b""
    at = round(place * len(data))
    return data[:at] if place in (0.3, 0.9) else data[:at] + b"\x55\xaa" * 20 + data[at + 40 :]


@pytest.mark.parametrize("place", [None, 0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97])
def test_an_engine_that_is_damaged_is_named(whole, tmp_path, place):
    path = tmp_path / "kicks.npz"
    path.write_bytes(damaged(whole, place))
    with pytest.raises(EngineError, match=r"kicks\.npz is (damaged|no engine)"):
        load_model(path)


@pytest.mark.parametrize("place", [None, 0.001, 0.3, 0.9, 0.97])
def test_notes_that_are_damaged_are_read_anew(tmp_path, place):
    file, notes = tmp_path / "kick.wav", tmp_path / "notes"
    file.write_bytes(b"RIFF")
    written = ReadNotes(notes)
    written.add(file, Read((Found(file, "kick", "00", sounds(1)[0]),)))
    written.flush()
    (path,) = notes.iterdir()
    assert ReadNotes(notes).known(file) is not None
    path.write_bytes(damaged(path.read_bytes(), place))
    assert ReadNotes(notes).known(file) is None and list(notes.iterdir()) == []
