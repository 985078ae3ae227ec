"""A sound as the peaks that its waveform is drawn from. Runs in a child process."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from daemon.audio.files import read_audio
from daemon.audio.sound import mixed
from daemon.verbs.tell import TellStage

#: Where the bands part, in Hz: below lies the bass, above what is bright.
BAND_EDGES_HZ = (200.0, 2500.0)
#: Frames of a peak that its bands are measured on, at the most: an hour stays cheap.
_MOST_FRAMES = 4096


def peaks_of(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """{path, count} -> {peaks, low, mid, high, seconds, sample_rate}.

    `peaks` are at most `count` values of 0 to 1. `low`, `mid` and `high` say of each which share of
    its sound, in percent, lies in that band.
    """
    audio, rate = read_audio(task["path"])
    loud = np.abs(audio).max(axis=1) if len(audio) else np.zeros(1, np.float32)
    edges = np.linspace(0, len(loud), min(task["count"], len(loud)) + 1).astype(int)
    peaks = np.maximum.reduceat(loud, edges[:-1])
    mono = mixed(audio) if len(audio) else loud
    low, mid, high = np.array([_bands(mono[a:b], rate) for a, b in pairwise(edges)]).T
    return {
        "peaks": [round(float(min(1.0, peak)), 3) for peak in peaks],
        "low": low.tolist(),
        "mid": mid.tolist(),
        "high": high.tolist(),
        "seconds": len(audio) / rate,
        "sample_rate": rate,
    }


def _bands(part: NDArray[np.float32], rate: int) -> tuple[int, int, int]:
    """The share of `part`, mono, in each band, in percent of its magnitude."""
    part = part[:_MOST_FRAMES]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
    cuts = np.searchsorted(np.fft.rfftfreq(len(part), 1 / rate), BAND_EDGES_HZ)
    # by the root of each band's energy: the ear's loudness grows slower than the energy
    bands = np.array([float(np.sqrt((one**2).sum())) for one in np.split(spectrum, cuts)])
    if not bands.sum():
        return 0, 0, 0
    low, mid, high = np.round(100 * bands / bands.sum()).astype(int)
    return int(low), int(mid), int(high)
