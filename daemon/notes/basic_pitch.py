"""Spotify's basic-pitch (Bittner and others, ICASSP 2022; Apache-2.0), run by onnxruntime.

Its net comes by `sidecrate models get basic-pitch`. It hears windows of two seconds at 22050 Hz;
of each answer the middle is kept. Its columns are as far apart as those of the notes' own maps.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from daemon.hearing.log_spectra import HOP
from daemon.notes.note_net import PITCHES

#: Frames of a window, those of it that are heard twice, and the answers on each side left out.
_WINDOW = 2 * 22050 - HOP
_TWICE = 30 * HOP
_LEFT_OUT = 15
_STEP = _WINDOW - _TWICE
_INPUT = "serving_default_input_2:0"
#: Its answers by name: their order in the file is another.
_NOTES, _ONSETS = "StatefulPartitionedCall:1", "StatefulPartitionedCall:2"
#: Windows that are run at once.
_BATCH = 8
#: Columns over which a tone's rise is taken for an onset, where none was heard.
_RISES = (1, 2)


def load(path: Path) -> Any:
    """A session of its net, on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def odds_of(
    mono: np.ndarray, session: Any, tell: Callable[[float], None] = lambda share: None
) -> np.ndarray:
    """float32 (columns, PITCHES, 2), 0-1, of float32 (frames,) at 22050 Hz: begins, sounds."""
    columns = len(mono) // HOP + 1
    out = np.zeros((columns, PITCHES, 2), np.float32)
    count = -(-len(mono) // _STEP)
    padded = np.pad(mono, (_TWICE // 2, count * _STEP + _WINDOW - len(mono) - _TWICE // 2))
    for first in range(0, count, _BATCH):
        some = range(first, min(count, first + _BATCH))
        windows = np.stack([padded[k * _STEP : k * _STEP + _WINDOW] for k in some])
        answers = session.run([_ONSETS, _NOTES], {_INPUT: windows[:, :, None].astype(np.float32)})
        for k, onsets, notes in zip(some, *answers, strict=True):
            # a step is no whole number of columns: each window lies on the nearest ones
            at = round(k * _STEP / HOP)
            kept = np.stack([onsets, notes], axis=2)[_LEFT_OUT:-_LEFT_OUT][: columns - at]
            out[at : at + len(kept)] = kept
        tell((some[-1] + 1) / count)
    out[:, :, 0] = _with_rises(out[:, :, 0], out[:, :, 1])
    return out


def _with_rises(onsets: np.ndarray, notes: np.ndarray) -> np.ndarray:
    """Onsets, and where a tone rises by as much though none was heard."""
    rise = np.min(
        [notes - np.pad(notes, ((lag, 0), (0, 0)))[: len(notes)] for lag in _RISES], axis=0
    )
    rise[: len(_RISES)] = 0
    highest = float(rise.max(initial=0))
    if highest <= 0:
        return onsets
    return np.maximum(onsets, np.maximum(rise, 0) * (float(onsets.max()) / highest))
