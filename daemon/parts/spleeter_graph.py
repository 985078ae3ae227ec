"""The two-stem net of Spleeter as one ONNX file, written once from its TensorFlow checkpoint.

Two U-Nets (Jansson et al. 2017; Hennequin et al. 2020) look at the magnitude of a spectrum, and
each says which share of it is its own: the voices', the rest's. In: `magnitude`, float32 (1, 2,
windows, bins), both lengths multiples of 64. Out: `mask` of the voices, as large, 0 to 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from daemon.errors import ModelError
from daemon.home.extras import how_to_install
from daemon.models.tensorflow_checkpoint import read_tensors

#: Layers down and up of each U-Net.
_DEPTH = 6
_LEAK = 0.2
#: Added to variances, as the net was trained.
_EPSILON = 1e-3
#: Keeps the ratio of two silences at a half.
_SILENT = 1e-10
_OPSET, _IR = 17, 8


def convert(fetched: Path, target: Path) -> None:
    """Write the net of the checkpoint in the folder `fetched`. ModelError where it is not there."""
    index = next(fetched.rglob("model.index"))
    tensors = read_tensors(index, index.with_name("model.data-00000-of-00001"))
    try:
        target.write_bytes(graph_of(tensors))
    except ImportError:
        raise ModelError(
            f"onnx is not installed, which converts this model; run: {how_to_install('stems')}"
        ) from None
    except KeyError as fault:
        raise ModelError(f"the checkpoint of spleeter has no {fault}: it is another net") from None


def graph_of(tensors: dict[str, np.ndarray]) -> bytes:
    """The ONNX file of a checkpoint's tensors, of any widths. KeyError names one that lacks."""
    from onnx import TensorProto, helper

    drawn = _Drawing(tensors)
    squares = []
    for net in range(2):
        own = drawn.node("Mul", [drawn.u_net(net), "magnitude"])
        squares.append(drawn.node("Mul", [own, own]))
    half = drawn.constant(np.float32(_SILENT / 2))
    voices = drawn.node("Add", [squares[0], half])
    total = drawn.node("Add", [voices, drawn.node("Add", [squares[1], half])])
    drawn.node("Div", [voices, total], name="mask")
    shape = (1, 2, "windows", "bins")
    graph = helper.make_graph(
        drawn.nodes,
        "spleeter",
        [helper.make_tensor_value_info("magnitude", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("mask", TensorProto.FLOAT, shape)],
        drawn.constants,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR
    )
    return bytes(model.SerializeToString())


class _Drawing:
    """A graph under way: its nodes and constants."""

    def __init__(self, tensors: dict[str, np.ndarray]) -> None:
        self._tensors = tensors
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def node(self, kind: str, inputs: list[str], *, name: str = "", **more: Any) -> str:
        """Add a node; returns the name of its result."""
        from onnx import helper

        out = name or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [out], **more))
        return out

    def constant(self, value: Any) -> str:
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        array = np.ascontiguousarray(value, np.float32)
        self.constants.append(numpy_helper.from_array(array.reshape(np.shape(value)), name))
        return name

    def u_net(self, net: int) -> str:
        """The share of the magnitude that is the net's own: its layers down, then up again."""
        first = net * (_DEPTH + 1)
        x, skips = "magnitude", []
        for n in range(_DEPTH):
            x = self._down(x, _name("conv2d", first + n))
            skips.append(x)
            if n < _DEPTH - 1:
                x = self._normed(x, 2 * net * _DEPTH + n)
                x = self.node("LeakyRelu", [x], alpha=_LEAK)
        for n in range(_DEPTH):
            if n:
                x = self.node("Concat", [skips[_DEPTH - 1 - n], x], axis=1)
            x = self._up(x, _name("conv2d_transpose", net * _DEPTH + n))
            x = self._normed(self.node("Relu", [x]), (2 * net + 1) * _DEPTH + n)
        x = self._conv(x, _name("conv2d", first + _DEPTH), dilations=[2, 2], pads=[3, 3, 3, 3])
        return self.node("Sigmoid", [x])

    def _down(self, x: str, layer: str) -> str:
        # TensorFlow's `same` pads one before and two after
        return self._conv(x, layer, strides=[2, 2], pads=[1, 1, 2, 2])

    def _conv(self, x: str, layer: str, **more: Any) -> str:
        kernel = self._tensors[f"{layer}/kernel"].transpose(3, 2, 0, 1)
        weights = [self.constant(kernel), self.constant(self._tensors[f"{layer}/bias"])]
        return self.node("Conv", [x, *weights], **more)

    def _up(self, x: str, layer: str) -> str:
        kernel = self._tensors[f"{layer}/kernel"].transpose(3, 2, 0, 1)
        weights = [self.constant(kernel), self.constant(self._tensors[f"{layer}/bias"])]
        return self.node("ConvTranspose", [x, *weights], strides=[2, 2], pads=[1, 1, 2, 2])

    def _normed(self, x: str, number: int) -> str:
        """Batch normalisation, folded into a scale and a shift."""
        layer = _name("batch_normalization", number)
        of = {
            name: self._tensors[f"{layer}/{name}"].astype(np.float64)
            for name in ("gamma", "beta", "moving_mean", "moving_variance")
        }
        scale = of["gamma"] / np.sqrt(of["moving_variance"] + _EPSILON)
        shift = of["beta"] - of["moving_mean"] * scale
        wide = (1, -1, 1, 1)
        x = self.node("Mul", [x, self.constant(scale.reshape(wide))])
        return self.node("Add", [x, self.constant(shift.reshape(wide))])


def _name(layer: str, number: int) -> str:
    """Names count on over both nets; the first of a series has no number."""
    return f"{layer}_{number}" if number else layer
