"""One-shots of one name differ by seed as widely as a kit's do, stay what they are, and follow words."""

from itertools import pairwise

import numpy as np
import pytest

from bridge.music import note_hz
from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.shots.design import ADDED, BALANCED, design_of
from daemon.engines.embedded.shots.families import family_of
from daemon.engines.embedded.voices.table import VOICES
from daemon.training.report import heard
from tests.daemon.engines.embedded.measures import (
    RATE,
    centroid_hz,
    cents_off,
    mono,
    share,
    side_below_db,
    time_to_db,
)

SEEDS = range(16)


def shot(prompt, seed=0, **fields):
    asked = Brief(prompt=prompt, words=prompt, kind="oneshot", bpm=None, **fields)
    return make(asked, seed, lambda share, words: None)


@pytest.mark.parametrize(("name", "real_db"), [("808 kick", 1.9), ("snare", 4.3), ("hat", 6.6)])
def test_seeds_are_further_apart_than_a_real_kits_sounds(name, real_db):
    sounds = [heard(shot(name, seed).audio) for seed in SEEDS]
    apart = [
        np.sqrt(((one - other) ** 2).mean())
        for at, one in enumerate(sounds)
        for other in sounds[:at]
    ]
    assert np.mean(apart) >= real_db and min(apart) > 0.5


@pytest.mark.parametrize(
    ("name", "low_hz", "high_hz", "least"),
    [
        ("kick", 0, 300, 0.5),
        ("clap", 400, 22050, 0.9),
        ("hat", 2000, 22050, 0.4),
        ("snare", 120, 22050, 0.7),
    ],
)
def test_whatever_the_seed_it_is_still_that_drum(name, low_hz, high_hz, least):
    for seed in SEEDS:
        x = shot(name, seed).audio
        front = np.abs(mono(x))
        assert share(mono(x), low_hz, high_hz) >= least, seed
        assert np.argmax(front > 0.5 * front.max()) < 0.012 * RATE, seed
        assert np.abs(x[-1]).max() < 1e-4 and np.abs(x[:2]).max() > 0
        assert abs(x.mean()) < 0.01
        assert name != "kick" or side_below_db(x) < -60


@pytest.mark.parametrize("name", ["808", "saw bass", "pluck"])
def test_a_note_stays_in_tune_whatever_the_seed(name):
    for seed in SEEDS:
        take = shot(name, seed, note=VOICES[name].home + 2)
        assert take.note == VOICES[name].home + 2
        assert abs(cents_off(mono(take.audio)[1800:31800], note_hz(take.note))) < 10, seed


def test_every_dimension_is_spread_by_the_seeds_and_changes_the_sound():
    voice = VOICES["snare"]
    designs = [design_of(voice, seed) for seed in SEEDS]
    assert len(BALANCED) + len(ADDED) >= 12
    for name in (*BALANCED, *ADDED):
        reach = family_of(voice).reach[name]
        values = sorted(design[name] for design in designs)
        # a sixteenth of the range each, within which they are free
        most = 2 / 16 * (2 if name in BALANCED else 1 / 0.55) * reach
        assert max(b - a for a, b in pairwise(values)) <= most + 1e-9, name
        assert values[-1] - values[0] > 0.7 * reach, name


@pytest.mark.parametrize(
    ("name", "less", "more", "measure", "factor"),
    [
        ("snare", "short", "long", lambda x: time_to_db(mono(x), -40), 2.0),
        ("snare", "dark", "bright", lambda x: centroid_hz(mono(x)), 1.5),
        ("snare", "dry", "roomy", lambda x: time_to_db(mono(x), -45), 1.15),
        ("snare", "thin", "fat", lambda x: share(mono(x), 0, 300), 1.3),
        ("snare", "mono", "wide", lambda x: 1e-3 + (x[:, 0] - x[:, 1]).std() / x.std(), 2.0),
        ("low tom", "clean", "noisy", lambda x: share(mono(x), 3000, 22050), 1.1),
    ],
)
def test_words_win_over_the_seed(name, less, more, measure, factor):
    for seed in (0, 5, 11):
        low, high = (measure(shot(f"{word} {name}", seed).audio) for word in (less, more))
        assert high > factor * low, seed


def test_a_clicky_kick_clicks_and_a_distorted_one_is_driven():
    for seed in (1, 6):
        front = round(0.008 * RATE)
        soft, click = (mono(shot(f"{word} kick", seed).audio) for word in ("soft", "clicky"))
        assert share(click[:front], 1500, 22050) > 1.5 * share(soft[:front], 1500, 22050)
        clean, driven = (mono(shot(f"{word} kick", seed).audio) for word in ("clean", "distorted"))
        # a driven wave is fuller: its mean is nearer to its peak
        assert (driven**2).mean() * len(driven) > 1.3 * (clean**2).mean() * len(clean)


def test_words_of_a_design_are_not_called_unused():
    assert not any("clicky" in line for line in shot("clicky gated metallic snare").said)
