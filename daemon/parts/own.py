"""The separator that is always there: drums, bass and the rest, and drums piece by piece.

Two small networks of our own mask the spectra (`mask_net.py`), and the sides of a stereo sound say
more (`sides.py`). Nothing is downloaded. It takes no
voices apart: it has heard none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from daemon.parts.mask_net import MaskNet
from daemon.parts.pieces import Pieces, Share, in_pieces, with_rest
from daemon.parts.recurrence import as_seen_by, by_recurrence
from daemon.parts.sides import shares_of
from daemon.parts.spectra import Spectra, hop_of
from daemon.parts.stance import stance_of

#: s of a piece.
_PIECE_S = 30.0
#: s on either side of a piece that is heard and cut off again: further than the networks listen,
#: and the sides are compared.
_AROUND_S = 2.0
#: s over which one piece gives way to the next.
_JOINT_S = 0.05
_BLOCK_FRAMES = 2**18
#: Networks whose low tones are heard again in longer windows.
_AGAIN = ("mix",)


@dataclass(frozen=True)
class _Look:
    """How much of the answer is that of windows `longer` times as long.

    `share`: up to the first of `hz`; it is nothing from the second on.
    """

    longer: int
    share: float
    hz: tuple[float, float]


_LOW, _LOWEST = _Look(2, 0.7, (1300.0, 1700.0)), _Look(4, 0.5, (600.0, 800.0))


@cache
def network(name: str) -> MaskNet:
    """`mix` or `drums`."""
    return MaskNet.load(Path(__file__).with_name(f"{name}.npz"))


def mix(audio: np.ndarray, sample_rate: int, is_loop: bool, tell: Share) -> dict[str, np.ndarray]:
    """Drums, bass and the rest of a mix, as `separate` gives them."""
    return separate("mix", audio, sample_rate, is_loop, tell)


def separate(
    name: str, audio: np.ndarray, sample_rate: int, is_loop: bool, tell: Share = lambda share: None
) -> dict[str, np.ndarray]:
    """Part -> float32 (frames, channels), which add up to `audio`, float32 (frames, channels)."""
    net = network(name)
    # whole windows, so that a piece is heard by the very windows of the whole
    pieces = Pieces(
        _windows(_PIECE_S, sample_rate),
        _windows(_AROUND_S, sample_rate),
        _windows(_JOINT_S, sample_rate),
    )
    # the mean power of a bin, by Parseval: a piece is heard as loud as it is in the whole
    level = mean_power(audio)
    stance = stance_of(audio)

    def work(piece: np.ndarray) -> dict[str, np.ndarray]:
        start, end = _sounding(piece, hop_of(sample_rate))
        if start == end:
            return {part: np.zeros_like(piece) for part in net.parts}
        found = apart(stance.turned(piece[start:end]))
        around = ((start, len(piece) - end), (0, 0))
        return {part: np.pad(stance.turned_back(own), around) for part, own in found.items()}

    def apart(piece: np.ndarray) -> dict[str, np.ndarray]:
        short = Spectra(piece, sample_rate)
        if name not in _AGAIN:
            masks = net.masks(short, level * short.window_power)
            return _sounds(short, by_recurrence(short, masks))
        low = Spectra(piece, sample_rate, longer=_LOW.longer)
        masks, low_masks = net.masks_twice(short, low, level, sided=stance.sided)
        found = _sounds(short, by_recurrence(short, masks))
        del short, masks
        low_masks = by_recurrence(low, low_masks)
        found = _with_look(found, _LOW, low, low_masks)
        lowest = Spectra(piece, sample_rate, longer=_LOWEST.longer)
        masks = by_recurrence(lowest, as_seen_by(lowest, low, low_masks))
        return _with_look(found, _LOWEST, lowest, masks)

    parts = in_pieces(audio, net.parts, pieces, is_loop, work, tell)
    return with_rest(audio, parts, net.parts[-1])


def _sounds(spectra: Spectra, masks: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    shares = shares_of(spectra, masks)
    return {part: spectra.sound(shares.pop(part)) for part in masks}


def _with_look(
    parts: dict[str, np.ndarray], look: _Look, low: Spectra, masks: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """The parts, float32 (frames, channels), low tones in part by the masks of longer windows."""
    from_hz, to_hz = look.hz
    at_hz = np.arange(low.values.shape[1]) * low.bin_hz
    weight = look.share * np.clip((to_hz - at_hz) / (to_hz - from_hz), 0, 1)
    shares = shares_of(low, masks)
    out, last = {}, next(reversed(parts))
    left = np.zeros_like(parts[last])
    for part, sound in parts.items():
        if part != last:
            own = Spectra(sound, low.sample_rate, longer=look.longer).values
            change = low.sound((shares.pop(part) - own) * weight[:, None].astype(np.float32))
            out[part] = sound + change
            left += change
    # both answers add up to the whole
    return {**out, last: parts[last] - left}


def mean_power(audio: np.ndarray) -> float:
    """The mean square of float32 (frames, channels), read block by block."""
    total = 0.0
    for at in range(0, len(audio), _BLOCK_FRAMES):
        total += float((audio[at : at + _BLOCK_FRAMES].astype(np.float64) ** 2).sum())
    return total / max(audio.size, 1)


def _sounding(audio: np.ndarray, hop: int) -> tuple[int, int]:
    """First frame, by whole hops, and end of what is not silent in (frames, channels).

    What begins out of silence seems struck; the networks learnt from stretches of music.
    """
    found = np.flatnonzero(audio.any(axis=1))
    if not len(found):
        return 0, 0
    return int(found[0]) // hop * hop, int(found[-1]) + 1


def _windows(length_s: float, sample_rate: int) -> int:
    hop = hop_of(sample_rate)
    return max(1, round(length_s * sample_rate / hop)) * hop
