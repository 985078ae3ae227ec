"""Every effect sounds as its family must: level, length, edges, spectrum, onset, its seeds."""

import numpy as np
import pytest

from bridge.request import read_request
from bridge.session import SessionView
from daemon.engines.embedded.effects.calls import CALLS
from daemon.engines.embedded.effects.table import TABLE
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.soundscapes import effect_notes, effects_of, play_effects
from daemon.engines.embedded.voices.voice import Tone
from daemon.errors import EngineError
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.effect_names import EFFECTS
from daemon.prompt.settle import settle
from tests.daemon.engines.embedded.measures import RATE, centroid_hz, mono, share

#: How an effect begins: at once, later than that, or it goes on evenly.
AT_ONCE = (
    "impact boom explosion gunshot thud punch slam knock glass metal crack dice pop click switch "
    "camera splash bell doorbell telephone notification error beep success laser sub+drop "
    "game+coin jump"
)
LATER = "whip riser swell whoosh car aeroplane teleport power+up sword fireworks"
#: Effect -> the range of its spectral centroid in Hz, by what the thing is made of.
CENTROIDS = {
    "boom": (25, 150), "impact": (40, 500), "thud": (50, 400), "sub drop": (25, 150),
    "heartbeat": (30, 200), "motor": (60, 700), "thunder": (20, 1200), "rocket": (100, 1200),
    "glass": (3500, 12000), "coins": (3500, 11000), "keys": (3000, 10000), "paper": (3500, 13000),
    "sword": (2500, 11000), "zipper": (2500, 9000), "whip": (2500, 11000), "birds": (2200, 7000),
    "crickets": (3500, 5500), "rain": (2000, 9000), "tape hiss": (3500, 10000),
    "room tone": (50, 600), "wind": (150, 2500), "sea": (200, 3500), "stream": (400, 3500),
    "bubbles": (150, 1200), "fire": (80, 3000), "hum": (50, 400), "frogs": (500, 1600),
    "owl": (250, 600), "applause": (1000, 5000), "crowd": (250, 2000), "siren": (500, 2500),
    "alarm": (500, 3500), "click": (1200, 6000), "clock": (700, 4000), "horn": (250, 2500),
    "knock": (150, 1500), "slam": (100, 2000), "laser": (500, 5000), "zap": (2000, 10000),
}  # fmt: skip


def play(name, seed=1, length_s=None, words=None):
    row = EFFECTS[name]
    length_s = length_s or min(row.usual_s, max(row.low_s, 2.0))
    return play_effects([name], words or name, length_s, None, seed, RATE, Tone())


def test_names_and_makers_are_the_same_effects():
    assert list(TABLE) == list(EFFECTS)


@pytest.mark.parametrize("name", list(TABLE))
def test_level_length_edges_seeds(name):
    row = EFFECTS[name]
    length_s = min(row.usual_s, max(row.low_s, 2.0))
    x = play(name)
    assert x.dtype == np.float32 and x.shape == (round(length_s * RATE), 2)
    assert np.isfinite(x).all() and 0.85 < np.abs(x).max() <= 10 ** (-1 / 20) + 1e-6
    assert 20 * np.log10(np.sqrt((x**2).mean())) > -40
    assert np.abs(x.mean(axis=0)).max() < 0.002
    # no step at either end
    assert np.abs(x[0]).max() < 0.02 and np.abs(x[-1]).max() < 1e-3
    assert x.tobytes() == play(name).tobytes()
    other = play(name, seed=2)
    assert np.abs(x - other).max() > 0.05
    # no side alone, and not lost in mono
    left, right = (np.sqrt((x[:, side] ** 2).mean()) for side in (0, 1))
    assert 0.3 < left / right < 3.3
    assert (mono(x) ** 2).mean() > 0.3 * (x**2).mean()


@pytest.mark.parametrize("name", AT_ONCE.split())
def test_what_is_struck_begins_at_once(name):
    level = np.abs(mono(play(name.replace("+", " "))))
    assert np.argmax(level > 0.25 * level.max()) < 0.03 * RATE


@pytest.mark.parametrize("name", LATER.split())
def test_what_comes_closer_has_its_peak_later(name):
    x = mono(play(name.replace("+", " "), length_s=3.0))
    blocks = (x[: len(x) // 2205 * 2205].reshape(-1, 2205) ** 2).mean(axis=1)
    assert np.argmax(blocks) > 0.08 * len(blocks)


@pytest.mark.parametrize(("name", "reach"), CENTROIDS.items())
def test_brightness_is_that_of_the_thing(name, reach):
    assert reach[0] <= centroid_hz(mono(play(name))) <= reach[1]


def test_words_make_it_big_far_and_of_another_material():
    big, small = (play("impact", words=f"{word} impact") for word in ("huge", "tiny"))
    assert centroid_hz(mono(big)) < 0.8 * centroid_hz(mono(small))
    near, far = (play("gunshot", words=f"{word} gunshot") for word in ("near", "distant"))
    assert share(mono(far), 3000, 22050) < 0.3 * share(mono(near), 3000, 22050)
    steps = {
        ground: centroid_hz(mono(play("footsteps", words=f"footsteps on {ground}")))
        for ground in ("wood", "gravel", "snow", "leaves")
    }
    assert steps["wood"] < steps["snow"] < steps["gravel"] < steps["leaves"]
    fast, slow = (
        play("clock", length_s=4, words=f"{word} ticking clock") for word in ("fast", "slow")
    )
    assert strokes(fast) > 1.5 * strokes(slow)


def strokes(x):
    level = np.abs(mono(x))
    blocks = level[: len(level) // 2205 * 2205].reshape(-1, 2205).max(axis=1)
    loud = blocks > 0.3 * blocks.max()
    return np.count_nonzero(loud[1:] & ~loud[:-1]) + int(loud[0])


def test_a_siren_wails_a_laser_falls_a_power_up_climbs():
    laser = mono(play("laser", words="one laser shot"))
    assert centroid_hz(laser[:1500]) > 1.6 * centroid_hz(laser[6000:9000])
    up, down = mono(play("power up")), mono(play("power down"))
    third = len(up) // 3
    assert centroid_hz(up[2 * third : -2000]) > 1.5 * centroid_hz(up[:third])
    assert centroid_hz(down[:third]) > 1.5 * centroid_hz(down[2 * third : -2000])
    siren = mono(play("siren", length_s=4.0))
    pitches = [centroid_hz(siren[at : at + 4410]) for at in range(4410, 4 * RATE - 4410, 8820)]
    assert max(pitches) > 1.3 * min(pitches)


def test_a_sub_drop_lies_in_the_sub_and_glass_does_not():
    assert share(mono(play("sub drop")), 0, 150) > 0.9
    assert share(mono(play("glass")), 0, 150) < 0.05


def settled(prompt, **fields):
    return settle(
        read_request({"prompt": prompt, **fields}.items()), SessionView(), PromptDefaults(), seed=3
    )


@pytest.mark.parametrize(
    ("prompt", "parts", "told"),
    [
        ("glass breaking", ("glass",), ()),
        ("rain on a window", ("rain",), ()),
        ("ocean waves", ("sea",), ("ocean waves: made as sea",)),
        ("thunder and rain", ("thunder", "rain"), ()),
    ],
)
def test_a_prompt_alone_makes_the_effect_and_tells_one_of_another_name(prompt, parts, told):
    brief = settled(prompt)
    take = make(brief, 1, lambda *_: None)
    assert take.parts == parts and take.said == told
    assert len(take.audio) == round(brief.seconds * RATE)


def test_the_kind_makes_any_words_an_effect_and_a_length_is_kept():
    take = make(settled("huge metal clang", kind="sfx", seconds=3), 1, lambda *_: None)
    assert take.parts == ("metal",) and len(take.audio) == 3 * RATE


def test_an_unknown_sound_is_the_nearest_with_a_word_and_a_living_voice_is_refused():
    assert effects_of("a falling crate") == ["thud"]
    assert "is the nearest" in effect_notes("a falling crate")[0]
    assert effect_notes("a door") == []
    with pytest.raises(EngineError, match="'laughter' is a voice"):
        effects_of("laughter")
    assert "laughing" in effect_notes("laughing behind a door")[0]
    assert "dog: a synthesized call" in effect_notes("a dog behind a door")[0]


@pytest.mark.parametrize(
    ("name", "low_hz", "high_hz"),
    [
        ("dog", 200, 620), ("cat", 380, 760), ("cow", 95, 170), ("sheep", 240, 350),
        ("wolf", 240, 560), ("rooster", 420, 1150), ("duck", 160, 290),
    ],
)  # fmt: skip
def test_an_animal_calls_at_its_pitch_and_again_after_a_silence(name, low_hz, high_hz):
    call = CALLS[name]
    length_s = call.times * max(call.gap_s, call.length_s) + call.pause_s + call.length_s
    x = mono(play(name, length_s=2 * length_s))
    at = round(0.3 * call.length_s * RATE)
    assert low_hz <= pitch_hz(x[at : at + 4096], 60, 1300) <= high_hz
    blocks = np.abs(x[: len(x) // 1000 * 1000]).reshape(-1, 1000).max(axis=1)
    assert blocks.min() < 0.05 * blocks.max()
    assert strokes(play(name, length_s=2 * length_s)) > call.times


def pitch_hz(x, low_hz, high_hz):
    """The pitch by the strongest repeat of the spectrum's own pattern."""
    windowed = x * np.hanning(len(x))
    spectrum = np.fft.rfft(windowed, 4 * len(x))
    repeats = np.fft.irfft(np.abs(spectrum) ** 1.2)
    first, last = round(RATE / high_hz), round(RATE / low_hz)
    return RATE / (first + int(np.argmax(repeats[first:last])))
