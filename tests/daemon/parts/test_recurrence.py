"""What recurs in a sound tells whose a moment is."""

import numpy as np
import pytest

from daemon.parts.recurrence import as_seen_by, by_recurrence
from daemon.parts.spectra import Spectra

RATE = 44100
#: s of a beat, and how many there are.
BEAT_S, BEATS = 0.4, 10


def strokes() -> np.ndarray:
    """The same stroke of noise on each beat, float64 (frames,)."""
    rng = np.random.default_rng(3)
    frames = round(BEAT_S * RATE)
    stroke = rng.standard_normal(frames) * np.exp(-np.arange(frames) / (0.03 * RATE))
    return np.tile(0.2 * stroke, BEATS)


def chords() -> np.ndarray:
    """Another chord on each beat, float64 (frames,)."""
    t = np.arange(round(BEAT_S * RATE)) / RATE
    return np.concatenate(
        [
            sum(0.05 * np.sin(2 * np.pi * root * ratio * t) for ratio in (1, 1.25, 1.5))
            for root in 220 * 2 ** (np.random.default_rng(4).permutation(BEATS) / 12)
        ]
    )


def both(sound: np.ndarray) -> np.ndarray:
    return np.repeat(sound[:, None], 2, axis=1).astype(np.float32)


def lost(masks: dict[str, np.ndarray], spectra: Spectra, true: dict[str, np.ndarray]) -> float:
    """The error of masked spectra, as a share of the power of the parts."""
    parts = {name: Spectra(both(sound), RATE).values for name, sound in true.items()}
    off = sum((np.abs(masks[n] * spectra.values - own) ** 2).sum() for n, own in parts.items())
    return float(off / sum((np.abs(own) ** 2).sum() for own in parts.values()))


@pytest.mark.parametrize("frames", [1, 700, 20000])
@pytest.mark.parametrize("rate", [8000, RATE, 96000])
@pytest.mark.parametrize("longer", [1, 2, 4])
def test_masks_of_any_sound_add_up_to_one(frames, rate, longer):
    sound = np.random.default_rng(1).standard_normal((frames, 2)).astype(np.float32)
    for audio in (sound, np.zeros_like(sound)):
        spectra = Spectra(audio, rate, longer=longer)
        share = np.random.default_rng(2).random(spectra.magnitude.shape).astype(np.float32)
        found = by_recurrence(spectra, {"drums": share, "other": 1 - share})
        assert list(found) == ["drums", "other"]
        assert sum(found.values()) == pytest.approx(np.ones_like(share), abs=1e-5)


def test_a_stroke_that_was_misjudged_is_known_by_the_others():
    true = {"drums": strokes(), "other": chords()}
    spectra = Spectra(both(sum(true.values())), RATE)
    power = {name: Spectra(both(sound), RATE).magnitude ** 2 for name, sound in true.items()}
    drums = np.clip(power["drums"] / (power["drums"] + power["other"] + 1e-12), 0.01, 0.99)
    right = {"drums": drums, "other": 1 - drums}
    wrong = drums.copy()
    at = slice(round(4 * BEAT_S * spectra.windows_per_s), round(5 * BEAT_S * spectra.windows_per_s))
    wrong[:, at] = 0.3
    masks = {"drums": wrong, "other": 1 - wrong}
    before, least = lost(masks, spectra, true), lost(right, spectra, true)
    after = lost(by_recurrence(spectra, masks), spectra, true)
    assert after - least < 0.5 * (before - least)


def test_a_part_that_is_not_there_stays_away():
    spectra = Spectra(both(chords()), RATE)
    nothing = np.full(spectra.magnitude.shape, 1e-4, np.float32)
    found = by_recurrence(spectra, {"drums": nothing, "other": 1 - nothing})
    power = spectra.magnitude**2
    assert (power * found["drums"] ** 2).sum() < 1e-4 * power.sum()


def test_a_loop_is_taken_apart_alike_wherever_it_begins():
    sound = both(strokes() + chords())
    # by whole windows, so that the spectra are the same ones
    hop = 512
    sound = sound[: len(sound) // hop * hop]
    shift = len(sound) // hop // 3
    found = []
    for audio in (sound, np.roll(sound, shift * hop, axis=0)):
        spectra = Spectra(np.concatenate([audio[-8 * hop :], audio, audio[: 8 * hop]]), RATE)
        share = spectra.struck**2 / (spectra.struck**2 + spectra.steady**2 + 1e-12)
        masks = by_recurrence(spectra, {"drums": share, "other": 1 - share})
        found.append(spectra.sound_of(masks["drums"])[8 * hop : -8 * hop])
    there = np.roll(found[0], shift * hop, axis=0)
    assert np.mean((there - found[1]) ** 2) < 1e-2 * np.mean(there**2)


def test_masks_are_carried_to_longer_windows_at_the_same_moments():
    sound = both(strokes())
    low, longer = (Spectra(sound, RATE, longer=times) for times in (2, 4))
    mask = np.zeros(low.magnitude.shape, np.float32)
    moment, bin_ = 100, 40
    mask[bin_:, low.before + moment :] = 1
    carried = as_seen_by(longer, low, {"drums": mask})["drums"]
    assert carried.shape == longer.magnitude.shape
    assert carried[2 * bin_ :, longer.before + moment :].min() == 1
    assert carried[2 * bin_ - 1, longer.before + moment] == pytest.approx(0.5)
    assert carried[: 2 * bin_ - 1].max() == carried[:, : longer.before + moment].max() == 0
