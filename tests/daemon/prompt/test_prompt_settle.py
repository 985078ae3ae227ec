import json
import subprocess
import sys

import pytest

from bridge.request import NOTHING_ASKED, Request, read_request
from bridge.session import Session, SessionView
from daemon.brief import Brief
from daemon.errors import PromptError
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.settle import settle

NOBODY = SessionView()


def brief(session=NOBODY, defaults=None, do="make", **fields):
    return settle(
        read_request(fields.items()), session, defaults or PromptDefaults(), seed=7, do=do
    )


def live(**values):
    session = Session()
    session.hear("max:live-1", values, 0.0)
    return session


# --- who wins -------------------------------------------------------------------------------------------------------------


def test_tempo_follows_the_order_of_authority_step_by_step():
    """Each step away from the top, the next one's word counts, and all below it are told as overruled."""
    session = live(bpm=123)
    session.hear("midi_clock", {"bpm": 99}, 0.0)
    session.pin("bpm", 111)
    pinned = session.view(1.0)
    session.pin("bpm", 0)
    followed = session.view(1.0)
    config = PromptDefaults(bpm=101)
    told = [
        brief(pinned, config, prompt="techno 132 bpm", bpm=140),
        brief(pinned, config, prompt="techno 132 bpm"),
        brief(followed, config, prompt="techno 132 bpm"),
        brief(followed, config, prompt="techno"),
        brief(NOBODY, config, prompt="techno"),
        brief(NOBODY, prompt="techno"),
        brief(NOBODY, prompt="drums"),
    ]
    order = [
        ("request", 140),
        ("pin", 111),
        ("prompt", 132),
        ("max:live-1", 123),
        ("config", 101),
        ("genre", 132),
        ("default", 120),
    ]
    assert [(b.decided["bpm"].source, b.bpm) for b in told] == order
    assert told[0].decided["bpm"].overruled == (
        ("pin", 111), ("prompt", 132), ("max:live-1", 123), ("midi_clock", 99), ("config", 101),
    )  # fmt: skip
    assert told[5].decided["bpm"].overruled == told[6].decided["bpm"].overruled == ()


def test_key_and_meter_follow_the_same_order():
    session = live(key="Gm", meter="3/4")
    view = session.view(0.0)
    assert brief(view, prompt="house in Am 7/8", key="C", meter="5/4").decided["key"].overruled == (
        ("prompt", "Am"),
        ("max:live-1", "Gm"),
    )
    assert (
        brief(view, prompt="house in Am 7/8").key_name,
        brief(view, prompt="house in Am 7/8").meter_name,
    ) == ("Am", "7/8")
    assert (brief(view, prompt="house").key_name, brief(view, prompt="house").meter_name) == (
        "Gm",
        "3/4",
    )
    config = PromptDefaults(key="Dm", meter="6/8")
    assert (
        brief(NOBODY, config, prompt="house").key_name,
        brief(NOBODY, config, prompt="house").meter_name,
    ) == ("Dm", "6/8")
    nothing = brief(prompt="house")
    assert (nothing.key_name, nothing.meter_name, nothing.decided["key"].source) == (
        None,
        "4/4",
        "default",
    )
    assert brief(genre="waltz").decided["meter"].source == "genre"


def test_keep_leaves_the_key_open_even_against_the_session():
    b = brief(live(key="Gm").view(0.0), prompt="house", key="keep")
    assert b.key_name is None and b.decided["key"].overruled == (("max:live-1", "Gm"),)


def test_one_key_spelled_two_ways_is_no_conflict():
    view = live(key="Bb minor").view(0.0)
    assert brief(view, prompt="house", key="A#m").decided["key"].overruled == ()
    assert brief(view, prompt="house", key="A#m").key_name == "A#m"


def test_a_tonic_without_a_mode_takes_the_mode_of_a_song_that_is_on_it():
    told = brief(live(key="E dorian").view(0.0), prompt="house in E")
    assert told.key_name == "E dorian" and told.decided["key"].overruled == ()
    other = brief(live(key="Gm").view(0.0), prompt="house in E")
    assert other.key_name == "E" and other.decided["key"].overruled == (("max:live-1", "Gm"),)


def test_the_session_gives_rate_and_project():
    b = brief(live(sample_rate=48000, project="Night Drive").view(0.0), prompt="house")
    assert (b.sample_rate, b.project) == (48000, "Night Drive")
    assert brief(prompt="house").sample_rate == 44100


def test_what_the_session_could_not_use_is_said():
    assert any("999" in line for line in brief(live(bpm=999).view(0.0), prompt="house").said)


def test_a_clip_of_a_clocks_first_seconds_takes_the_last_tempo_that_settled_and_says_so():
    session = Session()
    session.hear("midi_clock", {"bpm": 127.5, "settling": True}, 0.0)
    made = brief(session.view(1.0), prompt="techno")
    assert made.bpm == 127.5
    note = "the tempo of the midi clock has not settled yet; its last one, 127.5 bpm, is used"
    assert note in made.said
    # who says a tempo hangs on no clock, and neither does a stroke
    assert not any("settled" in line for line in brief(session.view(1.0), prompt="x 90 bpm").said)
    stroke = brief(session.view(1.0), prompt="kick", kind="oneshot")
    assert not any("settled" in line for line in stroke.said)
    first = Session()
    first.hear("midi_clock", {"settling": True}, 0.0)
    made = brief(first.view(1.0), prompt="techno")
    assert f"the midi clock runs, but its tempo has not settled yet; {made.bpm:g} bpm is used" in (
        made.said
    )


def test_only_tracks_of_an_fl_session_are_float():
    fl = Session()
    fl.hear("fl", {"bpm": 128}, 0.0)
    view = fl.view(0.0)
    assert brief(view, prompt="full house track").subtype == "FLOAT"
    assert brief(view, prompt="house loop").subtype == "PCM_24"
    assert brief(live(bpm=120).view(0.0), prompt="full house track").subtype == "PCM_24"
    assert (
        brief(view, PromptDefaults(subtype="PCM_16"), prompt="full house track").subtype == "PCM_16"
    )


# --- kind and length ------------------------------------------------------------------------------------------------------


def test_a_loop_has_four_bars_unless_told_otherwise():
    assert brief(prompt="house").bars == 4
    assert brief(prompt="house", bars=8).bars == 8
    assert brief(prompt="house 2 bars").bars == 2
    assert brief(prompt="house", defaults=PromptDefaults(bars=16)).bars == 16
    assert brief(prompt="house 2 bars", bars=8).decided["bars"].value == 8


def test_seconds_of_a_loop_become_the_nearest_whole_bars_and_this_is_said():
    b = brief(prompt="house 120 bpm", seconds=7)
    assert (b.bars, b.seconds) == (4, None)
    assert any("7 seconds" in line and "4 whole bars (8 s)" in line for line in b.said)
    assert brief(prompt="house 120 bpm", seconds=0.3).bars == 1
    assert brief(prompt="house 120 bpm 4 bars", seconds=16).bars == 8, (
        "a field goes before the prompt's words"
    )


@pytest.mark.parametrize(
    ("fields", "kind", "bpm", "bars", "seconds"),
    [
        ({"prompt": "808 kick in G"}, "oneshot", None, None, None),
        ({"prompt": "kick", "seconds": 0.5}, "oneshot", None, None, 0.5),
        ({"prompt": "hi-hat", "bars": 2}, "loop", 120, 2, None),
        ({"prompt": "kick one-shot", "bars": 2}, "oneshot", None, None, None),
        ({"prompt": "snare", "kind": "loop"}, "loop", 120, 4, None),
        ({"prompt": "10 second riser"}, "sfx", None, None, 10),
        ({"prompt": "riser"}, "sfx", None, None, 8),
        ({"prompt": "riser 8 bars 120 bpm"}, "sfx", None, None, 16),
        ({"prompt": "full house track"}, "track", 124, None, 120),
        ({"prompt": "house", "kind": "track", "bars": 32, "bpm": 120}, "track", 120, 32, 64),
        (
            {"prompt": "soft voice", "lyrics": "we ride at dawn and we are never coming home"},
            "vocal",
            120,
            None,
            5,
        ),
        ({"prompt": "midi chords", "bars": 2}, "midi", 120, 2, None),
        ({"kind": "loop"}, "loop", 120, 4, None),
    ],
)
def test_every_kind_has_its_length(fields, kind, bpm, bars, seconds):
    b = brief(**fields)
    assert (b.kind, b.bpm, b.bars, b.seconds) == (kind, bpm, bars, seconds)


def test_bars_of_a_one_shot_are_not_used_and_this_is_said():
    assert any("2 bars are not used" in line for line in brief(prompt="kick one-shot", bars=2).said)
    assert any("1 bar is not used" in line for line in brief(prompt="kick one-shot", bars=1).said)


def test_a_fitted_file_keeps_what_nobody_named():
    b = brief(do="fit", reference="/a.wav", prompt="techno")
    assert (b.bpm, b.bars, b.decided["bpm"].source, b.strict) == (None, None, "default", False)
    b = brief(live(bpm=123).view(0.0), do="fit", reference="/a.wav", bars=2)
    assert (b.bpm, b.bars) == (123, 2)
    assert brief(do="fit", reference="/a.wav", defaults=PromptDefaults(bpm=100)).bpm == 100


# --- sound ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "note", "pitch_class"),
    [
        ({"prompt": "808 kick in G"}, None, 7),
        ({"prompt": "kick", "note": "F#"}, None, 6),
        ({"prompt": "kick", "note": 43}, 43, 7),
        ({"prompt": "pluck C3"}, 60, 0),
        ({"prompt": "808 in F", "note": "G1"}, 43 - 12 + 12, 7),
        ({"prompt": "synth stab in Am"}, None, 9),
        ({"prompt": "snare"}, None, None),
        ({"prompt": "house loop", "note": "G"}, None, None),
    ],
)
def test_the_note_of_a_one_shot(fields, note, pitch_class):
    b = brief(**fields)
    assert (b.note, b.pitch_class) == (note, pitch_class)


def test_what_c3_is_depends_on_the_daw():
    notes = {
        names: brief(prompt="pluck C3", defaults=PromptDefaults(note_names=names)).note
        for names in ("live", "fl", "scientific")
    }
    assert notes == {"live": 60, "fl": 36, "scientific": 48}


def test_fields_go_before_words():
    b = brief(
        prompt="dark techno with piano, no vocals",
        genre="dnb",
        mood="happy",
        instruments="Rhodes, drums",
        negative="noise",
        energy=0.1,
    )
    assert (b.genre, b.mood, b.instruments, b.only) == (
        "drum and bass",
        ("happy",),
        ("electric piano", "drums"),
        True,
    )
    assert (b.negative, b.energy) == ("noise, vocals", 0.1)
    assert brief(prompt="x", mood="aggressive").energy == 0.9
    assert brief(prompt="x", genre="Zydeco").genre == "Zydeco"
    assert (
        brief(prompt="boom bap drums").swing == 58
        and brief(prompt="boom bap drums", swing=62).swing == 62
    )


def test_fast_and_slow_choose_inside_the_genre_and_never_against_a_tempo():
    assert (
        brief(prompt="slow techno").bpm
        < brief(prompt="techno").bpm
        < brief(prompt="fast techno").bpm
    )
    assert brief(prompt="fast techno 128 bpm").bpm == 128


def test_the_words_hold_no_second_tempo():
    b = brief(prompt="techno 132 bpm in Am", bpm=140)
    assert (b.bpm, b.words, b.prompt) == (140, "techno", "techno 132 bpm in Am")
    assert brief(prompt="128 bpm Am").words == "loop"


def test_everything_else_is_handed_on():
    fields = {"count": 3, "seed": 42, "engine": "a,b", "stems": "on", "midi": "off", "grid": "tight", "level": -12, "choice": 2,
              "quality": "preview", "tags": "x, y", "target": "slot", "id": "a1", "then": "audition", "compose": "llm"}  # fmt: skip
    b = brief(prompt="house", **fields)
    assert (b.count, b.seed, b.engines, b.stems, b.midi, b.grid, b.level) == (
        3,
        42,
        ("a", "b"),
        True,
        False,
        "tight",
        -12,
    )
    assert (b.choice, b.quality, b.tags, b.target, b.id, b.then, b.compose) == (
        2,
        "preview",
        ("x", "y"),
        "slot",
        "a1",
        "audition",
        "llm",
    )
    plain = brief(prompt="house", defaults=PromptDefaults(stems=True, midi=False))
    assert (plain.seed, plain.engines, plain.stems, plain.midi) == (7, ("auto",), True, False)


def test_a_brief_is_json_and_comes_back_the_same():
    b = brief(
        live(bpm=999, key="Am").view(0.0),
        prompt="techno 132, 140 bpm, kick and hats only, 7 seconds",
        tags="a,b",
    )
    assert Brief.from_json(json.loads(json.dumps(b.to_json()))) == b


@pytest.mark.parametrize(
    ("fields", "do", "what"),
    [
        ({}, "make", "nothing is asked"),
        ({"bpm": 120}, "make", "nothing is asked"),
        ({"prompt": "x"}, "fit", "no file to fit"),
        ({"reference": "/a.wav", "reference_start": 5, "reference_end": 2}, "make", "reference_end: 2 s is not after"),
        ({"prompt": "x", "bars": 64, "meter": "15/4", "bpm": 40}, "make", "last 1440 s"),
        ({"prompt": "kick one-shot", "note": "G#9"}, "make", "outside MIDI notes"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_line(fields, do, what):
    with pytest.raises(PromptError, match=what) as caught:
        settle(Request({**fields}), NOBODY, PromptDefaults(), seed=1, do=do)
    assert "\n" not in caught.value.text


def test_settling_loads_nothing_heavy():
    heavy = "numpy", "scipy", "librosa", "pydantic", "yaml"
    code = f"import sys, daemon.prompt.settle, bridge.inbox.prompt_file; print([m for m in {heavy} if m in sys.modules])"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )


@pytest.mark.parametrize(
    ("fields", "kind"), [({}, "sfx"), ({"bars": 1}, "loop"), ({"bpm": 120}, "loop")]
)
def test_a_thing_with_bars_or_a_tempo_is_music_of_it(fields, kind):
    request = Request({"prompt": "door slam", **fields})
    assert settle(request, NOBODY, PromptDefaults(), seed=1).kind == kind


def test_a_request_without_words_is_told_what_every_door_says():
    with pytest.raises(PromptError) as refused:
        settle(Request({}), NOBODY, PromptDefaults(), seed=1)
    assert refused.value.text == NOTHING_ASKED
