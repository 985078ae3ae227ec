"""The beat net: its frames, its pieces, and where its peaks lie."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from daemon.hearing import beat_features, beat_net
from daemon.hearing.beat_features import FPS, features
from daemon.hearing.beat_net import activations
from tools.beat_net.song import RATE


def clicks(rate: int, step_s: float = 0.5, count: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """(sound, moments) of short clicks, a step apart, from half a second on."""
    moments = 0.513 + np.arange(count) * step_s
    sound = np.zeros(int((moments[-1] + 0.5) * rate), np.float32)
    tone = np.exp(-np.arange(int(0.03 * rate)) / (0.006 * rate)).astype(np.float32)
    for moment in moments:
        at = round(moment * rate)
        sound[at : at + len(tone)] += tone * np.sin(np.arange(len(tone)) * 9000 / rate)
    return sound, moments


@pytest.mark.parametrize("rate", [22050, 44100, 48000])
def test_there_is_one_frame_for_each_fiftieth_of_a_second(rate: int) -> None:
    sound, _ = clicks(rate)
    beat, downbeat = activations(sound[: rate * 3 + 1], rate)
    assert len(beat) == len(downbeat) == 3 * FPS + 1
    assert beat.dtype == downbeat.dtype == np.float32
    assert min(beat.min(), downbeat.min()) >= 0 and max(beat.max(), downbeat.max()) <= 1


@pytest.mark.parametrize("rate", [22050, 44100, 48000])
def test_a_click_has_its_peak_within_a_frame(rate: int) -> None:
    sound, moments = clicks(rate)
    beat, _ = activations(sound, rate)
    for moment in moments[4:-4]:
        near = np.arange(int(moment * FPS) - 8, int(moment * FPS) + 10)
        peak = near[beat[near].argmax()]
        assert abs(peak - moment * FPS) <= 1.0, moment


def test_channels_are_averaged_and_the_level_does_not_matter() -> None:
    sound, _ = clicks(RATE)
    alone, _ = activations(sound, RATE)
    both, _ = activations(np.stack([sound, sound], axis=1) * 0.05, RATE)
    assert np.abs(alone - both).max() < 1e-3


def test_pieces_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    levels = random.uniform(0, 6, (5000, 64)).astype(np.float32)
    whole = beat_net.heard(levels)
    monkeypatch.setattr(beat_net, "PIECE", 700)
    pieces = beat_net.heard(levels)
    assert max(np.abs(a - b).max() for a, b in zip(whole, pieces, strict=True)) < 1e-5


def test_features_are_the_same_in_blocks_of_any_length(monkeypatch: pytest.MonkeyPatch) -> None:
    sound, _ = clicks(RATE)
    whole = features(sound, RATE)
    monkeypatch.setattr(beat_features, "_BLOCK", 37)
    assert np.abs(features(sound, RATE) - whole).max() < 1e-4


def test_silence_and_nothing_have_no_beat() -> None:
    for length in (0, 1, RATE * 5):
        beat, downbeat = activations(np.zeros(length, np.float32), RATE)
        assert len(beat) == -(-length * FPS // RATE)
        assert not beat.any() and not downbeat.any()


def test_the_net_runs_without_torch_and_is_small() -> None:
    words = "import sys, daemon.hearing.beat_net as net, numpy\n"
    words += "net.activations(numpy.ones(9000, numpy.float32), 44100)\n"
    words += "sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0
    assert Path(beat_net.__file__).with_name("beat_net.npz").stat().st_size < 1_000_000
