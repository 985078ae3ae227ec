"""A long sound goes through a separator in overlapping pieces, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from daemon.audio.scratch import Scratch, release

#: The share, 0-1, that is done.
Share = Callable[[float], None]

#: Frames of a block in which whole sounds are added up.
_BLOCK_FRAMES = 2**18


@dataclass(frozen=True)
class Pieces:
    """How a sound is cut, in frames.

    `step`: from one piece to the next. `joint`: half of what two neighbours are faded over.
    `around`: what each hears beyond that and gives away again. `fixed`: the last piece is as long
    as the others, whatever follows there.
    """

    step: int
    around: int
    joint: int
    fixed: bool = False

    @property
    def most(self) -> int:
        """Frames of the longest piece."""
        return self.step + 2 * (self.around + self.joint)


def in_pieces(
    audio: np.ndarray,
    parts: tuple[str, ...],
    pieces: Pieces,
    is_loop: bool,
    work: Callable[[np.ndarray], Mapping[str, np.ndarray]],
    tell: Share,
) -> dict[str, np.ndarray]:
    """Part -> float32 (frames, channels) of `audio`, float32 (frames, channels).

    `work` gets a piece and returns its parts from the same frame on. A loop is heard with its own
    end before it and its start after it, so that its parts loop too.
    """
    length = len(audio)
    wholes = {part: Scratch(length, audio.shape[1]) for part in parts}
    outside = pieces.around + pieces.joint
    for start in range(0, length, pieces.step):
        end = min(length, start + pieces.step)
        heard_to = start - outside + pieces.most if pieces.fixed else end + outside
        found = work(passage(audio, start - outside, heard_to, is_loop))
        low, high = max(0, start - pieces.joint), min(length, end + pieces.joint)
        weight = _fades(start, end, length, pieces.joint)
        first = low - (start - outside)
        for part in parts:
            own = found[part][first : first + high - low]
            wholes[part].add(low, own * weight[low - (start - pieces.joint) :][: high - low])
        release(audio)
        tell(end / length)
    return {part: whole.array() for part, whole in wholes.items()}


def passage(audio: np.ndarray, low: int, high: int, is_loop: bool) -> np.ndarray:
    """Frames `low` to `high`; outside a loop it goes round, outside another sound is silence."""
    if is_loop:
        return np.take(audio, np.arange(low, high), axis=0, mode="wrap")
    inside = audio[max(0, low) : max(0, high)]
    return np.pad(inside, ((max(0, -low), max(0, high - len(audio))), (0, 0)))


def _fades(start: int, end: int, length: int, joint: int) -> np.ndarray:
    """float32 (frames, 1): a piece's weight, with `joint` frames on either side of it."""
    weight = np.ones(end - start + 2 * joint, np.float32)
    ramp = (np.arange(2 * joint, dtype=np.float32) + 0.5) / (2 * joint)
    if start > 0:
        weight[: 2 * joint] = ramp
    if end < length:
        weight[-2 * joint :] *= ramp[::-1]
    return weight[:, None]


def added_up(
    audio: np.ndarray, parts: Mapping[str, np.ndarray]
) -> Iterator[tuple[int, np.ndarray]]:
    """(frame, the source less all its parts), block by block."""
    for at in range(0, len(audio), _BLOCK_FRAMES):
        rest = audio[at : at + _BLOCK_FRAMES].astype(np.float64)
        for part in parts.values():
            rest = rest - part[at : at + _BLOCK_FRAMES]
        yield at, rest


def with_rest(
    audio: np.ndarray, parts: Mapping[str, np.ndarray], name: str
) -> dict[str, np.ndarray]:
    """The parts with what they leave over of the source in the part `name`."""
    whole = Scratch(len(audio), audio.shape[1])
    for at, rest in added_up(audio, parts):
        whole.add(at, (rest + parts[name][at : at + len(rest)]).astype(np.float32))
    return {**parts, name: whole.array()}


def rest_db(audio: np.ndarray, parts: Mapping[str, np.ndarray]) -> float:
    """dB below the source of what its parts do not add up to."""
    over = sum(float((rest**2).sum()) for _, rest in added_up(audio, parts))
    whole = sum(float((block**2).sum()) for _, block in added_up(audio, {}))
    return float(10 * np.log10((over + 1e-20) / (whole + 1e-20)))
