"""Whole and cut files of each format, written by libsndfile and by hand: what the header promises."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.inbox.promise import lacks

RATE = 44100
NOISE = (np.random.default_rng(1).normal(size=(RATE, 2)) * 0.1).astype(np.float32)
WRITTEN = {
    "a.wav": {}, "a24.wav": {"subtype": "PCM_24"}, "float.wav": {"subtype": "FLOAT"}, "a.flac": {}, "a.ogg": {}, "a.mp3": {},
    "a.aiff": {}, "a.w64": {}, "a.rf64": {"format": "RF64"}, "a.opus": {"format": "OGG", "subtype": "OPUS"},
}  # fmt: skip


def written(folder: Path, name: str) -> Path:
    rate = 48000 if name.endswith("opus") else RATE
    soundfile.write(folder / name, NOISE, rate, **WRITTEN[name])
    return folder / name


@pytest.mark.parametrize("name", WRITTEN)
def test_a_whole_file_lacks_nothing_and_a_cut_one_is_seen(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name)
    assert lacks(path) == ""
    data = path.read_bytes()
    for share in (0.004, 0.1, 0.5, 0.9, 0.99):
        path.write_bytes(data[: int(len(data) * share)])
        said = lacks(path)
        assert said and "\n" not in said, f"cut to {share:.0%}"


def chunk(name: bytes, data: bytes, length: int | None = None) -> bytes:
    return name + struct.pack("<I", len(data) if length is None else length) + data


def riff(*chunks: bytes, length: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if length is None else length) + body


FORMAT = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16))
SOUND = bytes(20_000)


@pytest.mark.parametrize(
    ("data", "is_whole"),
    [
        (riff(FORMAT, chunk(b"data", SOUND)), True),
        # sizes that were not known when they were written promise nothing
        (riff(FORMAT, chunk(b"data", SOUND, 0xFFFFFFFF), length=0xFFFFFFFF), True),
        (riff(FORMAT, chunk(b"data", SOUND, 0), length=0), True),
        (riff(FORMAT, chunk(b"data", SOUND, 0x7FFFFFFF), length=0x7FFFFFFF), True),
        # a RIFF of the right size, whose sound claims more
        (riff(FORMAT, chunk(b"data", SOUND, 0x7FFF0000)), True),
        # a RIFF whose size was written before the sound, and the sound's own size after it
        (riff(FORMAT, chunk(b"data", SOUND), length=36), True),
        (riff(FORMAT, chunk(b"data", SOUND, 40_000), length=36), False),
        # a RIFF that counts its own eight bytes, or a pad byte that is not there
        (riff(FORMAT, chunk(b"data", SOUND), length=len(SOUND) + 44), True),
        (riff(FORMAT, chunk(b"data", SOUND), length=len(SOUND) + 37), True),
        # a chunk behind the sound has not come yet
        (riff(FORMAT, chunk(b"data", SOUND), length=len(SOUND) + 36 + 500), False),
        (riff(FORMAT, chunk(b"JUNK", bytes(9000)), chunk(b"data", SOUND)), True),
        (b"RIFF\x24\0\0\0WAVEfmt nonsense", True),
        (b"RIFF\x10\x00", False),
        (b"not audio at all, whatever its name says", True),
        (b"", True),
    ],
)  # fmt: skip
def test_headers_as_programs_write_them(tmp_path: Path, data: bytes, is_whole: bool) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    assert (lacks(path) == "") is is_whole


def test_what_is_missing_is_named_in_bytes_or_samples(tmp_path: Path) -> None:
    wav = tmp_path / "a.wav"
    wav.write_bytes(riff(FORMAT, chunk(b"data", SOUND))[:5_000])
    assert lacks(wav) == "5,000 of 20,044 bytes are there, by its header"
    flac = written(tmp_path, "a.flac")
    flac.write_bytes(flac.read_bytes()[:60_000])
    said = lacks(flac)
    assert said.endswith("of 44,100 samples are there, by its header") and said[:1].isdigit()


def test_a_tag_or_junk_behind_the_sound_is_no_missing_sound(tmp_path: Path) -> None:
    for name in ("a.flac", "a.mp3"):
        path = written(tmp_path, name)
        path.write_bytes(path.read_bytes() + b"TAG" + bytes(125))
        assert lacks(path) == ""


def test_a_tag_before_the_sound_that_has_not_come_whole_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"ID3\x03\x00\x00\x00\x00\x7f\x7f" + bytes(5_000))
    assert "5,010 of" in lacks(path)
