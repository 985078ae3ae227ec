"""The audio of a take with its stems, which get every treatment together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from daemon.audio.resample import resample
from daemon.audio.scratch import aside, release

#: One treatment of float32 (frames, channels), applied alike to the mix and to each stem.
Treatment = Callable[[np.ndarray], np.ndarray]

#: Power of the channels' mean over the loudest channel's, under which they cancel each other.
#: One side alone keeps a quarter.
_CANCELLED = 0.01


@dataclass
class Sound:
    """Audio as float32 (frames, channels), its rate in Hz, and its stems.

    The stems sum to the audio; each is as long.
    """

    audio: np.ndarray
    sample_rate: int
    stems: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def frames(self) -> int:
        return len(self.audio)

    @property
    def seconds(self) -> float:
        return len(self.audio) / self.sample_rate

    @property
    def mono(self) -> np.ndarray:
        """Float32 (frames,), the mean of the channels."""
        return mixed(self.audio)

    def linear(self, treatment: Treatment) -> Sound:
        """A treatment that keeps the sum of the stems equal to the mix: cut, gain, filter."""
        audio = treatment(self.audio)
        release(self.audio)
        return Sound(
            audio,
            self.sample_rate,
            {name: _treated(stem, treatment) for name, stem in self.stems.items()},
        )

    def shaped(self, treatment: Treatment) -> Sound:
        """Any other treatment: with stems, the mix becomes the sum of the treated stems."""
        if not self.stems:
            return Sound(treatment(self.audio), self.sample_rate)
        stems = {name: treatment(stem) for name, stem in self.stems.items()}
        mix = np.add.reduce(np.stack(list(stems.values())), axis=0)
        return Sound(mix, self.sample_rate, stems)

    def at_rate(self, sample_rate: int) -> Sound:
        changed = self.linear(lambda x: resample(x, self.sample_rate, sample_rate))
        changed.sample_rate = sample_rate
        return changed


def mixed(audio: np.ndarray) -> np.ndarray:
    """The mono of (frames, channels), (frames,).

    The mean of the channels, or the loudest where they cancel each other.
    """
    if audio.shape[1] == 1:
        return audio[:, 0]
    # Channel by channel: far quicker than along rows of two.
    mean: np.ndarray = reduce(np.add, audio.T)
    mean /= np.float32(audio.shape[1])
    powers = [float(np.dot(channel, channel)) for channel in audio.T]
    return (
        audio[:, int(np.argmax(powers))]
        if float(np.dot(mean, mean)) < _CANCELLED * max(powers)
        else mean
    )


def _treated(stem: np.ndarray, treatment: Treatment) -> np.ndarray:
    """A stem after a treatment. Long ones go to scratch files: together they would fill memory."""
    done = aside(treatment(stem))
    release(stem)
    return done
