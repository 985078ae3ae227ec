"""What the separator's networks are taught on."""

import numpy as np
import pytest

from daemon.parts.mask_net import BANDS, CUES, PER_BAND, SIDES, WIDTH
from tools.train_separator import held
from tools.train_separator.mixes import DRAWN_BINS, LOWEST_BINS, placed, stored

RATE = 44100


def noises(seed: int, count: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        f"part {n}": (0.1 * rng.standard_normal((RATE, 2))).astype(np.float32) for n in range(count)
    }


@pytest.mark.parametrize("low", [False, True])
def test_the_parts_of_a_stored_mix_add_up_to_it(low):
    found = stored(np.random.default_rng(0), noises(1, 3), low=low)
    bins, windows = LOWEST_BINS + DRAWN_BINS, len(found["seen"])
    assert found["seen"].shape[1] == BANDS * PER_BAND
    assert found["cues"].shape == (len(CUES), bins, windows)
    whole = found["parts"].astype(np.float32).sum(axis=0)
    assert whole == pytest.approx(found["magnitude"].astype(np.float32), abs=0.01)


def test_bins_of_either_window_are_numbered_alike_and_stand_for_all_that_are_looked_at():
    short, low = (stored(np.random.default_rng(0), noises(2, 2), low=low) for low in (False, True))
    assert (short["bins"] % 2 == 0).all() and short["counts"].sum() == pytest.approx(1025, rel=1e-3)
    assert low["bins"].max() < 200 and low["counts"].sum() == pytest.approx(192, rel=1e-3)


def test_a_part_in_another_place_keeps_its_middle_or_its_sides():
    (sound,) = noises(3, 1).values()
    for seed in range(20):
        moved = placed(np.random.default_rng(seed), sound)
        assert moved.shape == sound.shape and moved.dtype == np.float32
        assert 0.2 < np.sqrt((moved**2).mean() / (sound**2).mean()) < 1.5


@pytest.mark.slow
@pytest.mark.parametrize("gain", [0.3, 0.01, 0.0])
def test_a_lesson_with_its_sides_closer_is_seen_as_the_narrower_mix(gain):
    torch = pytest.importorskip("torch")
    from tools.train_separator.train import closer

    rng = np.random.default_rng(4)
    middle, side = (rng.standard_normal((RATE, 1)) * size for size in (0.1, 0.03))
    wide, narrow = (
        stored(np.random.default_rng(0), {"one": (middle + width * side * [1, -1])})
        for width in (1.0, gain)
    )
    seen, cues = (torch.from_numpy(wide[name].astype(np.float32)) for name in ("seen", "cues"))
    closer(seen, cues, gain)
    inside = slice(8, -8)
    assert np.abs(seen.numpy() - narrow["seen"])[inside, WIDTH].mean() < 0.1
    assert np.abs(cues.numpy() - narrow["cues"])[SIDES, :, inside].mean() < 0.25


@pytest.mark.parametrize("kind", ["sine", "organ", "strings", "vowel", "reed"])
def test_a_held_tone_lies_on_its_partials_and_goes_on(kind):
    sound = held.tone(np.random.default_rng(5), 220.0, RATE, kind)
    assert sound.shape == (RATE, 2) and np.isfinite(sound).all()
    power = np.abs(np.fft.rfft(sound[:, 0] * np.hanning(RATE))) ** 2
    hz = np.arange(len(power))
    near = np.abs(hz / 110 - np.round(hz / 110)) < 0.25
    assert power[near].sum() > 0.9 * power.sum()
    blocks = (sound[RATE // 4 : -RATE // 4].reshape(10, -1) ** 2).mean(axis=1)
    assert blocks.min() > 0.02 * blocks.max(), "no stroke"


@pytest.mark.slow
def test_held_lessons_have_a_low_bass_and_a_higher_rest():
    low, rest = (held.part(np.random.default_rng(6), low=low) for low in (True, False))
    for sound, most_hz in ((low, 400), (rest, 3000)):
        power = (np.abs(np.fft.rfft(sound.mean(axis=1))) ** 2).astype(float)
        hz = np.arange(len(power)) * RATE / len(sound)
        assert 30 < (hz * power).sum() / power.sum() < most_hz
