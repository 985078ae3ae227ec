"""The two nets of SkyTNT's midi-model, in one layer of weights by chance: same names, same shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

VOCABULARY = 3406
WIDTH, HEADS = 16, 2
#: Tokens of none and of one whole quarter since the event before.
_NEAR = (9, 10)


def write_nets(folder: Path) -> tuple[Path, Path]:
    """`model_base.onnx` and `model_token.onnx`."""
    folder.mkdir(parents=True, exist_ok=True)
    base, tokens = folder / "model_base.onnx", folder / "model_token.onnx"
    _save(base, is_base=True)
    _save(tokens, is_base=False)
    return base, tokens


def _save(path: Path, *, is_base: bool) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    chance = np.random.RandomState(1 if is_base else 2)
    head = WIDTH // HEADS
    weights = {
        "embedding": 0.5 * chance.standard_normal((VOCABULARY, WIDTH)),
        **{one: 0.4 * chance.standard_normal((WIDTH, WIDTH)) for one in ("wq", "wk", "wv")},
        "head": 0.05 * chance.standard_normal((WIDTH, VOCABULARY)),
    }
    # most notes follow each other within a quarter or two, as in music
    weights["bias"] = np.where(np.isin(np.arange(VOCABULARY), _NEAR), 9.0, 0.0)
    constants = [
        numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()
    ]
    constants.append(numpy_helper.from_array(np.array([0, 0, HEADS, head], np.int64), "apart"))
    constants.append(numpy_helper.from_array(np.array([0, 0, WIDTH], np.int64), "together"))
    constants.append(numpy_helper.from_array(np.array([2], np.int64), "two"))
    node = helper.make_node
    nodes = [node("Gather", ["embedding", "x"], ["tokens"])]
    if is_base:
        nodes.append(node("ReduceSum", ["tokens", "two"], ["h"], keepdims=0))
    else:
        nodes.append(node("Concat", ["hidden", "tokens"], ["h"], axis=1))
    for one in "qkv":
        nodes += [
            node("MatMul", ["h", f"w{one}"], [f"{one}1"]),
            node("Reshape", [f"{one}1", "apart"], [f"{one}2"]),
            node("Transpose", [f"{one}2"], [f"{one}3"], perm=[0, 2, 1, 3]),
        ]
    names = {"k": "key", "v": "value"}
    nodes += [
        node("Concat", [f"past_key_values.0.{name}", f"{one}3"], [f"present.0.{name}"], axis=2)
        for one, name in names.items()
    ]
    answer = "hidden" if is_base else "y"
    nodes += [
        node("Transpose", ["present.0.key"], ["kt"], perm=[0, 1, 3, 2]),
        node("MatMul", ["q3", "kt"], ["scores"]),
        node("Softmax", ["scores"], ["shares"], axis=-1),
        node("MatMul", ["shares", "present.0.value"], ["seen"]),
        node("Transpose", ["seen"], ["seen2"], perm=[0, 2, 1, 3]),
        node("Reshape", ["seen2", "together"], ["seen3"]),
        node("Add", ["h", "seen3"], [answer if is_base else "out"]),
    ]
    if not is_base:
        nodes += [
            node("MatMul", ["out", "head"], ["logits"]),
            node("Add", ["logits", "bias"], ["y"]),
        ]
    kept = ["batch", HEADS, "past_seq", head]
    new = ["batch", HEADS, "present_seq", head]
    value, whole, real = helper.make_tensor_value_info, TensorProto.INT64, TensorProto.FLOAT
    given = [value("x", whole, ["batch", "mid_seq", "token_seq"] if is_base else ["batch", "t"])]
    if not is_base:
        given.insert(0, value("hidden", real, ["batch", "states", WIDTH]))
    given += [value(f"past_key_values.0.{name}", real, kept) for name in names.values()]
    wide = WIDTH if is_base else VOCABULARY
    made = [value(answer, real, ["batch", "n", wide])]
    made += [value(f"present.0.{name}", real, new) for name in names.values()]
    graph = helper.make_graph(nodes, "tiny", given, made, constants)
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8), path
    )
