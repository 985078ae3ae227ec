"""What follows a line's pitch: our own tracker, or swift-f0 where its package is installed."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

from daemon.errors import ConformError
from daemon.hearing.log_spectra import FRAME_S
from daemon.hearing.one_voice import HOP_S
from daemon.home.extras import how_to_install
from daemon.notes.listen import heard_at
from daemon.tone.line import Ear, own_ear, points_of

OWN, SWIFT = "own", "swift-f0"
_HOW_TO_GET = f"swift-f0 is not installed; run: {how_to_install('transcribe')}"


def ear_of(name: str) -> Ear:
    """The ear of that name. ConformError where it is not installed."""
    if name == OWN:
        return own_ear
    if find_spec("swift_f0") is None:
        raise ConformError(f"with: {SWIFT} cannot be had: {_HOW_TO_GET}")
    return _swift_ear


def _swift_ear(mono: np.ndarray, rate: int) -> np.ndarray:
    # imported only here: it draws in onnxruntime
    from daemon.notes.swift_pitch import curve_of

    pitch = curve_of(heard_at(mono[:, None].astype(np.float32), rate)).pitch
    columns = np.arange(len(pitch)) * FRAME_S
    at_s = np.arange(points_of(len(mono), rate)) * HOP_S
    near = np.minimum(np.round(at_s / FRAME_S).astype(int), len(pitch) - 1)
    voiced = np.isfinite(pitch)
    if not voiced.any():
        return np.full(len(at_s), np.nan)
    line = np.interp(at_s, columns[voiced], pitch[voiced])
    # between two notes no pitch lies in the middle
    leaps = np.abs(line - pitch[near]) > 1.0
    line = np.where(leaps, pitch[near], line)
    return np.where(voiced[near], 440 * 2 ** ((line - 69) / 12), np.nan)
