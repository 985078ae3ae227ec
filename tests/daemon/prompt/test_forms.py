"""Prompts in the forms of other tools, tracks of the project, and sounds told in sentences."""

from itertools import pairwise

import pytest

from daemon.prompt.forms import written_out
from daemon.prompt.words import parse_words


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('{"genre": "house", "bpm": 124}', "genre: house, bpm: 124"),
        ('{"prompt": "warm pads", "seed": 7}', "warm pads"),
        ('{"style": {"mood": ["dark", "slow"]}, "title": "Rain"}', "mood: dark, slow"),
        ("Vocals: none | Genre: funk", "no vocals | Genre: funk"),
        ("Duration: 20, ambient", "Duration: 20 seconds, ambient"),
        ("{not json at all}", "{not json at all}"),
        ("a plain prompt", "a plain prompt"),
    ],
)
def test_forms_of_other_tools_become_plain_words(text, plain):
    assert written_out(text).strip() == plain


def test_a_json_object_is_read_as_its_words():
    words = parse_words('{"genre": "boom bap", "tempo_bpm": 88, "key": "D minor", "bars": 8}')
    assert (words.genre, words.key, words.bars) == ("boom bap", "D minor", 8)


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("lo-fi, piano. Negative prompt: drums, vocals", ("drums", "vocals")),
        ("Exclude: guitar. folk, warm", ("guitar",)),
        ("avoid: bells; ambient pads", ("bells",)),
    ],
)
def test_a_field_of_what_is_not_wanted_denies_its_list(text, without):
    words = parse_words(text)
    assert set(without) <= set(words.without) and not set(without) & set(words.instruments)


def test_lyrics_under_a_marker_ask_for_no_sound_but_for_a_singer():
    words = parse_words(
        "slow folk\n[Verse]\nthe old piano in the hall is out of tune again\n"
        "[Chorus]\nand all the drums and bells come home to me"
    )
    assert (words.genre, words.instruments, words.singer) == ("folk", (), "[Verse]")


def test_a_description_under_a_marker_is_no_lyric():
    words = parse_words("[Verse] piano and strings [Chorus] drums, bass and brass")
    assert {"piano", "strings", "drums"} <= set(words.instruments) and not words.singer


@pytest.mark.parametrize(
    ("text", "player"),
    [
        ("in the bass track, write a rolling line in E minor", "bass"),
        ("on the Chords track generate four bars", "chords"),
        ("add hats to my drums track, 128 bpm", "drums"),
    ],
)
def test_a_track_of_the_project_is_where_and_not_what(text, player):
    words = parse_words(text)
    assert (words.instruments, words.only) == ((player,), True) and words.kind != "track"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a snare with a bright crack and a short decay", "oneshot"),
        ("deep round kick, long tail, close-mic", "oneshot"),
        ("closed hats played tightly, 10-inch, very little ring", "oneshot"),
        ("one low piano note struck hard", "oneshot"),
        ("a warm organ chord with a long release", "oneshot"),
        ("a beat with a snappy snare and short decay", "loop"),
        ("kick and snare with short decay, 120 bpm", "loop"),
        ("a song with a punchy kick and long tail", "track"),
        ("bottles breaking on a stone floor", "sfx"),
        ("rain on a tin roof", "sfx"),
    ],
)
def test_one_sound_in_a_sentence_is_a_oneshot(text, kind):
    assert parse_words(text).kind == kind


def test_an_instrument_with_one_letter_wrong_is_heard():
    assert parse_words("slow violn, no drums").instruments == ("violin",)
    assert parse_words("recorded springs, strong stars").instruments == ()


def test_who_is_described_as_playing_plays_alone():
    words = parse_words("someone plays a slow tune on a flute over a harp")
    assert (set(words.instruments), words.only) == ({"flute", "harp"}, True)


def test_each_place_has_one_meaning_and_the_rest_is_known():
    words = parse_words("squelchy techno at 132 bpm in F# minor, no vocals, 140 bpm")
    at = {words.text[one.start : one.end].strip(): one for one in words.heard}
    assert at["techno"].facet == "genre" and at["in F# minor"].facet == "key"
    assert at["at 132 bpm"].used and not at["140 bpm"].used
    assert at["vocals"].facet == "denials"
    assert [words.text[start:end] for start, end in words.unread] == ["squelchy"]
    ends = [(one.start, one.end) for one in words.heard]
    assert all(a[1] <= b[0] for a, b in pairwise(ends))


@pytest.mark.parametrize(
    ("text", "players", "only"),
    [
        ("quiet guitar music for reading", {"guitar", "melody"}, True),
        ("Gitarrenmusik, langsam", {"guitar", "melody"}, True),
        ("a cello tune with harp accompaniment", {"cello", "harp"}, True),
        ("duet of flute and piano", {"flute", "piano"}, True),
        ("soul with an organ solo", {"organ"}, False),
        ("808 drum loop", {"drums"}, True),
        ("midi melody in F minor", {"melody"}, True),
        ("an organ solo over a trip hop beat", {"organ"}, False),
        ("someone is strumming a banjo", {"banjo"}, True),
    ],
)
def test_who_plays_is_read_from_what_is_said_of_them(text, players, only):
    words = parse_words(text)
    assert (set(words.instruments), words.only) == (players, only)


def test_a_number_at_the_end_of_a_loop_is_its_tempo():
    assert parse_words("shaker loop without kick 118").bpm == 118.0
    assert parse_words("snare 118").bpm is None
