"""A loop cut before its strokes and put together again with each of them elsewhere.

Two slices that follow each other stay joined where they were cut. What one grows or shrinks by is
faded over inside it, after its attack, where it is most like itself: so nothing clicks, and the
loop's own seam is carried over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: s before a stroke where its slice begins, and in which the gain goes over to its own.
BEFORE_S = 0.004
#: s of a slice that stay as they are, its attack among them, and s of a fade within it.
_KEPT_S, _FADE_S = 0.03, 0.012
#: s of the shortest slice: one that would be shorter moves with the one before it.
_SHORTEST_S = 0.02
#: Frames from one place to the next at which a fade is tried.
_STEP = 16


@dataclass(frozen=True)
class Slices:
    """Where the strokes of a loop are, in frames, by how many they move, and their gains."""

    strokes: np.ndarray
    moves: np.ndarray
    gains: np.ndarray


def moved(audio: np.ndarray, slices: Slices, sample_rate: int) -> np.ndarray:
    """The loop, float32 (frames, channels), with its strokes moved; as long, and a loop still.

    A stroke that would run into another keeps its distance to the one before it.
    """
    if not len(slices.strokes):
        return audio.copy()
    frames = len(audio)
    order = np.argsort(slices.strokes)
    starts = slices.strokes[order].astype(int) - round(BEFORE_S * sample_rate)
    lengths = np.diff(starts, append=starts[0] + frames)
    moves = _in_order(slices.moves[order].astype(int), lengths, round(_SHORTEST_S * sample_rate))
    grown = lengths + np.diff(moves, append=moves[0])
    gains = slices.gains[order].astype(np.float32)
    out = np.empty_like(audio)
    ramp = round(BEFORE_S * sample_rate)
    for n, (start, length, wanted) in enumerate(zip(starts, lengths, grown, strict=True)):
        own = np.take(audio, np.arange(start, start + length), axis=0, mode="wrap")
        made = _fitted(own, int(wanted), sample_rate)
        gain = np.full((len(made), 1), gains[n], np.float32)
        risen = min(ramp, len(made))
        gain[:risen, 0] = np.linspace(gains[n - 1], gains[n], risen, dtype=np.float32)
        out[np.arange(start + moves[n], start + moves[n] + wanted) % frames] = made * gain
    return out


def _in_order(moves: np.ndarray, lengths: np.ndarray, shortest: int) -> np.ndarray:
    """The moves, none of which brings a stroke nearer to the one before it than `shortest`."""
    kept = moves.copy()
    for n in range(1, len(kept)):
        least = min(shortest, int(lengths[n - 1]))
        kept[n] = max(kept[n], kept[n - 1] + least - int(lengths[n - 1]))
    # the last slice ends where the first begins again
    least = min(shortest, int(lengths[-1]))
    kept = np.minimum(kept, kept[0] + int(lengths[-1]) - least) if len(kept) > 1 else kept
    return kept


def _fitted(own: np.ndarray, wanted: int, sample_rate: int) -> np.ndarray:
    """A slice, float32 (frames, channels), `wanted` frames long; its two ends are its own."""
    while len(own) < wanted:
        kept, fade = _kept(len(own), sample_rate)
        room = len(own) - fade - kept
        own = _spliced(own, -min(wanted - len(own), max(1, room // 2)), kept, fade)
    while len(own) > wanted:
        kept, fade = _kept(wanted, sample_rate)
        own = _spliced(own, len(own) - wanted, kept, fade)
    return own


def _kept(frames: int, sample_rate: int) -> tuple[int, int]:
    """Frames of a slice that stay, and of a fade in it."""
    third = frames // 3
    return min(round(_KEPT_S * sample_rate), third), min(round(_FADE_S * sample_rate), third)


def _spliced(own: np.ndarray, left_out: int, kept: int, fade: int) -> np.ndarray:
    """A slice without `left_out` frames of its inside, or with so many of them once more."""
    first = kept + max(0, -left_out)
    last = len(own) - fade - max(0, left_out)
    at = _most_alike(own, left_out, first, last, fade)
    old, new = own[at : at + fade], own[at + left_out : at + left_out + fade]
    rise = ((np.arange(fade, dtype=np.float32) + 0.5) / max(1, fade))[:, None]
    weights = _weights(rise, old, new)
    joint = old * weights[0] + new * weights[1]
    return np.concatenate([own[:at], joint, own[at + left_out + fade :]])


def _most_alike(own: np.ndarray, left_out: int, first: int, last: int, fade: int) -> int:
    """The frame from `first` to `last` from which two places differ least over a fade."""
    places = np.arange(first, max(first, last) + 1, _STEP)
    low, high = places[0], places[-1] + fade
    apart = own[low:high] - own[low + left_out : high + left_out]
    total = np.concatenate([[0.0], np.cumsum((apart.astype(np.float64) ** 2).sum(axis=1))])
    return int(places[np.argmin(total[places - low + fade] - total[places - low])])


def _weights(rise: np.ndarray, old: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights of a fade that keep the level: by power where both differ, by sum where alike."""
    power = float(np.sqrt((old**2).sum() * (new**2).sum()))
    alike = max(0.0, float((old * new).sum()) / power) if power > 0 else 1.0
    even = 1 / np.sqrt((1 - rise) ** 2 + rise**2 + 2 * alike * rise * (1 - rise))
    return (1 - rise) * even, rise * even
