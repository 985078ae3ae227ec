"""Ticks of a MIDI file as seconds, through all its changes of tempo."""

from __future__ import annotations

import mido
import numpy as np


def tempi(file: mido.MidiFile) -> list[tuple[int, int]]:
    """(tick, microseconds a quarter) of each change, in order; 120 bpm until the first."""
    found = [(0, 500_000)]
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "set_tempo":
                found.append((tick, message.tempo))
    return sorted(found, key=lambda tempo: tempo[0])


def moments(ticks: np.ndarray, changes: list[tuple[int, int]], per_quarter: int) -> np.ndarray:
    """Seconds of `ticks` under the `changes` of `tempi`."""
    ends = [tick for tick, _ in changes[1:]] + [int(ticks[-1]) + 1]
    at_s, known = [0.0], [changes[0][0]]
    for (_, tempo), end in zip(changes, ends, strict=True):
        known.append(max(end, known[-1]))
        at_s.append(at_s[-1] + (known[-1] - known[-2]) * tempo / 1e6 / per_quarter)
    return np.interp(ticks, known, at_s)
