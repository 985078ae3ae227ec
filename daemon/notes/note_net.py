"""The network that hears notes: for each pitch and moment, whether a note begins and whether one
sounds.

It looks at a pitch's partials, below and beside them, before and after; it has the same weights
for every pitch (harmonic stacking after Bittner and others, 2022). A second layer of networks sees
what the first one said of all pitches within two octaves, and takes back what is another's partial.
`tools/train_notes` trains it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from daemon.models.layers import answer
from daemon.models.weights import read_weights
from daemon.notes.log_spectra import LOWEST, PER_SEMITONE, Maps

#: MIDI notes that it knows: a piano's.
FIRST, LAST = 21, 108
PITCHES = LAST - FIRST + 1
#: Semitones of the partials that it looks at, an octave below the first one too.
_PARTIALS = (-12.0, 0.0, 12.0, 19.02, 24.0, 27.86, 31.02, 33.69, 36.0)
#: Rows beside the first partial, and where a tone a fifth or two octaves below would stand.
_BESIDE = (-6, -3, 3, 6, -57, -72)
#: Columns before and after, in the sharp map and in the quick one.
_SHARP_AT = (-10, -4, -1, 2, 5, 10, 20)
_QUICK_AT = (-6, -4, -2, -1, 0, 1, 2, 4, 6)
_QUICK_PARTIALS = (0, 12, 19, 24, 28, 31, 34, 36)
#: Bands of the quick map, by rows, whose rise tells a stroke from a change of tone.
_BANDS = ((0, 24), (24, 44), (44, 64), (64, 84), (84, 104))
_BANDS_AT = (-4, -2, 0, 2)
#: Centres of the pitch's own places, in MIDI notes.
_PLACES = np.arange(24, 109, 12)
#: Semitones above and below that the second layer sees, and when it sees onsets and tones.
_AROUND = 24
_ONSETS_AT = (-6, -3, -1, 0, 1, 3, 6)
_TONES_AT = (-8, -2, 2, 8, 16)
#: Columns before the first and after the last that are needed.
_MARGIN = 24
#: Cells that are worked on at once.
_BLOCK = 8192
#: Level, of 255, that a pitch or its octave must reach within a sixth of a second to be a note.
_LEAST_LEVEL = 76
_LEAST_WITHIN = 14
#: What the first layer must say of a cell for the second to be asked.
_DOUBT = 0.02

#: Columns and MIDI pitches of cells -> what a layer sees of them, float32 (cells, inputs).
Seen = Callable[[np.ndarray, np.ndarray], np.ndarray]

_SHARP_STEPS = np.array(
    [round(semitones * PER_SEMITONE) + side for semitones in _PARTIALS for side in (-1, 0, 1)]
    + list(_BESIDE)
)
INPUTS = (
    len(_SHARP_STEPS) * len(_SHARP_AT)
    + len(_QUICK_PARTIALS) * len(_QUICK_AT)
    + len(_BANDS) * len(_BANDS_AT)
    + len(_PLACES)
)
SECOND_INPUTS = (2 * _AROUND + 1) * (len(_ONSETS_AT) + len(_TONES_AT)) + len(_PLACES)


class Padded:
    """Maps with silence around, ready to be looked at from any column and pitch."""

    def __init__(self, maps: Maps) -> None:
        self.columns = len(maps)
        below, above = 72 + 3, 36 * PER_SEMITONE + 3
        self.sharp = np.pad(maps.sharp, ((_MARGIN, _MARGIN), (below, above)))
        self.quick = np.pad(maps.quick, ((_MARGIN, _MARGIN), (0, 40)))
        self.bands = np.stack([self.quick[:, a:b].mean(axis=1) for a, b in _BANDS], axis=1).astype(
            np.float32
        )
        self._below = below

    def seen(self, columns: np.ndarray, pitches: np.ndarray) -> np.ndarray:
        """float32 (cells, INPUTS), 0-1, of cells at `columns` and MIDI `pitches`."""
        at = columns[:, None] + _MARGIN
        row = (pitches - LOWEST)[:, None] * PER_SEMITONE + 1 + self._below
        parts = [
            self.sharp[(at + np.array(_SHARP_AT))[:, :, None], (row + _SHARP_STEPS)[:, None, :]],
            self.quick[
                (at + np.array(_QUICK_AT))[:, :, None],
                ((pitches - LOWEST)[:, None] + np.array(_QUICK_PARTIALS))[:, None, :],
            ],
            self.bands[at + np.array(_BANDS_AT)],
        ]
        out = np.empty((len(columns), INPUTS), np.float32)
        end = 0
        for part in parts:
            flat = part.reshape(len(columns), -1)
            np.multiply(flat, np.float32(1 / 255), out=out[:, end : end + flat.shape[1]])
            end += flat.shape[1]
        out[:, end:] = places_of(pitches)
        return out


def places_of(pitches: np.ndarray) -> np.ndarray:
    """float32 (cells, places): how near each pitch lies to each octave's middle."""
    return np.exp(-(((pitches[:, None] - _PLACES) / 8.0) ** 2)).astype(np.float32)


def _sounding(maps: Maps) -> np.ndarray:
    """Bool (columns, PITCHES): where enough sounds at a pitch or an octave above it."""
    quick = maps.quick[:, FIRST - LOWEST :]
    level = np.maximum(quick[:, :PITCHES], np.pad(quick[:, 12:], ((0, 0), (0, 28)))[:, :PITCHES])
    wide = ndimage.maximum_filter1d(level, _LEAST_WITHIN, axis=0)
    return np.asarray(wide > _LEAST_LEVEL)


class FirstSaid:
    """What the first layer said, (columns, PITCHES, 2), ready for the second."""

    def __init__(self, said: np.ndarray) -> None:
        around = ((_MARGIN, _MARGIN), (_AROUND, _AROUND))
        self.onsets = np.pad(said[:, :, 0], around)
        self.tones = np.pad(said[:, :, 1], around)

    def seen(self, columns: np.ndarray, pitches: np.ndarray) -> np.ndarray:
        """float32 (cells, SECOND_INPUTS)."""
        rows = ((pitches - FIRST)[:, None] + np.arange(2 * _AROUND + 1))[:, None, :]
        at = columns[:, None] + _MARGIN
        parts = [
            self.onsets[(at + np.array(_ONSETS_AT))[:, :, None], rows],
            self.tones[(at + np.array(_TONES_AT))[:, :, None], rows],
        ]
        flat = [part.reshape(len(columns), -1) for part in parts]
        return np.concatenate([*flat, places_of(pitches)], axis=1).astype(np.float32)


@dataclass(frozen=True)
class NoteNet:
    """A trained network: `weights` by name, those of each layer as `first.0`, `first.0.bias`."""

    weights: dict[str, np.ndarray]

    @classmethod
    def load(cls, path: Path) -> NoteNet:
        return cls(read_weights(path))

    def heard(self, maps: Maps) -> np.ndarray:
        """float32 (columns, PITCHES, 2): the odds, 0-1, that a note begins, and that one sounds."""
        said = self.first_said(maps)
        return self._over_all(FirstSaid(said).seen, said.max(axis=2) > _DOUBT, "second")

    def first_said(self, maps: Maps) -> np.ndarray:
        """What the first layer says, float32 (columns, PITCHES, 2)."""
        return self._over_all(Padded(maps).seen, _sounding(maps), "first")

    def layer(self, layer: str) -> dict[str, np.ndarray]:
        """The weights of `first` or `second`, as `layers.answer` takes them."""
        start = f"{layer}."
        return {k.removeprefix(start): v for k, v in self.weights.items() if k.startswith(start)}

    def _over_all(self, seen: Seen, asked: np.ndarray, layer: str) -> np.ndarray:
        """The answers of the cells that are `asked`, bool (columns, PITCHES); 0 elsewhere."""
        out = np.zeros((*asked.shape, 2), np.float32)
        weights = self.layer(layer)
        columns, rows = np.nonzero(asked)
        for start in range(0, len(columns), _BLOCK):
            at, row = columns[start : start + _BLOCK], rows[start : start + _BLOCK]
            out[at, row] = answer(weights, seen(at, row + FIRST))
        return out
