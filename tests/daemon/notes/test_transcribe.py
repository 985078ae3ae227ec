"""Sounds written down: exact notes of our own clips, heard ones of others, and where they lie."""

from __future__ import annotations

import io

import mido
import numpy as np
import pytest
import soundfile

from bridge.music import Key, Meter
from daemon.brief import Brief
from daemon.clip.make import write_files
from daemon.clip.record import make_record
from daemon.conform.conform import conform
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.harmony import read_chord
from daemon.errors import AudioError, ConformError
from daemon.hearing.drum_net import role_of
from daemon.notes.sheet import Sheet
from daemon.notes.ticks import PER_QUARTER
from daemon.notes.transcribe import chord_words, transcribe
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.progressions import read_progression
from tests.helpers import speech

RATE = 44100


def quiet(share, words=""):
    pass


def clip(folder, genre="house", bpm=124.0, seed=2_000_001):
    """A clip of the musician in a folder: its path, its take."""
    brief = Brief(genre, genre, genre=genre, bpm=bpm, bars=2, seed=seed, stems=True)
    take = make(brief, seed, quiet)
    finished = conform(take, brief, quiet)
    task = {"clip": "abcd", "job": "j", "k": 0, "request": {}, "created": 0.0}
    record = make_record(task, brief, take, finished, [])
    write_files(folder, finished, {**record, "path": str(folder / "clip.wav")}, brief)
    return folder / "clip.wav", take, finished


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    """A loop as the musician's clip and as a file of somebody else."""
    folder = tmp_path_factory.mktemp("loop")
    _, take, finished = clip(folder)
    soundfile.write(folder / "foreign.wav", finished.audio, RATE, "FLOAT")
    for name, stem in finished.stems.items():
        soundfile.write(folder / f"{name}.wav", stem, RATE, "FLOAT")
    return folder, take


def written_down(path, said=None, **request):
    brief = Brief("", "", do="transcribe", reference=str(path), corrected=said or {})
    (result,) = transcribe(brief, request, path.parent, quiet)
    return result, mido.MidiFile(file=io.BytesIO(result.midi))


def notes_of(file, track=None):
    """[(quarter, pitch)] of a MIDI file, of one track or of all with a pitch."""
    found = []
    for one in file.tracks:
        now = 0
        for message in one:
            now += message.time
            is_wanted = one.name == track if track else getattr(message, "channel", 9) != 9
            if message.type == "note_on" and message.velocity and is_wanted:
                found.append((now / file.ticks_per_beat, message.note))
    return sorted(found)


def share_found(found, wanted, within=0.1):
    """F of notes found within so many quarters of the true ones."""
    left = list(found)
    hits = 0
    for at, pitch in wanted:
        near = [one for one in left if one[1] == pitch and abs(one[0] - at) <= within]
        if near:
            left.remove(near[0])
            hits += 1
    return 2 * hits / (len(found) + len(wanted))


def true_notes(take, part):
    return notes_of(mido.MidiFile(file=io.BytesIO(take.midi)), part)


def test_a_clip_of_our_own_is_read_from_its_plan(loop):
    folder, take = loop
    result, file = written_down(folder / "clip.wav")
    assert result.kind == "midi" and result.report["did"]["exact"]
    assert notes_of(file) == notes_of(mido.MidiFile(file=io.BytesIO(take.midi)))
    assert notes_of(file, "drums") == true_notes(take, "drums")
    names = [name for _, _, name in result.more["chords"]]
    for name in names:
        read_chord(name, Key.parse("C"))
    assert result.more["chord_words"].split()[0] == names[0]


@pytest.mark.parametrize(
    ("chords", "words"),
    [
        ([(1, "Am"), (2, "F"), (3, "C"), (4, "G")], "Am Am F C G"),
        ([(0, "Am"), (1, ""), (2, "F"), (2.5, "E7"), (4, "")], "Am Am F / E7 E7 E7"),
        ([(0.02, "Am7"), (0.98, "Bdim"), (4, "")], "Am7 Bdim Bdim Bdim Bdim"),
        ([(0, "Am"), (1.75, "Ab"), (2, "F"), (2.5, "E7"), (2.75, "C")], "Am Am F C C"),
        ([(0, "")], ""),
        ([], ""),
    ],
)
def test_chord_words_have_one_for_each_bar_and_make_reads_them_so(chords, words):
    ticks = tuple((round(bar * 4 * PER_QUARTER), name) for bar, name in chords)
    sheet = Sheet("x", ((0, 120.0),), Meter(), 20 * PER_QUARTER, (), None, ticks)
    assert chord_words(sheet, 5) == words
    if words:
        assert len(read_progression(MarkedText(f"piano, {words}")).bars) == 5


def test_a_foreign_mix_becomes_a_midi_clip_on_its_grid(loop):
    folder, take = loop
    result, file = written_down(folder / "foreign.wav")
    assert (result.bars, round(result.bpm, 2), result.meter) == (2, 124.0, "4/4")
    assert not result.report["did"]["exact"]
    assert file.ticks_per_beat * 8 == max(sum(m.time for m in track) for track in file.tracks)
    kinds = {message.type for message in file.tracks[0]}
    assert {"set_tempo", "time_signature", "key_signature", "marker"} <= kinds
    names = [track.name for track in file.tracks[1:]]
    assert names[0] == "drums" and names[-1] == "chord names"
    wanted = [one for part in ("bass", "chords", "lead") for one in true_notes(take, part)]
    assert share_found(notes_of(file), wanted) > 0.4
    heard = [at for at, pitch in notes_of(file, "drums") if role_of(pitch) == "kick"]
    true = [at for at, pitch in true_notes(take, "drums") if role_of(pitch) == "kick"]
    assert share_found([(at, 0) for at in heard], [(at, 0) for at in true]) > 0.8
    for name, count in result.more["tracks"].items():
        assert len(result.report["found"]["sure"][name]) == count


def test_chords_alone_are_heard_as_many_voices(loop):
    folder, take = loop
    # two bars of chords alone need not have a beat to hear: their user says the tempo
    _, file = written_down(folder / "chords.wav", said={"bpm": 124.0}, voice="poly")
    assert share_found(notes_of(file), true_notes(take, "chords")) > 0.8


def test_a_bass_alone_is_heard_as_one_line(loop):
    folder, take = loop
    _, file = written_down(folder / "bass.wav", voice="mono")
    notes = notes_of(file)
    assert share_found(notes, true_notes(take, "bass")) > 0.8
    assert len({at for at, _ in notes}) == len(notes)


def test_sides_in_opposite_phase_are_heard_like_one(loop):
    folder, take = loop
    audio, _ = soundfile.read(folder / "bass.wav")
    mono = audio[:, 0]
    soundfile.write(folder / "opposite.wav", np.stack([mono, -mono], axis=1), RATE, "FLOAT")
    _, file = written_down(folder / "opposite.wav", voice="mono")
    assert share_found(notes_of(file), true_notes(take, "bass")) > 0.8


def test_nothing_less_sure_than_asked_is_written(loop):
    folder, _ = loop
    few, _ = written_down(folder / "chords.wav", voice="poly", sure=0.8)
    many, _ = written_down(folder / "chords.wav", voice="poly", sure=0.2)
    assert few.more["notes"] < many.more["notes"]
    assert min(few.report["found"]["sure"]["notes"]) >= 0.8
    left = few.report["did"]
    assert left["left_out"] >= len(left["left_out_surest"]) > 0
    assert any("left out:" in line for line in few.report["said"])


def test_quantised_wholly_notes_lie_on_lines(loop):
    folder, _ = loop
    _, file = written_down(folder / "bass.wav", voice="mono", quantise=1)
    places = np.array([at for at, _ in notes_of(file)])
    # one set of lines for all: each place within the beat comes again
    lines = {round(at % 1, 2) for at in places}
    assert len(lines) <= 6


def tone(folder, name, *notes, seconds=4.0):
    """A file of plucked tones: (s, MIDI pitch) each."""
    t = np.arange(round(seconds * RATE)) / RATE
    sound = np.zeros_like(t)
    for at, pitch, length in notes:
        clock = t - at
        hz = 440 * 2 ** ((pitch - 69) / 12)
        own = (clock >= 0) & (clock < length)
        wave = sum(np.sin(2 * np.pi * k * hz * clock) / k for k in range(1, 8))
        sound += np.where(own, wave * np.exp(-clock * 2) * np.minimum(clock / 0.003, 1), 0) * 0.15
    path = folder / name
    soundfile.write(path, sound.astype(np.float32), RATE, "FLOAT")
    return path


def test_free_tones_stand_where_they_sounded_and_it_is_said(tmp_path):
    path = tone(tmp_path, "free.wav", (0.31, 60, 2.0), (2.47, 67, 1.5))
    result, file = written_down(path, voice="mono")
    assert result.bpm is None and "no beat" in " ".join(result.report["said"])
    found = notes_of(file)
    assert [pitch for _, pitch in found] == [60, 67]
    # 120 bpm: a quarter is half a second
    assert [at / 2 for at, _ in found] == pytest.approx([0.31, 2.47], abs=0.03)


@pytest.mark.parametrize("voice", ["auto", "poly", "mono", "drums"])
def test_silence_and_a_sample_are_refused_in_one_line(tmp_path, voice):
    soundfile.write(tmp_path / "silence.wav", np.zeros((RATE * 2, 2), np.float32), RATE)
    soundfile.write(tmp_path / "click.wav", np.ones((200, 1), np.float32), RATE)
    for name in ("silence", "click"):
        with pytest.raises(ConformError, match=f"^{name} is") as refused:
            written_down(tmp_path / f"{name}.wav", voice=voice)
        assert "\n" not in refused.value.text


def test_noise_holds_no_notes(tmp_path):
    rng = np.random.default_rng(3)
    path = tmp_path / "noise.wav"
    soundfile.write(path, (0.1 * rng.standard_normal((RATE * 3, 1))).astype(np.float32), RATE)
    with pytest.raises(ConformError, match=r"no note of noise|no note is heard in noise"):
        written_down(path, voice="poly")


def test_a_bed_with_nothing_sure_is_told_in_one_line(tmp_path):
    clock = np.arange(RATE * 3) / RATE
    bed = sum(np.sin(2 * np.pi * hz * clock + hz) for hz in (98, 151.7, 227.3)) / 15
    path = tmp_path / "bed.wav"
    soundfile.write(path, (bed * (1 - 0.3 * np.cos(clock)))[:, None], RATE, "FLOAT")
    for voice in ("auto", "mono"):
        with pytest.raises(ConformError, match=r"of bed is as sure as 0\.9; the surest is") as told:
            written_down(path, voice=voice, sure=0.9)
        assert "\n" not in told.value.text


@pytest.mark.parametrize("sides", [(1, -1), (1, 0), (0.01, 0.01)])
def test_sides_that_cancel_or_are_soft_are_heard_all_the_same(tmp_path, sides):
    clock = np.arange(RATE // 2) / RATE
    tones = [
        sum(np.sin(2 * np.pi * hz * k * clock) / k for k in range(1, 7)) * np.exp(-6 * clock)
        for hz in (261.63, 329.63, 392.0, 329.63) * 2
    ]
    path = tmp_path / "tones.wav"
    sound = 0.2 * np.concatenate([np.zeros(RATE // 4), *tones])
    soundfile.write(path, np.stack([sound * side for side in sides], axis=1), RATE, "FLOAT")
    _, file = written_down(path, voice="poly")
    assert {60, 64, 67} <= {
        message.note for track in file.tracks for message in track if message.type == "note_on"
    }


def test_of_speech_only_what_is_sure_is_written_down_and_it_is_said(tmp_path):
    path = tmp_path / "talk.wav"
    spoken = speech.voice(np.random.default_rng(2), 6.0)
    soundfile.write(path, 0.5 * spoken / np.abs(spoken).max(), RATE)
    try:
        result, _ = written_down(path)
    except ConformError as told:
        assert told.text.startswith("it sounds as if somebody speaks: no note of talk is as sure")
    else:
        assert result.report["said"][0].startswith("it sounds as if somebody speaks")
        assert all(sure >= 0.9 for own in result.report["found"]["sure"].values() for sure in own)
    asked, _ = written_down(path, sure=0.3)
    assert asked.more["notes"] > 0


def test_speech_is_refused_or_its_beat_is_said_to_be_doubtful(tmp_path):
    """Buzzes that glide, of any length: what speech is to an ear of notes."""
    rng, parts = np.random.default_rng(5), []
    for _ in range(14):
        seconds = rng.uniform(0.08, 0.31)
        hz = np.linspace(rng.uniform(90, 150), rng.uniform(80, 130), round(seconds * RATE))
        buzz = np.sin(np.cumsum(2 * np.pi * hz / RATE)[:, None] * np.arange(1, 25)).sum(axis=1)
        parts += [buzz * np.hanning(len(buzz)) / 60, np.zeros(round(rng.uniform(0.02, 0.3) * RATE))]
    path = tmp_path / "speech.wav"
    soundfile.write(path, np.concatenate(parts)[:, None], RATE, "FLOAT")
    try:
        result, _ = written_down(path)
    except ConformError as error:
        assert "speech" in error.text and "\n" not in error.text
    else:
        assert result.bpm is None or result.report["found"]["confidence"] < 0.7


def test_a_file_that_is_gone_or_far_too_long_is_told_in_one_line(tmp_path):
    soundfile.write(tmp_path / "hour.wav", np.zeros(3600 * 8000, np.int16), 8000, "PCM_U8")
    for name, said in (("gone", "is not there"), ("hour", "60 minutes long: at most 20")):
        with pytest.raises(AudioError, match=said) as error:
            written_down(tmp_path / f"{name}.wav")
        assert "\n" not in error.value.text
