"""What the two sides of a sound say beyond its masks."""

import numpy as np
import pytest

from benchmarks.apart import si_sdr_db
from daemon.parts.sides import shares_of
from daemon.parts.spectra import Spectra

RATE = 44100


def noises(*sides: tuple[float, float]) -> list[np.ndarray]:
    """A second of noise for each, float32 (frames, 2), that stands at these gains of its sides."""
    rng = np.random.default_rng(5)
    return [
        (0.1 * rng.standard_normal((RATE, 1)) * np.array(gains)).astype(np.float32)
        for gains in sides
    ]


def masked(sounds: list[np.ndarray]) -> tuple[Spectra, dict[str, np.ndarray]]:
    """The mix's spectra, and masks by the parts' true powers."""
    spectra = Spectra(np.sum(sounds, axis=0), RATE)
    powers = [Spectra(sound, RATE).magnitude ** 2 + 1e-9 for sound in sounds]
    whole = np.sum(powers, axis=0)
    return spectra, {f"part {n}": power / whole for n, power in enumerate(powers)}


def test_parts_that_stand_apart_come_apart_further_than_by_masks():
    sounds = noises((1.0, 0.3), (0.3, 1.0))
    spectra, masks = masked(sounds)
    found = shares_of(spectra, masks)
    for true, (part, mask) in zip(sounds, masks.items(), strict=True):
        by_mask = si_sdr_db(true, spectra.sound_of(mask))
        assert si_sdr_db(true, spectra.sound(found[part])) > by_mask + 4, part


def test_shares_add_up_to_the_sound_also_where_it_is_silent():
    sounds = noises((1.0, 0.0), (0.5, 0.5), (0.0, 0.8))
    for sound in sounds:
        sound[RATE // 2 :] = 0
    spectra, masks = masked(sounds)
    whole = np.sum(list(shares_of(spectra, masks).values()), axis=0)
    assert np.abs(whole - spectra.values).max() < 1e-4 * np.abs(spectra.values).max()


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_where_the_sides_say_nothing_the_masks_alone_count(channels):
    mono = [sound[:, :1].repeat(channels, axis=1) for sound in noises((1.0, 1.0), (0.4, 0.4))]
    spectra, masks = masked(mono)
    for part, share in shares_of(spectra, masks).items():
        alone = spectra.values * masks[part]
        assert np.abs(share - alone).max() < 1e-5 * np.abs(alone).max(), part
