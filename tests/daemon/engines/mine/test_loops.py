"""Loops from a user's loops: on the grid, in key, by strokes and beats of theirs, in a new order."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from bridge.music import Key, loop_frames
from daemon.brief import Brief
from daemon.engines.mine.cells import arranged, joined, longest_beats, ready
from daemon.engines.mine.loop_making import make_loop
from daemon.engines.mine.loops import Hit, Loop, Tone, packed, unpacked
from daemon.errors import EngineError

RATE = 44100
BEAT = 22050
LOOP = Brief("house", "house", bpm=128.0, bars=4, genre="house", key_name="Am")


def quiet(share: float, words: str) -> None:
    """Nobody looks."""


def tone(hz: float, frames: int) -> np.ndarray:
    t = np.arange(frames) / RATE
    return sum(np.sin(2 * np.pi * hz * n * t) / n for n in (1, 2, 3)) * np.exp(-3 * t)


def drums(seed: int) -> Loop:
    """Two bars at 120: kick, hat, snare, hat, in eighths; each stroke is noise of its own."""
    rng = np.random.default_rng(seed)
    audio, hits = np.zeros((8 * BEAT, 2), np.float32), []
    for n in range(16):
        start = n * BEAT // 2
        stroke = rng.standard_normal((BEAT // 2, 1)) * np.exp(-np.arange(BEAT // 2) / 2000)[:, None]
        audio[start : start + BEAT // 2] = 0.3 * stroke
        role = ("kick", "hats", "snare", "hats")[n % 4]
        hits.append(Hit(start, start + BEAT // 2, (role,), 1.0 if role != "hats" else 0.4))
    return Loop(f"drums {seed}", "drums", audio, 120.0, 2, "4/4", None, tuple(hits))


def chords(seed: int, names=("Am", "F", "C", "G")) -> Loop:
    """Four bars at 120, a triad a bar, struck on each beat."""
    triads = {"Am": (57, 60, 64), "F": (53, 57, 60), "C": (48, 52, 55), "G": (55, 59, 62)}
    audio = np.zeros((16 * BEAT, 2), np.float32)
    for beat in range(16):
        for note in triads[names[beat // 4]]:
            hz = 440 * 2 ** ((note + seed * 12 - 69) / 12)
            audio[beat * BEAT : (beat + 1) * BEAT] += 0.1 * tone(hz, BEAT)[:, None]
    return Loop(f"chords {seed}", "chords", audio, 120.0, 4, "4/4", "Am")


def basses() -> Loop:
    audio, tones = np.zeros((8 * BEAT, 2), np.float32), []
    for n, note in enumerate((33, 36, 40, 41, 33, 36, 40, 43)):
        audio[n * BEAT : (n + 1) * BEAT] = 0.4 * tone(440 * 2 ** ((note - 69) / 12), BEAT)[:, None]
        tones.append(Tone(n * BEAT, (n + 1) * BEAT, float(note)))
    return Loop("line", "bass", audio, 120.0, 2, "4/4", "Am", (), tuple(tones))


OWN = [*(drums(seed) for seed in range(3)), *(chords(seed) for seed in range(2)), basses()]


def test_a_loop_is_exactly_on_the_grid_and_new_with_each_seed():
    brief = LOOP.amended(bars=2, bpm=127.0)
    one, same, other = (make_loop(OWN, brief, seed, quiet) for seed in (1, 1, 2))
    assert (
        one.audio.shape == (loop_frames(2, LOOP.meter, 127.0, RATE), 2)
        and one.audio.dtype == np.float32
    )
    assert np.array_equal(one.audio, same.audio) and not np.array_equal(one.audio, other.audio)
    assert set(one.stems) == {"drums", "bass", "chords"} and one.key == "Am"
    assert np.allclose(sum(one.stems.values()), one.audio, atol=1e-5)
    assert one.longest_bars <= 1 and one.midi is not None and np.abs(one.audio).max() < 1
    assert any("line" in line for line in one.said) and any(
        "beats of chords" in line for line in one.said
    )


def test_no_stretch_of_a_source_is_longer_than_a_bar_unless_phrases_are_asked():
    sources = [ready(loop, 120.0, Key.parse("Am"), RATE) for loop in OWN if loop.part == "chords"]
    progression = [frozenset((9, 0, 4))] * 16
    for seed in range(20):
        cells = arranged(sources, progression, 4, 4, np.random.default_rng(seed))
        assert longest_beats(cells) <= 4
        # of one loop alone a bar that comes again may go on from the one before it
        alone = arranged(sources[:1], progression, 4, 4, np.random.default_rng(seed))
        assert longest_beats(alone) <= 4
    drums_only = LOOP.amended(
        prompt="drum loop", words="drum loop", genre="", instruments=("drums",), only=True
    )
    made = make_loop([drums(1)], drums_only, 3, quiet)
    # each stroke is noise of its own: where it comes from is found by likeness
    source, out = drums(1).audio.mean(1), made.audio.mean(1)
    eighth = len(out) / 32
    found = []
    for n in range(32):
        piece = out[round(n * eighth) + 40 : round(n * eighth) + 4000]
        fits = [
            abs(np.correlate(source[k * 11025 : k * 11025 + 4600], piece, "valid")).max()
            for k in range(16)
        ]
        found.append(int(np.argmax(fits)))
    run = longest = 1
    for before, now in pairwise(found):
        run = run + 1 if now == before + 1 else 1
        longest = max(longest, run)
    assert longest <= 8 and len(set(found)) > 6


def test_beats_follow_the_chords():
    sources = [ready(chords(0), 120.0, Key.parse("Am"), RATE)]
    wanted = [chord for chord in ((9, 0, 4), (5, 9, 0), (0, 4, 7), (7, 11, 2)) for _ in range(4)]
    right = 0
    for seed in range(5):
        cells = arranged(
            sources, [frozenset(one) for one in wanted], 4, 4, np.random.default_rng(seed)
        )
        right += sum(cell.beat // 4 == n // 4 for n, cell in enumerate(cells))
    assert right > 0.8 * 80


def test_loops_of_another_tempo_and_key_are_brought_to_it():
    done = ready(chords(0), 90.0, Key.parse("Dm"), RATE)
    assert len(done.audio) == loop_frames(4, LOOP.meter, 90.0, RATE) and done.beats == 16
    classes = np.argsort(-done.chroma[:4].sum(0))[:3]
    assert set(classes.tolist()) == {2, 5, 9}
    assert ready(chords(0), 240.0, Key.parse("Am"), RATE).beats == 32


def test_joints_do_not_click():
    sources = [ready(chords(seed), 120.0, Key.parse("Am"), RATE) for seed in range(2)]
    cells = arranged(sources, [frozenset((9, 0, 4))] * 16, 4, 4, np.random.default_rng(1))
    audio = joined(sources, cells, 16 * BEAT)
    assert len(audio) == 16 * BEAT
    steps = np.abs(np.diff(np.concatenate([audio, audio[:1]]), axis=0)).max()
    assert steps < 1.5 * max(np.abs(np.diff(source.audio, axis=0)).max() for source in sources)


def test_what_the_loops_have_not_is_told():
    with pytest.raises(EngineError, match=r"your loops are in 4/4, and 3/4 is asked"):
        make_loop(OWN, LOOP.amended(meter_name="3/4"), 1, quiet)
    with pytest.raises(EngineError, match="your loops have chords"):
        make_loop(
            [chords(0)],
            LOOP.amended(prompt="drum loop", words="drum loop", only=True, instruments=("drums",)),
            1,
            quiet,
        )


def test_loops_are_kept_whole_in_a_models_file():
    arrays, heads = packed(OWN)
    back = unpacked(arrays, heads)
    assert [loop.hits for loop in back] == [loop.hits for loop in OWN] and back[5].tones == OWN[
        5
    ].tones
    assert np.allclose(back[3].audio, OWN[3].audio, atol=1e-4) and back[3].key == "Am"
