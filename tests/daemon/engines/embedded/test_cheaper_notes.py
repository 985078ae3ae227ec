"""Notes that cost less than in older plans sound as they did; notes of older plans stay as they were."""

import hashlib
from itertools import pairwise

import numpy as np
import pytest

from daemon.audio.ensembles import formed_ensemble, stretch
from daemon.audio.filters import highpass, response_of
from daemon.audio.modes import modes, panned, ringing
from daemon.engines.embedded.buses import place
from daemon.engines.embedded.notes import Note
from daemon.engines.embedded.player import Player
from daemon.engines.embedded.voices.make_up import slow_tone, spread, tone
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.voice import Strike
from tests.daemon.engines.embedded.measures import RATE, mono


@pytest.mark.parametrize("n", [5000, 50001])
def test_ringing_is_a_sum_of_modes(n):
    stream = np.random.default_rng(1)
    hz, decays = stream.uniform(80, 30000, 40), stream.uniform(0.02, 3, 40)
    levels = panned(stream.uniform(0, 1, 40), stream.uniform(-1, 1, 40))
    about = (hz, levels, decays, stream.uniform(0, 1, 40), n, RATE)
    old, new = modes(*about), ringing(*about)
    assert new.shape == old.shape == (n, 2)
    assert np.abs(new - old).max() < 1e-5 * np.abs(old).max()
    assert ringing(hz, levels[0], *about[2:]).shape == (n,)


def test_slow_curves_are_lines_to_the_last_bit():
    curve = np.random.default_rng(2).standard_normal(40).astype(np.float32)
    whole = np.interp(np.arange(1203), np.arange(40) * 32, curve).astype(np.float32)
    np.testing.assert_array_equal(spread(curve, 1203), whole)


def test_a_tone_of_slow_curves_is_the_tone():
    n, points = 20000, np.arange(0, 20032, 32) / RATE
    blend = (0.5 + 0.4 * np.sin(20 * points)).astype(np.float32)
    bend = (1 + 0.01 * np.sin(35 * points)).astype(np.float32)
    level = np.minimum(1, 12 * points).astype(np.float32)
    soft, loud = 1 / np.arange(1, 20.0) ** 2, 1 / np.arange(1, 20.0)
    old = tone("x", 440.0, soft, loud, spread(blend, n), spread(bend, n), RATE, 0.3)
    new = slow_tone("x", 440.0, soft, loud, (blend, bend, level), n, RATE, 0.3)
    # a table's point is the next one here and there: under -55 dB
    assert np.abs(new - old * spread(level, n)).max() < 2e-3 * np.abs(old).max()


def test_a_section_is_formed_in_its_spectrum_and_its_takes_are_stretches():
    filters = (highpass(900),)
    takes = [formed_ensemble("saw", 110.0, RATE, RATE, 12, 8000, k, filters) for k in (0, 1)]
    plain = formed_ensemble("saw", 110.0, RATE, RATE, 12, 8000, 0, ())
    assert abs(np.corrcoef(mono(takes[0]), mono(takes[1]))[0, 1]) < 0.3
    gain = np.abs(response_of(filters, 2 * RATE, RATE))
    low, high = ([np.abs(np.fft.rfft(mono(x), 2 * RATE))[band] for x in (takes[0], plain)]
                 for band in (slice(180, 260), slice(6000, 9000)))  # fmt: skip
    assert np.linalg.norm(low[0]) / np.linalg.norm(low[1]) == pytest.approx(gain[220], rel=0.1)
    assert np.linalg.norm(high[0]) / np.linalg.norm(high[1]) == pytest.approx(1, abs=0.05)
    cycle = np.arange(10)
    assert stretch(cycle, 1, 13).tolist() == [(6 + k) % 10 for k in range(13)]


def thirds_db(x):
    """Levels in thirds of octaves from 100 Hz to 8 kHz, in dB."""
    hz, power = np.fft.rfftfreq(len(x), 1 / RATE), np.abs(np.fft.rfft(x)) ** 2
    edges = 100 * 2 ** (np.arange(20) / 3)
    return np.array([
        10 * np.log10(power[(hz >= a) & (hz < b)].sum() + 1e-9)
        for a, b in pairwise(edges)
    ])  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["grand piano", "string section", "choir ah", "strings", "distorted guitar", "acoustic low tom",
     "harp", "tine piano", "acoustic ride"],
)  # fmt: skip
def test_a_cheaper_note_sounds_as_it_did(name):
    voice = VOICES[name]
    new, old = (
        mono(voice.play(Strike(voice.home, 0.8, 0.75, RATE, early=early)))
        for early in (False, True)
    )
    assert len(new) == len(old)
    difference = thirds_db(new) - thirds_db(old)
    audible = thirds_db(old) > thirds_db(old).max() - 30
    assert np.abs(difference[audible]).max() < 7 and abs(difference[audible].mean()) < 2


def test_notes_of_older_plans_are_their_own_in_the_players_cache():
    player, note = Player(RATE), [Note(0, 480, 60, 0.8, "grand piano")]
    old, new = (place(note, {}, 120.0, player, RATE, early=early) for early in (True, False))
    again = place(note, {}, 120.0, Player(RATE), RATE, early=True)
    assert not np.array_equal(old, new)
    assert hashlib.sha1(old.tobytes()).digest() == hashlib.sha1(again.tobytes()).digest()
