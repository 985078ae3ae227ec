"""What nets of other makers have in common: 44.1 kHz, two channels, onnxruntime."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from daemon.audio.resample import resample, resample_loop
from daemon.errors import ConformError

#: Hz; what they were trained on.
RATE = 44100

#: (float32 (frames, 2) at `RATE`) -> its parts, as long.
Work = Callable[[np.ndarray], Mapping[str, np.ndarray]]


def at_their_rate(
    audio: np.ndarray, sample_rate: int, is_loop: bool, work: Work
) -> dict[str, np.ndarray]:
    """The parts that `work` finds, at the source's own rate, length and number of channels.

    float32 (frames, 1 or 2) in and out.
    """
    frames = round(len(audio) * RATE / sample_rate)
    heard = _at_rate(audio, sample_rate, RATE, frames, is_loop)
    stereo = np.repeat(heard, 2, axis=1) if heard.shape[1] == 1 else heard
    parts = {}
    for name, part in work(stereo).items():
        own = part.mean(axis=1, keepdims=True, dtype=np.float32) if heard.shape[1] == 1 else part
        parts[name] = _at_rate(own, RATE, sample_rate, len(audio), is_loop)
    return parts


def _at_rate(
    audio: np.ndarray, from_rate: int, to_rate: int, frames: int, is_loop: bool
) -> np.ndarray:
    if from_rate == to_rate:
        return audio
    if is_loop:
        return resample_loop(audio, from_rate, to_rate, frames)
    again = resample(audio, from_rate, to_rate)
    return np.pad(again, ((0, max(0, frames - len(again))), (0, 0)))[:frames]


def threads() -> int:
    """How many cores a net may use: half of them, for the rest are the DAW's."""
    return max(1, (os.cpu_count() or 2) // 2)


def onnx_session(path: Path) -> Any:
    """An onnxruntime session that keeps no memory between runs. ConformError where it cannot be."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    options.intra_op_num_threads = threads()
    # threads that wait must sleep: the cores are the DAW's
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as fault:
        # onnxruntime has an exception of its own for every kind of damage
        why = str(fault).splitlines()[0]
        raise ConformError(f"{path.name} cannot be run by onnxruntime: {why}") from None
