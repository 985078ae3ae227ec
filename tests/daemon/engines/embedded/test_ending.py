"""A track is as long as was asked for, its ringing end included, in every meter and tempo."""

import pytest

from bridge.music import bar_seconds
from bridge.request import read_request
from bridge.session import SessionView
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.ending import fade_from_s, natural_ring_s, total_s
from daemon.engines.embedded.forms import asked
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.settle import settle
from daemon.prompt.words import parse_words


def brief_of(prompt: str, **fields: object):
    request = read_request({"prompt": prompt, "kind": "track", **fields}.items())
    return settle(request, SessionView(), PromptDefaults(), seed=5)


@pytest.mark.parametrize("meter", ["4/4", "3/4", "7/8", "15/8"])
@pytest.mark.parametrize("bpm", [44, 90, 174, 299.5])
@pytest.mark.parametrize("seconds", [8, 31, 180, 599])
def test_a_length_in_seconds_is_kept_with_its_ringing_end(meter, bpm, seconds):
    brief = brief_of("dub techno", meter=meter, bpm=bpm, seconds=seconds)
    plan = compose(brief, 5)
    music_s = plan.bars * bar_seconds(plan.meter_, plan.bpm)
    assert total_s(brief, plan) == seconds
    assert sum(section.bars for section in plan.sections) == plan.bars
    if seconds >= 31:
        # the music itself fills the length, but for an end that rings
        half_bar_s = bar_seconds(plan.meter_, plan.bpm) / 2
        assert 0.25 <= seconds - music_s <= natural_ring_s(plan) + 2 * half_bar_s
    assert fade_from_s(brief, plan) < seconds


def test_a_tail_and_the_end_that_rings_ask_for_more():
    plan = compose(brief_of("house 120 bpm", seconds=60), 5)
    longer = brief_of("house 120 bpm", seconds=60, tail=4)
    assert total_s(longer, compose(longer, 5)) == 64
    rings = brief_of("house 120 bpm", seconds=60, until="the end rings")
    whole = compose(rings, 5)
    assert whole.bars == 30 > plan.bars
    assert total_s(rings, whole) == pytest.approx(60 + natural_ring_s(whole))


@pytest.mark.parametrize(
    ("prompt", "form"),
    [
        ("house, intro 8 bars, verse 16, drop 16", (("intro", 8), ("verse", 16), ("drop", 16))),
        ("techno 8 bar intro then 16 bar drop", (("intro", 8), ("drop", 16))),
        ("[Intro 4] [Chorus 8] [Outro 4] pop", (("intro", 4), ("hook", 8), ("outro", 4))),
        ("trap beat with an 8 bar intro", ()),
        ("the drop 128 bpm, break 8 bars", ()),
        ("intro 8, drop 99", ()),
    ],
)
def test_a_form_is_read_from_words(prompt, form):
    assert parse_words(prompt).sections == form


def test_a_form_is_played_by_name_and_bars_and_makes_a_track():
    request = read_request({"prompt": "house, intro 8 bars, drop 12, outro 4"}.items())
    brief = settle(request, SessionView(), PromptDefaults(), seed=5)
    assert (brief.kind, brief.bars) == ("track", 24)
    plan = compose(brief, 5)
    lengths: dict[str, int] = {}
    for section in plan.sections:
        lengths[section.name] = lengths.get(section.name, 0) + section.bars
    assert lengths == {"intro": 8, "drop": 12, "outro": 4}
    assert "drums" in next(one for one in plan.sections if one.name == "drop").parts


def test_a_section_of_no_form_is_played_after_another_and_the_last_leads_nowhere():
    found = asked([("solo", 8), ("build", 4)], "dance", {"drums", "chords", "lead"})
    assert [one.name for one in found] == ["solo", "build"]
    assert found[0].parts and found[-1].exit == ""
