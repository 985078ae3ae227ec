"""Whether a take that wavers is followed along the path of both ears, and a loop is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.music import Meter
from daemon.hearing import beats, onsets, path_lattice, second_ear
from daemon.hearing.beat_features import FPS
from daemon.hearing.envelopes import Envelopes, envelopes
from daemon.hearing.onsets import Onsets
from daemon.hearing.reading import Reading, read
from daemon.hearing.second_ear import NOTHING, SecondEar

RATE = 44100
#: Seconds of the take.
LENGTH_S = 24.0


def _struck(beats_s: np.ndarray, seed: int) -> np.ndarray:
    """Plucked notes of any pitch, on each beat and some off-beats, float32 (frames,)."""
    rng = np.random.default_rng(seed)
    out = 1e-3 * rng.standard_normal(round(LENGTH_S * RATE))
    clock_s = np.arange(round(0.2 * RATE)) / RATE
    halves_s = np.interp(np.arange(2 * len(beats_s) - 1) / 2, np.arange(len(beats_s)), beats_s)
    for k, at_s in enumerate(halves_s):
        if k % 2 and rng.random() < 0.6:
            continue
        note = np.sin(2 * np.pi * rng.uniform(150, 900) * clock_s) * np.exp(-clock_s * 20)
        at = round(at_s * RATE)
        out[at : at + len(note)] += rng.uniform(0.5, 1) * note[: len(out) - at]
    return (0.5 * out / np.abs(out).max()).astype(np.float32)


def _wavering(bpm: float, share: float) -> np.ndarray:
    """Beats in seconds round `bpm`, whose tempo sways by `share` within 11 s."""
    clock_s = np.arange(0, LENGTH_S, 1e-3)
    speed = bpm / 60 * (1 + share * np.sin(2 * np.pi * clock_s / 11))
    place = np.cumsum(speed) * 1e-3
    return np.interp(np.arange(1, int(place[-1])), place, clock_s)


def _taught(beats_s: np.ndarray) -> SecondEar:
    """A second ear that hears these beats, and nothing of bars."""
    odds = np.full(round(LENGTH_S * FPS), NOTHING)
    for near in (-1, 0, 1):
        odds[np.round(beats_s * FPS).astype(int) + near] = 2.0 - 2 * abs(near)
    return SecondEar(odds, np.full(len(odds), NOTHING))


def _straight(audio: np.ndarray, bpm: float, ear: SecondEar) -> tuple[Envelopes, Onsets, Reading]:
    env = envelopes(audio, RATE)
    hits = onsets.onsets(env)
    return env, hits, read(env, beats.find(env, hits, bpm, 4), 1.0, Meter(), ear)


@pytest.mark.parametrize("octave", [1.0, 0.5])
def test_a_take_that_wavers_is_followed_in_the_octave_of_the_lattice(octave: float) -> None:
    true_s = _wavering(132.0, 0.05)
    ear = _taught(true_s)
    env, hits, own = _straight(_struck(true_s, 5), 132.0 * octave, ear)
    found = path_lattice.followed(env, hits, ear, own, 132.0 * octave, Meter())
    assert found is not None
    mine_s = found.beats_s(env)
    assert len(mine_s) == pytest.approx(len(true_s) * octave, abs=2)
    apart_s = np.abs(mine_s[:, None] - true_s[None, :]).min(axis=1)
    assert np.median(apart_s) < 0.012 and np.percentile(apart_s, 90) < 0.03
    lost_s = np.abs(own.beats_s(env)[:, None] - true_s[None, :]).min(axis=1)
    assert np.percentile(lost_s, 90) > 0.06


def test_a_lattice_on_its_beats_is_kept() -> None:
    true_s = np.arange(1, 44) * 60 / 112
    ear = _taught(true_s)
    env, hits, own = _straight(_struck(true_s, 6), 112.0, ear)
    assert path_lattice.followed(env, hits, ear, own, 112.0, Meter()) is None


def test_a_path_that_slips_is_not_taken_where_the_bars_repeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The lattice keeps its place where its bars are alike; half of the path is half a beat off."""
    eighths_s = np.arange(1, 86) * 30 / 112
    slipped_s = np.concatenate([eighths_s[:40:2], eighths_s[41::2]])
    audio, bar = _struck(eighths_s, 9), round(240 / 112 * RATE)
    for at in range(bar, len(audio) - bar, bar):
        audio[at : at + bar] = audio[:bar]
    audio += np.random.default_rng(4).standard_normal(len(audio)).astype(np.float32) * 0.05
    ear = _taught(slipped_s)
    env, hits, own = _straight(audio, 112.0, ear)
    assert path_lattice.ALIKE < own.lattice.likeness < path_lattice.LOOP, "alike, and yet no loop"
    monkeypatch.setattr(path_lattice, "NEARER", 1.1)
    assert path_lattice.followed(env, hits, ear, own, 112.0, Meter()) is None
    monkeypatch.setattr(path_lattice, "ALIKE", path_lattice.LOOP)
    assert path_lattice.followed(env, hits, ear, own, 112.0, Meter()) is not None


def test_a_path_at_another_tempo_is_not_taken() -> None:
    true_s = np.arange(1, 44) * 60 / 112
    ear = _taught(np.arange(1, 60) * 60 / 151)
    env, hits, own = _straight(_struck(true_s, 7), 112.0, ear)
    assert path_lattice.followed(env, hits, ear, own, 112.0, Meter()) is None


def test_the_second_ear_hears_struck_beats() -> None:
    true_s = np.arange(1, 44) * 60 / 112
    ear = second_ear.listen(_struck(true_s, 8), RATE)
    on, _ = ear.near_beats(true_s)
    between, _ = ear.near_beats(true_s + 15 / 112)
    assert on > between + 1
    assert ear.on_beats(np.zeros(0)) == NOTHING
