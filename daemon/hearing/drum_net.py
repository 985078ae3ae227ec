"""The network that hears drums: at each moment, which piece of a kit is struck.

It sees the level of forty bands shortly before and after a moment, and their rise. It is trained on
kits alone and on kits in mixes (`tools/train_notes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from daemon.hearing.log_spectra import QUICK_ROWS, RANGE_DB
from daemon.models.layers import answer
from daemon.models.weights import read_weights

#: The pieces that it tells apart, and the General MIDI note that is written for each.
ROLES = {"kick": 36, "snare": 38, "hats": 42, "toms": 47, "cymbals": 49}
#: Odds of toms and cymbals from which on they are strokes; the other pieces have theirs by the
#: sound (`stroke_odds.even_of`). They were set on eight of the musician's loops, none of which
#: `benchmarks.notes` judges by, each on his own kit and on two that no training heard, alone, in
#: the mix and low-passed.
EVEN = {"toms": 0.26, "cymbals": 0.2}
#: General MIDI notes of each piece; other percussion is none of them.
_NOTES = {
    "kick": (35, 36),
    "snare": (37, 38, 39, 40),
    "hats": (42, 44, 46, 54, 69, 70, 82),
    "toms": (41, 43, 45, 47, 48, 50, *range(60, 69)),
    "cymbals": (49, 51, 52, 53, 55, 57, 59),
}
#: First rows of the bands: narrow below, wider above.
_EDGES = (*range(0, 40, 2), *range(40, 103, 3))
#: Columns before and after, of the levels and of their rise.
LEVELS_AT = (-8, -4, -3, -2, -1, 0, 1, 2, 3, 5, 8, 12, 17, 23)
RISE_AT = (-2, -1, 0, 1, 2)
_MARGIN = 24
_BLOCK = 4096
BANDS = len(_EDGES)
#: Percent of moments that are softer than a band's loud ones; dB by which those of a band may be
#: softer than the loudest band's; dB of a lift at most; and dB from the floor that are silence.
_LOUD_PERCENT, _SOFTER_DB, _LIFT_DB, _SILENT_DB = 99, 22.0, 22.0, 10.0
#: Beside them: each band's loudest and mean level in the whole sound.
INPUTS = BANDS * (len(LEVELS_AT) + len(RISE_AT) + 2)


def role_of(pitch: int) -> str:
    """The piece that a General MIDI drum note strikes; empty for what is none of them."""
    return next((role for role, notes in _NOTES.items() if pitch in notes), "")


class Bands:
    """A sound's bands with silence around, float32 (columns, bands), 0-1.

    Bands that a filter, a codec or a dull kit has made soft are lifted, so that a hat is told
    behind a low-pass too: adaptive whitening after Stowell and Plumbley (2007), within bounds.
    """

    def __init__(self, levels: np.ndarray, loudest: np.ndarray | None = None) -> None:
        """Of `levels_of` a sound, equalised or not; `loudest_of` them where that is known."""
        if loudest is None:
            loudest = loudest_of(levels)
        lift = _lift(loudest)
        self.levels = _lifted(np.pad(levels, ((_MARGIN, _MARGIN), (0, 0))), lift)
        self.rises = np.maximum(np.diff(self.levels, axis=0, prepend=0), 0)
        self.whole = np.concatenate([_lifted(loudest, lift), self.inside.mean(axis=0)])

    @property
    def inside(self) -> np.ndarray:
        """The levels of the sound itself, float32 (columns, bands)."""
        return self.levels[_MARGIN : len(self.levels) - _MARGIN]

    def seen(self, columns: np.ndarray) -> np.ndarray:
        """float32 (columns, INPUTS) of those columns."""
        at = columns[:, None] + _MARGIN
        levels = self.levels[at + np.array(LEVELS_AT)].reshape(len(columns), -1)
        rises = self.rises[at + np.array(RISE_AT)].reshape(len(columns), -1)
        whole = np.broadcast_to(self.whole, (len(columns), len(self.whole)))
        return np.concatenate([levels, rises, whole], axis=1)


def levels_of(quick: np.ndarray) -> np.ndarray:
    """float32 (columns, bands), 0-1, of a quick map."""
    widths = np.diff([*_EDGES, QUICK_ROWS])
    return np.asarray(
        np.add.reduceat(quick.astype(np.float32) / 255, _EDGES, axis=1) / widths, np.float32
    )


def equalised(levels: np.ndarray, gains_db: np.ndarray) -> np.ndarray:
    """The levels behind an equaliser of (bands,) dB."""
    return np.asarray(np.clip(levels + gains_db / RANGE_DB, 0, 1), np.float32)


def loudest_of(levels: np.ndarray) -> np.ndarray:
    """float32 (bands,): how loud each band is in its loud moments."""
    return np.asarray(np.percentile(levels, _LOUD_PERCENT, axis=0), np.float32)


def _lift(loudest: np.ndarray) -> np.ndarray:
    """(bands,): what soft bands lack to the loudest one, within bounds."""
    lack = loudest.max(initial=0) - _SOFTER_DB / RANGE_DB - loudest
    return np.clip(lack, 0, _LIFT_DB / RANGE_DB).astype(np.float32)


def _lifted(levels: np.ndarray, lift: np.ndarray) -> np.ndarray:
    """The levels, 0-1, with soft bands nearer to the loudest one; silence stays silent."""
    silent = np.minimum(levels * np.float32(RANGE_DB / _SILENT_DB), 1)
    return np.asarray(levels + silent * lift, np.float32)


@dataclass(frozen=True)
class DrumNet:
    """A trained network: weights of its layers by number, as `0` and `0.bias`."""

    weights: dict[str, np.ndarray]

    @classmethod
    def load(cls, path: Path) -> DrumNet:
        return cls(read_weights(path))

    def heard(self, quick: np.ndarray) -> np.ndarray:
        """float32 (columns, pieces): the odds, 0-1, that each of `ROLES` is struck in a map that
        is sharp in time."""
        bands = Bands(levels_of(quick))
        columns = np.arange(len(quick))
        return np.concatenate(
            [
                answer(self.weights, bands.seen(columns[start : start + _BLOCK]))
                for start in range(0, len(columns), _BLOCK)
            ]
        )


@cache
def drum_net() -> DrumNet:
    """The network as it is stored."""
    return DrumNet.load(Path(__file__).with_name("drums.npz"))
