"""Files that end before they should: what was promised and what is there is told."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest
import soundfile

from daemon.audio.files import read_sound
from daemon.errors import AudioError
from tests.conftest import require
from tests.helpers.sound_files import tones, written

LENGTH_S = 4.0
#: With noise, so that coders need many pages and frames.
SOUND = tones(2, LENGTH_S) + 0.1 * np.random.default_rng(3).standard_normal(
    (round(44100 * LENGTH_S), 2)
).astype(np.float32)


def cut(path, share):
    content = path.read_bytes()
    return written(path.with_name(f"cut_{path.name}"), content[: round(len(content) * share)])


@pytest.mark.parametrize("ending", ["wav", "flac", "aiff", "ogg", "mp3", "w64"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_cut_short_gives_what_is_there_and_says_so(tmp_path, ending, share):
    whole = tmp_path / f"a.{ending}"
    # in blocks: libsndfile's Vorbis and MP3 encoders overflow their stack on one long write
    with soundfile.SoundFile(whole, "w", 44100, 2) as file:
        for at in range(0, len(SOUND), 65536):
            file.write(SOUND[at : at + 65536])
    assert not read_sound(whole).notes
    sound = read_sound(cut(whole, share))
    assert "cut short" in sound.notes[0]
    there_s = len(sound.audio) / 44100
    assert 0.1 < there_s < LENGTH_S * (share + 0.05)
    if ending not in ("ogg", "mp3"):
        assert there_s > LENGTH_S * share - 0.2
        assert (
            "4.00 s are promised" in sound.notes[0] and f"{there_s:.2f} s could" in sound.notes[0]
        )
        assert np.abs(sound.audio - SOUND[: len(sound.audio)]).max() < 1e-3


def test_an_mp3_without_a_count_of_its_frames_is_known_to_end_within_one(tmp_path):
    lame = require("lame", "lame")
    soundfile.write(tmp_path / "a.wav", SOUND, 44100)
    subprocess.run(
        [lame, "--quiet", "-t", "-b", "192", tmp_path / "a.wav", tmp_path / "a.mp3"], check=True
    )
    assert not read_sound(tmp_path / "a.mp3").notes
    assert "within a frame" in read_sound(cut(tmp_path / "a.mp3", 0.5789)).notes[0]


def test_no_warning_of_a_decoder_comes_beside_ours(tmp_path, capfd):
    lame = require("lame", "lame")
    soundfile.write(tmp_path / "a.wav", SOUND, 44100)
    subprocess.run(
        [lame, "--quiet", "-b", "192", tmp_path / "a.wav", tmp_path / "a.mp3"], check=True
    )
    capfd.readouterr()
    assert "cut short" in read_sound(cut(tmp_path / "a.mp3", 0.6)).notes[0]
    assert capfd.readouterr() == ("", "")


def test_a_passage_that_is_whole_needs_no_note(tmp_path):
    soundfile.write(tmp_path / "a.wav", SOUND, 44100)
    stump = cut(tmp_path / "a.wav", 0.5)
    assert not read_sound(stump, 0.0, 1.0).notes
    assert read_sound(stump, 1.0).notes


def test_a_file_damaged_in_its_middle_is_refused_with_the_place(tmp_path):
    soundfile.write(tmp_path / "a.flac", SOUND, 44100)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    for place in range(len(content) // 2, len(content) // 2 + 40):
        content[place] ^= 0xFF
    with pytest.raises(AudioError, match=r"damaged from [12]\.\d\d s on"):
        read_sound(written(tmp_path / "b.flac", bytes(content)))


def test_of_several_pieces_in_one_ogg_the_first_is_read_and_told(tmp_path):
    soundfile.write(tmp_path / "a.ogg", SOUND[:60000], 44100)
    twice = (tmp_path / "a.ogg").read_bytes() * 2
    assert read_sound(written(tmp_path / "b.ogg", twice)).notes == (
        "the file holds 2 pieces in a row: the first was read",
    )
