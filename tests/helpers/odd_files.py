"""Damaged and odd sound files of every format, from a small grammar and a seed."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from tests.helpers.sound_files import aiff, chunk, fmt, pcm16, riff, tones, w64

#: Sizes that programs write where they do not know the true one, and others that are none.
SIZES = (0, 1, 7, 0x7FFFFFFF, 0x7FFFF000, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF0)
#: Endings that a file may have, whatever is in it.
ENDINGS = (
    ".wav",
    ".flac",
    ".ogg",
    ".mp3",
    ".aiff",
    ".aif",
    ".w64",
    ".opus",
    ".caf",
    ".m4a",
    ".au",
    "",
)
#: Beginnings of kinds that ffmpeg is asked for.
FOREIGN = (b"\0\0\0\x18ftypM4A ", b"caff\0\1\0\0", b"\x1aE\xdf\xa3", b"wvpk", b"\xff\xf1\x50\x80")


def whole_files(folder: Path, seconds: float = 0.4) -> dict[str, bytes]:
    """A file of each format, in which a tone is struck twice a second: what is then damaged."""
    sound = tones(2, seconds)
    sound *= np.exp(-8 * (np.arange(len(sound)) / 44100 % 0.5))[:, None].astype(np.float32)
    found = {
        ".wav": riff(
            fmt(2), chunk(b"LIST", b"INFOINAM\3\0\0\0ab\0\0"), chunk(b"data", pcm16(sound))
        ),
        ".w64": w64(sound),
        ".aiff": aiff(sound),
    }
    for ending, options in {
        ".flac": {}, ".ogg": {}, ".mp3": {}, ".caf": {"format": "CAF"}, ".au": {"format": "AU"},
        ".rf64": {"format": "RF64"}, ".24.wav": {"subtype": "PCM_24"}, ".f.wav": {"subtype": "FLOAT"},
        ".adpcm.wav": {"subtype": "IMA_ADPCM"}, ".ulaw.wav": {"subtype": "ULAW"},
    }.items():  # fmt: skip
        path = folder / f"whole{ending}"
        soundfile.write(path, sound, 44100, **options)
        found[ending] = path.read_bytes()
    six = (tones(6, 0.2) * 32767).astype("<i2").tobytes()
    found[".six.wav"] = riff(fmt(6, mask=0x3F), chunk(b"data", six))
    return found


def _cut(data: bytearray, stream: random.Random) -> bytearray:
    return data[: stream.randrange(len(data) + 1)]


def _flipped(data: bytearray, stream: random.Random) -> bytearray:
    # most of what matters stands at the beginning
    most = len(data) if stream.random() < 0.3 else min(len(data), 200)
    for _ in range(stream.randrange(1, 12)):
        if most:
            data[stream.randrange(most)] = stream.randrange(256)
    return data


def _sized(data: bytearray, stream: random.Random) -> bytearray:
    order = stream.choice("<>")
    for name in stream.sample((b"data", b"SSND", b"LIST", b"fmt ", b"COMM", b"RIFF", b"FORM"), 3):
        place = data.find(name)
        if 0 <= place <= len(data) - 8:
            size = stream.choice((*SIZES, stream.randrange(2**32)))
            data[place + 4 : place + 8] = struct.pack(f"{order}I", size)
    return data


def _filled(data: bytearray, stream: random.Random) -> bytearray:
    place = stream.randrange(len(data) + 1)
    junk = stream.choice((b"\0", b"\xff", b"RIFF", b"OggS", b"fLaC", b"ID3\x03"))
    return data[:place] + junk * stream.randrange(1, 400) + data[place:]


def _doubled(data: bytearray, stream: random.Random) -> bytearray:
    return data + (data if stream.random() < 0.5 else data[: len(data) // 3])


def _headed(data: bytearray, stream: random.Random) -> bytearray:
    head = stream.choice(
        (b"ID3\x03\0\0\0\0\1\x10" + bytes(144), *FOREIGN, b"\xef\xbb\xbf", b"\0" * 64)
    )
    return bytearray(head) + data


def _holed(data: bytearray, stream: random.Random) -> bytearray:
    first = stream.randrange(len(data) + 1)
    end = min(len(data), first + stream.randrange(1, 5000))
    return data[:first] + (b"" if stream.random() < 0.5 else bytes(end - first)) + data[end:]


DAMAGES: tuple[Callable[[bytearray, random.Random], bytearray], ...] = (
    _cut, _flipped, _sized, _filled, _doubled, _headed, _holed,
)  # fmt: skip


def odd_sound(stream: random.Random) -> bytes:
    """A right WAV of an odd sound: silent, tiny, loud, of odd rates and channels, with holes."""
    channels = stream.choice((1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 60))
    rate = stream.choice((1, 4000, 8000, 11025, 44100, 48000, 192000, 192001, 384000, 0))
    frames = stream.choice((0, 1, 2, 43, 44, 45, 999, 20000))
    mask = stream.choice((None, None, 0, 3, 0x3F, 0x63F, 0xFFFFFFFF))
    audio = np.random.default_rng(stream.randrange(2**32)).standard_normal((frames, channels))
    audio *= stream.choice((0.0, 1e-9, 0.2, 1.0))
    audio[:, stream.randrange(channels)] += stream.choice((0.0, 0.0, 0.5))
    samples = (np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes()
    return riff(fmt(channels, rate, mask=mask), chunk(b"data", samples))


def odd_file(whole: dict[str, bytes], number: int, folder: Path) -> Path:
    """The odd file of a number: always the same one."""
    stream = random.Random(f"odd file {number}")
    if stream.random() < 0.15:
        ending, data = ".wav", bytearray(odd_sound(stream))
    else:
        ending = stream.choice(sorted(whole))
        data = bytearray(whole[ending])
    for _ in range(stream.choice((0, 1, 1, 2, 3))):
        data = stream.choice(DAMAGES)(data, stream)
    if stream.random() < 0.2:
        ending = stream.choice(ENDINGS)
    path = folder / f"odd{number}{Path(f'x{ending}').suffix}"
    path.write_bytes(data)
    return path
