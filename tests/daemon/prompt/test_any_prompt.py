"""Any text is read: prompts of a grammar, and text that is no prompt at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import SidecrateError
from bridge.request import read_request
from bridge.session import SessionView
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.settle import settle
from daemon.prompt.words import parse_words
from tests.helpers.prompt_grammar import Grammar

#: Prompts of the quick run; `python -m benchmarks prompts` reads 20,000.
FEW = 300


def checked(prompt):
    words = parse_words(prompt)
    ends = [0]
    for one in words.heard:
        assert ends[-1] <= one.start < one.end <= len(words.text)
        ends.append(one.end)
    return words


@pytest.mark.parametrize("seed", range(3))
def test_prompts_of_a_grammar_are_read(seed):
    grammar = Grammar(seed)
    for _ in range(FEW // 3):
        prompt = grammar.prompt()
        checked(prompt)
        try:
            settle(read_request([("prompt", prompt)]), SessionView(), PromptDefaults(), seed=1)
        except SidecrateError as error:
            assert len(error.text.split()) > 3


@pytest.mark.slow
@given(st.text(min_size=1, max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_at_all_is_read(text):
    checked(text)


@given(
    st.text(
        alphabet="ABCDEFGabcdefgxXoOz|:-.,'\"/[]()<>^_=#0123456789 \n{}KMLQ",
        min_size=1,
        max_size=200,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_marks_of_written_music_are_read(text):
    checked("X:1\nK:C\n" + text)
    checked(text)
