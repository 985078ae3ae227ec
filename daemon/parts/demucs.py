"""Hybrid Transformer Demucs (Rouard, Massa, Defossez 2023), by torch or by onnxruntime.

The net hears segments of one length. `htdemucs_ft` is four nets, each of which is asked for one
part alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from daemon.errors import ModelError
from daemon.models.store import files_of
from daemon.parts.nets import RATE, at_their_rate, onnx_session, threads
from daemon.parts.pieces import Pieces, Share, in_pieces

#: The parts in the nets' order; `htdemucs_ft` has a net for each, in the same order.
PARTS = ("drums", "bass", "other", "vocals")
#: Share of a segment that is faded over, and that is only heard, on either side.
_JOINT, _AROUND = 1 / 16, 1 / 16
#: The class that a file of weights may name: no other is looked for, so that no other code runs.
_CLASS = "demucs.htdemucs.HTDemucs"

#: float32 (2, frames of a segment) -> float32 (parts, 2, frames).
Net = Callable[[np.ndarray], np.ndarray]


def by_torch(
    audio: np.ndarray, sample_rate: int, is_loop: bool, tell: Share
) -> dict[str, np.ndarray]:
    """The four parts of float32 (frames, 1 or 2) by htdemucs. ModelError without the net."""
    net, frames = torch_net(files_of("demucs")[0])
    return at_their_rate(
        audio, sample_rate, is_loop, lambda heard: _by(net, frames, heard, is_loop, tell)
    )


def by_torch_fine(
    audio: np.ndarray, sample_rate: int, is_loop: bool, tell: Share
) -> dict[str, np.ndarray]:
    """The same by htdemucs_ft, one net after the other in memory."""
    files = files_of("demucs-ft")

    def work(heard: np.ndarray) -> dict[str, np.ndarray]:
        parts = {}
        for n, (part, file) in enumerate(zip(PARTS, files, strict=True)):
            net, frames = torch_net(file)
            share = _share_of(tell, n, len(files))
            parts[part] = _by(net, frames, heard, is_loop, share)[part]
        return parts

    return at_their_rate(audio, sample_rate, is_loop, work)


def by_onnx(
    audio: np.ndarray, sample_rate: int, is_loop: bool, tell: Share
) -> dict[str, np.ndarray]:
    """The same as `by_torch`, without torch."""
    net, frames = onnx_net(files_of("demucs-onnx")[0])
    return at_their_rate(
        audio, sample_rate, is_loop, lambda heard: _by(net, frames, heard, is_loop, tell)
    )


def _share_of(tell: Share, n: int, of: int) -> Share:
    return lambda share: tell((n + share) / of)


def _by(
    net: Net, frames: int, audio: np.ndarray, is_loop: bool, tell: Share
) -> dict[str, np.ndarray]:
    """All parts of float32 (frames, 2) at `RATE`, segment by segment."""
    around, joint = round(_AROUND * frames), round(_JOINT * frames)

    def work(piece: np.ndarray) -> dict[str, np.ndarray]:
        found = net(np.ascontiguousarray(piece.T, np.float32))
        return {part: found[n].T for n, part in enumerate(PARTS)}

    pieces = Pieces(frames - 2 * (around + joint), around, joint, fixed=True)
    return in_pieces(audio, PARTS, pieces, is_loop, work, tell)


def torch_net(path: Path) -> tuple[Net, int]:
    """A net of a file of weights, and its segment in frames. ModelError where it is another."""
    import torch
    from demucs.htdemucs import HTDemucs
    from safetensors import safe_open

    with safe_open(str(path), framework="pt") as file:
        about = file.metadata() or {}
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if about.get("klass") != _CLASS:
        raise ModelError(f"{path.name} holds {about.get('klass', 'no named net')}, not {_CLASS}")
    try:
        net = HTDemucs(*_values(about["args"]), **_values(about["kwargs"]))
        net.load_state_dict(weights)
    except (KeyError, TypeError, ValueError, RuntimeError) as fault:
        why = str(fault).splitlines()[0]
        raise ModelError(f"{path.name} is no net that demucs can build: {why}") from None
    if tuple(net.sources) != PARTS or net.samplerate != RATE:
        raise ModelError(
            f"{path.name} tells {', '.join(net.sources)} apart at {net.samplerate} Hz,"
            f" not {', '.join(PARTS)} at {RATE}"
        )
    torch.set_num_threads(threads())
    device = "cuda" if torch.cuda.is_available() else "cpu"
    net = net.float().to(device).eval()

    def run(segment: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            found = net(torch.from_numpy(segment)[None].to(device))[0]
        return np.asarray(found.cpu().numpy(), np.float32)

    return run, int(net.segment * net.samplerate)


def _values(text: str) -> Any:
    """Arguments of a net as JSON, in which a fraction is an object of its own."""

    def fraction(found: dict[str, Any]) -> Any:
        if found.get("_type") == "fraction":
            return Fraction(found["numerator"], found["denominator"])
        return found

    return json.loads(text, object_hook=fraction)


def onnx_net(path: Path) -> tuple[Net, int]:
    """The same of an ONNX file: in (1, 2, frames), out (1, parts, 2, frames)."""
    session = onnx_session(path)
    (into,), (out,) = session.get_inputs(), session.get_outputs()
    if len(into.shape) != 3 or list(out.shape[1:3]) != [len(PARTS), 2]:
        raise ModelError(f"{path.name} is another net: it takes {into.shape}, gives {out.shape}")

    def run(segment: np.ndarray) -> np.ndarray:
        return np.asarray(session.run(None, {into.name: segment[None]})[0][0], np.float32)

    return run, int(into.shape[2])
