"""Beat and downbeat activations by a small net that was taught widely; numpy only.

The net is a temporal convolution network: patches of the spectrum, then layers that look ever
further, up to 20 s both ways (Bai, Kolter and Koltun 2018; Davies and Böck 2019; Böck and Davies
2020). `tools/beat_net` taught it; docs/decisions/a-net-of-our-own-for-beats.md says what, and what
it hears. It says where beats may be, to a frame or so. The exact place is the lattice's matter.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from daemon.hearing.beat_features import FPS, features

__all__ = ["FPS", "activations", "heard"]

#: Channels of the layers; half of them look near and half look far.
CHANNELS = 48
#: Channels of a patch of the spectrum.
PATCH = 12
#: Frames and bands of a patch, and bands between patches.
PATCH_TIMES = 3
PATCH_BANDS = 10
PATCH_STEP = 6
#: Frames that a layer sees at once, and how far apart they are; the far half doubles that.
TAPS = 5
DILATIONS = (1, 2, 4, 8, 16, 32, 64, 128)
#: Middle and half-range of the features, brought to about -1..1 for the net.
MIDDLE = 3.0
RANGE = 2.0
#: Frames that the net sees on each side of one: what a piece needs around itself to be exact.
REACH = 2 + (TAPS // 2) * 2 * sum(DILATIONS)
#: Frames of a piece: 80 s, and the reach on both sides, stay under 50 MB.
PIECE = 4000


def activations(sound: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """(beat, downbeat), float32 in 0..1, `FPS` frames a second, of a sound at any rate.

    `sound` is float (samples,) or (samples, channels). Frame n stands for the moment n / FPS: there
    is no latency, and the peak of a sharp attack lies within a frame of it. Silence gives no beat.
    A file of 15 minutes needs some 50 MB beside the sound.
    """
    return heard(features(sound, rate))


def heard(levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same from the features (frames, BANDS) of `beat_features.features`."""
    out = np.zeros((len(levels), 2), np.float32)
    for first in range(0, len(levels), PIECE):
        start, end = max(0, first - REACH), min(len(levels), first + PIECE + REACH)
        piece = _run(levels[start:end], levels[start - 1] if start else None)
        last = min(len(levels), first + PIECE)
        out[first:last] = piece[first - start : last - start]
    out[levels.max(axis=1, initial=0.0) <= 0.0] = 0.0
    return out[:, 0].copy(), out[:, 1].copy()


@lru_cache(maxsize=1)
def _weights() -> dict[str, np.ndarray]:
    """The weights by torch's names, float32, as matrices (inputs, outputs) for rows of frames."""
    with np.load(Path(__file__).with_name("beat_net.npz")) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def _run(levels: np.ndarray, before: np.ndarray | None) -> np.ndarray:
    """Probabilities (frames, 2) of a piece; `before` is the frame that comes before it."""
    weights = _weights()
    scaled = (levels - MIDDLE) / RANGE
    rises = np.diff(scaled, axis=0, prepend=_first(before, levels))
    x = _patches(scaled, 2 * np.maximum(rises, 0), weights)
    x = _rectified(_seen(x, (-1, 0, 1)) @ weights["merge.weight"] + weights["merge.bias"])
    total = np.zeros_like(x)
    for k, dilation in enumerate(DILATIONS):
        name = f"blocks.{k}"
        reach = np.arange(TAPS) - TAPS // 2
        sides = [
            _seen(x, reach * dilation * far) @ weights[f"{name}.{side}.weight"]
            + weights[f"{name}.{side}.bias"]
            for side, far in (("near", 1), ("far", 2))
        ]
        both = _rectified(np.concatenate(sides, axis=1))
        added = both @ weights[f"{name}.join.weight"] + weights[f"{name}.join.bias"]
        x += added
        total += added
    logits = _rectified(total) @ weights["out.weight"] + weights["out.bias"]
    return 1 / (1 + np.exp(-np.clip(logits, -30, 30)))


def _first(before: np.ndarray | None, levels: np.ndarray) -> np.ndarray:
    """The scaled frame before a piece: at the beginning of a file the net was taught a zero."""
    if before is None:
        return np.zeros((1, levels.shape[1]), np.float32)
    return (before[None] - np.float32(MIDDLE)) / np.float32(RANGE)


def _patches(levels: np.ndarray, rises: np.ndarray, weights: dict[str, np.ndarray]) -> np.ndarray:
    """Patches of the spectrum and its rises, (frames, patches x PATCH); each sees 10 bands."""
    both = np.stack([levels, rises], axis=1)
    padded = np.pad(both, ((PATCH_TIMES // 2, PATCH_TIMES // 2), (0, 0), (0, 0)))
    views = np.lib.stride_tricks.sliding_window_view(
        padded, (PATCH_TIMES, PATCH_BANDS), axis=(0, 2)
    )[:, :, ::PATCH_STEP]
    frames, _, places = views.shape[:3]
    rows = views.transpose(0, 2, 1, 3, 4).reshape(frames * places, -1)
    seen = _rectified(rows @ weights["patch.weight"] + weights["patch.bias"])
    return seen.reshape(frames, -1)


def _seen(x: np.ndarray, shifts: np.ndarray | tuple[int, ...]) -> np.ndarray:
    """Each frame beside those `shifts` frames away, (frames, shifts x channels); silence beyond."""
    frames, channels = x.shape
    out = np.zeros((frames, len(shifts), channels), np.float32)
    for k, shift in enumerate(shifts):
        shift = int(shift)
        if abs(shift) < frames:
            out[max(0, -shift) : frames - max(0, shift), k] = x[
                max(0, shift) : frames - max(0, -shift)
            ]
    return out.reshape(frames, -1)


def _rectified(x: np.ndarray) -> np.ndarray:
    """The part above zero, in place."""
    return np.maximum(x, 0, out=x)


def stored(state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Torch's weights as `_weights` wants them, float16: (outputs, inputs, taps...) to matrices."""
    found = {}
    for name, value in state.items():
        if name == "patch.weight":  # (out, view, times, bands): as the rows of `_patches`
            value = value.reshape(len(value), -1).T
        elif name.endswith("weight"):  # (out, in, taps) to (taps, in, out)
            value = value.transpose(2, 1, 0).reshape(-1, len(value))
        found[name] = np.ascontiguousarray(value, dtype=np.float16)
    return found
