"""Whether takes that are no loops are heard: their tempo, its octave, a step, or that there is none."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from bridge.music import Meter
from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.hearing import Heard, hear
from tests.daemon.hearing import music
from tests.daemon.hearing.distances import beat_error_s, downbeat_errors_s
from tools.train_hearing.negatives import KINDS, RATE, negatives

pytestmark = pytest.mark.slow

#: Seed of sounds that no regression was fitted to.
HELD_SEED = 1000


def improvised(bpm: float, beats: int, seed: int) -> np.ndarray:
    """Plucked notes that never repeat, float32 (frames, 1): most on beats, some on the off-beats."""
    rng = np.random.default_rng(seed)
    out = np.zeros(round((beats + 1) * 60 / bpm * RATE))
    clock_s = np.arange(round(0.5 * RATE)) / RATE
    for half in range(beats * 2):
        if rng.random() < (0.95 if half % 2 == 0 else 0.35):
            hertz = 220 * 2 ** (rng.choice([0, 2, 3, 5, 7, 8, 10, 12]) / 12)
            note = sum(np.sin(2 * np.pi * hertz * k * clock_s) / k for k in range(1, 6))
            gain = (0.5 if half % 2 == 0 else 0.25) * rng.uniform(0.7, 1)
            at = round(half * 30 / bpm * RATE)
            out[at : at + len(clock_s)] += gain * note * np.exp(-clock_s * 7)
    out += 1e-3 * rng.standard_normal(len(out))
    return (0.5 * out / np.abs(out).max()).astype(np.float32)[:, None]


@pytest.mark.parametrize("bpm", [88.0, 104.0, 126.0])
def test_music_that_never_repeats_has_its_tempo(bpm: float) -> None:
    heard = hear(improvised(bpm, 32, 3), RATE, None)
    assert heard.periodic
    octave = np.log2(heard.bpm / bpm)
    assert octave == pytest.approx(round(octave), abs=5e-3)
    asked = hear(improvised(bpm, 32, 3), RATE, bpm)
    assert asked.bpm == pytest.approx(bpm, rel=5e-3)
    assert beat_error_s(asked, np.arange(32) * 60 / bpm) < 0.02


@lru_cache(maxsize=1)
def _beatless() -> list[tuple[str, Heard]]:
    return [(name, hear(audio, RATE)) for name, audio in negatives(1, HELD_SEED)]


def test_of_what_has_no_beat_none_is_claimed() -> None:
    assert len(_beatless()) == len(KINDS)
    sure = {name: heard.confidence for name, heard in _beatless() if heard.confidence >= 0.7}
    assert not sure
    assert all(heard.downbeat_confidence <= heard.confidence for _, heard in _beatless())


def test_most_of_what_has_no_beat_is_called_so() -> None:
    found = [name for name, heard in _beatless() if heard.periodic]
    assert len(found) <= 2, found


@pytest.mark.parametrize("own", [90.0, 126.0])
@pytest.mark.parametrize("ratio", [4 / 3, 3 / 4, 3 / 2, 2 / 3])
def test_another_tempo_than_asked_is_not_taken_for_it(own: float, ratio: float) -> None:
    piece = music.drums(music.BACKBEAT, own, 4)
    heard = hear(piece.audio, piece.sample_rate, round(own * ratio), Meter())
    octave = np.log2(heard.bpm / own)
    assert octave == pytest.approx(round(octave), abs=2e-3), f"{heard.bpm} is no octave of {own}"


@pytest.mark.parametrize(
    ("genre", "bpm"), [("boom bap", 90), ("lo-fi", 80), ("hip-hop", 85), ("dub", 72)]
)
def test_slow_music_is_not_doubled(genre: str, bpm: float) -> None:
    """The musician's own: as made, or with the octave as made among the alternatives."""
    brief = Brief(prompt=genre, words=genre, genre=genre, bpm=bpm, bars=8)
    take = make(brief, 5, lambda share, stage: None)
    assert take.audio is not None
    heard = hear(take.audio, take.sample_rate)
    named = [heard.bpm, *(other.bpm for other in heard.alternatives)]
    assert any(abs(each / bpm - 1) < 5e-3 for each in named), named


def test_the_other_octave_is_always_named() -> None:
    piece = music.drums(music.BACKBEAT, 104, 5)
    heard = hear(piece.audio, piece.sample_rate)
    octaves = [other for other in heard.alternatives if abs(other.bpm / heard.bpm - 1) > 0.1]
    assert len(octaves) == 1
    assert abs(np.log2(octaves[0].bpm / heard.bpm)) == pytest.approx(1, abs=1e-3)
    assert 0 <= octaves[0].share < 0.5
    assert octaves[0].downbeat_s == pytest.approx(float(heard.time_of(0)), abs=1e-3)


@pytest.mark.parametrize("start_bar", [0.3, 0.8])
def test_silence_before_moves_no_beat(start_bar: float) -> None:
    piece = music.drums(music.BACKBEAT, 112, 6, start_bar=start_bar)
    later = np.concatenate([np.zeros((round(0.4 * RATE), 1), np.float32), piece.audio])
    for audio, shift_s in ((piece.audio, 0.0), (later, 0.4)):
        heard = hear(audio, piece.sample_rate)
        assert beat_error_s(heard, piece.quarters_s + shift_s) < 0.006
        assert downbeat_errors_s(heard, piece.downbeats_s + shift_s).max() < 0.008


@pytest.mark.parametrize("step", [0.72, 1.3, 1.5])
def test_a_wide_step_is_told_with_bar_and_second(step: float) -> None:
    piece = music.drums(music.BACKBEAT, 110, 10, step=step)
    heard = hear(piece.audio, piece.sample_rate)
    assert not heard.steady
    assert beat_error_s(heard, piece.quarters_s) < 0.012
    said = next(line for line in heard.evidence if "steps from" in line)
    assert "in bar 6" in said or "in bar 5" in said
    assert " s" in said


def test_a_straight_piece_does_not_drift() -> None:
    heard = hear(improvised(100, 32, 8), RATE, 100)
    assert heard.steady
    assert not any("drifts" in line for line in heard.evidence)
