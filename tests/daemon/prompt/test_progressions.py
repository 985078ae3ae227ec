"""Chord progressions as people write them, and what looks like one and is none."""

import pytest

from daemon.prompt.marked_text import MarkedText
from daemon.prompt.progressions import key_of, read_progression
from daemon.prompt.words import parse_words


@pytest.mark.parametrize(
    ("prompt", "bars", "key"),
    [
        ("Am F C G pop loop", ("Am", "F", "C", "G"), "A minor"),
        ("piano ballad C G Am F at 80", ("C", "G", "Am", "F"), "C major"),
        ("lo-fi beat, Dm7 - G7 - Cmaj7", ("Dm7", "G7", "CM7"), "C major"),
        ("jazz Dm7 G7", ("Dm7", "G7"), "C major"),
        ("| F#m7 B7 | Emaj9 | soul", ("F#m7 / B7", "EM9"), "E major"),
        ("pad, Am F / E7 C / G Dm", ("Am", "F / E7", "C / G", "Dm"), "A minor"),
        ("pad, | Am | F / E7 | C |", ("Am", "F / E7", "C"), "A minor"),
        ("C/E F G sus4 chords", ("C/E", "F", "G"), "C major"),
        ("Ebmaj7, Cmin7, Fmin7, Bb7 neo soul", ("EbM7", "Cm7", "Fm7", "Bb7"), "Eb major"),
        ("house E A B chords", ("E", "A", "B"), "E major"),
        ("Am Dm E7 tango", ("Am", "Dm", "E7"), "A minor"),
        ("ii-V-I in C", ("ii", "V", "I"), "C major"),
        ("ii-V-I in C jazz", ("ii", "V", "I"), "C major"),
        ("i-VI-III-VII in F# trap", ("i", "VI", "III", "VII"), "F# minor"),
        ("ii-V-I in E flat jazz", ("ii", "V", "I"), "Eb major"),
        ("ii-V-I in the key of A, soul", ("ii", "V", "I"), "A major"),
        ("i-VI-III-VII trap in F#", ("i", "VI", "III", "VII"), "F# minor"),
        ("i-VI-III-VII trap in D minor", ("i", "VI", "III", "VII"), "D minor"),
        ("synthwave vi IV I V", ("vi", "IV", "I", "V"), None),
        ("ii7 V7 Imaj7 jazz", ("ii7", "V7", "IM7"), None),
        ("i - bVII - bVI - V flamenco in Am", ("i", "bVII", "bVI", "V"), "Am"),
        ("iim7 V7 IM7", ("ii7", "V7", "IM7"), None),
    ],
)
def test_chords_in_a_row_are_read(prompt, bars, key):
    found = read_progression(MarkedText(prompt))
    assert found is not None and found.bars == bars
    assert parse_words(prompt).key == key


@pytest.mark.parametrize(
    "prompt",
    [
        "A B A C form, house", "I I want a beat", "sad piano Am7", "techno in Am then Dm", "808 D E hits", "part IV, dark ambient",
        "I V", "D-50 pads", "B C A kick", "house in Am", "F# minor pads", "C3 E3 G3", "8A 9A house", "I want it in C",
    ],
)  # fmt: skip
def test_what_only_looks_like_chords_is_left_alone(prompt):
    assert read_progression(MarkedText(prompt)) is None


def test_chords_stay_in_the_words_that_others_are_told():
    words = parse_words("dreamy pads Am F C G at 90 bpm")
    assert "Am F C G" in words.words and words.bpm == 90


@pytest.mark.parametrize(
    ("prompt", "bars", "laid"),
    [
        ("ii-V-I", 4, ["ii", "V", "I", "I"]),
        ("Am F C G", 8, ["Am", "F", "C", "G"]),
        ("Am F C G", 2, ["Am / F", "C / G"]),
        ("Am F C G", 1, ["Am / F / C / G"]),
        ("Am F C", 3, ["Am", "F", "C"]),
        ("Am F C G Dm", 8, ["Am", "F", "C", "G", "Dm", "Dm", "Dm", "Dm"]),
    ],
)
def test_chords_are_laid_over_the_bars_there_are(prompt, bars, laid):
    assert read_progression(MarkedText(prompt)).over(bars) == laid


def test_a_key_is_spelled_as_its_chords_are():
    assert key_of(("Bbm", "Gb", "Db", "Ab")) == "Bb minor"
    assert key_of(("G#m", "E", "B", "F#")) in ("G# minor", "B major")
