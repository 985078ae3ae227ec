"""Channels beyond two, mixed down to stereo by what each of them is; and faults of two.

Places and their bits after Microsoft's WAVEFORMATEXTENSIBLE, orders of FLAC (RFC 9639, 9.1.3) and
of Vorbis and Opus (RFC 7845, 5.1.1.2). Weights after ITU-R BS.775-4, annex 4.
"""

from __future__ import annotations

import numpy as np

#: The places of a mask's bits, from the lowest.
_PLACES = (
    "FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC", "SL", "SR", "TC", "TFL", "TFC", "TFR",
    "TBL", "TBC", "TBR",
)  # fmt: skip
#: The order where nothing names it: that of WAV and FLAC, by the number of channels.
_BY_COUNT = {
    3: "FL FR FC",
    4: "FL FR BL BR",
    5: "FL FR FC BL BR",
    6: "FL FR FC LFE BL BR",
    7: "FL FR FC LFE BC SL SR",
    8: "FL FR FC LFE BL BR SL SR",
}
#: The order of Vorbis and Opus.
_VORBIS = {
    3: "FL FC FR",
    4: "FL FR BL BR",
    5: "FL FC FR BL BR",
    6: "FL FC FR BL BR LFE",
    7: "FL FC FR SL SR BC LFE",
    8: "FL FC FR SL SR BL BR LFE",
}
#: What such a number of channels is usually called.
_NAMES = {3: "3.0", 4: "quadro", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
#: Most channels that can be told apart without a mask.
MOST_CHANNELS = 8
#: -3 dB: a place between the two sides, or behind one.
_BETWEEN = 0.5**0.5
#: Power of a channel over that of the other one, under which it is dead.
_DEAD = 1e-6
#: Mean power of a file under which nothing is said of its sides: it is silent.
_SILENT = 1e-9
#: Power of the channels' mean over their mean power, under which they cancel each other.
_CANCELLED = 0.01


def named_places(channels: int, mask: int) -> tuple[str, ...] | None:
    """The place of each channel by a WAV's mask; None where it does not name them all."""
    named = tuple(place for bit, place in enumerate(_PLACES) if mask >> bit & 1)
    return named if len(named) == channels else None


def usual_places(channels: int, *, vorbis: bool = False) -> tuple[str, ...] | None:
    """The place of each channel where only their number is known; None for more than 8."""
    order = (_VORBIS if vorbis else _BY_COUNT).get(channels)
    return tuple(order.split()) if order else None


def mixed_down(audio: np.ndarray, places: tuple[str, ...]) -> np.ndarray:
    """Float32 (frames, channels) -> (frames, 2), scaled so that it cannot clip.

    No channel is thrown away: the bass channel goes to both sides as the centre does.
    """
    weights = np.array([_weights(place) for place in places], np.float32)
    weights /= max(1.0, float(weights.sum(axis=0).max()))
    mixed: np.ndarray = audio @ weights
    return mixed


def _weights(place: str) -> tuple[float, float]:
    """How much of a place goes to the left and to the right."""
    front = place in ("FL", "FR")
    if place.endswith("L") or place == "FLC":
        return (1.0 if front else _BETWEEN), 0.0
    if place.endswith("R") or place == "FRC":
        return 0.0, (1.0 if front else _BETWEEN)
    # a place behind or above is heard on both sides, at half the power of one beside
    return (_BETWEEN, _BETWEEN) if place in ("FC", "LFE") else (0.5, 0.5)


def mixing_note(places: tuple[str, ...], *, named: bool) -> str:
    """The words for a file that was mixed down."""
    channels, what = len(places), " ".join(places)
    if named:
        return f"{channels} channels ({what}) were mixed down to two"
    return f"{channels} channels, taken as {_NAMES[channels]} ({what}), were mixed down to two"


def stereo_faults(audio: np.ndarray) -> list[str]:
    """What a listener should know of two channels: a dead side, sides that cancel each other."""
    if audio.shape[1] != 2 or not len(audio):
        return []
    left, right = (float(np.dot(side, side)) / len(side) for side in audio.T)
    loud, soft = max(left, right), min(left, right)
    if not np.isfinite(loud) or loud < _SILENT:
        return []
    if soft < _DEAD * loud:
        dead, alive = ("right", "left") if left > right else ("left", "right")
        return [f"the {dead} side is silent: the sound is on the {alive} one alone"]
    middle = audio[:, 0] + audio[:, 1]
    if float(np.dot(middle, middle)) / len(middle) / 4 < _CANCELLED * (left + right) / 2:
        return ["the two sides are in opposite phase: played in mono they cancel each other"]
    return []
