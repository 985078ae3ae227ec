"""How a whole sound stands between its two sides, and the same sound in the middle.

A recording on one channel, or with one side inverted, is the music that it would be in the middle.
Networks that saw mixes around the middle should see it there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_MIDDLE = np.sqrt(np.array([0.5, 0.5]))
_INVERTED = np.diag([1.0, -1.0])
#: So many times the power of the sides' sum has their difference where one of them is inverted.
_AGAINST = 2.0
#: Share of the power across the line on which a sound lies: below the first all of it lies there,
#: wherever that is; below the second nothing is known of where its parts stand.
_ON_A_LINE, _NO_SIDES = 1e-3, 1e-6
#: Frames that are reckoned at once, so that memory stays small.
_BLOCK_FRAMES = 2**18


@dataclass(frozen=True)
class Stance:
    """`turn`: orthogonal float32 (2, 2) that brings the sides to the middle; None: there already.

    `sided`: the parts may stand in different places.
    """

    turn: np.ndarray | None
    sided: bool

    def turned(self, audio: np.ndarray) -> np.ndarray:
        """float32 (frames, 2) around the middle."""
        return audio if self.turn is None else audio @ self.turn

    def turned_back(self, audio: np.ndarray) -> np.ndarray:
        """Where it was: what `turned` undid."""
        return audio if self.turn is None else audio @ self.turn.T


def stance_of(audio: np.ndarray) -> Stance:
    """Of float32 (frames, channels); one with more than two channels stays as it is."""
    if audio.shape[1] != 2:
        return Stance(None, audio.shape[1] > 2)
    together = np.zeros((2, 2))
    for at in range(0, len(audio), _BLOCK_FRAMES):
        some = audio[at : at + _BLOCK_FRAMES].astype(np.float64)
        together += some.T @ some
    turn = np.eye(2)
    both, across = together[0, 0] + together[1, 1], 2 * together[0, 1]
    if both - across > _AGAINST * (both + across):
        turn = _INVERTED
        together = turn @ together @ turn
    (least, most), axes = np.linalg.eigh(together)
    if least < _ON_A_LINE * most:
        turn = turn @ _to_middle(axes[:, 1])
    moved = np.abs(turn - np.eye(2)).max() > 1e-6
    return Stance(turn.astype(np.float32) if moved else None, bool(least > _NO_SIDES * most))


def _to_middle(axis: np.ndarray) -> np.ndarray:
    """The reflection that takes a direction, float64 (2,), to the middle."""
    axis = axis if axis @ _MIDDLE >= 0 else -axis
    across = axis - _MIDDLE
    size = across @ across
    return np.eye(2) if size < 1e-12 else np.eye(2) - 2 * np.outer(across, across) / size
