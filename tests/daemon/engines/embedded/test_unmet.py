"""What the words ask and the embedded engine does not play is told; what they deny does not sound."""

import random

import pytest

from bridge.music import MODES
from bridge.request import read_request
from bridge.session import SessionView
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.soundscapes import effect_notes, effects_of
from daemon.engines.embedded.unmet import unmet
from daemon.errors import SidecrateError
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.settle import settle


def brief_of(prompt, **fields):
    return settle(
        read_request({"prompt": prompt, **fields}.items()), SessionView(), PromptDefaults(), seed=3
    )


def plan_of(prompt, **fields):
    return compose(brief_of(prompt, **fields), 3)


def told(prompt, **fields):
    plan = plan_of(prompt, **fields)
    return unmet(brief_of(prompt, **fields), plan, plan.parts)


def voices(plan):
    return {
        part: getattr(plan, part).sound.voice
        for part in ("bass", "chords", "lead", "pad")
        if getattr(plan, part) is not None
    }


@pytest.mark.parametrize(
    ("prompt", "part", "voice"),
    [
        ("guitar and accordion, waltz", "chords", "nylon guitar"),
        ("classical guitar piece, classical", "chords", "nylon guitar"),
        ("rock with synth lead", "lead", "lead"),
        ("metal with a synthesizer", "lead", "lead"),
        ("country with synth", "lead", "lead"),
        ("afrobeats with synth pluck", "lead", "pluck"),
        ("rock with a lead", "lead", "solo guitar"),
    ],
)
def test_an_instrument_by_name_is_not_played_by_what_its_style_has_in_its_place(
    prompt, part, voice
):
    assert voices(plan_of(prompt))[part] == voice
    assert not any("does not play" in line for line in told(prompt))


def test_a_key_that_nobody_plays_in_is_told():
    said = "no part that has a key plays: {} sets nothing"
    assert said.format("A minor") in told("boom bap drums in A minor")
    assert said.format("Am") in told("boom bap drums", key="Am")
    for prompt in ("boom bap in A minor", "boom bap drums"):
        assert not any("has a key" in line for line in told(prompt))


@pytest.mark.parametrize("denial", ["no vocals", "instrumental", "without vocals", "no singing"])
@pytest.mark.parametrize("genre", ["house", "trap", "folk", "trance"])
def test_who_wants_no_singer_keeps_the_melody(genre, denial):
    with_it, without = plan_of(f"{genre} loop, {denial}"), plan_of(f"{genre} loop")
    assert voices(with_it) == voices(without)
    assert "choir" not in voices(with_it).values()


@pytest.mark.parametrize(
    ("genre", "denied", "silent"),
    [
        ("house", "piano", {"piano", "grand piano", "upright piano"}),
        ("rock", "guitar", {"guitar", "distorted guitar", "crunch guitar", "solo guitar"}),
        ("soul", "organ", {"organ", "drawbar organ"}),
        ("disco", "strings", {"strings", "string section", "violin"}),
        ("techno", "synths", {"lead", "supersaw", "pad", "pluck", "saw bass", "reese"}),
    ],
)
def test_a_denied_instrument_leaves_its_part_to_another(genre, denied, silent):
    for seed in range(6):
        plan = compose(brief_of(f"{genre} loop, no {denied}"), seed)
        assert plan.chords is not None
        assert not silent & set(voices(plan).values())


def test_a_denied_part_goes():
    assert plan_of("funk loop without chords").chords is None
    assert plan_of("rock loop without lead guitar and vocals").lead is None
    assert plan_of("ruhige Musik ohne Schlagzeug").drums is None


@pytest.mark.parametrize(
    ("prompt", "playing"),
    [
        ("film music, strings and piano", {"string section", "grand piano"}),
        ("country with guitar and fiddle and organ", {"steel guitar", "fiddle", "drawbar organ"}),
        ("latin, piano, brass, flute", {"grand piano", "horn section", "flute"}),
    ],
)
def test_instruments_of_one_part_all_play_where_there_is_room(prompt, playing):
    assert playing <= set(voices(plan_of(prompt)).values())


def test_every_drum_that_is_named_plays():
    rows = plan_of("house with claps, congas, cowbell, tambourine and shaker").drums.rows
    assert {"clap", "cowbell", "tambourine", "shaker"} <= set(rows)
    assert {"high conga", "low conga"} & set(rows)


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("soul with a female singer", "nobody sings"),
        ("Schlager mit Gesang", "nobody sings"),
        ("house in the style of Daft Punk", "Daft Punk: artists and works are not imitated"),
        ("[Intro] felt piano [Drop] drums", "[Intro], [Drop]: the sections of a song are not"),
        ("trance with vocal chops", "no vocal chops of its own here: choir"),
        ("hip-hop with turntable scratching", "turntable scratching does not play"),
        ("house with clavinet, guitar, piano and flute", "does not play"),
    ],
)
def test_what_does_not_play_as_asked_is_told(prompt, words):
    assert any(words in line for line in told(prompt)), told(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "house loop", "rock with guitar, bass and drums", "techno, no vocals", "piano loop",
        "strings and piano, 80 bpm", "808 bass with hi-hats", "acid bassline", "chiptune melody",
        "drum loop with claps and shaker", "lo-fi with vinyl crackle", "jazz with saxophone",
        "folk with bagpipes", "country with banjo", "Mundharmonika und Banjo", "bongos",
        "orchestra with timpani and oboe", "electric guitar riff distorted",
    ],
)  # fmt: skip
def test_nothing_is_told_where_all_plays_as_asked(prompt):
    assert told(prompt) == []


def test_the_take_itself_carries_what_was_told():
    take = make(brief_of("house with turntable scratching and a singer, 1 bar"), 3, lambda *_: None)
    assert sum("scratching" in line or "nobody sings" in line for line in take.said) == 2


@pytest.mark.parametrize(
    ("words", "effect", "told_of"),
    [
        ("a bus", "motor", "not known"),
        ("quantum wobble of the moon", "drone", "not known"),
        ("rain", "rain", ""),
        ("riser", "riser", ""),
    ],
)
def test_an_unknown_sound_is_made_as_the_nearest_with_a_word(words, effect, told_of):
    assert effects_of(words) == [effect]
    notes = effect_notes(words)
    assert any(told_of in note for note in notes) if told_of else notes == []


@pytest.mark.parametrize(
    ("prompt", "not_genre", "drums"),
    [
        ("music for a spa", "house", False),
        ("calm and peaceful", "house", False),
        ("a sad mood", "house", True),
        ("calm with soft drums", "house", True),
    ],
)
def test_no_genre_is_not_house_where_the_mood_is_another(prompt, not_genre, drums):
    plan = plan_of(prompt)
    assert plan.genre != not_genre
    assert (plan.drums is not None) is drums


@pytest.mark.parametrize("mode", MODES)
def test_a_take_in_any_mode_is_made(mode):
    take = make(brief_of(f"house loop, A {mode}, 1 bar, 128 bpm"), 3, lambda *_: None)
    assert take.key


#: Bits of prompts: what stands for each kind of word, and what trips a reader.
_BIT_WORDS = (
    "piano bagpipes kick 808 violín tabla strings lead+guitar hats synth vocals pad scratching "
    "calm slow chase sad house trap techno+132 drum+and+bass A+harmonic+minor C+melodic+minor "
    "H-Moll la+mineur Minor+D 5A D#+keyscale ninety+bpm BPM:+85 9999+bpm around+100 0+bpm "
    "Length:+8+seconds for+30s two+bars half+a+minute 900+bars 7/8 not+4/4 no+vocals "
    "ohne+Schlagzeug without no+piano instrumental drumless in+the+style+of+Daft+Punk type+beat "
    'by+The+Beatles [verse] {"a":1} x---x--- Format:+Solo _ AB_drumloop_174_Gm \x00 🎹 ピアノ ((( '
    "' C# loop track one+shot midi with and riff solo"
)
_BITS = _BIT_WORDS.split(" ")


@pytest.mark.slow
def test_no_crash_on_any_text():
    """Each prompt is read, settled and composed, or refused with a word of the program's own."""
    stream = random.Random(15)
    for seed in range(400):
        bits = [stream.choice(_BITS).replace("+", " ") for _ in range(stream.randint(1, 9))]
        prompt = stream.choice([" ", ", ", "_", " | "]).join(bits)
        try:
            brief = brief_of(prompt)
        except SidecrateError:
            continue
        if brief.kind in ("loop", "midi"):
            plan = compose(brief, seed)
            unmet(brief, plan, plan.parts)


def test_a_choir_in_place_of_a_singer_is_told():
    assert any("a choir voice plays the lead" in line for line in told("soul with female vocals"))


def test_percussion_that_is_named_plays_in_a_calm_style_too():
    rows = plan_of("peaceful techno, drum machine, claps, shaker, 122 bpm").drums.rows
    assert "shaker" in rows and {"clap", "snare"} & set(rows)


def test_a_general_name_beside_a_closer_one_is_the_same_instrument():
    plan = plan_of("country with guitars, a nylon guitar that picks")
    assert voices(plan)["chords"] == "nylon guitar"
    both = voices(plan_of("soul with piano and electric piano"))
    assert {"grand piano", "tine piano"} <= set(both.values())
    assert {"fingered bass", "picked bass"} & set(
        voices(plan_of("rock with guitar and bass guitar")).values()
    )


def test_somebody_who_is_described_plays_alone_in_a_description_of_a_song_too():
    plan = plan_of("A man is playing a slow tune on an oud with a darbuka. The song sounds old.")
    assert plan.bass is None and voices(plan).keys() <= {"chords", "lead"}
    assert "darbuka" in plan.drums.rows


def test_a_guitar_that_leads_alone_has_no_synthesizer_beside_it():
    plan = plan_of("only an electric guitar lead, fast and lively, without any accompaniment")
    assert set(voices(plan).values()) <= {"solo guitar", "distorted guitar", "clean guitar"}


@pytest.mark.parametrize(
    ("prompt", "is_set"),
    [("reggae, organ skank", True), ("ska guitar skank", True), ("pop, organ skank", False)],
)
def test_a_skank_sets_something_where_chords_are_struck_off_the_beat(prompt, is_set):
    assert any("skank" in line for line in told(prompt)) is not is_set


def test_figures_that_are_not_played_are_told():
    assert "set nothing here: 3 over 4" in told("house drums, 3 over 4")
    assert "set nothing here: capo 2" in told("house guitar, capo 2")


@pytest.mark.parametrize("prompt", ["like Daft Punk", "in the style of Soul Asylum, guitar"])
def test_a_genre_inside_a_name_chooses_no_style(prompt):
    assert plan_of(prompt).genre not in ("punk", "soul")


def test_of_two_beds_the_one_that_is_not_heard_is_told():
    said = told("lo-fi piano with vinyl crackle and rain")
    assert [line.split(" does not play")[0] for line in said if "does not play" in line] == [
        "vinyl crackle"
    ]
    for prompt in ("lo-fi piano with vinyl crackle", "lo-fi piano with rain", "piano, tape hiss"):
        assert not any("does not play" in line for line in told(prompt)), prompt
