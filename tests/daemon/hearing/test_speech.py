"""Speech is told from music: by a voice of known pitch and syllables, made here."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from daemon.errors import EngineError
from daemon.hearing.speech import is_speech
from daemon.home.places import Places
from daemon.training.train import teach
from tests.helpers.one_shots import RATE, bass, snare
from tests.helpers.speech import voice


@pytest.mark.parametrize("seed", range(4))
def test_speech_is_told_from_song_strokes_and_notes(seed):
    rng = np.random.default_rng(seed)
    spoken = voice(rng)
    assert is_speech(spoken, RATE)
    assert is_speech(np.hstack([spoken, -spoken]), RATE), "sides in opposite phase"
    assert not is_speech(voice(rng, speaks=False), RATE)
    for other in (snare(rng), np.concatenate([bass(rng) for _ in range(4)])):
        long = np.tile(np.asarray(other, np.float32)[:, None], (6, 1))
        assert not is_speech(long, RATE)
    assert not is_speech(np.zeros((2 * RATE, 1), np.float32), RATE)


@pytest.mark.slow
def test_a_folder_of_speech_is_refused_in_one_line(tmp_path):
    for seed in range(20):
        sound = voice(np.random.default_rng(seed), 1.5)
        soundfile.write(tmp_path / f"take {seed}.wav", 0.5 * sound / np.abs(sound).max(), RATE)
    with pytest.raises(EngineError, match=r"too few.*leaves out \d+: somebody speaks in them"):
        teach(tmp_path, "x", Places.find(tmp_path / "home"), "", lambda share, words: None)
