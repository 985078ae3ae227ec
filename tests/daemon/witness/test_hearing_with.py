"""The ear and its witnesses together: octaves and ties are decided, a sure ear is not overruled."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.music import Key, Meter
from daemon.audio.wav import write_clip
from daemon.conform.look import look
from daemon.correction import Correction
from daemon.witness.hearing import choose_key, choose_note, hear_with
from daemon.witness.statement import Statement, Weight
from daemon.witness.witnesses import Witnesses
from tests.daemon.hearing.music import BACKBEAT, drums
from tests.daemon.witness import files

BOOM_BAP = {"kick": "x......x..x.....", "snare": "....x.......x...", "hat": "x.x.x.x.x.x.x.x."}


def loop(pattern: dict[str, str], bpm: float, bars: int = 4) -> np.ndarray:
    """Drums that are exactly whole bars long."""
    frames = round(bars * 4 * 60 / bpm * files.RATE)
    audio = drums(pattern, bpm, bars).audio
    return np.pad(audio, ((0, max(0, frames - len(audio))), (0, 0)))[:frames]


@pytest.fixture(scope="module")
def at_60() -> np.ndarray:
    return loop(BOOM_BAP, 60)


@pytest.fixture(scope="module")
def at_120() -> np.ndarray:
    return loop(BACKBEAT, 120)


@pytest.fixture(scope="module")
def pad() -> np.ndarray:
    """Four bars of a held chord at 100: nothing repeats."""
    time_s = np.arange(round(9.6 * files.RATE)) / files.RATE
    return (
        0.2
        * sum(np.sin(2 * np.pi * 440 * 2 ** ((n - 69) / 12) * time_s) for n in (57, 60, 64))[
            :, None
        ]
    )


@pytest.mark.parametrize(
    ("make", "who"),
    [
        (lambda path, audio: files.wav(path / "a.wav", audio, files.acid(60.0, 16)), "acid chunk"),
        (lambda path, audio: files.apple_loop(path / "a.aiff", audio, 16, 57, 1), "Apple loop"),
        (lambda path, audio: files.flac(path / "a.flac", audio, BPM="60"), "its tag"),
        (lambda path, audio: files.wav(path / "Break_60_top.wav", audio), "its name"),
    ],
)
def test_what_the_file_states_decides_the_octave(tmp_path, at_60, make, who):
    found = look(make(tmp_path, at_60))
    assert found["bpm"] == pytest.approx(60.0, abs=0.01)
    assert abs(found["downbeat_s"]) < 0.01
    (note,) = found["notes"]
    assert who in note and "120" in note and "60 was taken" in note


@pytest.mark.parametrize("name", ["break 160 bpm.wav", "break 90 bpm.wav", "break 140 bpm.wav"])
def test_a_sure_ear_is_not_overruled_and_the_quarrel_is_told(tmp_path, at_120, name):
    found = look(files.wav(tmp_path / name, at_120))
    assert found["bpm"] == pytest.approx(120.0, abs=0.01)
    (note,) = found["notes"]
    assert "its name says" in note and "the sound says 120: that was taken" in note


def test_a_loop_chunk_left_from_another_sound_is_told(tmp_path, at_120):
    found = look(files.wav(tmp_path / "a.wav", at_120, files.acid(140.0, 16)))
    assert found["bpm"] == pytest.approx(120.0, abs=0.01)
    assert "beats are not believed" in found["notes"][0]
    assert "the sound says 120" in found["notes"][1]


def test_a_number_alone_that_is_no_tempo_is_nobody_s_concern(tmp_path, at_120):
    found = look(files.wav(tmp_path / "break_141.wav", at_120))
    assert found["bpm"] == pytest.approx(120.0, abs=0.01) and found["notes"] == []


def test_a_stated_number_is_taken_to_the_digit(tmp_path):
    path = files.wav(tmp_path / "a.wav", loop(BACKBEAT, 121.3), files.acid(121.3, 16))
    found = look(path)
    assert found["bpm"] == 121.3 and found["notes"] == []
    assert found["stated"] == [{"who": "its acid chunk", "bpm": 121.3, "beats": 16.0}]


@pytest.mark.parametrize("by", ["acid", "name"])
def test_without_a_beat_the_file_s_own_word_gives_the_grid(tmp_path, pad, by):
    chunks = [files.acid(100.0, 16, root=57)] if by == "acid" else []
    found = look(files.wav(tmp_path / ("a.wav" if chunks else "pad_100_bpm.wav"), pad, *chunks))
    assert found["bpm"] == 100.0 and found["downbeat_s"] == 0.0
    assert 0 < found["confidence"] <= 0.5
    assert "no beat is heard" in found["notes"][0]


def test_a_tempo_that_a_beatless_file_does_not_fit_is_not_taken(tmp_path, pad):
    found = look(files.wav(tmp_path / "pad 97 bpm.wav", pad))
    assert found["bpm"] is None and "no beat is heard" in found["notes"][0]


def test_the_user_s_tempo_and_first_beat_win_and_the_ear_finds_the_milliseconds(at_60):
    word = Correction(bpm=60.0, downbeat_s=1.02)
    verdict = hear_with(at_60, files.RATE, None, Meter(), Witnesses(correction=word))
    assert verdict.settled and verdict.bpm == 60.0
    heard = verdict.heard
    # the second beat lies at 0.6667 s
    assert float(heard.time_of(0.0)) == pytest.approx(1.0, abs=0.005)
    assert heard.confidence == heard.downbeat_confidence == 1.0
    assert "you said: 60 bpm, the one at 1.02 s" in heard.evidence


def test_the_user_s_first_beat_between_the_beats_is_taken_as_it_is(at_120):
    word = Correction(bpm=100.0, downbeat_s=0.2)
    heard = hear_with(at_120, files.RATE, 120.0, Meter(), Witnesses(correction=word)).heard
    assert heard.bpm == 100.0
    assert float(heard.time_of(0.0)) == pytest.approx(0.2, abs=1e-6)
    assert float(heard.time_of(4.0)) == pytest.approx(0.2 + 2.4, abs=1e-6)


def test_a_late_first_beat_names_the_bars_from_the_start_of_the_sound(at_120):
    word = Correction(downbeat_s=4.5)
    heard = hear_with(at_120, files.RATE, 120.0, Meter(), Witnesses(correction=word)).heard
    assert float(heard.time_of(0.0)) == pytest.approx(0.5, abs=0.005)


def says(key: str, weight: Weight = Weight.TAG) -> Witnesses:
    return Witnesses((Statement("its tag", weight, key=Key.parse(key)),))


@pytest.mark.parametrize(
    ("heard", "confidence", "stated", "taken", "noted"),
    [
        ("C", 0.9, "Am", "Am", False),  # relatives share their notes
        ("C", 0.9, "F#m", "C", True),
        ("C", 0.3, "F#m", "F#m", True),
        ("Am", 0.3, "Am", "Am", False),
        (None, 0.0, "F#m", "F#m", False),
    ],
)
def test_a_stated_key_decides_between_relatives_and_where_the_ear_is_not_sure(
    heard, confidence, stated, taken, noted
):
    found = Key.parse(heard) if heard else None
    key, sure, notes = choose_key(found, confidence, says(stated))
    assert key is not None and key.short == taken
    assert sure >= min(confidence, 0.5)
    assert bool(notes) == noted


def test_a_stated_root_decides_the_octave_of_a_note_that_was_heard():
    stated = Witnesses((Statement("its smpl chunk", Weight.CHUNK, root=36),))
    assert choose_note(48.2, stated) == (pytest.approx(36.2), ())
    assert choose_note(None, stated) == (36.0, ())
    other, notes = choose_note(41.0, stated)
    assert other == 41.0 and "root C2" in notes[0]


@pytest.mark.parametrize("bpm", [87.37, 174.0])
def test_our_own_clip_reads_back_exactly_and_so_does_its_acid_chunk_alone(tmp_path, bpm):
    audio = loop(BOOM_BAP, bpm, 2).astype(np.float32)
    record = {"id": "k3f9", "kind": "loop", "bpm": bpm, "key": "F#m", "meter": "4/4", "bars": 2,
              "engine": "embedded", "sample_rate": files.RATE, "report": {}}  # fmt: skip
    write_clip(tmp_path / "clip.wav", audio, files.RATE, record)
    found = look(tmp_path / "clip.wav")
    assert (found["bpm"], found["downbeat_s"], found["key"]) == (bpm, 0.0, "F#m")
    assert found["confidence"] == 1.0 and found["notes"] == []
    # another program has dropped the record
    whole = (tmp_path / "clip.wav").read_bytes()
    (tmp_path / "clip.wav").write_bytes(whole.replace(b"sdcr", b"junk"))
    assert look(tmp_path / "clip.wav")["bpm"] == pytest.approx(bpm, abs=1e-4)


@pytest.mark.parametrize("by", ["acid", "name"])
def test_an_ear_that_is_hardly_sure_gives_way_to_a_file_as_long_as_it_states(tmp_path, by):
    """A held chord whose partials beat: the ear hears no pulse in it, or one that it doubts."""
    time_s = np.arange(round(16 * 60 / 110 * files.RATE)) / files.RATE
    sound = sum(
        np.sin(2 * np.pi * 440 * 2 ** ((n - 69) / 12) * k * time_s) / k
        for n in (50, 53, 57)
        for k in range(1, 7)
    )
    sound = (0.15 * sound * np.minimum(1, time_s / 0.01)).astype(np.float32)[:, None]
    plain = look(files.wav(tmp_path / "a.wav", sound))
    assert plain["bpm"] != pytest.approx(110, rel=0.01) and plain["confidence"] < 0.5
    chunks = [files.acid(110.0, 16)] if by == "acid" else []
    found = look(files.wav(tmp_path / ("b.wav" if chunks else "chord_110bpm.wav"), sound, *chunks))
    assert found["bpm"] == 110.0 and found["confidence"] <= 0.5
    doubt = "no beat is heard" if plain["bpm"] is None else "is not sure"
    assert doubt in found["notes"][0] and "that was taken" in found["notes"][0]
    # a stated tempo that the file does not fit is told, and not taken
    other = look(files.wav(tmp_path / "chord 97 bpm.wav", sound))
    assert other["bpm"] != 97.0 and "97 bpm" in other["notes"][0]
