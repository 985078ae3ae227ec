"""Whose word counts: a language model fills in only what its user, the words and the session have left open."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.request import Request, read_request
from bridge.session import Session
from daemon.brief import Brief
from daemon.briefing.brief_of import check_amended, make_brief
from daemon.engines.registry import Policy
from daemon.errors import EngineError
from daemon.improve.amend import again, amend, is_shown_first, proposal
from daemon.prompt.defaults import PromptDefaults

ANSWER = {
    "words": {"embedded": "dusty drums, upright bass"},
    "fields": {
        "bpm": 92.0, "key": "D minor", "meter": "3/4", "bars": 2, "genre": "boom bap", "mood": ["dusty"],
        "instruments": ["drums"], "energy": 0.5, "density": 0.4, "swing": 60.0, "negative": "vocals",
    },
    "said": [],
}  # fmt: skip
RESULT = {"answer": ANSWER, "model": "tiny-1", "cost_usd": 0.001, "how": "json_schema"}


class NoMaterial:
    def settle(self, brief: Brief) -> Brief:
        return brief


def brief_of(
    session: Session | None = None,
    defaults: PromptDefaults | None = None,
    policy: Policy | None = None,
    **fields: Any,
) -> tuple[Brief, Request]:
    request = read_request({"improve": "on", **fields}.items())
    return make_brief(
        request,
        session or Session(),
        defaults or PromptDefaults(),
        policy or Policy(),
        NoMaterial(),
    ), request  # type: ignore[arg-type]


def improved(brief: Brief, request: Request, result: dict[str, Any] = RESULT) -> Brief:
    return amend(
        brief, request, "improve", result, lambda tried: check_amended(tried, request, Policy())
    )


def test_what_nobody_said_is_filled_in() -> None:
    brief, request = brief_of(prompt="something nice")
    assert brief.steps_wanted() == ("improve",)
    made = improved(brief, request)
    assert (made.bpm, made.key_name, made.meter_name, made.bars) == (92, "D minor", "3/4", 2)
    assert (made.genre, made.instruments, made.mood, made.energy, made.swing) == (
        "boom bap",
        ("drums",),
        ("dusty",),
        0.5,
        60,
    )
    assert made.decided["bpm"].source == "language model" and made.decided["bpm"].overruled == (
        ("default", 120.0),
    )
    assert made.for_clip(0).words == "dusty drums, upright bass" and made.prompt == "something nice"
    assert made.steps_wanted() == () and Brief.from_json(made.to_json()) == made


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("bpm", 140, ("bpm", 140)), ("key", "Em", ("key_name", "Em")), ("key", "keep", ("key_name", None)),
        ("meter", "7/8", ("meter_name", "7/8")), ("bars", 8, ("bars", 8)), ("genre", "techno", ("genre", "techno")),
        ("mood", "happy", ("mood", ("happy",))), ("instruments", "piano", ("instruments", ("piano",))),
        ("energy", 0.9, ("energy", 0.9)), ("density", 0.1, ("density", 0.1)), ("swing", 70, ("swing", 70)),
        ("negative", "hats", ("negative", "hats")),
    ],
)  # fmt: skip
def test_the_users_own_field_wins(field: str, given: Any, kept: tuple[str, Any]) -> None:
    brief, request = brief_of(prompt="something nice", **{field: given})
    made = improved(brief, request)
    name, value = kept
    assert getattr(made, name) == value


def test_the_users_words_the_session_and_the_config_win() -> None:
    brief, request = brief_of(prompt="techno 131 bpm in F# minor, 8 bars, swing 55%, only hats")
    made = improved(brief, request)
    assert (made.bpm, made.key_name, made.bars, made.genre, made.swing) == (
        131,
        "F# minor",
        8,
        "techno",
        55,
    )
    assert made.instruments == brief.instruments
    session = Session()
    session.pin("bpm", 99.0)
    brief, request = brief_of(session, PromptDefaults(key="Gm", bars=6), prompt="something nice")
    made = improved(brief, request)
    assert (made.bpm, made.key_name, made.bars) == (99, "Gm", 6)


def test_a_length_that_no_engine_can_make_is_not_taken() -> None:
    brief, request = brief_of(prompt="something nice")
    long = {
        **RESULT,
        "answer": {**ANSWER, "fields": {"bpm": 40.0, "bars": 64, "meter": "15/8", "energy": 0.3}},
    }
    made = improved(brief, request, long)
    assert (made.bpm, made.bars, made.meter_name, made.energy) == (120, 4, "4/4", 0.3)
    assert "tempo and length are not used" in "\n".join(made.said)


def test_a_genre_brings_its_tempo() -> None:
    brief, request = brief_of(prompt="something nice")
    made = improved(
        brief, request, {**RESULT, "answer": {**ANSWER, "fields": {"genre": "drum and bass"}}}
    )
    assert made.genre == "drum and bass" and made.bpm is not None and made.bpm > 160


def test_a_oneshot_gets_no_tempo_and_a_fit_no_model() -> None:
    brief, request = brief_of(prompt="kick", kind="oneshot")
    made = improved(brief, request)
    assert (made.bpm, made.bars, made.key_name) == (None, None, brief.key_name)
    assert brief.amended(do="fit").steps_wanted() == ()


def test_failures_are_said_and_leave_the_rules() -> None:
    brief, request = brief_of(prompt="something nice")
    made = improved(brief, request, {"why": "the model refused: no", "cost_usd": 0.0})
    assert made.said[-1] == "the prompt is used as it was written: the model refused: no"
    assert made.amended(said=brief.said, improved={}) == brief and made.steps_wanted() == ()
    brief, request = brief_of(prompt="house", improve="off", compose="llm")
    assert brief.steps_wanted() == ("compose",)
    made = amend(
        brief, request, "compose", {"why": "it is no JSON", "cost_usd": 0.0}, lambda tried: None
    )
    assert made.compose == "rules" and "written by rules: it is no JSON" in made.said[-1]


def test_what_waits_for_a_yes() -> None:
    brief, request = brief_of(prompt="something nice", improve="ask")
    assert is_shown_first(brief, request.values)
    made = improved(brief, request)
    assert "dusty drums, upright bass" in proposal(made) and "bpm 92" in proposal(made)
    lyrics = brief.amended(improve="off", lyrics="auto")
    assert is_shown_first(lyrics, {}) and not is_shown_first(lyrics, {"improve": "on"})
    sung = amend(
        lyrics.amended(kind="vocal"),
        request,
        "lyrics",
        {"answer": {"lyrics": "la la\nla la", "said": []}, "model": "m"},
        None,
    )
    assert sung.lyrics in proposal(sung) and sung.seconds == 4.0


def test_again_takes_the_answers_that_were_given() -> None:
    brief, request = brief_of(prompt="something nice", compose="llm")
    made = again(brief, request, {"improved": {"improve": RESULT}}, lambda tried: None)
    assert made.bpm == 92 and made.steps_wanted() == ("compose",)
    assert again(brief, request, {}, lambda tried: None) == brief


def test_compose_is_for_the_embedded_engines_notes() -> None:
    brief, _ = brief_of(prompt="kick", kind="oneshot", improve="off", compose="llm")
    assert brief.compose == "rules" and "compose: llm is for" in brief.said[-1]


def test_other_machines_spend_nothing_on_words() -> None:
    policy = Policy(free_only=True, language_costs=True)
    brief, _ = brief_of(policy=policy, prompt="something nice")
    assert brief.steps_wanted() == () and "costs money" in brief.said[-1]
    with pytest.raises(EngineError):
        brief_of(policy=policy, prompt="a song", lyrics="auto")
    brief, _ = brief_of(policy=Policy(free_only=True), prompt="something nice")
    assert brief.steps_wanted() == ("improve",)
