"""Mixes in mono, on one side or with a side inverted come apart as they do in stereo."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.apart import HEARD, si_sdr_db
from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.parts import own
from daemon.parts.stance import stance_of

RATE = 44100


@pytest.fixture(scope="module")
def mixes():
    """Some pieces of the musician: float32 (frames, 2) by part."""
    found = []
    for seed, genre in ((1_000_003, "house"), (1_000_007, "funk"), (1_000_011, "rock")):
        brief = Brief(genre, genre, genre=genre, bpm=112.0, seed=seed, stems=True)
        sounds: dict[str, np.ndarray] = {}
        for part, sound in make(brief, seed, lambda *_: None).stems.items():
            name = part if part in ("drums", "bass") else "other"
            sounds[name] = sounds.get(name, 0) + sound[: 6 * RATE]
        found.append(sounds)
    return found


def gained_db(mixes, way):
    """By part, the mean SI-SDR gained."""
    rows = {"drums": [], "bass": [], "other": []}
    for sounds in mixes:
        heard = {part: sound @ np.array(HEARD[way], np.float32) for part, sound in sounds.items()}
        mix = np.sum(list(heard.values()), axis=0)
        found = own.separate("mix", mix, RATE, is_loop=False)
        assert np.abs(np.sum(list(found.values()), axis=0) - mix).max() < 1e-5
        for part, true in heard.items():
            rows[part].append(si_sdr_db(true, found[part]) - si_sdr_db(true, mix))
    return {part: float(np.mean(row)) for part, row in rows.items()}


@pytest.mark.slow
@pytest.mark.parametrize("way", ["mono", "inverted", "one side"])
def test_parts_come_apart_however_the_mix_stands(mixes, way):
    stereo, other = gained_db(mixes, "stereo"), gained_db(mixes, way)
    for part, gain_db in stereo.items():
        assert other[part] > gain_db - 2.5, (part, stereo, other)


@pytest.mark.slow
def test_the_middle_of_a_mono_chord_is_no_bass():
    t = np.arange(6 * RATE) / RATE
    chord = sum(
        np.sin(2 * np.pi * hz * n * t) / n**1.3 for hz in (220, 277.2, 329.6) for n in range(1, 12)
    )
    sound = (0.1 * chord * np.exp(-3 * (t % 1.0)))[:, None].astype(np.float32)
    found = own.separate("mix", sound, RATE, is_loop=False)
    assert own.mean_power(found["other"]) > 10 * own.mean_power(found["bass"])


def sides(gains, width=0.0):
    """Noise with these gains of its sides, and a share of other noise against it."""
    rng = np.random.default_rng(2)
    middle, side = rng.standard_normal((2, RATE, 1)) * [[[0.1]], [[0.1 * width]]]
    return ((middle + side * [1, -1]) * gains).astype(np.float32)


@pytest.mark.parametrize("gains", [(1, 0), (0, 1), (0.3, 1), (1, -1), (-1, 0.5)])
def test_what_lies_on_one_line_is_brought_to_the_middle_and_back(gains):
    sound = sides(gains)
    stance = stance_of(sound)
    turned = stance.turned(sound)
    assert not stance.sided
    assert np.abs(turned[:, 0] - turned[:, 1]).max() < 1e-5
    assert np.abs(stance.turned_back(turned) - sound).max() < 1e-6


def test_an_inverted_side_is_turned_and_plain_stereo_is_left_alone():
    stereo = sides((1, 1), 0.4)
    assert stance_of(stereo).turn is None and stance_of(stereo).sided
    inverted = stance_of(stereo * np.array([1, -1], np.float32))
    assert inverted.sided and (inverted.turned(stereo) == stereo * [1, -1]).all()


@pytest.mark.parametrize(("width", "sided"), [(0, False), (1e-4, False), (0.01, True)])
def test_dither_is_no_width(width, sided):
    assert stance_of(sides((1, 1), width)).sided is sided


@pytest.mark.parametrize(("channels", "sided"), [(1, False), (4, True)])
def test_other_numbers_of_channels_stay(channels, sided):
    stance = stance_of(np.ones((100, channels), np.float32))
    assert stance.turn is None and stance.sided is sided
