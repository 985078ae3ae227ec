"""What single bins show to the separator's networks."""

import numpy as np
import pytest
from scipy import ndimage

from daemon.parts.mask_net import CUES, cues_of
from daemon.parts.spectra import Spectra

RATE = 44100


def shown(audio: np.ndarray) -> tuple[Spectra, dict[str, np.ndarray]]:
    spectra = Spectra(np.asarray(audio, np.float32), RATE)
    return spectra, dict(zip(CUES, cues_of(spectra), strict=True))


def at(spectra: Spectra, hz: float, at_s: float) -> tuple[int, int]:
    """The bin and the window nearest to it."""
    return round(hz / spectra.bin_hz), round(at_s * spectra.windows_per_s) + 1


def test_a_tone_is_a_steady_peak_and_a_click_is_struck_and_rises():
    t = np.arange(2 * RATE) / RATE
    tone = 0.3 * np.sin(2 * np.pi * 2000 * t)
    click = np.zeros_like(t)
    click[RATE : RATE + 60] = np.random.default_rng(0).standard_normal(60)
    spectra, cues = shown(np.stack([tone + click] * 2, axis=1))
    there = at(spectra, 2000, 0.5)
    assert cues["struck"][there] < -1 and cues["peak"][there] > 1
    assert abs(cues["rise"][there]) < 0.2, "it goes on"
    there = at(spectra, 9000, 1.0)
    assert cues["struck"][there] > 1 and cues["rise"][there] > 1


@pytest.mark.parametrize(("right", "sides"), [(1, "low"), (0, "between"), (-1, "high")])
def test_sides_are_told_from_the_middle(right, sides):
    tone = 0.3 * np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
    spectra, cues = shown(np.stack([tone, right * tone], axis=1))
    value = cues["sides"][at(spectra, 1000, 0.5)]
    expected = {"low": -3.0, "between": 1 - np.log10(2), "high": 1.0}[sides]
    assert value == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("frames", [300, 3000, 30000])
def test_medians_by_line_are_those_by_row(frames):
    sound = np.random.default_rng(1).standard_normal((frames, 2)).astype(np.float32)
    spectra = Spectra(sound, RATE)
    bins = max(3, round(670 / spectra.bin_hz) | 1)
    assert (spectra.steady == ndimage.median_filter(spectra.magnitude, size=(1, 31))).all()
    assert (spectra.struck == ndimage.median_filter(spectra.magnitude, size=(bins, 1))).all()
