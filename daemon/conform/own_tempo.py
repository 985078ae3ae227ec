"""The tempo that a take has of its own: by its length where it is whole bars long, else by ear."""

from __future__ import annotations

from bridge.music import Meter, loop_frames, snap_tempo
from daemon.hearing.going_round import tempo_of

#: Relative error of a measured tempo. Within it the roundest number is the tempo.
TEMPO_ERROR = 0.002
#: A file is a loop where its length is that of whole bars within this tolerance.
LOOP_S = 0.002
#: A longer file that is whole bars long is so by chance.
_MOST_BARS = 64


def whole_bars(bpm: float, frames: int, sample_rate: int, meter: Meter) -> int:
    """How many bars a sound is at a tempo; 0 where they are not whole, or more than 64."""
    bars = round(frames / sample_rate * bpm / 60 / meter.quarters_per_bar)
    if not 1 <= bars <= _MOST_BARS:
        return 0
    off = abs(loop_frames(bars, meter, bpm, sample_rate) - frames)
    return bars if off <= LOOP_S * sample_rate else 0


def own_tempo(measured_bpm: float, frames: int, sample_rate: int, meter: Meter) -> float:
    """The tempo (bpm) of a take of so many frames whose beats were measured.

    A whole number at which it is whole bars long is its tempo: an export may be off by a
    millisecond. Else its length tells the tempo, with as many digits as that takes. What is not
    whole bars long has the roundest number within the measurement's error.
    """
    rounded = float(round(measured_bpm))
    is_near = abs(rounded - measured_bpm) <= TEMPO_ERROR * measured_bpm
    if is_near and whole_bars(rounded, frames, sample_rate, meter):
        return rounded
    bars = whole_bars(measured_bpm, frames, sample_rate, meter)
    if bars:
        return tempo_of(frames, sample_rate, bars, meter)
    return snap_tempo(measured_bpm, TEMPO_ERROR * measured_bpm)
