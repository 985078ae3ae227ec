"""Music that a prompt writes out: drum tabs, ABC notation, lists of notes, chord charts."""

import pytest

from daemon.prompt.drum_tabs import read_drum_tab
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.tunes import likely_key, read_tune
from daemon.prompt.words import parse_words

TAB = "HH|x-x-x-x-x-x-o-x-|\nSN|----x-------x-g-|\nBD|X-----x-x-------|"
ABC = "X:1\nT:Evening\nM:3/4\nL:1/8\nQ:1/4=96\nK:D\nF2 A2 d2 | c2 A4 | B2 ^G2 B2 | A6 |"


def rows(text):
    tab = read_drum_tab(MarkedText(text))
    return None if tab is None else tab.fitted(16)


def test_a_tab_is_a_groove_with_the_open_hat_apart():
    assert rows(TAB) == {
        "hat": ["x.x.x.x.x.x...x."],
        "open hat": ["............x..."],
        "snare": ["....x.......x.g."],
        "kick": ["X.....x.x......."],
    }


@pytest.mark.parametrize(
    ("text", "kick"),
    [
        ("kick: x...x...x...x...", ["x...x...x...x..."]),
        ("kick x---x---x---x--- at 124 bpm", ["x...x...x...x..."]),
        ("BD|o---o---|o-o-----| HH|x-x-x-x-|x-x-x-x-|", ["x.......x.......", "x...x..........."]),
        ("kick: [1,0,0,0,0,0,1,0,1,0,0,0,0,0,0,0]", ["x.....x.x......."]),
        ("kick: 1000100010001000", ["x...x...x...x..."]),
    ],
)
def test_steps_are_read_in_the_forms_that_people_use(text, kick):
    assert rows(text)["kick"] == kick


@pytest.mark.parametrize(
    "text", ["house loop", "kick --- snare", "b-b-b", "hats only, 8 bars", "tom and jerry - 99"]
)
def test_words_are_no_tab(text):
    assert read_drum_tab(MarkedText(text)) is None


def test_a_row_that_does_not_divide_the_bar_is_known():
    tab = read_drum_tab(MarkedText("kick: x....x....x....\nhat: x-x-x-x-"))
    assert tab is not None and tab.unfit(16) == ["kick"] and list(tab.fitted(16)) == ["hat"]


def test_a_tab_alone_is_drums_alone_and_its_words_set_nothing_else():
    words = parse_words(TAB + "\n92 bpm")
    assert (words.instruments, words.only, words.bpm, words.kind) == (
        ("drums",),
        True,
        92.0,
        "loop",
    )
    assert {one.facet for one in words.heard} == {"drum tab", "tempo"} and not words.unread


def test_abc_is_read_with_its_header():
    tune = read_tune(MarkedText(ABC))
    assert tune is not None
    assert (tune.key, tune.meter, tune.bpm) == ("D major", "3/4", 96.0)
    # F and C are sharp in D; the natural sign of the third bar is a sharp of its own
    assert [pitch for _, pitch, _ in tune.notes] == [66, 69, 74, 73, 69, 71, 68, 71, 69]
    assert [len(bar) for bar in tune.bars_of(12)] == [3, 2, 3, 1]


def test_an_upbeat_ends_where_the_first_bar_begins():
    tune = read_tune(MarkedText("M:4/4 L:1/4 K:C G | c d e f | g4 |"))
    assert tune is not None and tune.notes[0] == (12.0, 67, 4.0) and tune.notes[1][0] == 16.0


def test_lengths_of_abc_are_halved_dotted_and_in_triplets():
    tune = read_tune(MarkedText("M:4/4 L:1/4 K:C C/2 D/ E3/2 (3FGA c>d z |"))
    assert tune is not None
    lengths = [round(length, 2) for _, _, length in tune.notes]
    assert lengths == [2, 2, 6, 2.67, 2.67, 2.67, 6, 2]


@pytest.mark.parametrize(
    ("text", "pitches", "lengths"),
    [
        ("C4 quarter, E4 quarter, G4 half, C5 whole", [60, 64, 67, 72], [4, 4, 8, 16]),
        ("melody D4 F4 A4 D5 at 100 bpm", [62, 65, 69, 74], [4, 4, 4, 4]),
        ("MIDI notes: 60, 63, 67, 70", [60, 63, 67, 70], [4, 4, 4, 4]),
        ("notes: C E G B", [60, 64, 67, 71], [4, 4, 4, 4]),
        ("Bb3 (dotted quarter), C4 eighth, D4 1/2, F4 2 beats", [58, 60, 62, 65], [6, 2, 8, 8]),
    ],
)
def test_lists_of_notes_are_tunes(text, pitches, lengths):
    tune = read_tune(MarkedText(text))
    assert tune is not None
    assert [pitch for _, pitch, _ in tune.notes] == pitches
    assert [length for _, _, length in tune.notes] == lengths


@pytest.mark.parametrize(
    "text",
    ["Am F C G piano", "kick in C1", "trap 140 bpm 8 bars F#m", "K: dark, M: slow", "midi 90 bpm"],
)
def test_words_chords_and_figures_are_no_tune(text):
    assert read_tune(MarkedText(text)) is None


def test_the_key_of_notes_is_the_one_they_are_at_home_in_and_that_is_told():
    assert likely_key(((0, 69, 4), (4, 71, 4), (8, 72, 4), (12, 76, 4), (16, 69, 8))) == "A minor"
    words = parse_words("melody G4 A4 B4 D5 E5 D5 B4 G4")
    assert words.key == "G major" and "G major" in words.said[0]


@pytest.mark.parametrize(
    ("chart", "bars"),
    [("| Am | F | C G | E7 |", 4), ("Dm7 | G7 | Cmaj7 | A7 |", 4), ("|Em|C|G|D|", 4)],
)
def test_a_chord_chart_has_a_bar_between_two_lines(chart, bars):
    from daemon.prompt.progressions import read_progression

    found = read_progression(MarkedText(chart))
    assert found is not None and len(found.bars) == bars
