"""The sound as the beat net sees it: 64 bands of pitch, fifty times a second.

The net needs the shape of the sound, not its level, nor the slope that nearly all music has. So
each band is raised with its frequency, a take is divided by its own loud moments, and the logarithm
is taken of what remains.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft as sfft

#: Frames a second. Frame n is centred on the moment n / FPS, so features have no latency.
FPS = 50
#: Bands, a fifth of an octave to a seventh wide: narrower ones cost more and taught nothing more.
BANDS = 64
#: Hz; lower edge of the lowest band, under the kick's body.
LOW_HZ = 30.0
#: Hz; upper edge of the highest band, which files of 22050 Hz and low MP3 rates still hold.
HIGH_HZ = 10500.0
#: Seconds of the Hann window: kicks need it as long, and attacks are placed by its middle.
WINDOW_S = 0.0464
#: Percentile of the frames' loudness that a take is divided by: silence and rests do not move it.
LOUD = 90.0
#: Gain before the logarithm: 40 dB under the loud moments still lies on its curved part.
GAIN = 60.0
#: Exponent of the frequency by which bands are raised: the usual slope of music, undone.
RISE = 0.6
#: Frames analysed at once: 20 s, some 20 MB.
_BLOCK = 1000
#: Level under which a take is silent and is not raised.
_SILENT = 1e-6


def frames_of(samples: int, rate: int) -> int:
    """Frames of a sound of that many samples: one for each 20 ms that begins within it."""
    return -(-samples * FPS // rate)


@lru_cache(maxsize=4)
def _filters(rate: int, size: int) -> np.ndarray:
    """Triangles (bins, bands), evenly spaced by pitch but at least a bin wide; float32.

    Bins above the highest band are left out.
    """
    edges_hz = [LOW_HZ]
    bin_hz = rate / size
    # low bands are as wide as a bin, so that none is empty; the rest share the pitch above them
    for k in range(1, BANDS + 2):
        step = (HIGH_HZ / edges_hz[-1]) ** (1 / (BANDS + 2 - k))
        edges_hz.append(max(edges_hz[-1] * step, edges_hz[-1] + min(bin_hz, 22.0)))
    edges = np.array(edges_hz)
    hz = np.arange(size // 2 + 1)[:, None] * bin_hz
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    shape = np.clip(np.minimum((hz - low) / (middle - low), (high - hz) / (high - middle)), 0, None)
    shape /= np.maximum(shape.sum(axis=0), 1e-9)
    used = int(np.ceil(HIGH_HZ / bin_hz)) + 1
    return (shape * (middle / 1000.0) ** RISE)[:used].astype(np.float32)


def features(sound: np.ndarray, rate: int) -> np.ndarray:
    """Log levels float32 (frames, BANDS) of `sound`, (samples,) or (samples, channels), any rate.

    Zero is silence, and a take's loud moments lie round 4. Channels are averaged.
    """
    window = round(WINDOW_S * rate)
    size = sfft.next_fast_len(window, real=True)
    hann = np.hanning(window + 2)[1:-1].astype(np.float32) * np.float32(2 / window)
    filters = _filters(rate, size)
    count = frames_of(len(sound), rate)
    levels = np.empty((count, BANDS), np.float32)
    for first in range(0, count, _BLOCK):
        last = min(first + _BLOCK, count)
        at = np.round(np.arange(first, last) * rate / FPS).astype(np.int64) - window // 2
        piece = _mono(sound, int(at[0]), int(at[-1]) + window)
        cut = np.lib.stride_tricks.sliding_window_view(piece, window)[at - at[0]]
        spectra = sfft.rfft(cut * hann, size, axis=1)[:, : len(filters)]
        levels[first:last] = np.abs(spectra) @ filters
    loud = float(np.percentile(levels.mean(axis=1), LOUD)) if count else 0.0
    levels *= np.float32(GAIN / max(loud, _SILENT))
    return np.log1p(levels, out=levels)


def _mono(sound: np.ndarray, start: int, end: int) -> np.ndarray:
    """Samples from `start` to `end`, channels averaged, with silence beyond the ends; float32."""
    inside = sound[max(0, start) : max(0, end)]
    mono = inside if inside.ndim == 1 else inside.mean(axis=1)
    return np.pad(
        mono.astype(np.float32, copy=False),
        (max(0, -start), max(0, end - max(len(sound), start, 0))),
    )[: end - start]
