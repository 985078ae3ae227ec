"""Voices apart from the rest by Spleeter's two-stem net; the rest comes apart by our own networks.

The net was trained with 1024 bins of 2049. It is a chain of convolutions, so that it may hear 2048:
then the treble is decided too, and not guessed from below. It is sensitive to level: what is softer
than the songs of its training sounds like no voice to it, so a source is brought up before.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import signal

from daemon.models.store import files_of
from daemon.parts import own
from daemon.parts.nets import RATE, at_their_rate, onnx_session
from daemon.parts.pieces import Pieces, Share, in_pieces, with_rest

MODEL = "spleeter"
PARTS = ("vocals",)

_WINDOW, _HOP = 4096, 1024
#: The net halves both axes six times.
_STRIDE = 64
_BINS = 2048
#: Root mean square to which a source is brought: songs lie there.
_LEVEL = 0.3
#: Windows of a piece, of what it hears on either side, and of half the fade between two pieces.
_PIECES = Pieces(192 * _HOP, 62 * _HOP, 2 * _HOP)
#: The net's share of the time; our own networks take the rest.
_SHARE = 0.6


def separate(
    audio: np.ndarray, sample_rate: int, is_loop: bool, tell: Share
) -> dict[str, np.ndarray]:
    """Vocals, drums, bass and other of float32 (frames, 1 or 2). ModelError without the net."""
    session = onnx_session(files_of(MODEL)[0])
    gain = np.float32(_LEVEL / np.sqrt(own.mean_power(audio) + 1e-12))
    transform = signal.ShortTimeFFT(
        signal.windows.hann(_WINDOW, sym=False).astype(np.float32), _HOP, RATE
    )

    def work(piece: np.ndarray) -> dict[str, np.ndarray]:
        values = transform.stft(piece.T).astype(np.complex64)
        mask = _mask(session, np.abs(values) * gain)
        sound = transform.istft(values * mask, k1=len(piece))
        return {"vocals": np.ascontiguousarray(sound.T, np.float32)}

    def apart(stereo: np.ndarray) -> dict[str, np.ndarray]:
        return in_pieces(stereo, PARTS, _PIECES, is_loop, work, lambda share: tell(_SHARE * share))

    vocals = at_their_rate(audio, sample_rate, is_loop, apart)
    rest = with_rest(audio, {**vocals, "rest": np.zeros_like(audio)}, "rest")["rest"]
    others = own.mix(rest, sample_rate, is_loop, lambda share: tell(_SHARE + (1 - _SHARE) * share))
    return {**vocals, **others}


def _mask(session: Any, magnitude: np.ndarray) -> np.ndarray:
    """float32 (channels, _, windows): the voices' share of a magnitude of that shape."""
    channels, _, windows = magnitude.shape
    padded = np.zeros((channels, -(-windows // _STRIDE) * _STRIDE, _BINS), np.float32)
    padded[:, :windows] = magnitude[:, :_BINS].transpose(0, 2, 1)
    (found,) = session.run(None, {"magnitude": padded[None]})
    mask = np.empty_like(magnitude)
    mask[:, :_BINS] = found[0, :, :windows].transpose(0, 2, 1)
    # the bin at half the sample rate is one more than the net can hear
    mask[:, _BINS:] = mask[:, _BINS - 1 : _BINS]
    return mask
