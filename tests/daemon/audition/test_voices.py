import numpy as np
import pytest

from daemon.audition.voices import (
    FADE_IN_S,
    FADE_OUT_S,
    Voice,
    ended,
    mixed,
    next_line,
    off_by,
    same_place,
    swapped,
)

RATE = 48000
FADE_IN, FADE_OUT = round(FADE_IN_S * RATE), round(FADE_OUT_S * RATE)


def noise(frames, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (frames, 2)).astype(np.float32)


def heard(voices, first, frames, block=256):
    """What the stream plays from a frame on, asked for in blocks."""
    out = np.empty((frames, 2), np.float32)
    for at in range(0, frames, block):
        mixed(voices, first + at, out[at : at + block])
    return out


@pytest.mark.parametrize("block", [64, 256, 1000, 5000])
def test_a_loop_goes_round_to_the_sample_whatever_the_block(block):
    loop = noise(3001)
    out = heard((Voice("a", loop, RATE, start=777),), 0, 20000, block)
    assert not out[:777].any()
    expected = np.take(loop, np.arange(20000 - 777), axis=0, mode="wrap")
    assert np.array_equal(out[777 + FADE_IN :], expected[FADE_IN:])
    assert np.abs(out[777 : 777 + FADE_IN]).max() <= np.abs(expected[:FADE_IN]).max()


def test_what_does_not_loop_ends_by_itself():
    voice = Voice("a", noise(1000), RATE, start=100, loops=False)
    out = heard((voice,), 0, 3000)
    assert np.array_equal(out[100 + FADE_IN : 1100], voice.audio[FADE_IN:]) and not out[1100:].any()
    assert voice.is_over(1100) and not voice.is_over(1099)


def test_a_swap_ends_the_old_where_the_new_begins():
    old, new = Voice("old", noise(4000), RATE, 0), Voice("new", noise(5000, 1), RATE, 6000)
    voices = swapped((old,), new, now=3000)
    out = heard(voices, 0, 12000)
    assert np.array_equal(out[FADE_IN:6000], heard((old,), 0, 12000)[FADE_IN:6000])
    after = 6000 + FADE_OUT
    assert np.array_equal(out[after:], heard((new,), 0, 12000)[after:])


def test_what_has_not_begun_is_dropped_when_something_else_is_chosen():
    old, second, third = (
        Voice(name, noise(4000, n), RATE, n * 6000)
        for n, name in enumerate(("old", "second", "third"))
    )
    voices = swapped(swapped((old,), second, now=1000), third, now=2000)
    assert [voice.clip for voice in voices] == ["old", "third"]
    assert voices[0].end == 12000, "the old one goes on until then"


def test_ending_twice_ends_at_once():
    voices = ended((Voice("a", noise(4000), RATE, 0),), 9000, now=1000)
    (voice,) = ended(voices, 2000, now=2000)
    assert voice.end == 2000 and voice.is_over(2000 + FADE_OUT)


@pytest.mark.parametrize(
    ("first", "line", "step", "expected"),
    [(0, 0, 100, 0), (1, 0, 100, 100), (250, -50.4, 100, 350), (250, 1000, 100, 300)],
)
def test_the_next_line_of_a_raster(first, line, step, expected):
    assert next_line(first, line, step) == expected


def test_how_far_off_a_raster_a_line_is():
    assert off_by(1003, 0, 100) == pytest.approx(3)
    assert off_by(997, 0, 100) == pytest.approx(-3)


def test_a_clip_in_another_tempo_goes_on_in_the_same_bar():
    old = Voice("a", noise(4000), RATE, start=1000, bar=1000.0)
    assert same_place(old, 4050, bars=4) == 3
    assert same_place(old, 5000, bars=4) == 0
    assert same_place(old, 5000, bars=0) == 0
