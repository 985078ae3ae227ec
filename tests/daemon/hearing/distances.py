"""How far what was heard lies from the truth."""

from __future__ import annotations

import numpy as np

from daemon.hearing import Heard


def beat_error_s(heard: Heard, quarters_s: np.ndarray) -> float:
    """Mean distance of the true quarters from the heard ones."""
    position = heard.position_of(quarters_s)
    return float(np.abs(heard.time_of(np.round(position)) - quarters_s).mean())


def downbeat_errors_s(heard: Heard, downbeats_s: np.ndarray) -> np.ndarray:
    """Distance of each true downbeat from the nearest heard one."""
    bar = heard.meter.quarters_per_bar
    return np.abs(heard.time_of(np.round(heard.position_of(downbeats_s) / bar) * bar) - downbeats_s)
