"""Two networks of notes as one: one's second layer beside another's, the mean of what they say.

    python -m tools.train_notes.beside ONE.npz OTHER.npz JOINED.npz

Both see what the first layer of the first one says. A second layer that sees fewer cells (two octaves
around, no strokes: as before it saw what it sees now) is taken too.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from daemon.notes.note_net import AROUND, ONSETS_AT, SECOND_INPUTS, TONES_AT, NoteNet
from tools.train_notes.joined import side_by_side

#: Semitones and columns that a second layer of fewer inputs sees.
_FEWER_AROUND, _FEWER_TONES_AT, _PLACES = 24, (-8, -2, 2, 8, 16), 8
#: The other's share of the answer; set on sixteen of the musician's loops.
_SHARE = 0.25


def joined(one: NoteNet, other: NoteNet) -> dict[str, np.ndarray]:
    """The first layer of `one`, and the second ones of both."""
    own = one.layer("second")
    second = side_by_side({**own, "0": _widened(own["0"])}, other.layer("second"), _SHARE)
    return {f"first.{key}": value for key, value in one.layer("first").items()} | {
        f"second.{key}": value for key, value in second.items()
    }


def _widened(inputs: np.ndarray) -> np.ndarray:
    """A layer's weights for all inputs: those that it did not have count nothing."""
    if len(inputs) == SECOND_INPUTS:
        return inputs
    seen = 2 * AROUND + 1
    around = np.arange(-_FEWER_AROUND, _FEWER_AROUND + 1) + AROUND
    rows = [n * seen + around for n in range(len(ONSETS_AT))]
    rows += [(len(ONSETS_AT) + TONES_AT.index(at)) * seen + around for at in _FEWER_TONES_AT]
    rows.append(np.arange(SECOND_INPUTS - _PLACES, SECOND_INPUTS))
    out = np.zeros((SECOND_INPUTS, inputs.shape[1]), np.float32)
    out[np.concatenate(rows)] = inputs
    return out


def main() -> int:
    one, other, out = (Path(argument) for argument in sys.argv[1:4])
    weights = joined(NoteNet.load(one), NoteNet.load(other))
    np.savez(
        out,
        allow_pickle=False,
        **{name: value.astype(np.float16) for name, value in weights.items()},
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
