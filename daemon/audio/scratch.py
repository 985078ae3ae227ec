"""Scratch files: audio too long for memory several times over, read as if it were an array."""

from __future__ import annotations

import mmap
import tempfile

import numpy as np

#: Shorter audio stays in memory.
LEAST_BYTES = 16 * 2**20
#: Frames written at once: 2 MB in stereo.
_BLOCK_FRAMES = 2**18


class Scratch:
    """Float32 (frames, channels) in a temporary file, silent at first. OSError on a full disk."""

    def __init__(self, frames: int, channels: int = 2) -> None:
        self.frames, self.channels = frames, channels
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the audio
        silence = np.zeros((min(frames, _BLOCK_FRAMES), channels), np.float32)
        for at in range(0, frames, _BLOCK_FRAMES):
            # Written, not left as a hole: a full disk must fail here, not in the mapping.
            self._file.write(silence[: frames - at].data)

    def add(self, at: int, piece: np.ndarray) -> None:
        """Add audio from frame `at` on."""
        self._put(at, self._get(at, len(piece)) + piece)

    def scale(self, at: int, gain: np.ndarray | np.float32) -> None:
        """Multiply from frame `at` to the end, by one gain or by one a frame (frames - at, 1)."""
        for begin in range(at, self.frames, _BLOCK_FRAMES):
            end = min(begin + _BLOCK_FRAMES, self.frames)
            now = gain[begin - at : end - at] if isinstance(gain, np.ndarray) else gain
            self._put(begin, self._get(begin, end - begin) * now)

    def array(self) -> np.ndarray:
        """All of it, read-only. `release` gives back the memory of what was read."""
        self._file.flush()
        return np.memmap(self._file, np.float32, "r", shape=(self.frames, self.channels))

    def _get(self, at: int, count: int) -> np.ndarray:
        self._file.seek(at * self.channels * 4)
        read = self._file.read(count * self.channels * 4)
        return np.frombuffer(read, np.float32).reshape(-1, self.channels)

    def _put(self, at: int, audio: np.ndarray) -> None:
        self._file.seek(at * self.channels * 4)
        self._file.write(np.ascontiguousarray(audio, np.float32).data)


def aside(audio: np.ndarray) -> np.ndarray:
    """The same audio, in a scratch file where it is long. OSError where the disk is full."""
    if (
        audio.nbytes < LEAST_BYTES
        or isinstance(audio, np.memmap)
        or audio.ndim != 2
        or audio.dtype != np.float32
    ):
        return audio
    with tempfile.TemporaryFile() as file:
        for at in range(0, len(audio), _BLOCK_FRAMES):
            file.write(np.ascontiguousarray(audio[at : at + _BLOCK_FRAMES]).data)
        file.flush()
        return np.memmap(file, np.float32, "r", shape=audio.shape)


def release(audio: np.ndarray) -> None:
    """Drop the pages of a scratch file from memory; it can be read again. Others stay as is."""
    mapping = getattr(audio, "_mmap", None)
    if isinstance(audio, np.memmap) and mapping is not None and hasattr(mmap, "MADV_DONTNEED"):
        mapping.madvise(mmap.MADV_DONTNEED)
