"""The warp of a take: which of its beats are put on the grid, and the order to the stretcher."""

from __future__ import annotations

import numpy as np

from daemon.audio.stretch_map import StretchMap
from daemon.audio.stretchers.stretcher import Stretch
from daemon.brief import Brief
from daemon.conform.shift import Shift
from daemon.hearing import Heard

#: A take whose beats all lie closer to the grid than this is not stretched.
ON_GRID_S = 0.0015


def anchors(heard: Heard, start_q: float, end_q: float, grid: str) -> np.ndarray:
    """Positions in quarters that are put on the grid.

    `tight` takes every pulse, `feel` the bar lines, `off` the two ends. Between bar lines the take
    keeps its own time: its groove stays, its drift goes. A take on a straight grid needs no more
    than its ends.
    """
    if grid == "off" or _is_straight(heard, start_q, end_q):
        return np.array([start_q, end_q])
    step = heard.meter.quarters_per_bar if grid == "feel" else 4 / heard.meter.denominator
    inner = np.arange(np.floor(start_q / step) + 1, np.ceil(end_q / step)) * step
    inner = inner[(inner > start_q + 1e-6) & (inner < end_q - 1e-6)]
    return np.concatenate([[start_q], inner, [end_q]])


def _is_straight(heard: Heard, start_q: float, end_q: float) -> bool:
    """Whether the map has no bend there that a stretch between the two ends would leave."""
    inner = heard.knots_q[(heard.knots_q >= start_q) & (heard.knots_q <= end_q)]
    begin, end = heard.time_of(np.array([start_q, end_q]))
    line = begin + (inner - start_q) / (end_q - start_q) * (end - begin)
    return not len(inner) or float(np.abs(heard.time_of(inner) - line).max()) < ON_GRID_S


def stretch_for(time_map: StretchMap, shift: Shift, brief: Brief) -> Stretch:
    """The order to the stretcher: a map, a shift and the brief's wishes."""
    semitones = 0.0 if shift.is_none else shift.semitones
    preview = brief.quality == "preview"
    return Stretch(time_map, semitones, brief.formants, shift.drums, preview, brief.stretcher)
