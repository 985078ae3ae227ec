import numpy as np
import pytest
import soundfile

from bridge.music import Meter, loop_frames
from daemon.audio.wav_record import read_record
from daemon.errors import LibraryError
from daemon.library.bring import bring_file
from tests.daemon.conform.takes import RATE, drums
from tests.daemon.witness import files
from tests.helpers.progress import untold


def bring(path, tmp_path, **values):
    return bring_file(
        {"path": str(path), "clip": "brgt", "folder": str(tmp_path / "made"), "values": values},
        untold,
    )


@pytest.mark.slow
def test_a_loop_of_ours_keeps_what_is_known_of_it_and_its_sound(loop, tmp_path):
    made = bring(loop["path"], tmp_path)
    assert (made["kind"], made["bpm"], made["bars"], made["key"]) == (
        "loop",
        90.0,
        2,
        "Am",
    ) and made["id"] == "brgt"
    assert (
        np.abs(soundfile.read(made["path"])[0] - soundfile.read(loop["path"])[0]).max() < 2.5e-7
    ), "a step of 24 bits at most"
    assert read_record(made["path"])["engine"] == "file" and made["features"]


@pytest.mark.slow
def test_tempo_and_key_are_read_from_a_name(loop, tmp_path):
    audio, rate = soundfile.read(loop["path"])
    soundfile.write(tmp_path / "Breaks_90bpm_F#m_01.flac", audio, rate)
    made = bring(tmp_path / "Breaks_90bpm_F#m_01.flac", tmp_path)
    assert (made["kind"], made["bpm"], made["bars"], made["key"], made["license"]) == (
        "loop",
        90.0,
        2,
        "F#m",
        "the file's own",
    )


def test_a_loop_keeps_its_tempo_to_all_digits_and_its_frames(tmp_path):
    audio = drums(139.56, 2)[: loop_frames(2, Meter.parse("4/4"), 139.56, RATE)]
    soundfile.write(tmp_path / "break.wav", audio, RATE)
    made = bring(tmp_path / "break.wav", tmp_path)
    assert (made["kind"], made["bpm"], made["bars"]) == ("loop", 139.56, 2)
    assert made["frames"] == len(audio)


def test_a_short_sound_is_a_one_shot_with_its_note(tmp_path):
    time_s = np.arange(22050) / 44100
    soundfile.write(
        tmp_path / "ping.ogg", np.sin(2 * np.pi * 440 * time_s) * np.exp(-6 * time_s), 44100
    )
    made = bring(tmp_path / "ping.ogg", tmp_path, tags=["mine"], license="CC-BY-4.0")
    assert made["note_name"] == "A3", "as Live names it"
    assert (made["kind"], made["note"], made["bpm"], made["tags"], made["license"]) == (
        "oneshot",
        69,
        None,
        ["mine"],
        "CC-BY-4.0",
    )


def test_what_is_not_whole_bars_is_no_loop(tmp_path):
    soundfile.write(
        tmp_path / "noise.wav", np.random.default_rng(0).standard_normal(300000) * 0.1, 44100
    )
    assert bring(tmp_path / "noise.wav", tmp_path)["kind"] in ("sfx", "track")
    with pytest.raises(LibraryError, match="not whole bars"):
        bring(tmp_path / "noise.wav", tmp_path, kind="loop", bpm=100)


@pytest.mark.slow
def test_a_name_that_does_not_agree_with_the_sound_is_told_and_not_believed(loop, tmp_path):
    audio, rate = soundfile.read(loop["path"])
    soundfile.write(tmp_path / "Breaks 137 bpm.wav", audio, rate)
    made = bring(tmp_path / "Breaks 137 bpm.wav", tmp_path)
    # which octave the ear takes is not the question here
    assert (made["bpm"], made["bars"]) in ((90.0, 2), (180.0, 4))
    (note,) = made["report"]["said"]
    assert "its name says 137 bpm, but the sound says" in note


def test_a_loop_that_calls_itself_a_one_shot_is_one(tmp_path):
    time_s = np.arange(2 * files.RATE) / files.RATE
    audio = (0.5 * np.sin(2 * np.pi * 110 * time_s) * np.exp(-3 * time_s))[:, None]
    path = files.wav(tmp_path / "a.wav", audio, files.acid(0.0, 0, root=45, one_shot=True))
    made = bring(path, tmp_path)
    assert (made["kind"], made["note"], made["report"]["said"]) == ("oneshot", 45, [])


def test_the_user_s_word_wins_over_name_and_ear(loop, tmp_path):
    audio, rate = soundfile.read(loop["path"])
    soundfile.write(tmp_path / "Breaks 137 bpm.wav", audio, rate)
    made = bring(tmp_path / "Breaks 137 bpm.wav", tmp_path, bpm=45, key="Em")
    assert (made["bpm"], made["bars"], made["key"]) == (45.0, 1, "Em")
