"""Keys as other languages name them, alone in a field and inside a prompt."""

import pytest

from bridge.key_names import foreign_key, named_key
from bridge.request import FIELDS
from daemon.prompt.words import parse_words

NAMED = [
    ("h-Moll", "B minor"), ("H-Dur", "B major"), ("b-Moll", "Bb minor"), ("B-Dur", "Bb major"), ("Fis-Dur", "F# major"), ("cis-moll", "C# minor"),
    ("es-Moll", "Eb minor"), ("As-Dur", "Ab major"), ("Ges Dur", "Gb major"), ("la mineur", "A minor"), ("do dièse mineur", "C# minor"),
    ("si bémol majeur", "Bb major"), ("si bemol mayor", "Bb major"), ("fa sostenido menor", "F# minor"), ("mi bemolle maggiore", "Eb major"),
    ("ré mineur", "D minor"), ("ля минор", "A minor"), ("イ短調", "A minor"), ("嬰ハ短調", "C# minor"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "key"), NAMED)
def test_a_key_with_its_mode_is_read_in_fields_and_in_prompts(said, key):
    assert FIELDS["key"].check(said) == key
    assert parse_words(f"dusty piano chords, 93 bpm, {said}, 2 bars").key == key


@pytest.mark.parametrize(
    ("said", "key"),
    [("Fis", "F# major"), ("H", "B major"), ("Es", "Eb major"), ("La", "A major"), ("Sol#m", "G# minor"), ("Lam", "A minor"), ("Sib", "Bb major"),
     ("H minor", "B minor"), ("d-dorisch", "D dorian"), ("re dorien", "D dorian"), ("ｈ－Moll", "B minor")],
)  # fmt: skip
def test_a_field_is_a_key_and_nothing_else_so_its_mode_may_be_short_or_missing(said, key):
    assert FIELDS["key"].check(said) == key


@pytest.mark.parametrize("said", ["fis", "solo", "lamb", "H#", "X-Dur", "moll", "", "la la mineur"])
def test_what_names_no_key_is_none(said):
    assert foreign_key(said) is None


@pytest.mark.parametrize("said", ["Am", "F# minor", "Gb", "D dorian", "8A", "Bb", "B"])
def test_an_english_key_stays_as_it_was_written(said):
    assert FIELDS["key"].check(said) == said


@pytest.mark.parametrize(
    ("said", "key"), [*NAMED, ("Am", "A minor"), ("8A", "A minor"), ("Ddor", "D dorian")]
)
def test_a_key_is_read_in_any_language(said, key):
    assert str(named_key(said)) == key


def test_no_key_is_an_error_in_any_language():
    with pytest.raises(ValueError, match="is not a key"):
        named_key("moll")
