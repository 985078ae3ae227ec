"""Every engine answers for every kind of word, and what it does not do is told."""

import pytest

from bridge.request import Request, read_request
from bridge.session import Session, SessionView
from daemon.briefing.explain import explain
from daemon.children.inside import find_function
from daemon.engines.contract import EngineInfo
from daemon.engines.facets import ANSWERS, answer_of, facet_notes, facet_table
from daemon.engines.registry import Policy, engines
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.facets import FACETS
from daemon.prompt.settle import settle
from daemon.prompt.words import parse_words

EVERY = pytest.mark.parametrize("info", engines(), ids=lambda info: info.name)
#: A prompt that has each kind of word.
PROMPTS = {
    "kind": "a bass loop", "count": "three house loops", "tempo": "house at 120 bpm",
    "pace": "slow house", "key": "house in D minor", "note": "808 one-shot in F1",
    "chords": "piano Am F C G", "meter": "rock in 7/8", "bars": "house, 8 bars",
    "seconds": "house, 12 seconds", "swing": "house with swing", "genre": "techno",
    "mood": "dark house", "instruments": "house with piano", "only": "only a piano",
    "denials": "house without hats", "effect": "a riser", "singer": "house with a singer",
    "form": "house, intro 8 bars, drop 16",
    "sections": "[Intro] soft piano [Chorus] drums",
    "lyrics": "folk\n[Verse]\nwe walked along the river until the morning came",
    "artist": "in the style of Daft Punk", "drum tab": "BD|x---x---x---x---|",
    "tune": "melody C4 E4 G4 C5",
}  # fmt: skip


def brief_of(prompt, **fields):
    return settle(
        read_request({"prompt": prompt, **fields}.items()), SessionView(), PromptDefaults(), seed=3
    )


@EVERY
def test_every_engine_answers_for_every_facet(info):
    assert {answer_of(info, facet) for facet in FACETS} <= set(ANSWERS)
    assert set(info.honours) <= set(FACETS)
    with pytest.raises(KeyError):
        answer_of(info, "weather")


def test_the_embedded_musician_leaves_no_facet_to_a_default():
    embedded = next(info for info in engines() if info.name == "embedded")
    assert set(embedded.honours) == set(FACETS)


@pytest.mark.parametrize("facet", sorted(PROMPTS))
def test_the_reader_finds_each_kind_of_word(facet):
    assert facet in {one.facet for one in parse_words(PROMPTS[facet]).heard}


@EVERY
@pytest.mark.parametrize("facet", ["singer", "lyrics", "artist", "drum tab", "tune"])
def test_what_an_engine_does_not_do_is_told(info, facet):
    if answer_of(info, facet) != "said":
        return
    brief = brief_of(PROMPTS[facet], kind="loop", bars=1)
    lines = facet_notes(brief, [info])
    if facet in info.honours:
        # it says so itself, with the take
        take = find_function(info.maker)(brief, 3, lambda value, words: None)
        lines = [*lines, *take.said]
    assert any(
        FACETS[facet] in line or "not imitated" in line or "nobody sings" in line for line in lines
    )


def test_what_goes_to_an_engine_only_as_words_is_told_once():
    model = EngineInfo("model", "A model", "a.b:c", ("loop", "track"), "CC0-1.0")
    loop = brief_of("house in D minor at 120 bpm, no hats, Am F C G, 60% swing", bars=4)
    (line,) = facet_notes(loop, [model])
    # tempo and key of a loop are fitted
    assert "chords Am F C G" in line or "Am F C G" in line
    assert "no hats" in line and "swing" in line and "key" not in line and "tempo" not in line
    (line,) = facet_notes(brief_of("a house song in D minor at 120 bpm"), [model])
    assert line == (
        "model gets these as words only, and may not follow them: tempo 120.0, key D minor"
    )
    assert facet_notes(brief_of("a house song"), [model]) == []


def test_the_table_has_every_facet_and_engine():
    table = facet_table(engines())
    assert all(f"| {facet}: " in table for facet in FACETS)
    assert "`embedded`" in table and "like it" in table


def explained(prompt, **fields):
    request = Request(read_request({"prompt": prompt, **fields}.items()).values)
    return explain(request, Session(), PromptDefaults(), Policy(), 0.0)


def test_an_explanation_is_the_prompt_cut_into_what_each_word_did():
    found = explained("dusty techno at 132 bpm with frogs and a singer, by Daft Punk", bpm="100")
    assert "".join(part.text for part in found.parts) == found.prompt
    by_text = {part.text: part for part in found.parts}
    assert (by_text["techno"].state, by_text["techno"].facet) == ("set", "genre")
    assert by_text["at 132 bpm"].state == "overruled" and "100" in by_text["at 132 bpm"].why
    assert by_text["frogs"].state == "unused" and by_text["singer"].state == "unused"
    assert by_text["Daft Punk"].facet == "artist" and by_text[" with "].state == "plain"
    assert found.engine == "embedded"
    assert {one.name: one.source for one in found.settings}["bpm"] == "request"


def test_an_explanation_without_an_engine_says_why():
    found = explained("a cappella of a female singer")
    assert found.engine == "" and any("vocal" in line for line in found.said)
