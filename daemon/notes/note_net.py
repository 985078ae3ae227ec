"""The network that hears notes: for each pitch and moment, whether a note begins and whether one
sounds.

It looks at a pitch's partials, below and beside them, before and after; it has the same weights
for every pitch (harmonic stacking after Bittner and others, 2022). A second layer of networks sees
what the first one said of all pitches within three octaves, for two seconds of the pitch itself and
of those that share its partials, and what strokes of drums were heard; it takes back what is
another's partial. `tools/train_notes` trains it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from daemon.hearing.drum_net import ROLES
from daemon.hearing.log_spectra import LOWEST, PER_SEMITONE, QUICK_ROWS, SHARP_ROWS, Maps
from daemon.models.layers import answer
from daemon.models.weights import read_weights

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
AROUND = 36
ONSETS_AT = (-6, -3, -1, 0, 1, 3, 6)
TONES_AT = (-16, -8, -2, 2, 8, 16, 30)
#: Semitones whose onsets and tones it sees further away, and when.
_KIN = (-24, -19, -12, 0, 12, 19)
_KIN_AT = (-86, -66, -48, -34, -22, -14, -9, 9, 14, 22, 34, 48, 66, 86)
#: When it sees strokes of drums, and rows and columns of levels in the quick map.
_STROKES_AT = (-4, -2, -1, 0, 1, 2, 4)
_LEVEL_ROWS = (-12, 0, 12, 19, 24)
_LEVELS_AT = (-12, -5, -2, 0, 2, 5, 12)
#: Columns before the first and after the last that are needed.
_MARGIN = 88
#: Cells that are worked on at once.
_BLOCK = 4096
#: Level, of 255, that a pitch or its octave must reach within a sixth of a second to be a note.
_LEAST_LEVEL = 76
_LEAST_WITHIN = 14
#: Columns beside wanted ones in which the first layer is asked too.
_NEAR_COLUMNS = 6
#: What the first layer must say of a cell for the second to be asked.
DOUBT = 0.02

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
SECOND_INPUTS = (
    (2 * AROUND + 1) * (len(ONSETS_AT) + len(TONES_AT))
    + 2 * len(_KIN) * len(_KIN_AT)
    + len(ROLES) * len(_STROKES_AT)
    + len(_LEVEL_ROWS) * len(_LEVELS_AT)
    + len(_PLACES)
)


class Padded:
    """Maps with silence around, ready to be looked at from any column and pitch."""

    def __init__(self, maps: Maps) -> None:
        below, above = 72 + 3, 38 * PER_SEMITONE + 3
        self.sharp = np.pad(maps.sharp, ((_MARGIN, _MARGIN), (below, above)))
        self.quick = _padded_quick(maps)
        bands = [self.quick[:, 12 + a : 12 + b].mean(axis=1) for a, b in _BANDS]
        self.bands = np.stack(bands, axis=1).astype(np.float32)
        self._below = below
        own = slice(_MARGIN, _MARGIN + len(maps))
        #: The maps again, without a copy.
        self.maps = Maps(
            self.sharp[own, below : below + SHARP_ROWS], self.quick[own, 12 : 12 + QUICK_ROWS]
        )

    def seen(self, columns: np.ndarray, pitches: np.ndarray) -> np.ndarray:
        """float32 (cells, INPUTS), 0-1, of cells at `columns` and MIDI `pitches`."""
        at = columns[:, None] + _MARGIN
        row = (pitches - LOWEST)[:, None] * PER_SEMITONE + 1 + self._below
        quick_row = (pitches - LOWEST)[:, None] + 12
        parts = [
            _looked(self.sharp, at, _SHARP_AT, row, _SHARP_STEPS),
            _looked(self.quick, at, _QUICK_AT, quick_row, _QUICK_PARTIALS),
            self.bands[at + np.array(_BANDS_AT)],
        ]
        return _together([(part, 255) for part in parts], pitches)


def _padded_quick(maps: Maps) -> np.ndarray:
    """The quick map with an octave of silence below and three above."""
    return np.pad(maps.quick, ((_MARGIN, _MARGIN), (12, 40)))


def _looked(
    table: np.ndarray,
    at: np.ndarray,
    columns: Sequence[int],
    row: np.ndarray,
    steps: Sequence[int] | np.ndarray,
) -> np.ndarray:
    """(cells, columns, steps) of a table: `columns` from `at` (cells, 1), `steps` from `row`."""
    return table[(at + np.array(columns))[:, :, None], (row + np.array(steps))[:, None, :]]


def _together(parts: Sequence[tuple[np.ndarray, int]], pitches: np.ndarray) -> np.ndarray:
    """float32 (cells, inputs), 0-1: what was looked at by its highest level, and the place."""
    cells = len(pitches)
    flat = [(part.reshape(cells, -1), most) for part, most in parts]
    out = np.empty((cells, sum(one.shape[1] for one, _ in flat) + len(_PLACES)), np.float32)
    end = 0
    for part, most in flat:
        np.multiply(part, np.float32(1 / most), out=out[:, end : end + part.shape[1]])
        end += part.shape[1]
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


def _near(wanted: np.ndarray) -> np.ndarray:
    """Bool (columns, PITCHES): the cells beside those that are wanted, in time and in pitch."""
    return np.asarray(ndimage.maximum_filter(wanted, (2 * _NEAR_COLUMNS + 1, 3)))


class FirstSaid:
    """What the first layer said, (columns, PITCHES, 2), ready for the second.

    Beside it the odds of strokes of drums, (columns, roles), and the maps.
    """

    def __init__(self, said: np.ndarray, strokes: np.ndarray, maps: Maps) -> None:
        around = ((_MARGIN, _MARGIN), (AROUND, AROUND))
        bytes_ = np.round(said * 255).astype(np.uint8)
        self.onsets = np.pad(bytes_[:, :, 0], around)
        self.tones = np.pad(bytes_[:, :, 1], around)
        # a view that is read a whole row at once: three times as fast as cell by cell
        self._rows = [
            np.lib.stride_tricks.sliding_window_view(one, 2 * AROUND + 1, axis=1)
            for one in (self.onsets, self.tones)
        ]
        self.strokes = np.pad(strokes, ((_MARGIN, _MARGIN), (0, 0))).astype(np.float32)
        self.quick = _padded_quick(maps)

    def seen(self, columns: np.ndarray, pitches: np.ndarray) -> np.ndarray:
        """float32 (cells, SECOND_INPUTS), 0-1."""
        at, row = columns[:, None] + _MARGIN, (pitches - FIRST)[:, None] + AROUND
        quick_row = (pitches - LOWEST)[:, None] + 12
        onsets, tones = self._rows
        parts = [
            (onsets[at + np.array(ONSETS_AT), row - AROUND], 255),
            (tones[at + np.array(TONES_AT), row - AROUND], 255),
            (_looked(self.onsets, at, _KIN_AT, row, _KIN), 255),
            (_looked(self.tones, at, _KIN_AT, row, _KIN), 255),
            (self.strokes[at + np.array(_STROKES_AT)], 1),
            (_looked(self.quick, at, _LEVELS_AT, quick_row, _LEVEL_ROWS), 255),
        ]
        return _together(parts, pitches)


@dataclass(frozen=True)
class NoteNet:
    """A trained network: `weights` by name, those of each layer as `first.0`, `first.0.bias`."""

    weights: dict[str, np.ndarray]

    @classmethod
    def load(cls, path: Path) -> NoteNet:
        return cls(read_weights(path))

    def heard(
        self, maps: Maps, strokes: np.ndarray, wanted: np.ndarray | None = None
    ) -> np.ndarray:
        """float32 (columns, PITCHES, 2): the odds, 0-1, that a note begins, and that one sounds.

        `strokes` (columns, roles): the odds of `drum_net` for the same maps. `wanted`, bool
        (columns, PITCHES): where alone the odds are wanted; 0 elsewhere.
        """
        said = self.first_said(maps, None if wanted is None else _near(wanted))
        seen, asked = FirstSaid(said, strokes, maps).seen, said.max(axis=2) > DOUBT
        return self._over_all(seen, asked if wanted is None else asked & wanted, "second")

    def first_said(self, maps: Maps, wanted: np.ndarray | None = None) -> np.ndarray:
        """What the first layer says, float32 (columns, PITCHES, 2); of `wanted` alone."""
        asked = _sounding(maps)
        return self._over_all(
            Padded(maps).seen, asked if wanted is None else asked & wanted, "first"
        )

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
