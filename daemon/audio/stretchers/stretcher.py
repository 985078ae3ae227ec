"""What a stretcher is asked, and what it can: the contract of all of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from daemon.audio.stretch_map import StretchMap

#: The name for the best stretcher that is ready.
AUTO = "auto"


@dataclass(frozen=True)
class Stretch:
    """An order to a stretcher."""

    map: StretchMap
    semitones: float = 0.0
    formants: bool = False
    """Keep the spectral envelope where it is while the pitch moves."""
    drums: bool = False
    """Nothing in the audio has a pitch to keep."""
    preview: bool = False
    """Shorter windows: half the work, softer attacks."""
    by: str = AUTO
    """The name of a stretcher, or AUTO for the best that is ready."""


class Stretcher(Protocol):
    """One library or program that stretches.

    `stretch` takes float32 (frames, channels) with one or two channels, and a rate in Hz. It
    returns exactly `map.frames` frames, with each source position where the map puts it.
    """

    name: str
    """Its name in `audio.stretcher` of the config and in `method` of a clip's report."""
    package: str
    """The distribution that installs it."""
    keeps_formants: bool

    def ready(self) -> bool:
        """Whether it is installed."""

    def stretch(self, audio: np.ndarray, sample_rate: int, wanted: Stretch) -> np.ndarray: ...

    def off_pitch_cents(self, wanted: Stretch) -> float:
        """Largest pitch error in cents, where the pitch must be kept."""


def cents_of(deviation: float) -> float:
    """The interval in cents of a speed that is off by a share."""
    return 1200 * math.log2(1 + deviation)
