"""Background noises (vinyl, tape, air, rain, room), each as a seamless loop."""

from __future__ import annotations

import numpy as np
import scipy.fft

from daemon.audio.filters import fast_length, highpass, lowpass, response_of
from daemon.audio.noise import noise
from daemon.audio.random_stream import rng
from daemon.audio.stereo import wide

#: The textures by name.
NAMES = ("vinyl", "tape", "air", "rain", "room")

#: Filters that shape white noise into each texture.
_FILTERS = {
    "vinyl": (highpass(500), lowpass(5500)),
    "tape": (highpass(1800), lowpass(9000)),
    "air": (highpass(300), lowpass(2600)),
    "rain": (highpass(1200), lowpass(11000)),
    "room": (lowpass(380), highpass(60)),
}


def texture(name: str, frames: int, rate: int, seed: int, bright: float = 0.0) -> np.ndarray:
    """A texture as a seamless loop, float32 (frames, 2), at an RMS level of 0.1 before clicks.

    `bright` (-1 to 1) shifts the cutoff of an extra low-pass by an octave.
    """
    out = np.empty((frames, 2), np.float32)
    size = fast_length(frames)
    extra = (lowpass(6000 * 2**bright),) if bright else ()
    for side in (0, 1):
        spectrum = scipy.fft.rfft(noise(size, name, seed, side))
        spectrum *= response_of((*_FILTERS[name], *extra), size, rate)
        out[:, side] = _closed(scipy.fft.irfft(spectrum, size), frames)
    out *= np.float32(0.1 / max(float(np.sqrt((out**2).mean())), 1e-9))
    if name == "air":
        turns = 2 * np.pi * np.arange(frames, dtype=np.float32) / np.float32(frames)
        out *= wide(0.7 + 0.3 * np.sin(turns))
    if name in ("vinyl", "rain"):
        _add_clicks(out, rate, seed, *((9.0, 0.9) if name == "vinyl" else (60.0, 0.35)))
    return out


def _closed(x: np.ndarray, frames: int) -> np.ndarray:
    """The first `frames` of a noise; its start is cross-faded with the surplus past its end."""
    cut = x[:frames].copy()
    n = min(len(x) - frames, frames // 4)
    if n > 1:
        along = np.linspace(0, np.pi / 2, n, dtype=np.float32)
        cut[:n] = cut[:n] * np.sin(along) + x[frames : frames + n] * np.cos(along)
    return cut


def _add_clicks(out: np.ndarray, rate: int, seed: int, per_second: float, level: float) -> None:
    """Add clicks of about a millisecond at random positions, in place."""
    stream = rng("clicks", seed)
    frames = len(out)
    t = np.arange(round(0.0025 * rate), dtype=np.float32) / rate
    for _ in range(int(per_second * frames / rate)):
        at = int(stream.randint(frames))
        pan = float(stream.uniform(0.2, 0.8))
        strength = level * float(stream.uniform(0.05, 1)) ** 3
        click = (
            np.sin(2 * np.pi * float(stream.uniform(1500, 5000)) * t)
            * np.exp(-t / 0.0005)
            * np.float32(strength)
        )
        index = (at + np.arange(len(t))) % frames
        out[index, 0] += click * (1 - pan)
        out[index, 1] += click * pan
