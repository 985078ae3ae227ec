"""What one voice plays: pitch, loudness and voicing, a point every 5 ms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from daemon.audio.sound import mixed
from daemon.hearing.one_voice import HOP_S, follow

#: s of a loop that are heard before its start and after its end.
_AROUND_S = 0.5
#: s; a window of loudness: a period of the lowest notes.
_WINDOW_S = 0.04
#: dB under the loudest moment where nothing sounds.
_SILENT_DB = -50.0
_FLOOR_DB = -120.0


@dataclass(frozen=True)
class Played:
    """One voice's line, (points,) each; point n lies at n * HOP_S."""

    hz: np.ndarray
    """Pitch; NaN where nothing with a pitch sounds."""
    level_db: np.ndarray
    """Root mean square, in dB of full scale."""

    @property
    def voiced(self) -> np.ndarray:
        """bool (points,)."""
        return np.isfinite(self.hz)

    @property
    def voiced_share(self) -> float:
        """The share of its power, 0-1, that has a pitch."""
        power = 10 ** (self.level_db / 10)
        return float(power[self.voiced].sum() / max(1e-12, power.sum()))

    @property
    def top_db(self) -> float:
        """Its usual loudest level: louder moments are few."""
        heard = self.level_db[self.level_db > self.level_db.max() + _SILENT_DB]
        return float(np.percentile(heard, 95)) if len(heard) else _FLOOR_DB


#: float (frames,) and its rate in Hz -> Hz (points,), NaN where there is no voice.
Ear = Callable[[np.ndarray, int], np.ndarray]


def own_ear(mono: np.ndarray, rate: int) -> np.ndarray:
    """Our own probabilistic YIN."""
    return follow(mono, rate).hz


def played(audio: np.ndarray, rate: int, is_loop: bool, ear: Ear = own_ear) -> Played:
    """The line of float (frames, channels) as `ear` hears it; a loop's goes round its seam."""
    mono = mixed(audio)
    if not is_loop:
        return Played(ear(mono, rate), level_db(mono, rate, False))
    # whole hops, so that the points keep their places
    around = round(np.ceil(_AROUND_S / HOP_S) * HOP_S * rate)
    first = round(around / rate / HOP_S)
    where = np.arange(-around, len(mono) + around)
    points = points_of(len(mono), rate)
    hz = ear(np.take(mono, where, mode="wrap"), rate)[first : first + points]
    return Played(hz, level_db(mono, rate, True))


def points_of(frames: int, rate: int) -> int:
    """Points of a line of a sound of so many frames."""
    return int(frames / rate / HOP_S) + 1


def level_db(mono: np.ndarray, rate: int, is_loop: bool) -> np.ndarray:
    """Root mean square around each point, in dB: float64 (points,)."""
    size = round(_WINDOW_S * rate)
    window = np.hanning(size + 2)[1:-1]
    window /= window.sum()
    half = size // 2
    square = np.pad(mono.astype(np.float64) ** 2, half, mode="wrap" if is_loop else "constant")
    points = points_of(len(mono), rate)
    starts = np.round(np.arange(points) * HOP_S * rate).astype(int)
    square = np.pad(square, (0, max(0, int(starts[-1]) + size - len(square))))
    power = np.lib.stride_tricks.sliding_window_view(square, size)[starts] @ window
    return np.asarray(np.maximum(_FLOOR_DB, 10 * np.log10(np.maximum(power, 1e-12))))
