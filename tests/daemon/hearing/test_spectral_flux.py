"""The flux is high where all bands rise, and nowhere else."""

from __future__ import annotations

import numpy as np

from daemon.hearing.beat_features import BANDS, FPS
from daemon.hearing.spectral_flux import SUREST, activation


def _struck(frames: list[int], bands: slice, count: int = 10 * FPS) -> np.ndarray:
    """Levels of sounds that begin in `frames` and die away."""
    levels = np.zeros((count, BANDS), np.float32)
    for frame in frames:
        dying = 4 * np.exp(-np.arange(count - frame) / 8)[:, None]
        levels[frame:, bands] = np.maximum(levels[frame:, bands], dying)
    return levels


def test_the_flux_is_highest_where_sounds_are_struck() -> None:
    struck = list(range(20, 480, 25))
    heard = activation(_struck(struck, slice(None)))
    assert heard[struck].min() > 0.5
    between = np.delete(heard, np.add.outer(struck, np.arange(-1, 3)).ravel())
    assert between.max() < 0.05
    assert heard.max() <= SUREST


def test_a_voice_that_slides_over_the_bands_is_no_attack() -> None:
    struck = list(range(20, 480, 50))
    levels = _struck(struck, slice(None))
    slides = np.arange(30, 480, 50)
    for k, frame in enumerate(np.repeat(slides, 8) + np.tile(np.arange(8), len(slides))):
        levels[frame, 20 + k % 8] = 4.0
    heard = activation(levels)
    assert heard[struck].min() > 4 * heard[slides + 3].max()


def test_silence_and_a_held_sound_have_no_flux() -> None:
    for level in (0.0, 4.0):
        assert not activation(np.full((200, BANDS), level, np.float32)).any()
    for frames in range(4):
        assert len(activation(np.ones((frames, BANDS), np.float32))) == frames
