"""Audio files with statements of their own, built byte by byte."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import soundfile

RATE = 44100


def chunk(name: bytes, payload: bytes) -> bytes:
    return name + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)


def wav(path: Path, audio: np.ndarray, *chunks: bytes) -> Path:
    """A 16-bit WAV of (frames, channels) with chunks of one's own."""
    whole = io.BytesIO()
    soundfile.write(whole, audio, RATE, format="WAV", subtype="PCM_16")
    body = whole.getvalue()[12:] + b"".join(chunks)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body)
    return path


def acid(bpm: float, beats: int, *, root: int | None = None, one_shot: bool = False) -> bytes:
    flags = (2 if root is not None else 0) | (1 if one_shot else 0)
    return chunk(
        b"acid", struct.pack("<IHHfIHHf", flags, root or 60, 0x8000, 0.0, beats, 4, 4, bpm)
    )


def smpl(root: int) -> bytes:
    return chunk(b"smpl", struct.pack("<9I", 0, 0, 22676, root, 0, 0, 0, 0, 0))


def apple_loop(path: Path, audio: np.ndarray, beats: int, root: int, scale: int) -> Path:
    """An AIFF with Apple's `basc`; root 48 is C, scale 1 minor, 2 major."""
    whole = io.BytesIO()
    soundfile.write(whole, audio, RATE, format="AIFF", subtype="PCM_16")
    payload = struct.pack(">IIHHHHH", 1, beats, root, scale, 4, 4, 1) + bytes(66)
    body = whole.getvalue()[12:] + b"basc" + struct.pack(">I", len(payload)) + payload
    path.write_bytes(b"FORM" + struct.pack(">I", len(body) + 4) + b"AIFF" + body)
    return path


def apple_caf(path: Path, audio: np.ndarray, **said: str) -> Path:
    """A CAF with the strings of Apple's loops before its samples."""
    whole = io.BytesIO()
    soundfile.write(whole, audio, RATE, format="CAF", subtype="PCM_16")
    texts = b"".join(
        f"{name.replace('_', ' ')}\0{value}\0".encode() for name, value in said.items()
    )
    payload = (
        bytes.fromhex("29819273b5bf4aefb78d62d1ef90bb2c") + struct.pack(">I", len(said)) + texts
    )
    body = whole.getvalue()
    at = body.index(b"data")
    path.write_bytes(body[:at] + b"uuid" + struct.pack(">q", len(payload)) + payload + body[at:])
    return path


def id3(**frames: str) -> bytes:
    """An ID3v2.3 tag with text frames."""
    body = b"".join(
        name.encode() + struct.pack(">IH", len(text) + 1, 0) + b"\0" + text.encode("latin-1")
        for name, text in frames.items()
    )
    size = bytes(len(body) >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3\3\0\0" + size + body


def mp3(path: Path, audio: np.ndarray, **frames: str) -> Path:
    whole = io.BytesIO()
    soundfile.write(whole, audio, RATE, format="MP3")
    path.write_bytes(id3(**frames) + whole.getvalue())
    return path


def flac(path: Path, audio: np.ndarray, **comments: str) -> Path:
    """A FLAC with Vorbis comments right behind its STREAMINFO."""
    whole = io.BytesIO()
    soundfile.write(whole, audio, RATE, format="FLAC")
    body = whole.getvalue()
    lines = [f"{name}={value}".encode() for name, value in comments.items()]
    payload = struct.pack("<I", 4) + b"test" + struct.pack("<I", len(lines))
    payload += b"".join(struct.pack("<I", len(line)) + line for line in lines)
    block = bytes([4]) + struct.pack(">I", len(payload))[1:] + payload
    path.write_bytes(body[:42] + block + body[42:])
    return path
