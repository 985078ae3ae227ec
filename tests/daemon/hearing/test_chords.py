"""Chords heard on the grid: of chords that the test plays, and of the musician's own loops."""

import numpy as np
import pytest

from daemon.brief import Brief
from daemon.conform.look import look_at
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.harmony import chords_of_bar
from daemon.engines.embedded.plan import read_plan
from daemon.hearing import hear
from daemon.hearing.chords import HeardChord, by_bar, hear_chords
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.progressions import read_progression

RATE = 44100
TRIADS = {
    "Am": (57, 60, 64),
    "F": (53, 57, 60),
    "C": (48, 52, 55),
    "G": (55, 59, 62),
    "Dm": (50, 53, 57),
}


def played(names, bpm=120.0):
    """A bar of each chord in struck harmonic tones, a bass beneath, a click on each beat."""
    beat = round(60 / bpm * RATE)
    t = np.arange(beat) / RATE
    out = []
    for name in names:
        notes = (*TRIADS[name], TRIADS[name][0] - 12)
        for _ in range(4):
            sound = sum(
                np.sin(2 * np.pi * 440 * 2 ** ((note - 69) / 12) * k * t) / k**1.5
                for note in notes
                for k in range(1, 6)
            ) * np.exp(-t * 3)
            click = np.random.default_rng(1).normal(0, 1, beat) * np.exp(-t * 200)
            out.append(0.1 * sound + 0.2 * click)
    return np.concatenate(out).astype(np.float32)


def test_a_chord_a_bar_is_named_where_it_begins():
    sound = played(["Am", "F", "C", "G", "Am", "F", "C", "G"])
    heard = hear(sound[:, None], RATE, 120.0)
    chords = hear_chords(sound, RATE, heard)
    assert [one.name for one in chords if one.name] == ["Am", "F", "C", "G", "Am", "F", "C", "G"]
    assert [one.beat for one in chords if one.name] == [1] * 8
    for n, one in enumerate(chords[:8]):
        assert one.at_s == pytest.approx(2.0 * n, abs=0.03)
    assert by_bar(chords, 8) == ["Am", "F", "C", "G"] * 2


def test_a_bar_without_a_chord_keeps_the_one_before_it_as_make_reads_it():
    heard = ((1, 1, ""), (2, 1, "Am"), (3, 1, ""), (4, 3, "F"))
    chords = tuple(HeardChord(bar, beat, 0.0, name, 1.0) for bar, beat, name in heard)
    words = by_bar(chords, 5)
    assert words == ["Am", "Am", "Am", "Am / F", "F"]
    assert read_progression(MarkedText("piano, " + " ".join(words))).bars == tuple(words)
    assert by_bar(chords[:1], 4) == []


@pytest.mark.slow
def test_look_says_them_by_bar_and_noise_has_none():
    found = look_at(played(["C", "C", "Dm", "G"] * 2)[:, None], RATE, 120.0)
    assert found["chords_by_bar"] == ["C", "C", "Dm", "G"] * 2
    noise = np.random.default_rng(0).normal(0, 0.1, (4 * RATE, 1)).astype(np.float32)
    assert look_at(noise, RATE)["chords"] == []


@pytest.mark.slow
def test_most_of_the_musicians_chords_are_heard():
    shares = []
    for seed, genre in enumerate(("pop", "soul", "trance", "folk", "reggae", "synthwave")):
        brief = Brief(genre, genre, genre=genre, bpm=110.0, bars=4, seed=50 + seed)
        take = make(brief, 50 + seed, lambda share, words="": None)
        plan = read_plan(take.plan)
        mono = take.audio.mean(axis=1)
        chords = hear_chords(mono, RATE, hear(take.audio, RATE, 110.0))
        right = 0
        for beat in range(16):
            names = chords_of_bar(plan.chords_of[beat // 4 % len(plan.chords_of)], plan.key_)
            true = names[beat % 4 * len(names) // 4]
            now = [one for one in chords if one.at_s <= (beat + 0.5) * 60 / 110.0]
            right += bool(now and now[-1].name and _root(now[-1].name) == true.root)
        shares.append(right / 16)
    assert np.mean(shares) > 0.85, shares


def _root(name):
    letters = name[:2] if name[1:2] in ("#", "b") else name[:1]
    return ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B").index(letters)
