"""The pitch of one voice by swift-f0 (Nieradzik, MIT), a net of 135 kB in its own package.

It hears from 47 Hz to 2.1 kHz. For lower lines it hears the sound once more at double speed.
"""

from __future__ import annotations

import numpy as np

from daemon.hearing.log_spectra import FRAME_S, HOP, RATE
from daemon.notes.one_pitch import Curve

_LOWEST_HZ, _HIGHEST_HZ = 46.875, 2093.75
#: Confidence from which a voice sounds.
_VOICED = 0.5
#: Hz of the lowest pitch heard from which a line is taken for one that goes lower still.
_LOW_LINE_HZ = 58.0
#: Share of columns with a voice under which it may be a line below the net's range.
_LEAST_VOICED = 0.1
#: s of a piece: its buffers grow with it.
_PIECE_S = 30.0


def curve_of(mono: np.ndarray) -> Curve:
    """As `one_pitch.curve_of`, of float32 (frames,) at 22050 Hz."""
    from swift_f0 import SwiftF0

    net = SwiftF0(threads=1)
    hz, odds = _heard(net, mono, RATE)
    voiced = hz[odds >= _VOICED]
    if len(voiced) < _LEAST_VOICED * len(hz) or np.percentile(voiced, 5) < _LOW_LINE_HZ:
        faster_hz, odds = _heard(net, mono, 2 * RATE)
        hz = faster_hz / 2
    pitch = np.where(odds >= _VOICED, 69 + 12 * np.log2(np.maximum(hz, 1.0) / 440), np.nan)
    return Curve(pitch, odds)


def _heard(net: object, mono: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Hz and confidence by column; `rate` is the one that the net believes."""
    columns = len(mono) // HOP + 1
    hz, odds = np.zeros(columns), np.zeros(columns)
    step = round(_PIECE_S / FRAME_S)
    for first in range(0, columns, step):
        piece = mono[first * HOP : (first + step) * HOP]
        if len(piece) < HOP:
            continue
        found = net.detect(piece, rate, _LOWEST_HZ, _HIGHEST_HZ)  # type: ignore[attr-defined]
        own = slice(first, min(columns, first + step))
        at_s = np.arange(own.stop - own.start) * FRAME_S * RATE / rate
        odds[own] = np.interp(at_s, found.timestamps, found.confidence)
        # between two columns of the net the nearer one's pitch: halfway between two notes is none
        near = np.abs(found.timestamps[None, :] - at_s[:, None]).argmin(axis=1)
        hz[own] = found.pitch_hz[near]
    return hz, odds
