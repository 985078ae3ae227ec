"""Figures in other clothes: tempos, lengths and keys in words, in tags, in names and in other languages."""

import pytest

from bridge.music import Key
from daemon.prompt.pack_names import is_pack_name, readable
from daemon.prompt.spoken_numbers import number_of
from daemon.prompt.words import parse_words


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("funk, Beats Per Minute of 104", {"bpm": 104}),
        ("funk groove around 104", {"bpm": 104}),
        ("speed metal 280BPM", {"bpm": 280}),
        ("ninety bpm drums", {"bpm": 90}),
        ("techno at one hundred and thirty bpm", {"bpm": 130}),
        ("trap, one forty bpm", {"bpm": 140}),
        ("Drum loop. BPM: 92. Length: 12 seconds", {"bpm": 92, "seconds": 12, "bars": None}),
        ("drum loop, length: 8", {"bars": 8}),
        ("rain on a tin roof for 30s", {"seconds": 30}),
        ("30s swing jazz", {"seconds": None}),
        ("half a minute of wind", {"seconds": 30}),
        ("a second drum and a third", {"seconds": None}),
        ("two bars of funk", {"bars": 2}),
        ("acht Takte Electro", {"bars": 8}),
        ("2 compases de cumbia", {"bars": 2}),
        ("quatro compassos de samba", {"bars": 4}),
        ("deux mesures de disco", {"bars": 2}),
        ("double bass and brushes, swing 160", {"bpm": 160}),
        ("double bass and brushes, swing 62", {"bpm": None, "swing": 62}),
        ("zwanzig Sekunden Regen", {"seconds": 20}),
        ("treinta segundos de viento", {"seconds": 30}),
        ("lead, D# keyscale", {"key": "D#"}),
        ("bass loop, G# min keyscale", {"key": "G# minor"}),
        ("strings, Minor D", {"key": "D minor"}),
        ("pads in the key of C sharp minor", {"key": "C# minor"}),
        ("deep house 5A", {"key": "5A"}),
        ("Klavier in h-Moll", {"key": "B minor"}),
        ("Fis-Dur Akkorde", {"key": "F# major"}),
        ("Streicher, Es-Dur", {"key": "Eb major"}),
        ("piano en la mineur", {"key": "A minor"}),
        ("piano en si bémol majeur", {"key": "Bb major"}),
        ("tango en sol menor", {"key": "G minor"}),
        ("гитара в ля миноре", {"key": "A minor"}),
        ("ピアノ 嬰ヘ短調", {"key": "F# minor"}),
        ("lead loop in A harmonic minor", {"key": "A harmonic minor"}),
        ("house, not 4/4", {"meter": None}),
    ],
)
def test_a_figure_is_read_whatever_it_wears(prompt, said):
    words = parse_words(prompt)
    assert {name: getattr(words, name) for name in said} == said
    if words.key:
        Key.parse(words.key)


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("QX_DrumLoop_172_Top", {"bpm": 172, "kind": "loop", "instruments": ("drums",)}),
        ("Lp-124_Gm", {"bpm": 124, "key": "Gm"}),
        ("QX_Keys_095BPM_Fmin", {"bpm": 95, "key": "F minor", "only": True}),
        ("Brand - 808 (C#)", {"kind": "oneshot", "note": "C#"}),
        ("Brand - Night (808)", {"kind": "oneshot", "instruments": ("808",)}),
        ("QX_Bass_F#_Long_02", {"kind": "oneshot", "note": "F#"}),
        ("DNB SNARE 2", {"kind": "oneshot", "bpm": None}),
        ("QX_SoulfulHouse_122BPM_01", {"bpm": 122, "genre": "house"}),
    ],
)
def test_the_name_of_a_sample_says_what_it_holds(prompt, said):
    words = parse_words(prompt)
    assert {name: getattr(words, name) for name in said} == said


@pytest.mark.parametrize("prompt", ["techno 132", "lo-fi beat", "a kick_drum in my old mix please"])
def test_a_sentence_is_no_samples_name(prompt):
    assert not is_pack_name(prompt)
    assert readable(prompt) == prompt


@pytest.mark.parametrize(
    ("words", "value"),
    [("ninety", 90), ("one hundred and twenty", 120), ("one forty", 140), ("eighty-five", 85)],
)
def test_numbers_in_words(words, value):
    assert number_of(words) == value


@pytest.mark.parametrize(
    ("prompt", "slowest", "fastest"),
    [
        ("slow strings", 50, 80),
        ("music for a spa", 50, 90),
        ("lullaby on a piano", 50, 90),
        ("a car chase", 140, 170),
        ("strings", 120, 120),
    ],
)
def test_a_mood_sets_a_tempo_where_no_genre_does(prompt, slowest, fastest):
    from bridge.request import Request
    from bridge.session import SessionView
    from daemon.prompt.defaults import PromptDefaults
    from daemon.prompt.settle import settle

    brief = settle(Request({"prompt": prompt}), SessionView(), PromptDefaults(), seed=1)
    assert slowest <= brief.bpm <= fastest
