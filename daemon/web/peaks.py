"""A sound as the peaks that its waveform is drawn from. Runs in a child process."""

from __future__ import annotations

from typing import Any

import numpy as np

from daemon.audio.files import read_audio
from daemon.children.inside import Tell

#: Peaks of a waveform, enough for its place on the page.
COUNT = 400


def peaks_of(task: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """{path} -> {peaks, seconds, sample_rate}; `peaks` are at most COUNT values of 0 to 1."""
    audio, rate = read_audio(task["path"])
    loud = np.abs(audio).max(axis=1) if len(audio) else np.zeros(1, np.float32)
    edges = np.linspace(0, len(loud), min(COUNT, len(loud)) + 1).astype(int)[:-1]
    peaks = np.maximum.reduceat(loud, edges)
    return {
        "peaks": [round(float(min(1.0, peak)), 3) for peak in peaks],
        "seconds": len(audio) / rate,
        "sample_rate": rate,
    }
