"""Sound files made byte by byte, so that a test can say what is wrong with them."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np

RATE = 44100
#: What follows the code in the `fmt ` chunk of an extensible WAV of whole numbers.
PCM_GUID = struct.pack("<H", 1) + bytes.fromhex("000000001000800000aa00389b71")


def tones(channels: int, seconds: float = 0.5, rate: int = RATE, level: float = 0.5) -> np.ndarray:
    """A sine a channel, at 200, 300, 400... Hz: float32 (frames, channels)."""
    t = np.arange(round(seconds * rate)) / rate
    return np.stack(
        [level * np.sin(2 * np.pi * (200 + 100 * c) * t) for c in range(channels)], axis=1
    ).astype(np.float32)


def heard_hz(signal: np.ndarray, rate: int = RATE) -> set[int]:
    """The frequencies of the tones in a signal, rounded to 100 Hz."""
    power = np.abs(np.fft.rfft(signal * np.hanning(len(signal))))
    places = np.flatnonzero(power > 0.02 * power.max())
    return {round(place * rate / len(signal) / 100) * 100 for place in places}


def pcm16(audio: np.ndarray, order: str = "<") -> bytes:
    return (audio * 32767).astype(f"{order}i2").tobytes()


def pcm24(audio: np.ndarray) -> bytes:
    whole = (audio * (2**23 - 1)).astype("<i4")
    return whole.reshape(-1).view("u1").reshape(-1, 4)[:, :3].tobytes()


def chunk(name: bytes, payload: bytes, *, size: int | None = None, pad: bool = True) -> bytes:
    """A chunk; `size`: what its header says instead of the truth."""
    said = len(payload) if size is None else size
    return name + struct.pack("<I", said) + payload + b"\0" * (pad and len(payload) % 2)


def riff(*chunks: bytes, form: bytes = b"RIFF", size: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return form + struct.pack("<I", len(body) if size is None else size) + body


def fmt(channels: int = 1, rate: int = RATE, bits: int = 16, mask: int | None = None) -> bytes:
    """The `fmt ` chunk of whole numbers; with a mask the extensible one."""
    block = channels * bits // 8
    code = 1 if mask is None else 0xFFFE
    layout = struct.pack("<HHIIHH", code, channels, rate, rate * block, block, bits)
    more = b"" if mask is None else struct.pack("<HHI", 22, bits, mask) + PCM_GUID
    return chunk(b"fmt ", layout + more)


def aiff_chunk(name: bytes, payload: bytes, size: int | None = None) -> bytes:
    said = len(payload) if size is None else size
    return name + struct.pack(">I", said) + payload + b"\0" * (len(payload) % 2)


def aiff(
    audio: np.ndarray, *more: bytes, frames: int | None = None, size: int | None = None
) -> bytes:
    """An AIFF of 16 bits; `frames` and `size`: what COMM and SSND say instead of the truth."""
    mantissa, exponent = math.frexp(RATE)
    rate = struct.pack(">HQ", exponent - 1 + 16383, int(mantissa * 2**64))
    said = len(audio) if frames is None else frames
    comm = aiff_chunk(b"COMM", struct.pack(">hIh", audio.shape[1], said, 16) + rate)
    samples = struct.pack(">II", 0, 0) + pcm16(audio, ">")
    body = b"AIFF" + comm + b"".join(more) + aiff_chunk(b"SSND", samples, size)
    return b"FORM" + struct.pack(">I", len(body)) + body


def w64(audio: np.ndarray, size: int | None = None) -> bytes:
    """A Wave64 of 16 bits; `size`: what the header of its samples says instead of the truth."""
    tail = bytes.fromhex("f3acd3118cd100c04f8edb8a")
    layout = fmt(audio.shape[1])[8:]
    samples = pcm16(audio)
    head = b"fmt " + tail + struct.pack("<Q", 24 + len(layout)) + layout
    said = 24 + len(samples) if size is None else size
    body = b"wave" + tail + head + b"data" + tail + struct.pack("<Q", said) + samples
    riff_guid = b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000")
    return riff_guid + struct.pack("<Q", 24 + len(body)) + body


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
