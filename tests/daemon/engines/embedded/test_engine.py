"""The embedded engine's contract: exact frames, stems that sum, the same take for the same seed, MIDI in time with the audio."""

import io

import mido
import numpy as np
import pytest

from daemon.brief import Brief
from daemon.engines.embedded.engine import make


def quiet(share, stage):
    pass


def loop(genre, seed=3, **fields):
    values = {"prompt": genre, "words": genre, "genre": genre, "bpm": 120.0, "bars": 2, **fields}
    brief = Brief(**values)
    return brief, make(brief, seed, quiet)


@pytest.mark.parametrize(
    "genre", ["house", "techno", "trap", "boom bap", "drum and bass", "ambient"]
)
def test_loop_is_exact_and_its_stems_sum_to_it(genre):
    brief, take = loop(genre)
    assert take.audio.shape == (brief.frames, 2)
    assert take.audio.dtype == np.float32
    assert np.abs(sum(take.stems.values()) - take.audio).max() < 1e-6
    assert 0.1 < np.abs(take.audio).max() <= 10 ** (-1 / 20)
    for part, stem in take.stems.items():
        assert np.abs(stem).max() > 1e-3, part


@pytest.mark.parametrize(
    ("meter", "bpm", "bars"),
    [("3/4", 93.5, 3), ("6/8", 110.0, 2), ("7/8", 128.0, 2), ("5/4", 140.123, 1)],
)
def test_any_meter_and_tempo(meter, bpm, bars):
    brief, take = loop("house", meter_name=meter, bpm=bpm, bars=bars)
    assert len(take.audio) == brief.frames
    assert (take.grid.bpm, take.grid.meter, take.grid.bars) == (bpm, meter, bars)


def test_same_seed_same_take_and_another_seed_another():
    _, first = loop("trap", 5)
    _, again = loop("trap", 5)
    _, other = loop("trap", 6)
    assert first.audio.tobytes() == again.audio.tobytes()
    assert first.midi == again.midi
    assert other.midi != first.midi


def test_midi_is_type_one_with_a_track_per_part_and_the_loop_s_length():
    _, take = loop("house", bars=4, bpm=124.0)
    file = mido.MidiFile(file=io.BytesIO(take.midi))
    assert file.type == 1
    assert [track.name for track in file.tracks[1:]] == list(take.parts)
    for track in file.tracks:
        assert sum(message.time for message in track) == 4 * 4 * file.ticks_per_beat


def test_a_take_tells_the_bed_that_lies_under_its_players():
    asked = {"prompt": "lo-fi piano with rain", "instruments": ("piano", "rain")}
    rain = {"part": "texture", "instrument": "rain", "program": None}
    assert loop("lo-fi", **asked)[1].players[-1] == rain
    assert rain not in loop("lo-fi", **asked, kind="midi")[1].players


def test_a_take_tells_who_plays_with_the_programs_of_its_midi():
    _, take = loop("folk", prompt="folk with ukulele", instruments=("ukulele",), kind="midi")
    players = {(one["part"], one["instrument"]): one["program"] for one in take.players}
    assert {part for part, _ in players} == set(take.parts)
    assert players["chords", "ukulele"] == 25 and players["drums", "kick"] is None
    file = mido.MidiFile(file=io.BytesIO(take.midi))
    for track in file.tracks[1:]:
        for message in track:
            if message.type == "program_change":
                assert message.program + 1 in {
                    program for (part, _), program in players.items() if part == track.name
                }


def test_oneshot_begins_at_once_and_ends_in_silence():
    brief = Brief(prompt="808 kick in G", words="808", kind="oneshot", bpm=None, pitch_class=7)
    take = make(brief, 1, quiet)
    assert take.note is not None and take.note % 12 == 7
    level = np.abs(take.audio).max(axis=1)
    assert np.argmax(level > level.max() / 1000) < 10
    assert level[-1] < level.max() / 1000
