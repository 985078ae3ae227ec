"""The loop point: no step louder than the clip's own, no hole, the first attack whole."""

from dataclasses import replace

import numpy as np
import pytest

from daemon.audio.seam import best_closing, close, measure_seam

RATE = 44100


def envelope_db(audio):
    """5 ms levels of float (frames, channels) in dB."""
    power = np.convolve((audio.astype(np.float64) ** 2).sum(axis=1), np.ones(220) / 220, "same")
    return 10 * np.log10(power + 1e-7)


def pad_chords(frames):
    """A sustained, slowly moving sound without attacks."""
    t = np.arange(frames) / RATE
    audio = sum(
        np.sin(2 * np.pi * hertz * t + n) * (1 + 0.3 * np.sin(t * (n + 1)))
        for n, hertz in enumerate((110.3, 164.9, 220.7, 331.1))
    )
    return (0.1 * np.stack([audio, 0.8 * audio], axis=1)).astype(np.float32)


def hits(frames, beat, seed=0):
    """Decaying noise every `beat` frames, from frame 0."""
    noise = np.random.default_rng(seed)
    audio = np.zeros((frames, 2), np.float32)
    for at in range(0, frames, beat):
        n = min(beat, frames - at)
        audio[at : at + n] += (
            0.4 * noise.standard_normal(n) * np.exp(-np.arange(n) / 4000)
        ).astype(np.float32)[:, None]
    return audio


@pytest.mark.parametrize(
    "make", [pad_chords, lambda n: hits(n, 22050), lambda n: pad_chords(n) + hits(n, 11025)]
)
@pytest.mark.parametrize("roll", [2000, 15435])
def test_no_step_and_no_hole(make, roll):
    frames = 88200
    rolled = make(frames + 2 * roll)
    rolled = np.roll(rolled, roll % 22050, axis=0)
    closing, _ = best_closing(rolled, roll, RATE)
    loop = close(rolled, roll, closing)
    assert loop.shape == (frames, 2)
    assert measure_seam(loop).jump <= 1
    around = 880
    made = envelope_db(np.concatenate([loop[-2000:], loop[:2000]]))[2000 - around : 2000 + around]
    taken = envelope_db(rolled[roll + frames - 2000 : roll + frames + 2000])[
        2000 - around : 2000 + around
    ]
    assert (taken - made).max() <= 1.0


def test_an_attack_that_steps_higher_than_the_clip_usually_does_is_bent():
    frames, roll = 88200, 15435
    rolled = 0.5 * pad_chords(frames + 2 * roll)
    noise = np.random.default_rng(1)
    for at in range(roll % 44100, len(rolled), 44100):
        n = min(8000, len(rolled) - at)
        rolled[at : at + n] += (
            0.3 * noise.standard_normal(n) * np.exp(-np.arange(n) / 150)
        ).astype(np.float32)[:, None]
    closing, left = best_closing(rolled, roll, RATE)
    straight = close(rolled, roll, replace(closing, bent=0.0))
    assert measure_seam(straight).jump > 1.1, "the attack's own first step"
    loop = close(rolled, roll, closing)
    assert measure_seam(loop).jump == pytest.approx(left.jump, rel=0.05) and left.jump < 0.9
    assert left.dip_db is not None and left.dip_db < 1
    assert np.array_equal(loop[150:-150], straight[150:-150]), (
        "only the frames beside the seam are touched"
    )


def test_a_take_that_ends_at_the_cut_keeps_its_first_attack():
    rolled = np.zeros((88200 + 2 * 8000, 2), np.float32)
    rolled[8000 : 8000 + 88200] = hits(88200, 22050)
    closing, _ = best_closing(rolled, 8000, RATE)
    loop = close(rolled, 8000, closing)
    assert np.abs(loop[:2000]).max() == pytest.approx(np.abs(rolled[8000:10000]).max(), rel=0.02)


def test_a_take_that_stops_before_the_cut_keeps_its_first_attack():
    roll = 15435
    rolled = hits(88200 + 2 * roll, 22050)
    rolled = np.roll(rolled, roll % 22050, axis=0)
    rolled[roll + 88200 - 9000 :] *= np.float32(0.003)
    closing, _ = best_closing(rolled, roll, RATE)
    loop = close(rolled, roll, closing)
    assert (loop[:1500] ** 2).sum() > 0.7 * (rolled[roll : roll + 1500] ** 2).sum()
    assert measure_seam(loop).jump <= 1


def test_a_step_is_measured():
    t = np.arange(44100) / RATE
    assert measure_seam(np.sin(2 * np.pi * 100 * t)[:, None].astype(np.float32)).jump < 1.1
    assert measure_seam(np.sin(2 * np.pi * 100.3 * t)[:, None].astype(np.float32)).jump > 10
