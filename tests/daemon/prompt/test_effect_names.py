"""Effects by name: seven languages, the longest name first, lengths, and what is an effect at all."""

import pytest

from daemon.prompt.effect_names import EFFECTS
from daemon.prompt.effects_named import find_effects, find_living, plain, usual_seconds
from daemon.prompt.words import parse_words


def named(text):
    return [one.effect for one in find_effects(text)]


def test_every_name_of_every_effect_finds_it_or_a_longer_name_of_another():
    seen = {}
    for effect, row in EFFECTS.items():
        assert row.low_s <= row.usual_s <= row.high_s
        for name in (one.strip() for one in row.names.split(",")):
            text = name.replace("*", "")
            found = named(text)
            assert found, name
            assert effect in found or name in seen, (effect, name, found)
            seen[name] = effect
    assert len(EFFECTS) >= 40


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        ("glass breaking on stone", ["glass"]),
        ("Glas zerbricht", ["glass"]),
        ("vidrio roto", ["glass"]),
        ("verre brise", ["glass"]),
        ("ガラスが割れる", ["glass"]),
        ("fire alarm", ["alarm"]),
        ("rain and thunder", ["rain", "thunder"]),
        ("police car siren in the rain", ["siren", "rain"]),
        ("spaceship door", ["sliding door"]),
        ("bruits de pas dans la neige", ["footsteps"]),
        ("LASER-GUN", ["laser"]),
        ("a trombone", []),
        ("", []),
    ],
)
def test_the_longest_name_counts(text, effects):
    assert named(text) == effects


@pytest.mark.parametrize(
    "prompt",
    [
        "glass breaking", "rain on a window", "spaceship door", "church bell", "UI click",
        "the sound of footsteps on gravel", "Feuer", "olas", "雷", "coin", "car horn", "tape stop",
    ],
)  # fmt: skip
def test_a_thing_alone_is_an_effect(prompt):
    assert parse_words(prompt).kind == "sfx"


@pytest.mark.parametrize(
    "prompt",
    [
        "drum machine", "glass marimba", "fire beat", "techno with rain", "water drum loop",
        "snare crack", "trap with glass bells", "metal guitar", "wind chimes",
        "sword, 140 bpm", "clock in A minor",
    ],
)  # fmt: skip
def test_a_thing_beside_music_is_none(prompt):
    assert parse_words(prompt).kind != "sfx"


def test_an_effect_has_the_length_of_its_kind():
    assert usual_seconds("UI click") < 0.5 < 5 < usual_seconds("sea waves")
    assert usual_seconds("short riser") < usual_seconds("riser") < usual_seconds("long riser")
    assert usual_seconds("a long riser") <= EFFECTS["riser"].high_s
    assert usual_seconds("quantum wobble") is None


def test_voices_of_animals_and_people_are_known_as_such():
    assert find_living("a man laughing") == "laughing"
    assert find_living("Lachen") and find_living("rires, risa") and find_living("笑い声")
    assert not find_living("a door") and not find_living("a dog barking")
    assert [one.effect for one in find_effects("Hund, gato, 馬")] == ["dog", "cat", "horse"]


def test_plain_keeps_letters_of_other_scripts():
    assert plain("Tür Éclair") == "tur eclair"
    assert plain("雷") == "雷"
