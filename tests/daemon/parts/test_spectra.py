"""Spectra and the sounds that they are of."""

import numpy as np
import pytest

from daemon.parts.spectra import Spectra

RATE = 44100


@pytest.mark.parametrize("frames", [1, 300, 4096, 30001])
@pytest.mark.parametrize("rate", [8000, RATE, 96000])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_sound_comes_back_from_its_spectra(frames, rate, channels):
    sound = np.random.default_rng(1).standard_normal((frames, channels)).astype(np.float32)
    spectra = Spectra(sound, rate)
    assert spectra.sound(spectra.values) == pytest.approx(sound, abs=1e-5)


def test_longer_windows_hold_low_tones_whole_and_nothing_above():
    t = np.arange(RATE) / RATE
    low, high = (0.3 * np.sin(2 * np.pi * hz * t) for hz in (440, 6000))
    sound = np.stack([low + high] * 2, axis=1).astype(np.float32)
    spectra = Spectra(sound, RATE, longer=2)
    found = spectra.sound(spectra.values)[4096:-4096, 0]
    assert found == pytest.approx(low[4096:-4096], abs=1e-3)


def test_longer_windows_tell_tones_apart_that_short_ones_do_not():
    t = np.arange(RATE) / RATE
    two = sum(0.3 * np.sin(2 * np.pi * hz * t) for hz in (220, 260))
    sound = np.stack([two] * 2, axis=1).astype(np.float32)

    def dip_db(spectra: Spectra) -> float:
        """How far the middle between the two tones lies under them."""
        level = spectra.magnitude[:, spectra.magnitude.shape[1] // 2 - 8 :][:, :16].mean(axis=1)
        at = [level[round(hz / spectra.bin_hz)] for hz in (220, 240, 260)]
        return float(20 * np.log10(min(at[0], at[2]) / at[1]))

    assert dip_db(Spectra(sound, RATE, longer=2)) > dip_db(Spectra(sound, RATE)) + 6


def test_windows_of_either_length_stand_at_the_same_moments():
    sound = np.zeros((RATE, 2), np.float32)
    sound[RATE // 2] = 1
    loudest = []
    for spectra in (Spectra(sound, RATE), Spectra(sound, RATE, longer=2)):
        power = (spectra.magnitude[:90] ** 2).sum(axis=0)
        middle = (power * np.arange(len(power))).sum() / power.sum()
        loudest.append(middle - spectra.before)
    assert loudest[0] == pytest.approx(loudest[1], abs=0.2)
