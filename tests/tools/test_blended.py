"""Networks between what they were and what further teaching made of them."""

import numpy as np

from tools.train_separator.blended import blended


def test_weights_lie_between_and_what_is_new_counts_by_its_share():
    before = {"out.bias": np.float16([1, 2]), "0.dilation": np.float16(4), "parts": np.array("a")}
    taught = {
        "out.bias": np.float16([3, 2, 8]), "0.dilation": np.float16(4),
        "1.bias": np.float16([2]), "parts": np.array("a"),
    }  # fmt: skip
    half = blended(before, taught, 0.5)
    assert half["out.bias"].tolist() == [2, 2, 4], "a cue that the first has not is nought there"
    assert half["1.bias"].tolist() == [1], "nor has it the layer"
    assert half["0.dilation"] == 4 and half["parts"] == "a"
    assert blended(before, taught, 1.0)["out.bias"].tolist() == [3, 2, 8]
