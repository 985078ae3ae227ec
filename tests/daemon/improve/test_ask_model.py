"""The true client against a server that misbehaves: an answer, or the reason why there is none; what it cost; the key nowhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from daemon.brief import Brief
from daemon.engines.embedded.plan import read_plan
from daemon.engines.embedded.score import Score
from daemon.home.addresses import is_near, may_be_asked, may_have_secret
from daemon.improve.child import ask_model
from daemon.improve.server import estimate_usd
from daemon.settings.language_service import find_url, price_usd
from daemon.settings.meaning import improve_server
from daemon.settings.schema import Config
from tests.helpers.openai_server import KEY, PLAN, OpenAiServer

PRICE = (2.5, 10.0)
COST_USD = (2.5 * 1000 + 10 * 200) / 1e6


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAiServer]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server = OpenAiServer()
    yield server
    server.close()


def ask(
    server: OpenAiServer, step: str = "improve", brief: Brief | None = None, timeout_s: float = 5.0
) -> dict[str, Any]:
    brief = brief or Brief(
        "dusty boom bap", "dusty boom bap", engines=("embedded", "musicgen-looper")
    )
    where = {"base_url": server.url, "model": "tiny", "price": PRICE, "timeout_s": timeout_s}
    said = ask_model(
        {"step": step, "brief": brief.to_json(), "request": {}, "server": where}, lambda *_: None
    )
    assert KEY not in json.dumps(said)
    return said


@pytest.mark.parametrize("knows", ["json_schema", "json_object", "text"])
def test_a_prompt_for_each_engine_whatever_the_server_knows_of_structured_output(
    server: OpenAiServer, knows: str
) -> None:
    server.knows = knows
    said = ask(server)
    words = said["answer"]["words"]
    assert set(words) == {"embedded", "musicgen-looper"}
    assert all(
        "bpm" not in text and "minor" not in text and "vinyl crackle" in text
        for text in words.values()
    )
    assert said["answer"]["fields"]["bpm"] == 92 and said["answer"]["fields"]["instruments"] == [
        "drums",
        "bass",
    ]
    assert (said["how"], said["model"], said["cost_usd"]) == (
        knows,
        "tiny-1",
        pytest.approx(COST_USD),
    )
    assert server.calls == {"json_schema": 1, "json_object": 2, "text": 3}[knows]


def test_fields_out_of_range_are_left_out_and_named(server: OpenAiServer) -> None:
    server.answers["prompt"] = {
        "prompt": "warm pads",
        "bpm": 999,
        "key": "H sharp",
        "bars": "four",
        "energy": 0.4,
        "mood": 7,
    }
    answer = ask(server)["answer"]
    assert answer["words"] == {"embedded": "warm pads", "musicgen-looper": "warm pads"}
    assert answer["fields"].keys() <= {"energy", "mood"}
    assert len(answer["said"]) >= 3 and "bpm" in answer["said"][0]


SPENT = {
    "error": {"message": "You exceeded your current quota", "code": "project_spend_limit_exceeded"}
}


@pytest.mark.parametrize(
    ("plan", "words", "cost_usd", "calls"),
    [
        (401, "does not accept OPENAI_API_KEY", 0.0, 1),
        (404, "does not know model 'tiny'", 0.0, 1),
        ((429, SPENT), "no money left", 0.0, 1),
        (500, "HTTP 500", None, 1),
        (400, "HTTP 400", 0.0, 1),
        ("drop", "broke off", None, 1),
        ("hang", "did not answer within", None, 1),
        ("drip", "did not answer within", None, 1),
        ("garbage", "no JSON object", None, 1),
        ("bomb", "more than 2 MB", None, 1),
        (307, "HTTP 307", 0.0, 1),
        (408, "HTTP 408", 0.0, 1),
        (409, "HTTP 409", 0.0, 1),
        (502, "HTTP 502", None, 1),
        ("empty", "without a message", None, 1),
        ("length", "cut off", COST_USD, 1),
        ("filter", "filter", COST_USD, 1),
        (("refuse", "I cannot help with that"), "refused: I cannot", COST_USD, 1),
        (("say", "no JSON here"), "no JSON object", COST_USD, 1),
        (("say", "[1, 2]"), "no JSON object", COST_USD, 1),
        (("say", "{}"), "gave no prompt", COST_USD, 1),
        (("say", "[" * 50_000 + "{" + "}"), "", COST_USD, 1),
        (("say", '{"prompts": {"embedded": 5, "musicgen-looper": {"a": []}}}'), "gave no prompt", COST_USD, 1),
    ],
)  # fmt: skip
def test_no_answer_has_a_reason_and_a_price(
    server: OpenAiServer, plan: Any, words: str, cost_usd: float | None, calls: int
) -> None:
    server.plans.append(plan)
    said = ask(server, timeout_s=0.6 if plan in ("hang", "drip") else 5.0)
    assert words in said["why"]
    assert said["cost_usd"] == (None if cost_usd is None else pytest.approx(cost_usd))
    assert server.calls == calls


def test_a_busy_server_is_asked_again_and_not_for_ever(server: OpenAiServer) -> None:
    server.plans.extend([429, 429])
    assert "answer" in ask(server)
    server.plans.extend([429] * 5)
    assert "too busy" in ask(server)["why"]
    assert server.calls == 3 + 3
    server.plans.append(429)
    server.retry_after = "3600"
    assert "too busy" in ask(server)["why"]


def test_the_wrong_key_and_none(server: OpenAiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.needs_key = True
    assert "answer" in ask(server)
    monkeypatch.setenv("OPENAI_API_KEY", KEY + "x")
    said = ask(server)
    assert "does not accept" in said["why"] and KEY not in said["why"]
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.setattr("daemon.improve.child.find_secret", lambda name: None)
    far = {"base_url": "https://api.example.com/v1", "model": "m", "price": PRICE, "timeout_s": 5.0}
    task = {"step": "improve", "brief": Brief("x", "x").to_json(), "request": {}, "server": far}
    assert "sidecrate secret set OPENAI_API_KEY" in ask_model(task, lambda *_: None)["why"]


def test_a_key_of_strange_letters_is_not_sent(
    server: OpenAiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-caf\u00e9-0815")
    said = ask(server)
    assert "no key has" in said["why"] and "caf" not in said["why"] and server.calls == 0


def test_a_request_that_did_not_leave_costs_nothing(
    server: OpenAiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = OpenAiServer()
    gone.close()
    said = ask(gone)
    assert "cannot be reached" in said["why"] and said["cost_usd"] == 0.0

    class Encrypted:
        url = server.url.replace("http:", "https:")

    said = ask(Encrypted())  # type: ignore[arg-type]
    assert "cannot be reached" in said["why"] and said["cost_usd"] == 0.0
    # what a proxy is asked is not yet the request
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, server.url.removesuffix("/v1"))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)

    class Far:
        url = "https://api.example.com/v1"

    said = ask(Far())  # type: ignore[arg-type]
    assert "cannot be reached (ProxyError)" in said["why"] and said["cost_usd"] == 0.0
    assert (server.asked_for_a_way, server.calls) == (1, 0)
    # and nothing for this machine goes by way of one
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert "answer" in ask(server)


def test_what_a_server_is_not_told(server: OpenAiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "OPENAI_CUSTOM_HEADERS", "Authorization: Bearer other\nX-Gate: opened-by-this"
    )
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin-secret")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-ours")
    assert "answer" in ask(server)
    head = server.heads[-1]
    assert head["authorization"] == f"Bearer {KEY}" and head["user-agent"] == "sidecrate"
    assert (head["openai-organization"], head["x-gate"]) == ("org-ours", "opened-by-this")
    assert not [name for name in head if name.startswith("x-stainless")]
    # no key: no other credential of the environment in its place
    monkeypatch.setattr("daemon.improve.child.find_secret", lambda name: None)
    assert "answer" in ask(server)
    assert "authorization" not in server.heads[-1]
    # in the clear over a network: neither the key nor what may hold another
    monkeypatch.undo()
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Gate: opened-by-this")
    monkeypatch.setattr("daemon.improve.chat.may_have_secret", lambda url: False)
    monkeypatch.setattr("daemon.improve.wire.may_have_secret", lambda url: False)
    assert "answer" in ask(server)
    assert not {"authorization", "x-gate"} & server.heads[-1].keys()


def test_json_by_another_name_is_read(server: OpenAiServer) -> None:
    server.content_type = "text/plain"
    assert "answer" in ask(server)


def test_a_model_at_replicate_is_asked_without_openais_client(server: OpenAiServer) -> None:
    where = {"speaks": "replicate", "base_url": server.url[:-3], "model": "openai/gpt-4o"}
    task = {"step": "improve", "brief": Brief("dusty", "dusty").to_json(), "request": {}}
    task["server"] = {**where, "price": PRICE, "timeout_s": 5.0}
    code = (
        "import json, sys; from daemon.improve.child import ask_model\n"
        f"said = ask_model(json.loads({json.dumps(task)!r}), lambda *_: None)\n"
        "print('answer' in said, *[one for one in ('openai', 'httpx2') if one in sys.modules])"
    )
    with_token = {**os.environ, "REPLICATE_API_TOKEN": KEY}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=with_token
    )
    assert done.stdout.strip() == "True"


def test_lyrics_fit_what_the_engine_takes(server: OpenAiServer) -> None:
    brief = Brief(
        "a song about vinyl",
        "a song about vinyl",
        kind="vocal",
        engines=("music-1.5",),
        lyrics="auto",
    )
    assert ask(server, "lyrics", brief)["answer"]["lyrics"].startswith("[verse]\nThe needle")
    server.answers["lyrics"] = {
        "lyrics": "\n".join(f"line {n} of a song that never ends" for n in range(60))
    }
    answer = ask(server, "lyrics", brief)["answer"]
    assert (
        500 < len(answer["lyrics"]) <= 600
        and answer["lyrics"].endswith("never ends")
        and answer["said"]
    )
    server.answers["lyrics"] = {"lyrics": "la"}
    assert "no words that can be sung" in ask(server, "lyrics", brief)["why"]


def test_a_plan_is_held_to_what_was_asked(server: OpenAiServer) -> None:
    brief = Brief(
        "house groove", "house groove", bpm=124.0, key_name="C minor", bars=2, genre="house"
    )
    plan = read_plan(ask(server, "compose", brief)["answer"]["plan"])
    assert (plan.bpm, plan.key, plan.bars, plan.meter) == (124.0, "C minor", 2, "4/4")
    assert (
        plan.parts == ("drums", "bass", "lead")
        and sum(section.bars for section in plan.sections) == 2
    )
    assert all(
        note.start < Score(plan).ticks for part in plan.parts for note in Score(plan).part(part)
    )


def test_a_plan_that_is_wrong_in_its_music_is_mended_with_reasons(server: OpenAiServer) -> None:
    server.answers["plan"] = {
        **PLAN,
        "chords_of": ["F#m", "i7", "Zq"],
        "bass": {"rows": ["x...x...!!.....x..x..x"], "sound": {"voice": "saw bass", "octave": 5}},
        "lead": {
            "bars": {"A": [[0, 0, 64], [0, 4, 4], [2, 99, 4], [40, 1, 1], "x"]},
            "form": ["A"],
            "sound": {"voice": "pluck", "octave": -4},
        },
        "pad": {"rows": ["................"], "sound": "pad"},
    }
    brief = Brief("groove", "groove", key_name="A minor")
    answer = ask(server, "compose", brief)["answer"]
    plan, said = read_plan(answer["plan"]), "\n".join(answer["said"])
    assert (
        plan.chords_of == ["i", "i7"] and "F#m lies outside" in said and "'Zq' is no chord" in said
    )
    assert plan.pad is None and "pad: has no note" in said
    assert "bass: moved by" in said and "lead: moved by" in said
    for part, low, high in (("bass", 24, 66), ("lead", 40, 104)):
        assert all(low <= note.pitch <= high for note in Score(plan).part(part))
    assert plan.lead is not None and len({event[0] for event in plan.lead.bars["A"]}) == len(
        plan.lead.bars["A"]
    )


def test_a_plan_without_sound_is_none(server: OpenAiServer) -> None:
    silent = {"rows": [{"voice": "kick", "rows": ["...."]}]}
    server.answers["plan"] = {
        "genre": "house",
        "chords_of": [],
        "drums": silent,
        "bass": None,
        "lead": None,
    }
    assert "nothing in the model's plan can be heard" in ask(server, "compose")["why"]


def test_a_drum_loop_stays_one(server: OpenAiServer) -> None:
    brief = Brief("only drums", "only drums", instruments=("drums",), only=True)
    answer = ask(server, "compose", brief)["answer"]
    assert (
        read_plan(answer["plan"]).parts == ("drums",)
        and "bass: not asked for; left out" in answer["said"]
    )


def test_a_model_that_replicate_hosts(
    server: OpenAiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLICATE_API_TOKEN", KEY)
    where = {
        "speaks": "replicate",
        "base_url": server.url[:-3],
        "model": "openai/gpt-4o",
        "price": PRICE,
        "timeout_s": 5.0,
    }
    task = {
        "step": "improve",
        "brief": Brief("dusty", "dusty").to_json(),
        "request": {},
        "server": where,
    }
    said = ask_model(task, lambda *_: None)
    assert "vinyl crackle" in said["answer"]["words"]["embedded"] and said[
        "cost_usd"
    ] == pytest.approx(COST_USD)
    for plan, words, cost_usd in (
        (402, "402", 0.0),
        ("failed", "failed: without a reason", COST_USD),
        ("aborted", "aborted", COST_USD),
    ):
        server.plans.append(plan)
        said = ask_model(task, lambda *_: None)
        assert words in said["why"] and said["cost_usd"] == pytest.approx(cost_usd)
    server.plans.append("processing")
    said = ask_model({**task, "server": {**where, "timeout_s": 0.6}}, lambda *_: None)
    assert "did not answer within 0.6 s" in said["why"] and said["cost_usd"] is None
    monkeypatch.delenv("REPLICATE_API_TOKEN")
    monkeypatch.setattr("daemon.improve.child.find_secret", lambda name: None)
    assert "REPLICATE_API_TOKEN is not set" in ask_model(task, lambda *_: None)["why"]


def test_prices_and_where_a_key_may_go() -> None:
    assert price_usd("https://api.openai.com/v1", "gpt-4o-mini-2024", None) == (0.15, 0.6)
    assert price_usd("https://api.openai.com/v1", "unheard-of", None) == (5.0, 20.0)
    assert price_usd("http://127.0.0.1:11434/v1", "llama", None) == (0.0, 0.0)
    assert price_usd("http://192.168.1.9:1234/v1", "llama", None) == (0.0, 0.0)
    assert price_usd("http://127.0.0.1:1/v1", "llama", (1.0, 2.0)) == (1.0, 2.0)
    assert may_have_secret("http://localhost:1/v1") and may_have_secret("https://a/v1")
    for url in (
        "http://192.168.1.9:1234/v1",
        "ftp://localhost/",
        "https://",
        "http://[::1",
        "localhost:1",
    ):
        assert not may_have_secret(url), url
    assert may_be_asked("http://192.168.1.9:1234/v1") and not may_be_asked("http://8.8.8.8/v1")
    assert not is_near("http://[::1") and not is_near("")
    assert 0.01 < estimate_usd({"price": PRICE}, "improve", 100) < 0.02


def test_the_environment_names_the_address_where_the_config_does_not(
    server: OpenAiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.delenv("REPLICATE_BASE_URL", raising=False)
    assert find_url(None) == "https://api.openai.com/v1"
    assert improve_server(Config())["price"] == [2.5, 10.0]
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("REPLICATE_BASE_URL", f"{server.url}/")
    asked = improve_server(Config())
    assert (asked["base_url"], asked["price"]) == (server.url, [0.0, 0.0])
    named = Config.model_validate({"improve": {"base_url": "https://a.example/v1"}})
    assert improve_server(named)["base_url"] == "https://a.example/v1"
    replicate = Config.model_validate(
        {"improve": {"speaks": "replicate", "model": "openai/gpt-4o"}}
    )
    monkeypatch.setenv("REPLICATE_API_TOKEN", KEY)
    task = {"step": "improve", "brief": Brief("dusty", "dusty").to_json(), "request": {}}
    for config in (Config(), replicate):
        assert "answer" in ask_model({**task, "server": improve_server(config)}, lambda *_: None)


@pytest.mark.parametrize(
    "url", ["http://far.example/v1", "localhost:11434", "ftp://a", "http://[::1"]
)
def test_an_address_that_may_not_be_asked_is_named_and_not_asked(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("REPLICATE_API_TOKEN", KEY)
    for variable, improve in (
        ("OPENAI_BASE_URL", {}),
        ("REPLICATE_BASE_URL", {"speaks": "replicate"}),
    ):
        monkeypatch.setenv(variable, url)
        config = Config.model_validate({"improve": improve})
        task = {"step": "improve", "brief": Brief("x", "x").to_json(), "request": {}}
        said = ask_model({**task, "server": improve_server(config)}, lambda *_: None)
        assert variable in said["why"] and "https://" in said["why"] and said["cost_usd"] == 0.0
