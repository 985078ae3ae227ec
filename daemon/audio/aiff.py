"""Writing a clip as AIFF: the samples, loop points, base note, Apple's loop chunk, tags.

Sources: Apple's AIFF specification 1.3 (1989) with MARK and INST; `basc` as Apple Loops carry it.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np

from bridge.music import Key, Meter
from daemon.audio.tags import facts_of, id3_tag
from daemon.audio.wav import root_note, whole_quarters
from daemon.errors import AudioError
from daemon.record import ClipRecord

#: Frames encoded at once.
_BLOCK_FRAMES = 2**18
#: Bits of a sample.
_BITS = 24
#: `basc`: the C that root notes count from, and its words for scales.
_ROOT_C = 48
_MINOR, _MAJOR, _NO_SCALE = 1, 2, 3
#: `basc`: a loop, and the bytes behind it that nothing reads.
_IS_LOOP = 1
_UNREAD = bytes(66)
#: Play mode of INST: forward.
_FORWARD = 1


def write_aiff(path: Path, audio: np.ndarray, sample_rate: int, record: ClipRecord) -> None:
    """Write float32 (frames, channels) as 24 bit, with the chunks of the clip's kind.

    AudioError where it is too long for an AIFF. OSError where the file cannot be written.
    """
    frames, channels = audio.shape
    data_bytes = frames * channels * _BITS // 8
    before = _chunk(b"COMM", struct.pack(">hIh", channels, frames, _BITS) + _extended(sample_rate))
    before += b"".join(_chunk(*one) for one in _described(record, frames))
    after = b"\0" * (data_bytes % 2) + _chunk(b"ID3 ", id3_tag(record))
    size = 4 + len(before) + 16 + data_bytes + len(after)
    if size >= 2**32:
        raise AudioError(
            f"{path.name} would be larger than the 4 GB that an AIFF can hold: make it shorter"
        )
    with path.open("xb") as file:
        file.write(b"FORM" + struct.pack(">I", size) + b"AIFF" + before)
        file.write(b"SSND" + struct.pack(">III", data_bytes + 8, 0, 0))
        for at in range(0, frames, _BLOCK_FRAMES):
            file.write(_samples(audio[at : at + _BLOCK_FRAMES]))
        file.write(after)


def _samples(block: np.ndarray) -> bytes:
    scaled = np.rint(block.astype(np.float64) * (2**23 - 1))
    whole = np.clip(scaled, -(2**23), 2**23 - 1).astype(">i4")
    return whole.reshape(-1).view("u1").reshape(-1, 4)[:, 1:].tobytes()


def _described(record: ClipRecord, frames: int) -> list[tuple[bytes, bytes]]:
    facts = facts_of(record)
    kind = record.get("kind")
    chunks = []
    if kind == "loop":
        chunks.append((b"MARK", _marks([(0, "beg loop"), (frames, "end loop")])))
        chunks.append((b"INST", _instrument(root_note(record), is_loop=True)))
        beats = whole_quarters(record, frames / int(record.get("sample_rate") or 44100))
        if beats:
            chunks.append((b"basc", _apple_loop(record, beats)))
    elif kind == "oneshot":
        note = record.get("note")
        chunks.append((b"INST", _instrument(60 if note is None else int(note), is_loop=False)))
    elif cues := record.get("cues"):
        chunks.append((b"MARK", _marks([(int(cue["frame"]), str(cue["name"])) for cue in cues])))
    for name, fact in ((b"NAME", "title"), (b"AUTH", "artist"), (b"(c) ", "license"),
                       (b"ANNO", "comment")):  # fmt: skip
        if fact in facts:
            chunks.append((name, facts[fact].encode("utf-8")))
    return chunks


def _chunk(name: bytes, payload: bytes) -> bytes:
    return name + struct.pack(">I", len(payload)) + payload + b"\0" * (len(payload) % 2)


def _extended(rate: int) -> bytes:
    """A whole number as an 80-bit float of IEEE 754."""
    mantissa, exponent = math.frexp(rate)
    return struct.pack(">HQ", exponent - 1 + 16383, int(mantissa * 2**64))


def _marks(marks: list[tuple[int, str]]) -> bytes:
    made = struct.pack(">H", len(marks))
    for number, (frame, name) in enumerate(marks, 1):
        text = name.encode("ascii", "replace")[:254]
        # a Pascal string with its length has an even number of bytes
        text += b"" if len(text) % 2 else b"\0"
        length = len(name.encode("ascii", "replace")[:254])
        made += struct.pack(">hIB", number, frame, length) + text
    return made


def _instrument(note: int, *, is_loop: bool) -> bytes:
    """Base note, detune, note and velocity ranges, gain, the sustain loop, the release loop."""
    sustained = struct.pack(">hhh", _FORWARD, 1, 2) if is_loop else bytes(6)
    return struct.pack(">bbbbbbh", note, 0, 0, 127, 1, 127, 0) + sustained + bytes(6)


def _apple_loop(record: ClipRecord, beats: int) -> bytes:
    meter = Meter.parse(str(record.get("meter") or "4/4"))
    root, scale = _ROOT_C, _NO_SCALE
    if name := record.get("key"):
        key = Key.parse(name)
        root, scale = _ROOT_C + key.tonic, _MINOR if key.is_minor else _MAJOR
    said = (1, beats, root, scale, meter.numerator, meter.denominator, _IS_LOOP)
    return struct.pack(">IIHHHHH", *said) + _UNREAD
