import base64

import numpy as np

from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.hearing.features import features
from daemon.library.similar import nearest
from tests.helpers.progress import untold

#: Seeds differ as widely as the words leave them, so these say how they are.
SOUNDS = ("kick", "short dry snare", "short closed hat", "bell", "long bright crash cymbal")


def test_the_nearest_sound_is_one_of_its_own_kind():
    found = []
    for name in SOUNDS:
        for seed in range(3):
            take = make(Brief(name, name, kind="oneshot", seed=seed), seed, untold)
            found.append((name, base64.b64decode(features(take.audio, take.sample_rate))))
    for index, (name, sound) in enumerate(found):
        others = [(n, other) for n, (_, other) in enumerate(found) if n != index]
        assert found[nearest(sound, lambda reach, others=others: others, 1)[0][1]][0] == name


def test_level_does_not_matter_and_silence_has_no_sound():
    noise = np.random.default_rng(0).standard_normal((44100, 2)).astype(np.float32) * 0.1
    loud, quiet = (
        np.frombuffer(base64.b64decode(features(x, 44100)), np.uint8).astype(int)
        for x in (noise, noise * 0.1)
    )
    assert len(loud) == 21 and np.abs(loud - quiet).max() <= 1
    assert features(np.zeros((44100, 2), np.float32), 44100) == ""
    assert features(noise[:100], 44100)


def test_sides_in_opposite_phase_sound_like_one():
    rng = np.random.default_rng(1)
    mono = (rng.standard_normal(44100) * np.exp(-np.arange(44100) / 9000) * 0.3).astype(np.float32)
    alike, opposite = (np.stack([mono, mono * sign], axis=1) for sign in (1, -1))
    sounds = [
        np.frombuffer(base64.b64decode(features(x, 44100)), np.uint8).astype(int)
        for x in (alike, opposite)
    ]
    # all but what tells the sides apart
    assert np.median(np.abs(sounds[0] - sounds[1])) <= 1
