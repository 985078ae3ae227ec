"""Headers that say what is not so: sizes of 0, of FFFFFFFF or beyond the file, chunks without pads."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import soundfile

from daemon.audio.files import read_sound
from daemon.audio.wav_record import find_chunk
from daemon.errors import AudioError
from tests.helpers.sound_files import (
    aiff,
    aiff_chunk,
    chunk,
    fmt,
    pcm16,
    pcm24,
    riff,
    tones,
    w64,
    written,
)

SOUND = tones(1)
SAMPLES = pcm16(SOUND)
INFO = chunk(b"LIST", b"INFO" + chunk(b"INAM", b"a name of some length\0"))
UNSIZED = "does not say how long"


def check(path, frames=None, note=None):
    """All its samples are read, and no more; the note is told, or none."""
    sound = read_sound(path)
    frames = len(SOUND) if frames is None else frames
    assert len(sound.audio) == frames
    assert np.abs(sound.audio - SOUND[:frames]).max() < 1e-4
    assert (note in sound.notes[0] and len(sound.notes) == 1) if note else not sound.notes
    return sound


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000, 0xFFFFFFF0])
@pytest.mark.parametrize("after", [b"", INFO])
def test_a_wav_of_unknown_length_is_read_to_its_end(tmp_path, size, after):
    data = chunk(b"data", SAMPLES, size=size)
    for outer in (0, 0xFFFFFFFF):
        check(written(tmp_path / "a.wav", riff(fmt(), data, after, size=outer)), note=UNSIZED)


def test_a_recorder_that_was_stopped_leaves_a_size_beyond_the_file_and_that_is_told(tmp_path):
    data = chunk(b"data", SAMPLES, size=2 * len(SAMPLES))
    for after in (b"", INFO):
        path = written(tmp_path / "a.wav", riff(fmt(), data, after))
        check(path, note="1.00 s are promised, 0.50 s could be read")


def test_a_wav_with_empty_data_and_chunks_behind_it_holds_nothing(tmp_path):
    for content in (riff(fmt(), chunk(b"data", b"")), riff(fmt(), chunk(b"data", b""), INFO)):
        with pytest.raises(AudioError, match="holds no audio"):
            read_sound(written(tmp_path / "a.wav", content))


@pytest.mark.parametrize("size", [0, 24, 2**63 - 1, 2**64 - 1])
def test_a_wave64_of_unknown_length_is_read_to_its_end(tmp_path, size):
    check(written(tmp_path / "a.w64", w64(SOUND)))
    sound = read_sound(written(tmp_path / "b.w64", w64(SOUND, size)))
    assert len(sound.audio) == len(SOUND) and UNSIZED in sound.notes[0]


def test_a_wave64_that_is_cut_short_says_so(tmp_path):
    path = written(tmp_path / "a.w64", w64(SOUND, 24 + 2 * len(SAMPLES)))
    check(path, note="1.00 s are promised")


@pytest.mark.parametrize(("long", "note"), [
    (len(SAMPLES), None), (0, UNSIZED), (2**64 - 1, None), (2 * len(SAMPLES), "1.00 s are promised"),
])  # fmt: skip
def test_an_rf64_takes_its_length_from_ds64_where_that_is_true(tmp_path, long, note):
    sizes = chunk(b"ds64", struct.pack("<QQQI", 0, long, 0, 0))
    data = chunk(b"data", SAMPLES, size=0xFFFFFFFF)
    path = written(tmp_path / "a.wav", riff(sizes, fmt(), data, form=b"RF64", size=0xFFFFFFFF))
    sound = read_sound(path)
    assert len(sound.audio) == len(SOUND) and np.abs(sound.audio - SOUND).max() < 1e-4
    assert note is None or note in sound.notes[0]


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF])
@pytest.mark.parametrize("frames", [None, 0])
def test_an_aiff_of_unknown_length_is_read_to_its_end(tmp_path, size, frames):
    check(written(tmp_path / "a.aiff", aiff(SOUND, frames=frames, size=size)), note=UNSIZED)


def test_an_aiff_that_is_cut_short_says_so(tmp_path):
    content = aiff(SOUND)
    half = written(tmp_path / "a.aiff", content[: len(content) - len(SAMPLES) // 2])
    check(half, len(SOUND) // 2, "0.50 s are promised, 0.25 s could be read")
    name = aiff_chunk(b"NAME", b"odd")
    check(written(tmp_path / "b.aiff", aiff(SOUND, name)))


def test_odd_chunks_without_their_pad_are_found_anywhere(tmp_path):
    odd = chunk(b"bext", b"seven b", pad=False)
    for content in (
        riff(odd, fmt(), chunk(b"data", SAMPLES)),
        riff(fmt(), odd, chunk(b"data", SAMPLES), INFO),
        riff(fmt(), odd, chunk(b"JUNK", b"x", pad=False), chunk(b"data", SAMPLES)),
    ):
        check(written(tmp_path / "a.wav", content))
    samples = pcm24(SOUND[:-1] if len(SOUND) % 2 == 0 else SOUND)
    assert len(samples) % 2
    for pad in (True, False):
        content = riff(fmt(bits=24), chunk(b"data", samples, pad=pad), INFO)
        path = written(tmp_path / "b.wav", content)
        check(path, len(samples) // 3)
        with path.open("rb") as file:
            assert find_chunk(file, b"LIST") == INFO[8:], "what lies behind them is found too"


def test_chunks_in_another_order_of_a_wrong_size_or_twice(tmp_path):
    data = chunk(b"data", SAMPLES)
    check(written(tmp_path / "a.wav", riff(data, fmt())))
    lost = chunk(b"LIST", b"INFOxxxx", size=0x7FFFFFF0)
    check(written(tmp_path / "b.wav", riff(fmt(), lost, data)))
    first = chunk(b"data", SAMPLES[:1000])
    check(written(tmp_path / "c.wav", riff(fmt(), first, data)), note="the longest was read")
    tag = b"ID3\x03\0\0\0\0\0\x0a" + b"\0" * 10
    check(written(tmp_path / "d.wav", tag + riff(fmt(), data)))


def test_what_no_sound_can_have_is_refused_in_words(tmp_path):
    for layout, words in (
        (fmt(channels=0), "no channel"),
        (fmt(rate=0), "0 Hz"),
        (fmt(rate=384000), "8000 to 192000 Hz"),
    ):
        with pytest.raises(AudioError, match=words):
            read_sound(written(tmp_path / "a.wav", riff(layout, chunk(b"data", SAMPLES))))
    for frames in (1, 2, 40):
        soundfile.write(tmp_path / "b.wav", SOUND[:frames], 44100)
        with pytest.raises(AudioError, match="too short for a sound"):
            read_sound(tmp_path / "b.wav")
    far = SOUND.copy()
    far[100] = 1e30
    soundfile.write(tmp_path / "c.wav", far, 44100, subtype="FLOAT")
    with pytest.raises(AudioError, match="beyond any level"):
        read_sound(tmp_path / "c.wav")


def test_a_source_is_never_changed(tmp_path):
    path = written(tmp_path / "a.wav", riff(fmt(), chunk(b"data", SAMPLES, size=0)))
    before = path.read_bytes(), path.stat().st_mtime_ns
    read_sound(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
