"""What names of channels, patterns and projects mean."""

import pytest

from bridge.fl.names import first_prompt, key_in, prompt_in

DEFAULTS = [
    "Sampler", "Pattern 3", "Kick", "808 Kick", "Insert 1", "FLEX", "Audio Clip", "Layer", "dusty drums", " > late", "", "Am", "->x",
]  # fmt: skip


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_default_name_is_never_a_prompt(name):
    assert prompt_in(name) == "" and first_prompt([name]) == {}


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        (">dusty drums", {"prompt": "dusty drums"}),
        (">  dusty   drums [Am]", {"prompt": "dusty drums", "key": "Am"}),
        (">> deep [F# minor] bass", {"prompt": "deep bass", "key": "F# minor"}),
        ("> bass [8A]", {"prompt": "bass", "key": "8A"}),
        ("> drums [take 2]", {"prompt": "drums [take 2]"}),
        (">", {}),
        ("> [Am]", {}),
    ],
)
def test_prompt_and_key_of_a_name(name, fields):
    assert first_prompt(["Sampler", name]) == fields


def test_the_first_key_counts_and_other_brackets_are_none():
    assert key_in("Pattern 1", "Lead [old] [C minor]", "song [Am]") == "C minor"
    assert key_in("a [2] c [verse]", "[ Gb ]") == "Gb"
    assert key_in("a [1] c [verse]", "[]", "[[") == ""
