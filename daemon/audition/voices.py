"""The voices of an audition, mixed block by block, to the sample (no device, no clock)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

#: A voice that begins in the middle of a wave would click.
FADE_IN_S = 0.001
#: One that ends there would click too, and a bass more so.
FADE_OUT_S = 0.008


@dataclass(frozen=True)
class Voice:
    """A clip on its way through the stream.

    audio  float32 (frames, channels) at the stream's rate, its gain applied
    start  the stream's frame at which it is first heard
    skip   the frame of `audio` that is heard then
    bar    frames of one of its bars, 0 where it has none
    end    the stream's frame from which it fades out
    """

    clip: str
    audio: np.ndarray
    rate: int
    start: int
    skip: int = 0
    loops: bool = True
    bar: float = 0.0
    end: int | None = None

    def until(self, frame: int) -> Voice:
        """The same, ending at `frame`."""
        return replace(self, end=frame)

    def is_over(self, frame: int) -> bool:
        """Whether it is silent from `frame` on."""
        if self.end is not None and frame >= self.end + round(FADE_OUT_S * self.rate):
            return True
        return not self.loops and frame >= self.start + len(self.audio) - self.skip

    def mix_into(self, out: np.ndarray, first: int) -> None:
        """Add its part of the block `out` (frames, channels) at the stream's frame `first`."""
        at = max(0, self.start - first)
        last = len(out)
        if self.end is not None:
            last = min(last, self.end + round(FADE_OUT_S * self.rate) - first)
        position = first + at - self.start + self.skip
        while at < last:
            where = position % len(self.audio) if self.loops else position
            count = min(last - at, len(self.audio) - where)
            if count <= 0:
                return
            piece = self.audio[where : where + count]
            gain = self._gain(first + at, count)
            out[at : at + count] += piece if gain is None else piece * gain
            at, position = at + count, position + count

    def _gain(self, frame: int, count: int) -> np.ndarray | None:
        """The fade's gain (count, 1) within these frames; None where it does not fade."""
        rise, fall = max(1, round(FADE_IN_S * self.rate)), max(1, round(FADE_OUT_S * self.rate))
        fades_in = frame - self.start < rise
        fades_out = self.end is not None and frame + count > self.end
        if not (fades_in or fades_out):
            return None
        frames = np.arange(frame, frame + count)
        gain = np.clip((frames - self.start + 0.5) / rise, 0, 1)
        if self.end is not None:
            gain = gain * np.clip(1 - (frames - self.end + 0.5) / fall, 0, 1)
        return gain.astype(np.float32)[:, None]


def mixed(voices: Iterable[Voice], first: int, out: np.ndarray) -> None:
    """Fill the block `out` (frames, channels) that begins at the stream's frame `first`."""
    out.fill(0)
    for voice in voices:
        voice.mix_into(out, first)


def swapped(voices: tuple[Voice, ...], new: Voice, now: int) -> tuple[Voice, ...]:
    """The voices with `new` in place of those that play. One that starts later never plays."""
    return (*ended(voices, new.start, now), new)


def ended(voices: tuple[Voice, ...], frame: int, now: int) -> tuple[Voice, ...]:
    """The voices that play at `now`, all ending at `frame`."""
    playing = [voice for voice in voices if voice.start < now and not voice.is_over(now)]
    return tuple(
        voice if voice.end is not None and voice.end <= now else voice.until(frame)
        for voice in playing
    )


def next_line(first: int, line: float, step: float) -> int:
    """The first frame from `first` on that lies on the grid through `line`, `step` frames apart."""
    return round(line + math.ceil((first - line) / step - 1e-9) * step)


def off_by(line: float, other: float, step: float) -> float:
    """Frames by which `line` lies behind the nearest grid line; from -step/2 to step/2.

    The grid goes through `other`, `step` apart.
    """
    return (line - other + step / 2) % step - step / 2


def same_place(old: Voice, frame: int, bars: int) -> int:
    """Bar index (mod `bars`) at which a replacement of `old` starts so that it continues it.

    `frame`: the bar line where the replacement starts.
    """
    return round((frame - old.start + old.skip) / old.bar) % bars if old.bar and bars else 0
