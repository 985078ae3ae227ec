"""DC: a constant part of a sound, which takes room, clicks at every cut and is never heard."""

from __future__ import annotations

import numpy as np

#: Mean of a channel, at full scale 1, under which it has no offset to remove.
_LEAST = 1e-3
#: Mean from which a user is told: -46 dB, where its clicks at cuts can be heard.
_TOLD = 0.005
#: Swing at full scale 1, -80 dB, under which a sound is silent.
SILENT = 1e-4
#: Share of a sound's level that its mean may have by chance.
_BY_CHANCE = 0.05


def offsets_of(audio: np.ndarray) -> np.ndarray:
    """The mean of each channel of float32 (frames, channels), float64 (channels,)."""
    return np.array([channel.mean(dtype=np.float64) for channel in audio.T])


def without_offset(audio: np.ndarray) -> np.ndarray:
    """The same with each channel's mean removed; `audio` itself where none is worth it."""
    offsets = offsets_of(audio)
    if not len(audio) or float(np.abs(offsets).max()) < _LEAST:
        return audio
    return audio - offsets.astype(np.float32)


def offset_told(audio: np.ndarray) -> float:
    """The offset that a user should know of, as a share of full scale; 0 where there is none.

    The middle of the samples must lie off zero too: a short low note has a mean without an offset.
    A short noise has one by chance, small beside its level.
    """
    most = 0.0
    if not len(audio):
        return most
    for channel, offset in zip(audio.T, np.abs(offsets_of(audio)), strict=True):
        # by sums of products, which need no copy of a long take
        power = float(np.dot(channel, channel)) / max(1, len(channel))
        least = max(_TOLD, most, _BY_CHANCE * float(np.sqrt(max(0.0, power - offset**2))))
        if offset >= least and abs(float(np.median(channel))) > offset / 2:
            most = float(offset)
    return most


def swing_of(audio: np.ndarray) -> float:
    """The furthest that a channel of float (frames, channels) or (frames,) goes from its mean."""
    if not len(audio):
        return 0.0
    most = 0.0
    for channel in audio.T if audio.ndim == 2 else [audio]:
        mean = float(channel.mean(dtype=np.float64))
        most = max(most, float(channel.max()) - mean, mean - float(channel.min()))
    return most


def silence_of(audio: np.ndarray, least: float = SILENT) -> str:
    """Why nothing is heard, as in `it is silent`; empty where something is.

    audio: float32 (frames, channels) or (frames,). least: what swings less is silent. A constant is
    no sound, however large it is.
    """
    swing = swing_of(audio)
    if swing > least:
        return ""
    told = offset_told(audio if audio.ndim == 2 else audio[:, None])
    if told:
        return f"silent but for a DC offset of {told:.1%}"
    return f"silent ({too_soft(swing, least)})" if swing else "silent"


def too_soft(swing: float, least: float) -> str:
    """What to tell of a sound that swings too little, and what mends it: `its peak is ...`.

    swing: above 0, as `least` at full scale 1.
    """
    peak_db, least_db = 20 * np.log10(swing), 20 * np.log10(least)
    more_db = np.floor(least_db - peak_db) + 1
    return (
        f"its peak is {peak_db:.1f} dBFS, the least is {least_db:.0f} dBFS:"
        f" raise it by {more_db:.0f} dB or more"
    )
