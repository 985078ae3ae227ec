"""A part's way over eight bars: a filter that opens or closes, and a driven part's own dynamics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import scipy.fft

#: Above it a closed filter lets half of the level through, then 12 dB less an octave.
_CORNER_HZ = 650.0
#: A filter that jumps back where a loop begins again takes this long: no click, no sweep.
_JUMP_S = 0.03
#: Bars that a move takes.
_BARS = 8
#: How far the filter is closed at the beginning of each bar, by the part that moves.
_MOVES: tuple[dict[str, tuple[float, ...]], ...] = (
    {"chords": (0.85, 0.75, 0.65, 0.5, 0.4, 0.25, 0.12, 0.0)},
    {"lead": (0.7, 0.55, 0.4, 0.2, 0.55, 0.35, 0.15, 0.0)},
    {"bass": (0.0, 0.0, 0.0, 0.0, 0.6, 0.45, 0.25, 0.1)},
    {"chords": (0.0, 0.2, 0.4, 0.6, 0.7, 0.6, 0.4, 0.2)},
    {
        "lead": (0.0, 0.0, 0.3, 0.5, 0.5, 0.3, 0.0, 0.0),
        "chords": (0.5, 0.4, 0.3, 0.2, 0.1, 0, 0, 0),
    },
    {},
)


def move_of(
    bars: int,
    playing: Sequence[str],
    pick: Callable[[Sequence[dict[str, tuple[float, ...]]]], dict[str, tuple[float, ...]]],
) -> dict[str, list[float]]:
    """The moves of a loop that machines play; none where it is too short to hear one."""
    if bars < _BARS:
        return {}
    return {part: list(shut) for part, shut in pick(_MOVES).items() if part in playing}


def moved(
    bus: np.ndarray, closed: Mapping[str, Sequence[float]], part: str, bars: int, rate: int
) -> np.ndarray:
    """A part's bus of a loop, float32 (frames, 2), through its moving filter, as long as before.

    The filter has no phase and the loop goes round, so what is mixed never cancels and the seam
    stays whole.
    """
    points = closed.get(part) or ()
    if not any(points) or not len(bus):
        return bus
    frames = len(bus)
    hz = scipy.fft.rfftfreq(frames, 1 / rate)
    gain = (1 / (1 + (hz / _CORNER_HZ) ** 2)).astype(np.float32)[:, None]
    dull = scipy.fft.irfft(scipy.fft.rfft(bus, axis=0) * gain, frames, axis=0)
    at = np.arange(bars + 1) * (frames / bars)
    values = [points[k % len(points)] for k in range(bars)]
    # a move that ends open jumps back; any other comes round
    values.append(values[0] if values[-1] > 0 or values[0] == 0 else 0.0)
    share = np.interp(np.arange(frames), at, values).astype(np.float32)
    if values[-1] != values[0]:
        n = min(round(_JUMP_S * rate), frames)
        share[-n:] += (values[0] - share[-n:]) * np.linspace(0, 1, n, dtype=np.float32)
    return (bus + (dull - bus) * share[:, None]).astype(np.float32)


def swelled(bus: np.ndarray, arc_db: Sequence[float], bars: int, rate: int) -> np.ndarray:
    """A driven part's bus of a loop, at the level of each bar, dB, that its amplifier evens out."""
    if not any(arc_db) or not len(bus):
        return bus
    frames, turn = len(bus), round(_JUMP_S * rate) / 2
    levels = [10 ** (arc_db[bar % len(arc_db)] / 20) for bar in range(bars)]
    starts = np.arange(bars) * (frames / bars)
    # each level holds from bar line to bar line, but for a turn of some milliseconds round both
    at = np.concatenate([starts + turn, starts + frames / bars - turn])
    gain = np.interp(np.arange(frames), at, levels * 2, period=frames).astype(np.float32)
    return bus * gain[:, None]
