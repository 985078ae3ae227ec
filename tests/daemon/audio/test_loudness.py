"""Loudness against the standard's own test signals; true peak; the limiter."""

import math

import numpy as np
import pytest

from daemon.audio.loudness import (
    _FILTERED,
    CEILING_DB,
    _k_weighting,
    _weighted,
    integrated_lufs,
    limiting,
    loop_lufs,
    measure_level,
    momentary_lufs,
    safe_gain,
    true_peak_db,
    turned_down,
)


def sine(level_db, seconds, rate=48000, hertz=1000.0, channels=2):
    t = np.arange(round(seconds * rate)) / rate
    return np.repeat(
        (10 ** (level_db / 20) * np.sin(2 * np.pi * hertz * t))[:, None], channels, axis=1
    ).astype(np.float32)


@pytest.mark.parametrize("rate", [22050, 44100, 48000, 96000])
def test_a_tone_of_23_dbfs_in_both_channels_is_23_lufs(rate):
    # EBU Tech 3341, case 1
    assert integrated_lufs(sine(-23, 20, rate), rate) == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize("rate", [8000, 44100, 192000])
@pytest.mark.parametrize("frames", [0, 1, 3, 4, _FILTERED - 1, _FILTERED, 2 * _FILTERED + 3])
def test_weighting_is_that_of_an_independent_filter_over_every_edge(rate, frames):
    # imported here alone: each process of the tests would wait for it
    from scipy import signal

    noise = np.random.default_rng(frames).standard_normal(frames).astype(np.float32)
    weighted = np.concatenate([np.empty(0), *_weighted(noise, rate)])
    assert np.allclose(
        weighted, signal.lfilter(*_k_weighting(rate), noise.astype(np.float64)), atol=1e-6
    )


@pytest.mark.parametrize("seconds", [0.05, 0.3, 0.61, 3.7])
def test_a_loop_is_as_loud_as_two_rounds_of_it_written_out(seconds):
    noise = (
        np.random.default_rng(7).standard_normal((round(seconds * 44100), 2))
        * np.linspace(0, 0.5, round(seconds * 44100))[:, None]
    )
    loop = (noise + 0.1).astype(np.float32)
    assert loop_lufs(loop, 44100) == pytest.approx(
        integrated_lufs(np.concatenate([loop, loop]), 44100), abs=1e-6
    )


@pytest.mark.parametrize("frames", [1, 63, 64, 65, 1000, 300_000])
def test_the_true_peak_is_that_of_an_independent_oversampling(frames):
    from scipy import signal

    noise = np.random.default_rng(frames).uniform(-0.5, 0.5, (frames, 2)).astype(np.float32)
    inside = signal.resample_poly(noise, 4, 1, axis=0)
    expected = 20 * math.log10(max(np.abs(noise).max(), np.abs(inside).max()))
    assert true_peak_db(noise) == pytest.approx(expected, abs=1e-4)


def test_gates():
    # EBU Tech 3341, case 3: the quiet tones fall to the relative gate
    audio = np.concatenate([sine(-36, 10), sine(-23, 60), sine(-36, 10)])
    assert integrated_lufs(audio, 48000) == pytest.approx(-23, abs=0.1)
    assert integrated_lufs(np.zeros((48000, 2)), 48000) == -math.inf
    assert integrated_lufs(sine(-23, 0.2), 48000) == pytest.approx(-23, abs=0.5)


def test_one_channel_is_3_lu_quieter():
    assert integrated_lufs(sine(-23, 5, channels=1), 48000) == pytest.approx(-26, abs=0.1)


def test_a_loop_is_measured_going_round():
    burst = np.concatenate([sine(-10, 0.3), np.zeros((9600, 2), np.float32)])
    assert loop_lufs(burst, 48000) == pytest.approx(
        loop_lufs(np.roll(burst, 7000, axis=0), 48000), abs=0.7
    )


def test_true_peak_lies_between_the_samples():
    t = np.arange(48000)
    audio = (np.sin(2 * np.pi * t / 4 + np.pi / 4) * np.hanning(len(t)))[:, None]
    assert true_peak_db(audio) == pytest.approx(0, abs=0.1) and np.abs(audio).max() < 0.708


def test_momentary_levels():
    times_s, levels = momentary_lufs(np.concatenate([sine(-30, 2), sine(-20, 2)]), 48000)
    assert (
        levels[0] == pytest.approx(-30, abs=0.2)
        and levels[-1] == pytest.approx(-20, abs=0.2)
        and times_s[0] == pytest.approx(0.2)
    )


def test_gain_stops_at_the_ceiling():
    level = measure_level(sine(-6, 4), 48000, False)
    assert level.gain_to(0.0) == pytest.approx(CEILING_DB + 6, abs=0.1)
    assert level.gain_to(-20.0) == pytest.approx(-14, abs=0.1)
    assert level.gain_to(None) == pytest.approx(5, abs=0.1)
    assert measure_level(np.zeros((48000, 1)), 48000, True).gain_to(-14.0) == 0


@pytest.mark.parametrize("channels", [1, 2])
def test_limiter_holds_the_true_peak(channels):
    noise = np.random.default_rng(0)
    audio = (0.3 * noise.standard_normal((96000, channels))).astype(np.float32)
    audio[40000:40400] *= 5
    limited = audio * limiting(audio, 48000)
    assert true_peak_db(limited) <= CEILING_DB + 0.1
    quiet = 0.1 * audio
    assert np.allclose(limiting(quiet / np.abs(quiet).max() * 0.5, 48000), 1)


def test_what_would_clip_is_turned_down():
    t = np.arange(400)[:, None]
    soft = np.sin(2 * np.pi * 0.01 * t, dtype=np.float32)
    assert safe_gain(0.9 * soft) == 0
    assert 0.99 < 2 * 10 ** (safe_gain(2 * soft) / 20) < 1
    # Samples at full scale, and a peak of 3 dB more between them.
    between = np.sin(np.pi / 2 * t + np.pi / 4, dtype=np.float32) * np.float32(np.sqrt(2))
    assert np.abs(between).max() < 1.0001 and -3.2 < safe_gain(between) < -2.9
    assert true_peak_db(between * 10 ** (safe_gain(between) / 20)) <= 0


def test_a_limited_loop_holds_its_peaks_across_the_seam():
    rate = 44100
    audio = 0.2 * np.sin(2 * np.pi * 110 * np.arange(rate) / rate)[:, None].astype(np.float32)
    audio[:40] = 1.4
    gain = limiting(audio, rate, is_loop=True)
    assert len(gain) == len(audio)
    assert gain[-20] < 0.9, "the peak at the start is heard coming at the end"
    assert np.abs(np.diff(np.concatenate([gain, gain[:1]]), axis=0)).max() < 0.02


@pytest.mark.parametrize(
    ("by_db", "told"),
    [(-0.004, "less than 0.1 dB"), (-0.06, "0.1 dB"), (-17.93, "17.9 dB")],
)
def test_what_was_turned_down_is_never_told_as_nothing(by_db, told):
    assert turned_down(by_db) == f"turned down by {told} to full scale: its peaks were over it"
