import pytest

from daemon.errors import LibraryError
from daemon.library.edit_words import read_words
from daemon.library.edits import MOST_STEPS
from daemon.library.steps import STEPS, Shape, check_step, shape_after

SHAPE = Shape("loop", 100.0, "Am", 4, "4/4", 9.6)


def does(steps):
    return [step["do"] for step in steps]


def test_steps_are_added_changed_moved_and_removed(home, loop):
    edits, clip = home.library.edits, loop["id"]
    reverb, tempo = (
        edits.add(clip, {"do": "reverb"})[0],
        edits.add(clip, {"do": "tempo", "bpm": 100})[1],
    )
    assert reverb["amount"] == 0.25 and tempo["bpm"] == 100.0
    edits.set(clip, reverb["id"], {"amount": "0.5"})
    assert edits.steps(clip)[0] == {**reverb, "amount": 0.5}
    assert does(edits.move(clip, tempo["id"], 0)) == ["tempo", "reverb"]
    assert does(edits.add(clip, {"do": "reverse"}, at=1)) == ["tempo", "reverse", "reverb"]
    assert does(edits.remove(clip, tempo["id"])) == ["reverse", "reverb"], (
        "any step can go; those after it stay"
    )
    assert edits.clear(clip) == []


def test_every_change_is_undone_and_done_again(home, loop):
    edits, clip = home.library.edits, loop["id"]
    states = [[]]
    for step in ({"do": "reverse"}, {"do": "gain", "db": -3}, {"do": "delay"}):
        states.append(edits.add(clip, step))
    states.append(edits.remove(clip, states[-1][1]["id"]))
    for state in reversed(states[:-1]):
        assert edits.undo(clip) == state
    with pytest.raises(LibraryError, match="nothing to undo"):
        edits.undo(clip)
    for state in states[1:]:
        assert edits.redo(clip) == state
    edits.undo(clip)
    edits.add(clip, {"do": "chorus"})
    with pytest.raises(LibraryError, match="nothing to redo"):
        edits.redo(clip)
    assert [turn["what"] for turn in edits.turns(clip)["history"]] == [
        "add reverse",
        "add gain",
        "add delay",
        "add chorus",
    ]


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ({"do": "revreb"}, "did you mean reverb"),
        ({"do": "reverb", "amont": 1}, "has no setting 'amont'; it takes amount, size_s"),
        ({"do": "reverb", "amount": 2}, "amount 2 is not allowed; it takes 0 to 1"),
        ({"do": "reverb", "amount": "nan"}, "it takes 0 to 1"),
        ({"do": "tempo"}, "tempo needs bpm: 40 to 300"),
        ({"do": "key", "key": "J"}, "it takes a key"),
        ({"do": "section", "bars": 1.5}, "a whole number"),
        ({"do": "slices", "order": "1;2"}, "slice numbers"),
        ({"do": "filter", "hz": 100, "type": "comb"}, "lowpass, highpass, bandpass"),
    ],
)
def test_what_a_step_cannot_be_is_said(home, loop, step, text):
    with pytest.raises(LibraryError, match=text):
        home.library.edits.add(loop["id"], step)
    assert (
        home.library.edits.steps(loop["id"]) == []
        and home.library.edits.turns(loop["id"])["undo"] == 0
    )


def test_every_step_takes_its_own_defaults():
    for kind in STEPS.values():
        given = {
            one.name: {"key": "Em", "order": "1,2", "path": "Room", "changes": "[]"}.get(
                one.name, one.low or 1
            )
            for one in kind.settings
            if one.default is None
        }
        assert check_step(check_step({"do": kind.name, **given}))["do"] == kind.name


@pytest.mark.parametrize(
    ("words", "steps"),
    [
        ("add some reverb", [{"do": "reverb", "amount": 0.25}]),
        ("a lot of reverb", [{"do": "reverb", "amount": 0.5}]),
        ("a bit faster", [{"do": "tempo", "bpm": 103.0}]),
        ("much slower", [{"do": "tempo", "bpm": 88.0}]),
        ("10% faster", [{"do": "tempo", "bpm": 110.0}]),
        ("make it 128 bpm", [{"do": "tempo", "bpm": 128.0}]),
        ("double time", [{"do": "tempo", "bpm": 200.0}]),
        ("in F# minor", [{"do": "key", "key": "F#m"}]),
        ("transpose to Eb", [{"do": "key", "key": "Eb"}]),
        ("in D dorian", [{"do": "key", "key": "Ddor"}]),
        ("in the key of E flat", [{"do": "key", "key": "Eb"}]),
        ("to C sharp minor.", [{"do": "key", "key": "C#m"}]),
        ("in 8A", [{"do": "key", "key": "Am"}]),
        ("in h-Moll", [{"do": "key", "key": "Bm"}]),
        ("nach Fis", [{"do": "key", "key": "F#"}]),
        ("en la mineur", [{"do": "key", "key": "Am"}]),
        ("transpose to si bemol mayor", [{"do": "key", "key": "Bb"}]),
        ("イ短調", [{"do": "key", "key": "Am"}]),
        ("pitch it up 3 semitones", [{"do": "pitch", "semitones": 3.0}]),
        ("an octave lower", [{"do": "pitch", "semitones": -12.0}]),
        ("darker", [{"do": "eq", "high_db": -6.0, "mid_db": -1.0}]),
        ("slightly brighter", [{"do": "eq", "high_db": 2.0}]),
        ("louder by 6 dB", [{"do": "gain", "db": 6.0}]),
        ("only the drums", [{"do": "solo", "stem": "drums"}]),
        ("mute the bassline", [{"do": "mute", "stem": "bass"}]),
        ("without drums", [{"do": "mute", "stem": "drums"}]),
        ("the lead a bit quieter", [{"do": "level", "stem": "lead", "db": -2.0}]),
        ("more low end", [{"do": "eq", "low_db": 4.0}]),
        ("fade out over 2 seconds", [{"do": "fade", "in_s": 0, "out_s": 2.0}]),
        ("the first two bars", [{"do": "section", "bar": 1, "bars": 2}]),
        ("bars 2-3", [{"do": "section", "bar": 2, "bars": 2}]),
        ("backwards", [{"do": "reverse"}]),
        ("chop it up", [{"do": "slices", "order": "shuffle"}]),
        ("lo-fi", [{"do": "bitcrush", "bits": 8}]),
        ("punchier", [{"do": "compressor", "ratio": 3.0}]),
        ("a bit faster, darker and add an echo", [
            {"do": "tempo", "bpm": 103.0}, {"do": "eq", "high_db": -6.0, "mid_db": -1.0}, {"do": "delay", "amount": 0.3}]),
    ],
)  # fmt: skip
def test_words_are_steps(words, steps):
    wishes = read_words(words, SHAPE, [])
    assert [wish.add for wish in wishes] == steps
    assert all(check_step(wish.add) for wish in wishes)


@pytest.mark.parametrize("words", ["in a hall", "to do", "as in la la land", "en masse"])
def test_words_that_only_sound_like_a_key_are_none(words):
    try:
        wishes = read_words(words, SHAPE, [])
    except LibraryError as refused:
        assert refused.code == "not_understood"
    else:
        assert all((wish.add or {})["do"] != "key" for wish in wishes)


def test_words_take_away_and_undo(home, loop):
    library, clip = home.library, loop["id"]
    library.say(clip, "add reverb, darker")
    assert does(library.say(clip, "without the reverb")) == ["eq"]
    assert does(library.say(clip, "undo")) == ["reverb", "eq"]
    with pytest.raises(LibraryError, match="'make it nicer' was not understood"):
        library.say(clip, "add an echo and make it nicer")
    assert does(library.edits.steps(clip)) == ["reverb", "eq"], "half of a sentence is not done"


def test_a_sentence_is_one_act_however_many_steps_it_takes(home, loop):
    library, clip = home.library, loop["id"]
    library.edits.add(clip, {"do": "reverse"})
    assert does(library.say(clip, "a bit faster, darker, and add some reverb")) == [
        "reverse",
        "tempo",
        "eq",
        "reverb",
    ]
    assert library.edits.turns(clip)["undo"] == 2
    assert (
        library.edits.turns(clip)["history"][-1]["what"]
        == "said: 'a bit faster, darker, and add some reverb'"
    )
    assert does(library.say(clip, "no reverb, without the reverb, and add an echo")) == [
        "reverse",
        "tempo",
        "eq",
        "delay",
    ]
    assert does(library.edits.undo(clip)) == ["reverse", "tempo", "eq", "reverb"]
    assert does(library.say(clip, "undo")) == ["reverse"], "each step of the sentence"
    assert does(library.say(clip, "redo")) == ["reverse", "tempo", "eq", "reverb"]
    for _ in range(MOST_STEPS - 6):
        library.edits.add(clip, {"do": "gain", "db": 1})
    before = library.edits.steps(clip)
    with pytest.raises(LibraryError, match=f"a clip takes {MOST_STEPS} steps"):
        library.say(clip, "a bit faster, darker, and add some reverb")
    assert library.edits.steps(clip) == before, "a sentence that does not fit leaves none of it"


def test_what_a_clip_becomes_is_known_before_it_is_rendered(loop):
    shape = shape_after(
        loop,
        [
            {"do": "tempo", "bpm": 120.0},
            {"do": "pitch", "semitones": -2.0},
            {"do": "section", "bar": 2, "bars": 1},
        ],
    )
    assert (shape.bpm, shape.key, shape.bars, shape.seconds) == (120.0, "Gm", 1, 2.0)


def test_what_is_taken_back_for_good_does_not_come_again(home, loop):
    edits = home.library.edits
    edits.add(loop["id"], {"do": "reverse"})
    edits.add(loop["id"], {"do": "gain", "db": 3})
    edits.add(loop["id"], {"do": "gain", "db": 6})
    edits.back_to(loop["id"], 1)
    assert [step["do"] for step in edits.steps(loop["id"])] == ["reverse"] and edits.turns(
        loop["id"]
    )["redo"] == 0
    edits.back_to(loop["id"], 0)
    assert edits.steps(loop["id"]) == [] and edits.turns(loop["id"]) == {
        "undo": 0,
        "redo": 0,
        "history": [],
    }


def test_a_step_that_cannot_be_rendered_does_not_stay(home, loop):
    edits, clip = home.library.edits, loop["id"]
    edits.add(clip, {"do": "reverse"})
    with pytest.raises(OSError), edits.only_if_rendered(clip):
        home.library.say(clip, "darker, and add an echo")
        raise OSError("the disk is full")
    assert does(edits.steps(clip)) == ["reverse"] and edits.turns(clip)["redo"] == 0


def test_a_change_that_is_refused_leaves_what_can_be_done_again(home, loop):
    edits, clip = home.library.edits, loop["id"]
    edits.add(clip, {"do": "reverse"})
    edits.undo(clip)
    with pytest.raises(LibraryError), edits.only_if_rendered(clip):
        home.library.say(clip, "make it nicer")
    assert does(edits.redo(clip)) == ["reverse"]


@pytest.mark.parametrize(
    ("words", "english"),
    [
        ("etwas schneller und dunkler", "a bit faster and darker"),
        ("nur Schlagzeug, zwei Halbtöne höher", "only the drums, two semitones higher"),
        ("Bass leiser, rückwärts", "bass quieter, reverse"),
        ("die ersten 2 Takte", "the first 2 bars"),
        ("más rápido y más oscuro", "faster and darker"),
        ("sin batería", "without drums"),
        ("un peu plus sombre et plus vite", "a bit darker and faster"),
        ("la basse plus forte", "bass louder"),
        ("mais lento e mais escuro", "slower and darker"),
        ("più veloce e senza batteria", "faster and without drums"),
        ("10 Prozent langsamer", "10 percent slower"),
    ],
)
def test_edits_are_said_in_other_languages(words, english):
    assert read_words(words, SHAPE, []) == read_words(english, SHAPE, [])


@pytest.mark.parametrize(
    "words", ["ohne Reverb", "kein Hall", "sin reverb", "sans reverb", "sem reverb"]
)
def test_a_denied_effect_is_taken_out_in_any_language_and_never_added(words):
    steps = [{"id": "r1", "do": "reverb", "amount": 0.25}]
    assert [(one.add, one.remove) for one in read_words(words, SHAPE, steps)] == [(None, "r1")]
    with pytest.raises(LibraryError, match="was not understood as an edit"):
        read_words(words, SHAPE, [])
