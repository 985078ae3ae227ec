"""Each seed is a record of its own: band, colour, distance, width, compression, and machines' rests."""

import numpy as np
import pytest

from bridge.request import read_request
from bridge.session import SessionView
from daemon.audio import tilt
from daemon.engines.embedded.bassist import triads
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.dynamics import glued
from daemon.engines.embedded.mix import Mixer
from daemon.engines.embedded.plan import Mix, Plan, read_plan
from daemon.engines.embedded.rests import rested, rested_bass, shape_of
from daemon.engines.embedded.styles import STYLES
from daemon.engines.embedded.styles.records import MEDIA, media_of, recorded
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.voice import Strike
from daemon.prompt.settle import PromptDefaults, settle

from .measures import RATE


def plan_of(prompt, seed=3):
    asked = settle(
        read_request({"prompt": prompt, "bars": 8}.items()),
        SessionView(),
        PromptDefaults(),
        seed=seed,
    )
    return compose(asked, seed)


def music(s=4.0):
    """Noise with a stroke every quarter second, float32 (frames, 2)."""
    t = np.arange(round(s * RATE)) / RATE
    white = np.random.default_rng(1).standard_normal((len(t), 2))
    return (white * (0.05 + np.exp(-(t % 0.25) / 0.03))[:, None]).astype(np.float32)


def test_seeds_in_a_row_are_made_on_different_media_and_a_seed_always_on_the_same():
    mixes = [recorded(Mix(room="studio"), "jazz", seed) for seed in range(4)]
    assert len({(mix.low_hz, mix.top_hz, mix.width) for mix in mixes}) == 4
    assert recorded(Mix(room="studio"), "jazz", 2) == mixes[2]
    # only a disc has one microphone
    assert all(mix.width > 0.3 for mix in (recorded(Mix(), "pop", seed) for seed in range(12)))


def test_every_style_has_media_that_are_there():
    assert all(set(media_of(style)) <= set(MEDIA) for style in STYLES)


@pytest.mark.parametrize("seed", range(6))
def test_a_record_of_any_style_stays_within_what_a_plan_may_have(seed):
    for style in STYLES.values():
        mix = recorded(Mix(room=style.room, reverb_s=style.reverb_s), style.name, seed)
        assert -8 <= mix.slope_db <= -2 and 0 <= mix.width <= 1.4 and 0 < mix.distance <= 2.8
        assert 0 <= mix.glue <= 1 and 0 <= mix.warmth <= 1 and max(mix.levels_db.values()) < 12


def test_what_is_asked_for_alone_has_no_record_of_its_own():
    alone = plan_of("solo piano").mix
    assert (alone.top_hz, alone.bells, alone.width, alone.glue) == (0.0, [], 1.0, 0.0)
    assert plan_of("rock").mix.bells


def test_an_older_plan_has_no_record():
    older = plan_of("rock").to_json() | {"version": 7}
    for name in ("low_hz", "top_hz", "bells", "width", "distance", "glue", "warmth"):
        del older["mix"][name]
    mix = read_plan(older).mix
    assert (mix.low_hz, mix.top_hz, mix.bells, mix.glue, mix.warmth) == (0.0, 0.0, [], 0.0, 0.0)
    assert (mix.width, mix.distance) == (1.0, 1.0)


def mixed(mix, **changes):
    """A mix of three parts of noise and its spectrum's power, (frequencies, power)."""
    plan = Plan("pop", 120.0, "A minor", bars=2, mix=mix, **changes)
    red = np.fft.rfft(music(), axis=0)
    red *= np.maximum(np.fft.rfftfreq(len(music()), 1 / RATE), 40)[:, None] ** -0.7
    noise = np.fft.irfft(red, len(music()), axis=0).astype(np.float32)
    buses = {part: noise.copy() for part in ("drums", "chords", "lead")}
    stems = Mixer(plan, RATE, len(music())).stems(buses, [], -14.0)
    whole = sum(stems.values())
    return np.fft.rfftfreq(len(whole), 1 / RATE), (np.abs(np.fft.rfft(whole, axis=0)) ** 2).sum(1)


def test_a_narrow_band_is_heard_and_the_slope_still_is_the_plans():
    slope = tilt.slope_of_colour(90, 6000, ())
    hz, wide_open = mixed(Mix(slope_db=-4.7))
    _, narrow = mixed(Mix(slope_db=-4.7 + slope, low_hz=90, top_hz=6000))
    lost_db = 10 * np.log10(narrow / wide_open)

    def at(low, high):
        return np.median(lost_db[(hz > low) & (hz < high)])

    # 18 dB an octave: at twice the corner 18 dB, and little within the band
    assert at(11500, 12500) - at(900, 1100) == pytest.approx(-18.1, abs=1.5)
    assert abs(at(1900, 2100) - at(900, 1100)) < 1.5
    for power, wanted in ((wide_open, -4.7), (narrow, -4.7 + slope)):
        found = tilt.spectral_slope(power, RATE, 2 * (len(power) - 1))
        assert found == pytest.approx(wanted, abs=0.4)


def test_glue_evens_out_strokes_keeps_a_phrases_dynamics_and_goes_round():
    x = music()
    x[len(x) // 2 :] *= 0.5
    even = glued(x, RATE, 0.8, True)

    def contrast_db(y):
        t = np.arange(len(y)) / RATE % 0.25
        return 10 * np.log10((y[t < 0.05] ** 2).mean() / (y[t > 0.15] ** 2).mean())

    half = len(x) // 2
    assert contrast_db(even[:half]) < contrast_db(x[:half]) - 5
    level_db = [10 * np.log10((y[:half] ** 2).mean() / (y[half:] ** 2).mean()) for y in (x, even)]
    assert abs(level_db[0] - level_db[1]) < 2
    block = round(0.003 * RATE)
    whole = x[: len(x) // block * block]
    turned = np.roll(glued(np.roll(whole, 200 * block, axis=0), RATE, 0.8, True), -200 * block, 0)
    assert np.allclose(turned, glued(whole, RATE, 0.8, True), atol=1e-5)


def test_a_bass_under_a_minor_third_is_driven_less():
    t = np.arange(2 * RATE) / RATE
    bass = np.repeat((0.9 * np.sin(2 * np.pi * 55 * t)).astype(np.float32)[:, None], 2, axis=1)

    def fifth_partial_db(key, version):
        plan = Plan("techno", 120.0, key, bars=1, mix=Mix(drive=0.6), version=version)
        stem = Mixer(plan, RATE, len(bass)).stems({"bass": bass.copy()}, [], -14.0)["bass"][:, 0]
        power = np.abs(np.fft.rfft(stem)) ** 2
        return 10 * np.log10(power[550] / power[110])

    assert fifth_partial_db("A minor", 8) < fifth_partial_db("A major", 8) - 10
    assert fifth_partial_db("A minor", 7) == pytest.approx(fifth_partial_db("A major", 7), abs=0.01)


def test_a_reggae_bass_says_whether_its_chord_is_minor():
    assert triads(["x.5.5...", "5...x..."]) == ["x.3.5...", "3...x..."]
    assert any("3" in row for seed in range(4) for row in plan_of("dub", seed).bass.rows)


def test_machines_rest_as_a_shape_says_and_what_stops_stops_on_one():
    rows = {"kick": ["X...X...X...X..."], "hat": ["x.x."] * 2, "clap": ["....X..."]}
    shape = {"kick": (4, 5), "tops": (7,), "bass": (6,)}
    done = rested(rows, shape, frozenset())
    assert done["kick"][4] == "X..............." and done["kick"][5] == "." * 16
    assert done["kick"][3] == done["kick"][6] == "X...X...X...X..."
    assert set(done["hat"][7]) == {"."} and done["clap"] == rows["clap"]
    assert rested(rows, shape, frozenset(("kick",)))["kick"] == rows["kick"]
    assert rested_bass(["X-x."], shape) == ["X-x."] * 6 + ["X-..", "X-x."]


def test_only_eight_bars_of_machines_rest():
    shapes = {seed: shape_of("house", seed) for seed in range(7)}
    seed = next(seed for seed, shape in shapes.items() if "kick" in shape)
    assert any(set(row[1:]) == {"."} for row in plan_of("house", seed).drums.rows["kick"])
    told = plan_of("house with four on the floor kick", seed).drums.rows["kick"]
    assert not any(set(row[1:]) == {"."} for row in told)


@pytest.mark.parametrize("name", ["saw bass", "acid", "round bass", "reese"])
def test_oscillators_run_on_between_notes_of_new_plans_only(name):
    def note(variation):
        return VOICES[name].play(Strike(36.0, 0.3, 0.8, RATE, variation=variation))

    def likeness(a, b):
        return float((a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum()))

    assert name == "reese" or np.array_equal(note(0), note(3))
    assert likeness(note(4), note(5)) < 0.9
    assert np.abs(note(5)).max() == pytest.approx(np.abs(note(0)).max(), rel=0.35)
