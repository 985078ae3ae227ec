"""Signalsmith Stretch, by python-stretch. MIT."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import replace

import numpy as np

from daemon.audio.resample import fit_length
from daemon.audio.stretch_map import StretchMap
from daemon.audio.stretchers.passage import passage
from daemon.audio.stretchers.resampler import resampled
from daemon.audio.stretchers.stretcher import Stretch, cents_of
from daemon.audio.stretchers.with_pitch import with_pitch

#: Signalsmith's own default block.
_BLOCK_S = 0.12
#: A short block keeps a drum's attack (measured in tests/daemon/audio/test_stretch.py).
_DRUMS_BLOCK_S = 0.04
#: Blocks that overlap at any moment.
_OVERLAP = 4
#: Seed of Signalsmith's random phases, so that a take gives the same clip again.
#: It uses them beyond twice the length alone.
_SEED = 0
#: Bend under which a map is a straight line: over ten minutes it is a hundredth of a frame.
_STRAIGHT = 1e-9


class Signalsmith:
    """Signalsmith Stretch by python-stretch. MIT.

    It has one ratio a call. Resampling follows the rest of a bent map, so the pitch wavers by as
    much as the map bends.
    """

    name = "signalsmith"
    package = "python-stretch"
    keeps_formants = False

    def ready(self) -> bool:
        return importlib.util.find_spec("python_stretch") is not None

    def stretch(self, audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
        return with_pitch(_signalsmith, audio, sample_rate, wanted)

    def off_pitch_cents(self, wanted: Stretch) -> float:
        return 0.0 if wanted.drums else cents_of(_bend(wanted.map))


def _bend(time_map: StretchMap) -> float:
    """Largest deviation of a map's slopes from their mean, from 1; 0 for a straight line."""
    slopes = np.diff(time_map.target) / np.diff(time_map.source) / time_map.ratio
    widest = float(np.maximum(slopes, 1 / slopes).max()) - 1
    return widest if widest > _STRAIGHT else 0.0


def _signalsmith(audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray:
    import python_stretch

    whole = wanted.map
    block = round((_DRUMS_BLOCK_S if wanted.drums else _BLOCK_S) * sample_rate)
    ends = whole.source_of(np.array([0.0, float(whole.frames)]))
    # Its blocks must see the take beyond the edges, not silence.
    first = math.floor(ends[0]) - 2 * block
    last = math.ceil(ends[1]) + 2 * block
    source = passage(audio, first, last - first)
    stretcher = python_stretch.Signalsmith.Stretch(_SEED)
    stretcher.configure(source.shape[0], block, max(1, block // _OVERLAP))
    stretcher.timeFactor = 1 / whole.ratio
    made = np.asarray(stretcher.process(source)).T
    # It rounds the length, so the true ratio is computed from the result.
    ratio = len(made) / (last - first)
    if not _bend(whole):
        return fit_length(made[round((float(ends[0]) - first) * ratio) :], whole.frames)
    rest = StretchMap((whole.source - first) * ratio, whole.target, whole.frames)
    return resampled(made, sample_rate, replace(wanted, map=rest))
