"""Encoding without an end: samples in, bytes of MP3 or Ogg Opus out, by libsndfile."""

from __future__ import annotations

from typing import Any

import numpy as np
import soundfile

from daemon.radio.phrase import RATE

#: Name -> (media type, libsndfile's format and subtype, further settings).
FORMATS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "mp3": (
        "audio/mpeg", "MP3", "MPEG_LAYER_III",
        # of 320 to 32 kbit/s: 192
        {"bitrate_mode": "CONSTANT", "compression_level": 0.45},
    ),
    "opus": ("audio/ogg", "OGG", "OPUS", {}),
}  # fmt: skip
#: Pages that an Ogg stream begins with: who joins later needs them first.
_HEADERS = 2


class Encoder:
    """A stream that was begun and is never closed."""

    def __init__(self, name: str) -> None:
        """name: one of `FORMATS`."""
        self.name = name
        self.media_type, kind, subtype, settings = FORMATS[name]
        self._sink = _Sink()
        self._file = soundfile.SoundFile(
            self._sink, "w", samplerate=RATE, channels=2, format=kind, subtype=subtype, **settings
        )
        self.header = b""
        """What a listener who joins later needs before the next bytes; empty for MP3."""

    def encode(self, audio: np.ndarray) -> bytes:
        """The bytes that are ready after these samples, float32 (frames, 2)."""
        self._file.write(audio)
        made = self._sink.taken()
        if self.name == "opus" and not self.header:
            self._sink.began += made
            self.header = _headers(self._sink.began)
        return made


def _headers(stream: bytes) -> bytes:
    """The first pages of an Ogg stream that hold its head and its tags; empty if they lack."""
    at = 0
    for _ in range(_HEADERS):
        if len(stream) < at + 27 or stream[at : at + 4] != b"OggS":
            return b""
        segments = stream[at + 26]
        at += 27 + segments + sum(stream[at + 27 : at + 27 + segments])
    return stream[:at] if len(stream) >= at else b""


class _Sink:
    """A file for libsndfile that keeps only what was not yet taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = self._end = 0
        self.began = b""

    def write(self, data: Any) -> int:
        part = bytes(data)
        if self._at == self._end:
            self._parts.append(part)
            self._end += len(part)
        # what is written over an earlier place is a header of a file that ends: a stream has none
        self._at += len(part)
        return len(part)

    def taken(self) -> bytes:
        made, self._parts = b"".join(self._parts), []
        return made

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = (0, self._at, self._end)[whence] + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        return b""

    def flush(self) -> None:
        return None
