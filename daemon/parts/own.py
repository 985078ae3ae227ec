"""The separator that is always there: drums, bass and the rest, and drums piece by piece.

Two small networks of our own mask the spectra (`mask_net.py`). Nothing is downloaded. It takes no
voices apart: it has heard none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from daemon.parts.mask_net import MaskNet
from daemon.parts.spectra import Spectra, hop_of

Tell = Callable[[float], None]

#: s; a long sound goes through in pieces, so that memory stays bounded.
_PIECE_S = 30.0
#: s on either side of a piece that is heard and cut off again: further than the networks listen.
_AROUND_S = 1.5
#: s over which one piece gives way to the next.
_JOINT_S = 0.05


@cache
def network(name: str) -> MaskNet:
    """`mix` or `drums`."""
    return MaskNet.load(Path(__file__).with_name(f"{name}.npz"))


def separate(
    name: str, audio: np.ndarray, sample_rate: int, is_loop: bool, tell: Tell = lambda share: None
) -> dict[str, np.ndarray]:
    """Part -> float32 (frames, channels), which add up to `audio`, float32 (frames, channels).

    A loop is heard with its own end before it and its start after it, so that its parts loop too.
    """
    net = network(name)
    # whole windows, so that a piece is heard by the very windows of the whole
    around = _windows(_AROUND_S, sample_rate)
    joint = _windows(_JOINT_S, sample_rate)
    length = len(audio)
    outside = np.pad(
        audio, ((around + joint, around + joint), (0, 0)), "wrap" if is_loop else "constant"
    )
    # the mean power of a bin, by Parseval: a piece is heard as loud as it is in the whole
    level = float(np.mean(audio.astype(np.float64) ** 2))
    parts = {part: np.zeros_like(audio) for part in net.parts}
    step = _windows(_PIECE_S, sample_rate)
    for start in range(0, length, step):
        end = min(length, start + step)
        # the piece, a joint on either side, and what is only heard
        piece = outside[start : end + 2 * (around + joint)]
        spectra = Spectra(piece, sample_rate)
        masks = net.masks(spectra, level * spectra.window_power)
        for part, mask in masks.items():
            own = spectra.sound_of(mask)[around : len(piece) - around]
            _join(parts[part], own, start, end, joint)
            tell((start + (end - start) * (net.parts.index(part) + 1) / len(net.parts)) / length)
    rest = audio - sum(parts.values())
    parts[net.parts[-1]] += rest.astype(np.float32)
    return parts


def _windows(length_s: float, sample_rate: int) -> int:
    hop = hop_of(sample_rate)
    return max(1, round(length_s * sample_rate / hop)) * hop


def _join(whole: np.ndarray, piece: np.ndarray, start: int, end: int, joint: int) -> None:
    """Add a piece, with `joint` frames before `start` and after `end`, faded over them."""
    fade_in = np.ones(len(piece), np.float32)
    ramp = (np.arange(2 * joint, dtype=np.float32) + 0.5) / (2 * joint)
    if start > 0:
        fade_in[: 2 * joint] = ramp[: len(fade_in)]
    if end < len(whole):
        fade_in[-2 * joint :] *= ramp[::-1]
    low, high = max(0, start - joint), min(len(whole), end + joint)
    inside = slice(low - (start - joint), high - (start - joint))
    whole[low:high] += (piece * fade_in[:, None])[inside]
