"""What a fitted lattice says about its own tempo: are these the beats that people tap?"""

from __future__ import annotations

import numpy as np

from daemon.hearing.beats import Beats
from daemon.hearing.onsets import Onsets

#: Bands below this are a kick's or a bass's (`envelopes.BANDS`).
LOW_BANDS = 2
#: Bands from there to below this are a snare's or a voice's.
MIDDLE_BANDS = 4


def features(
    lattice: Beats, hits: Onsets, clearest: float, share: float, judged: bool
) -> np.ndarray:
    """Features (14,) of a lattice at its tempo.

    `clearest` is the judges' highest score of a beginning of the bar, `share` its probability;
    without `judged` the first is unknown. In order:
    - the share of the attacks between the 16ths;
    - of those on 16ths the share on the beat, and on the off-beat;
    - low, then middle attacks in a pair of beats: on the other beat, on the off-beats;
    - likeness at the best lag, and after one bar; onset cost; scatter;
    - the judges' score, the log of `share`, and whether one bar is the unit.
    """
    slot, on = lattice.sixteenths(hits)
    beat = _folded(slot[on], hits.weight[on], 4)
    low = on & (hits.band < LOW_BANDS)
    middle = on & (hits.band >= LOW_BANDS) & (hits.band < MIDDLE_BANDS)
    pairs = [_folded(slot[some], hits.weight[some], 8) for some in (low, middle)]
    similarity = lattice.again.similarity
    return np.array(
        [
            float((hits.weight * ~on).sum() / (hits.weight.sum() + 1e-9)),
            beat[0],
            beat[2],
            *(value for pair in pairs for value in (pair[4], pair[2] + pair[6])),
            max(0.0, *similarity.values()) if similarity else 0.0,
            similarity.get(1, 0.0),
            lattice.map.onset_cost,
            lattice.map.scatter_s * 100,
            clearest if judged else np.nan,
            np.log(max(share, 1e-6)),
            float(lattice.unit_bars == 1),
        ]
    )


def _folded(slot: np.ndarray, weight: np.ndarray, slots: int) -> np.ndarray:
    """Shares of the attacks' weight on each of `slots` 16ths, the heaviest turned to the front."""
    sums = np.bincount(slot % slots, weight, slots)
    return np.roll(sums, -int(np.argmax(sums))) / (sums.sum() + 1e-9)
