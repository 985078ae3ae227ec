"""MIDI files that any player reads alike: no note begins before the one of its pitch has ended."""

from __future__ import annotations

import io
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path

import mido
import numpy as np
import pytest

from daemon.brief import Brief
from daemon.engines.embedded.engine import make, make_plan
from daemon.engines.embedded.midi_file import without_overlaps
from daemon.engines.embedded.notes import TICKS_PER_QUARTER
from daemon.engines.embedded.score import Score
from daemon.prompt.genres import GENRES
from tests.conftest import require, skip_or_fail
from tests.helpers.progress import untold

#: Those whose bass or chords repeat a pitch without a rest, and one with rolls on the hats.
A_FEW = ("trap", "punk", "metal", "ambient", "house")
SOUND_FONT = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")


def brief_of(genre: str, bars: int = 8) -> Brief:
    return Brief(genre, genre, kind="midi", genre=genre, bpm=GENRES[genre].bpm, bars=bars)


def take_of(genre: str, seed: int, bars: int = 8):
    return make(brief_of(genre, bars), seed, untold)


def faults(file: mido.MidiFile) -> Iterator[str]:
    """Every note that begins while its pitch sounds, ends without having begun, or has no end."""
    for track in file.tracks:
        now, sounding = 0, {}
        for message in track:
            now += message.time
            if message.type not in ("note_on", "note_off"):
                continue
            key = (message.channel, message.note)
            if message.type == "note_on" and message.velocity:
                if key in sounding:
                    yield f"{track.name}: {message.note} at {now} while the one of {sounding[key]} sounds"
                sounding[key] = now
            elif key not in sounding:
                yield f"{track.name}: {message.note} ends at {now} and had not begun"
            elif now <= sounding.pop(key):
                yield f"{track.name}: {message.note} at {now} has no length"
        if sounding:
            yield f"{track.name}: no end of {sorted(sounding)}"


def strokes_missing(score: Score, file: mido.MidiFile) -> list[str]:
    """Notes of the score that the file has not, within a tick."""
    missing = []
    for track in file.tracks[1:]:
        now, begun = 0, set()
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                begun.add(now)
        missing += [
            f"{track.name} at {note.start}"
            for note in score.part(track.name)
            if not begun & {note.start - 1, note.start}
        ]
    return missing


def check(genre: str, seed: int) -> None:
    take = take_of(genre, seed)
    file = mido.MidiFile(file=io.BytesIO(take.midi))
    score = Score(make_plan(brief_of(genre), seed))
    assert not list(faults(file)) and not strokes_missing(score, file)


@pytest.mark.parametrize("genre", A_FEW)
def test_no_note_begins_before_the_one_of_its_pitch_has_ended(genre):
    check(genre, 1)


@pytest.mark.slow
@pytest.mark.parametrize("genre", GENRES)
def test_no_note_of_any_genre_begins_before_the_one_of_its_pitch_has_ended(genre):
    for seed in range(3):
        check(genre, seed)


def test_each_note_ends_a_tick_before_the_next_and_two_at_once_are_the_louder_one():
    asked = [(0, 100, 36, 80, 9), (90, 200, 36, 70, 9), (90, 120, 36, 99, 9), (91, 95, 38, 1, 9)]
    assert without_overlaps(asked) == [(0, 89, 36, 80, 9), (90, 200, 36, 99, 9), (91, 95, 38, 1, 9)]
    of_two_channels = [(0, 100, 60, 80, 0), (50, 100, 60, 80, 1)]
    assert without_overlaps(of_two_channels) == of_two_channels


def test_where_nothing_is_pitched_no_key_is_said():
    def keys(take):
        return [
            message
            for message in mido.MidiFile(file=io.BytesIO(take.midi)).tracks[0]
            if message.type == "key_signature"
        ]

    drums = make(
        Brief("house drums only", "house drums", kind="midi", genre="house", bars=2,
              instruments=("hats",), only=True), 1, untold,
    )  # fmt: skip
    assert drums.parts == ("drums",) and not keys(drums)
    assert keys(take_of("house", 1))


# ------------------------------------------------------------ through a real player


def played(file: mido.MidiFile, folder: Path) -> tuple[np.ndarray, int]:
    """A file played by FluidSynth: its mono sound and rate, without room and chorus."""
    program = require("fluidsynth", "fluidsynth")
    if not SOUND_FONT.exists():
        skip_or_fail(f"{SOUND_FONT} (Debian: timgm6mb-soundfont) is not installed")
    file.save(folder / "in.mid")
    subprocess.run(
        [program, "-ni", "-q", "-R", "0", "-C", "0", "-r", "44100", "-F", str(folder / "out.wav"),
         str(SOUND_FONT), str(folder / "in.mid")],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    with wave.open(str(folder / "out.wav")) as sound:
        data = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
        return data.reshape(-1, 2).mean(axis=1) / 32768, sound.getframerate()


def one_pitch(file: mido.MidiFile, track: mido.MidiTrack, pitch: int) -> mido.MidiFile:
    """The same file with the notes of one track and pitch alone."""
    alone, now, before = mido.MidiTrack(), 0, 0
    for message in track:
        now += message.time
        if message.type not in ("note_on", "note_off") or message.note == pitch:
            alone.append(message.copy(time=now - before))
            before = now
    made = mido.MidiFile(type=1, ticks_per_beat=file.ticks_per_beat)
    made.tracks += [file.tracks[0], alone]
    return made


@pytest.mark.slow
@pytest.mark.parametrize(
    ("genre", "part"), [("trap", "bass"), ("punk", "chords"), ("house", "drums")]
)
def test_a_player_sounds_every_note_when_our_own_score_has_it(genre, part, tmp_path):
    take = take_of(genre, 8, bars=4)
    file = mido.MidiFile(file=io.BytesIO(take.midi))
    track = next(one for one in file.tracks if one.name == part)
    starts: dict[int, list[int]] = {}
    now = 0
    for message in track:
        now += message.time
        if message.type == "note_on" and message.velocity:
            starts.setdefault(message.note, []).append(now)
    tick_s = 60 / take.grid.bpm / TICKS_PER_QUARTER
    for pitch, ticks in starts.items():
        sound, rate = played(one_pitch(file, track, pitch), tmp_path)
        window = round(0.04 * rate)
        levels = []
        for tick in ticks:
            at = round(tick * tick_s * rate)
            levels.append(20 * np.log10(np.sqrt(np.mean(sound[at : at + 2 * window] ** 2)) + 1e-9))
        # A note that the player has swallowed lies 30 dB under the others of its pitch.
        assert min(levels) > np.median(levels) - 20, (part, pitch, np.round(levels))
        # The first note begins when the score says.
        loud = np.flatnonzero(np.abs(sound) > 0.1 * np.abs(sound).max())[0] / rate
        assert abs(loud - ticks[0] * tick_s) < 0.03, (part, pitch)
