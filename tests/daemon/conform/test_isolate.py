"""What was asked for alone, out of takes whose parts are known."""

import numpy as np
import pytest

from daemon.audio.sound import Sound
from daemon.brief import Brief
from daemon.conform.conform import conform
from daemon.conform.isolate import alone
from daemon.engines.contract import Take

RATE = 44100
BAR_S = 2.0


def bursts(times_s, make, length_s, bars=2):
    out = np.zeros(round(bars * BAR_S * RATE))
    t = np.arange(round(length_s * RATE)) / RATE
    for bar in range(bars):
        for time_s in times_s:
            at = round((bar * BAR_S + time_s) * RATE)
            out[at : at + len(t)] += make(t)[: len(out) - at]
    return out[:, None].astype(np.float32)


def hats():
    from scipy.signal import butter, sosfilt

    noise = np.random.default_rng(1)
    high = butter(6, 7000, "high", fs=RATE, output="sos")
    return bursts(
        np.arange(8) / 4,
        lambda t: 0.3 * sosfilt(high, noise.standard_normal(len(t))) * np.exp(-t * 80),
        0.08,
    )


def kick():
    return bursts(
        (0, 1),
        lambda t: 0.9 * np.sin(2 * np.pi * (50 * t + 2 * (1 - np.exp(-t * 30)))) * np.exp(-t * 12),
        0.3,
    )


def chords():
    t = np.arange(round(2 * BAR_S * RATE)) / RATE
    return sum(
        0.1 * np.sin(2 * np.pi * hz * t)[:, None] for hz in (220.0, 277.18, 329.63, 660.0)
    ).astype(np.float32)


def level_db(heard, part):
    """How loud a part still is in what is heard, against itself: its share by projection."""
    gain = float(np.sum(heard * part, dtype=np.float64) / np.sum(part * part, dtype=np.float64))
    return 20 * np.log10(abs(gain) + 1e-9)


@pytest.mark.parametrize(
    ("asked", "parts", "stays", "goes"),
    [
        ("hats", ("drums",), (hats,), (kick, chords)),
        ("drums", ("drums",), (hats, kick), (chords,)),
        ("piano", ("chords",), (chords,), (hats, kick)),
    ],
)
def test_what_was_asked_stays_and_the_rest_is_gated(asked, parts, stays, goes):
    sound, words = alone(Sound(hats() + kick() + chords(), RATE), (asked,), parts)
    assert sound.audio.shape == hats().shape and sound.audio.dtype == np.float32
    assert f"{asked} alone" in words and "gated" in words
    for part in stays:
        assert level_db(sound.audio, part()) > -4
    for part in goes:
        assert level_db(sound.audio, part()) < -12


def test_what_is_alone_already_stays_as_it_is():
    take = Sound(hats(), RATE)
    assert alone(take, ("hats",), ("drums",)) == (take, "")


def test_what_is_not_there_is_said_and_nothing_taken():
    take = Sound(chords(), RATE)
    same, words = alone(take, ("hats",), ("drums",))
    assert same is take and "next to none" in words


def test_stems_are_better_than_a_gate():
    drums = hats() + kick()
    sound, words = alone(
        Sound(drums + chords(), RATE, {"drums": drums, "other": chords()}), ("drums",), ("drums",)
    )
    assert (
        np.array_equal(sound.audio, drums) and list(sound.stems) == ["drums"] and "stems" in words
    )


@pytest.mark.slow
def test_a_model_that_plays_more_than_a_hi_hat_solo_is_told_on():
    take = Take(hats() + kick() + chords(), RATE, 1, "model", "m", "own")
    brief = Brief("hi-hat solo", "hi-hat solo", bpm=120.0, bars=2, instruments=("hats",), only=True)
    made = conform(take, brief, lambda value, words: None)
    assert made.audio.shape == (2 * 88200, 1) and "hats alone" in made.report["did"]["alone"]
    assert level_db(made.audio, kick()) < level_db(made.audio, hats()) - 15
    whole = conform(take, brief.amended(only=False), lambda value, words: None)
    assert "alone" not in whole.report["did"]
