"""The truth that the beat net is taught is where the sound is."""

from __future__ import annotations

import mido
import numpy as np
import pytest

from tools.beat_net import augment
from tools.beat_net.augment import take
from tools.beat_net.game_songs import read
from tools.beat_net.midi_time import moments, tempi
from tools.beat_net.song import RATE, Song, counted, tapped


def _clicking(bpm: float) -> Song:
    beats, bars = counted(64, 4, 60 / bpm)
    sound = np.zeros(int((beats[-1] + 1) * RATE), np.float32)
    for moment in beats:
        at = round(moment * RATE)
        sound[at : at + 100] = np.linspace(1, 0, 100)
    return Song("clicks", {"drums": sound}, beats, bars)


def test_beats_move_with_speed_drift_cut_and_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(augment, "DAMAGES", ())
    monkeypatch.setattr(augment, "_arranged", lambda song, random: song.stems["drums"])
    monkeypatch.setattr(augment, "voice", lambda length, beat_s, random: np.zeros(length))
    for seed in range(20):
        made = take(_clicking(97.0), np.random.default_rng(seed))
        loud = np.abs(made.sound) > 0.5
        attacks = np.flatnonzero(loud[1:] & ~loud[:-1]) / RATE
        for moment in made.beats_s[1:-1]:
            assert np.abs(attacks - moment).min() < 0.002, (seed, moment)
        assert set(np.round(made.downbeats_s, 6)) <= set(np.round(made.beats_s, 6))


def test_ticks_follow_every_change_of_tempo() -> None:
    file = mido.MidiFile(ticks_per_beat=100)
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("set_tempo", tempo=600_000, time=0))
    track.append(mido.MetaMessage("set_tempo", tempo=300_000, time=200))
    file.tracks.append(track)
    at = moments(np.array([0, 100, 200, 300, 400]), tempi(file), 100)
    assert np.allclose(at, [0, 0.6, 1.2, 1.5, 1.8])


def test_six_eight_is_tapped_in_two() -> None:
    assert tapped(6, 8) == (1.5, 2)
    assert tapped(7, 8) == (0.5, 7)
    assert tapped(4, 4) == (1.0, 4)


def test_a_song_whose_notes_lie_off_its_beats_is_not_trusted(tmp_path) -> None:
    kept = {}
    for name, shift in (("on", 0), ("off", 37)):
        file = mido.MidiFile(ticks_per_beat=480)
        track = mido.MidiTrack()
        track.append(mido.MetaMessage("set_tempo", tempo=500_000, time=0))
        for k in range(64):
            late = int(np.random.default_rng(k).integers(-200, 200)) if shift else 0
            track.append(mido.Message("note_on", note=36, velocity=99, time=480 + late))
        file.tracks.append(track)
        file.save(tmp_path / "song.mid")
        kept[name] = read((tmp_path / "song.mid").read_bytes())
    assert kept["on"] is not None and kept["off"] is None
    assert np.allclose(np.diff(kept["on"][1]), 0.5)
