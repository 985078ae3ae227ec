"""Whether a file of a bar or two is heard by its own length, and only where it is a loop."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.music import Meter
from daemon.hearing import hear
from daemon.hearing.going_round import tempo_of
from tests.daemon.hearing import music
from tests.daemon.hearing.distances import beat_error_s

RATE = 22050
#: A break whose kicks lie three 16ths apart: 3:2 of its tempo is heard in it too.
BREAK = {"kick": "x..x..x...x.....", "snare": "....x..x.x..x...", "hat": "x.x.x.x.x.x.x.x."}


def _loop(bpm: float, bars: int) -> np.ndarray:
    """Drums of exactly so many bars, float32 (frames, 1)."""
    piece = music.drums(music.BACKBEAT, bpm, bars + 1, sample_rate=RATE)
    return piece.audio[: round(bars * 240 / bpm * RATE)]


@pytest.mark.parametrize(("bpm", "bars"), [(166.8, 1), (93.0, 1), (124.74, 2)])
def test_a_short_loop_has_the_tempo_of_its_length(bpm: float, bars: int) -> None:
    audio = _loop(bpm, bars)
    heard = hear(audio, RATE)
    assert heard.periodic
    assert heard.bpm == tempo_of(len(audio), RATE, bars, Meter())
    assert heard.bpm == pytest.approx(bpm, rel=1e-4)
    assert f"{bars} bar" in heard.evidence[0]
    assert beat_error_s(heard, np.arange(4 * bars) * 60 / bpm) < 0.006
    assert heard.knots_s[-1] < (bars + 1.1) * 240 / bpm


def test_a_file_cut_short_is_no_loop() -> None:
    audio = _loop(120, 3)[: round(2.3 * 2 * RATE)]
    heard = hear(audio, RATE)
    assert heard.bpm == pytest.approx(120, rel=2e-3)
    assert not any("goes round" in line for line in heard.evidence)


def test_one_hit_is_no_loop() -> None:
    clock_s = np.arange(2 * RATE) / RATE
    hit = (0.6 * np.sin(2 * np.pi * 180 * clock_s) * np.exp(-3 * clock_s)).astype(np.float32)
    assert not hear(hit[:, None], RATE).periodic


def test_a_held_chord_is_no_loop() -> None:
    clock_s = np.arange(round(2.3 * RATE)) / RATE
    chord = sum(np.sin(2 * np.pi * hertz * clock_s) for hertz in (220, 277, 330))
    sway = 1 + 0.4 * np.sin(2 * np.pi * 3 * clock_s)
    audio = (0.2 * chord * sway).astype(np.float32)[:, None]
    assert not any("goes round" in line for line in hear(audio, RATE).evidence)


def _is_counted_as(bpm: float, own_bpm: float) -> bool:
    """Whether one tempo is another, in any octave."""
    octaves = np.log2(bpm / own_bpm)
    return bool(abs(octaves - round(octaves)) < 1e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pattern", "bpm", "bars"),
    [
        (music.BACKBEAT, 166.8, 1),
        (music.BACKBEAT, 93.0, 1),
        (music.BACKBEAT, 124.74, 2),
        (BREAK, 93.0, 1),
        (BREAK, 124.74, 2),
    ],
)
def test_the_asked_tempo_of_a_short_loop_decides_its_octave_alone(
    pattern: dict[str, str], bpm: float, bars: int
) -> None:
    piece = music.drums(pattern, bpm, bars + 1, sample_rate=RATE)
    audio = piece.audio[: round(bars * 240 / bpm * RATE)]
    own = hear(audio, RATE)
    assert own.periodic
    for asked in (70.0, 100.0, 125.0, 155.0, 180.0):
        heard = hear(audio, RATE, asked)
        assert _is_counted_as(heard.bpm, own.bpm), (asked, heard.bpm)
        assert abs(np.log2(heard.bpm / asked)) <= 0.5
        assert len(heard.beats_s) == pytest.approx(len(audio) / RATE * heard.bpm / 60, abs=1)


def test_the_other_octave_of_a_loop_is_its_own_where_another_was_asked() -> None:
    audio = _loop(166.8, 1)
    heard = hear(audio, RATE, 83.0)
    assert heard.bpm == pytest.approx(83.4, rel=1e-4)
    assert heard.octave == 2
    others = [one.bpm for one in heard.alternatives if one.bpm != heard.bpm]
    assert all(other == pytest.approx(166.8, rel=1e-2) for other in others)
