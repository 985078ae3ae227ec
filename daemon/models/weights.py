"""The weights of small nets of our own, which lie beside the code that runs them."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """Name -> array of an `.npz` file; numbers that are stored short come as float32."""
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored}
    return {k: v.astype(np.float32) if v.dtype.kind == "f" else v for k, v in arrays.items()}
