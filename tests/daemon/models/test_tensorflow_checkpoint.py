"""Checkpoints are read without TensorFlow."""

import numpy as np
import pytest

from daemon.errors import ModelError
from daemon.models.tensorflow_checkpoint import read_tensors
from tests.helpers.small_nets import write_checkpoint


def test_every_tensor_comes_back_by_its_name(tmp_path):
    rng = np.random.default_rng(0)
    tensors = {
        "conv2d/kernel": rng.normal(size=(5, 5, 2, 3)).astype(np.float32),
        "conv2d/bias": rng.normal(size=3).astype(np.float32),
        "conv2d_1/bias": rng.normal(size=200).astype(np.float32),
        "scale": np.float32(2).reshape(()),
    }
    write_checkpoint(tmp_path, tensors)
    found = read_tensors(tmp_path / "model.index", tmp_path / "model.data-00000-of-00001")
    assert found.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert found[name].shape == tensor.shape and (found[name] == tensor).all()


@pytest.mark.parametrize("damage", [lambda b: b[:-20], lambda b: b"", lambda b: b[40:]])
def test_a_damaged_one_is_refused_in_one_line(tmp_path, damage):
    write_checkpoint(tmp_path, {"a": np.zeros(3, np.float32), "b": np.zeros(3, np.float32)})
    index = tmp_path / "model.index"
    index.write_bytes(damage(index.read_bytes()))
    with pytest.raises(ModelError, match="no checkpoint") as error:
        read_tensors(index, tmp_path / "model.data-00000-of-00001")
    assert "\n" not in error.value.text
