"""The MD5 sum by which a FLAC knows its own samples (RFC 9639, section 8.2: STREAMINFO)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from daemon.audio.riff import tag_bytes

if TYPE_CHECKING:
    from hashlib import _Hash

#: Bytes of a sample, by the bits that are checked. Others are rare, and stretched by the decoder.
_WIDTHS = {8: 1, 16: 2, 24: 3}
#: The mark, the head of the first block of metadata, and STREAMINFO.
_HEAD_BYTES = 4 + 4 + 34


@dataclass
class FlacSum:
    """Compares decoded samples, given from the first to the last, with the sum in the header."""

    told: bytes
    bits: int
    _made: _Hash = field(default_factory=lambda: hashlib.md5(usedforsecurity=False))

    def add(self, block: np.ndarray) -> None:
        """The next samples: float32 (frames, channels), as they were decoded."""
        whole = np.rint(block * np.float32(2 ** (self.bits - 1))).astype("<i4")
        parts = whole.reshape(-1, 1).view(np.uint8)[:, : _WIDTHS[self.bits]]
        self._made.update(np.ascontiguousarray(parts).data)

    @property
    def differs(self) -> bool:
        return self._made.digest() != self.told


def flac_sum(opened: BinaryIO) -> FlacSum | None:
    """The sum that an open file tells; None where it is no FLAC or tells none."""
    opened.seek(0)
    start = tag_bytes(opened.read(10))
    opened.seek(start)
    head = opened.read(_HEAD_BYTES)
    if len(head) < _HEAD_BYTES or head[:4] != b"fLaC" or head[4] & 0x7F:
        return None
    bits = ((head[20] & 1) << 4 | head[21] >> 4) + 1
    told = head[26:42]
    return FlacSum(told, bits) if bits in _WIDTHS and any(told) else None
