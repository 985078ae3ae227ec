"""Nets of other makers' architectures, so small that a test builds them: a checkpoint, an ONNX file, weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from daemon.models.store import ABOUT, folder_of, sha256_of
from daemon.models.table import find_model


def put_model(name: str, files: dict[str, bytes]) -> Path:
    """Lay a model's files where they are looked for, with the hashes that they have."""
    folder = folder_of(find_model(name))
    folder.mkdir(parents=True)
    for file, data in files.items():
        (folder / file).write_bytes(data)
    hashes = {file: sha256_of(folder / file) for file in files}
    (folder / ABOUT).write_text(json.dumps({"sha256": hashes}))
    return folder


def spleeter_tensors(seed: int = 0) -> dict[str, np.ndarray]:
    """The tensors of a two-stem checkpoint with one channel in each layer but the ends."""
    rng = np.random.default_rng(seed)
    tensors: dict[str, np.ndarray] = {}

    def layer(kind: str, number: int, shape: tuple[int, ...], out: int) -> None:
        name = f"{kind}_{number}" if number else kind
        tensors[f"{name}/kernel"] = rng.normal(0, 0.3, shape).astype(np.float32)
        tensors[f"{name}/bias"] = rng.normal(0, 0.1, out).astype(np.float32)

    for net in range(2):
        widths = [2, 1, 2, 1, 2, 1, 2]
        for n in range(6):
            layer("conv2d", 7 * net + n, (5, 5, widths[n], widths[n + 1]), widths[n + 1])
        layer("conv2d", 7 * net + 6, (4, 4, 1, 2), 2)
        up = [1, 2, 1, 2, 1, 1]
        into = [2, 1 + 1, 2 + 2, 1 + 1, 2 + 2, 1 + 1]
        for n in range(6):
            layer("conv2d_transpose", 6 * net + n, (5, 5, up[n], into[n]), up[n])
        for n, width in enumerate([*widths[1:], *up]):
            number = 12 * net + n
            name = f"batch_normalization_{number}" if number else "batch_normalization"
            for part in ("gamma", "beta", "moving_mean"):
                tensors[f"{name}/{part}"] = rng.normal(0, 0.3, width).astype(np.float32)
            tensors[f"{name}/moving_variance"] = rng.uniform(0.5, 1, width).astype(np.float32)
    return tensors


def write_checkpoint(folder: Path, tensors: dict[str, np.ndarray]) -> None:
    """A TensorFlow V2 checkpoint `model.index` and `model.data-00000-of-00001`."""
    data, rows = b"", []
    for name, tensor in sorted(tensors.items()):
        sizes = b"".join(_tagged(2, _field(1, size)) for size in tensor.shape)
        value = _field(1, 1) + _tagged(2, sizes) + _field(4, len(data)) + _field(5, tensor.nbytes)
        rows.append((name.encode(), value))
        data += tensor.astype("<f4").tobytes()
    half = len(rows) // 2
    table, handles = b"", []
    for block_rows in (rows[:half], rows[half:]):
        block = _block(block_rows)
        handles.append((block_rows[-1][0], _number(len(table)) + _number(len(block))))
        table += block + b"\0" + bytes(4)
    index = _block(handles)
    footer = _number(0) + _number(0) + _number(len(table)) + _number(len(index))
    table += index + b"\0" + bytes(4)
    table += footer.ljust(40, b"\0") + (0xDB4775248B80FB57).to_bytes(8, "little")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.index").write_bytes(table)
    (folder / "model.data-00000-of-00001").write_bytes(data)


def _block(rows: list[tuple[bytes, bytes]]) -> bytes:
    """Rows of a table's block; each key shares what it can with the key before it."""
    out, before = b"", b""
    for key, value in rows:
        shared = 0
        while shared < min(len(key), len(before)) and key[shared] == before[shared]:
            shared += 1
        own = key[shared:]
        out += _number(shared) + _number(len(own)) + _number(len(value)) + own + value
        before = key
    return out + bytes(4) + (1).to_bytes(4, "little")


def _number(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def _field(number: int, value: int) -> bytes:
    return _number(number << 3) + _number(value)


def _tagged(number: int, message: bytes) -> bytes:
    return _number(number << 3 | 2) + _number(len(message)) + message


def four_shares(frames: int, shares: tuple[float, ...]) -> bytes:
    """An ONNX net of Demucs' shape whose parts are shares of what it hears."""
    from onnx import TensorProto, helper

    gains = helper.make_tensor("gains", TensorProto.FLOAT, (1, 4, 1, 1), shares)
    axis = helper.make_tensor("axis", TensorProto.INT64, (1,), [1])
    nodes = [
        helper.make_node("Unsqueeze", ["mix", "axis"], ["wide"]),
        helper.make_node("Mul", ["wide", "gains"], ["stems"]),
    ]
    into = helper.make_tensor_value_info("mix", TensorProto.FLOAT, (1, 2, frames))
    out = helper.make_tensor_value_info("stems", TensorProto.FLOAT, (1, 4, 2, frames))
    graph = helper.make_graph(nodes, "four", [into], [out], [gains, axis])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(made.SerializeToString())
