"""One purchase against a server that misbehaves on order: bought once, or said why not."""

import json
import threading
import time

import httpx
import pytest

from daemon.brief import Brief
from daemon.children.many_inside import Talk
from daemon.clip.takes import TAKE_WANTED, bring_take
from daemon.engines.registry import engine_info
from daemon.engines.replicate import buying, client, run
from daemon.engines.replicate.models import MODELS, describe
from daemon.engines.segments_of import (
    SEED_STEP,
    count_of,
    segment_brief,
    segment_folder,
    segments_beside,
)
from daemon.engines.take_files import load_take, save_take
from daemon.errors import EngineError
from daemon.home.masking import MASK
from daemon.spending.paid_takes import keep_paid_take
from tests.helpers.daemon_process import wait_until
from tests.helpers.drifting import drifting
from tests.helpers.replicate_server import LOOPER, TOKEN, ReplicateServer

BRIEF = Brief(
    "soul loop",
    "soul loop",
    bpm=120.0,
    bars=1,
    key_name="Am",
    seed=77,
    count=2,
    engines=("musicgen-looper",),
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setenv("REPLICATE_API_TOKEN", TOKEN)
    monkeypatch.setattr(buying, "PAUSE_S", 0.01)
    monkeypatch.setattr(run, "PAUSE_S", 0.01)
    monkeypatch.setattr(buying, "_POLL_S", 0.02)
    monkeypatch.setattr(client, "TIMEOUT", httpx.Timeout(0.5))
    monkeypatch.setattr(buying, "_gate", client.Gate())
    buying._client.cache_clear()


@pytest.fixture
def server():
    server = ReplicateServer(work_s=0.05)
    yield server
    server.close()


class Shop:
    """Buys as the helper process does, and stores what the daemon would."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder
        self.stored, self.said = [], []
        self.talk = Talk(1, self._hear)

    def _hear(self, line):
        if "store" in line:
            self.stored.append((line["store"], self.server.creates))
            self.talk.hear({"stored": True})
        else:
            self.said.append(line)

    def task(self, *, name="musicgen-looper", brief=BRIEF, takes=2, deadline_s=5.0, **purchase):
        spec = describe(
            name, MODELS[name], {"base_url": self.server.url, "deadline_s": deadline_s}
        ).spec
        clips = [{"folder": str(self.folder / f"clip{n}"), "number": n} for n in range(takes)]
        bought = {
            "takes": takes,
            "intent": None,
            "intended": 0.0,
            "remote": "",
            "others": [],
            **purchase,
        }
        return {
            "purchase": bought,
            "spec": spec,
            "brief": brief.to_json(),
            "k": 0,
            "engine": name,
            "clips": clips,
        }

    def buy(self, **how):
        return run.make(self.task(**how), self.talk)

    def take(self, clip=0):
        return load_take(self.folder / f"clip{clip}" / "take0")


@pytest.fixture
def shop(server, tmp_path):
    return Shop(server, tmp_path)


def test_intent_then_purchase_then_id_then_takes(shop, server):
    result = shop.buy()
    assert result == {
        "state": "done",
        "cost_usd": pytest.approx(20 * 0.0014),
        "text": "",
        "missing": {},
    }
    (intent, creates_then), (remote, _) = shop.stored
    assert creates_then == 0 and remote == {"remote": "p0001"} and server.creates == 1
    given = intent["intent"]["input"]
    assert given == server.predictions["p0001"]["input"]
    assert (
        given["bpm"] == 120
        and given["variations"] == 2
        and given["seed"] == 77
        and "120" not in given["prompt"]
    )
    assert given["max_duration"] == 5, (
        "a bar of 2 s, one more for choosing, and half a second, in whole seconds"
    )
    for clip in range(2):
        take = shop.take(clip)
        assert (
            take.audio.shape == (5 * 32000, 1) and take.sample_rate == 32000 and take.grid is None
        )
        assert (take.license, take.version, take.seed) == ("CC-BY-NC-4.0", LOOPER, 77)
        assert take.cost_usd == pytest.approx(10 * 0.0014)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "token"),
        (402, "credit"),
        (404, "no such model"),
        (422, "does not take these inputs"),
        (403, "account"),
    ],
)
def test_a_refusal_buys_nothing_and_says_what_to_do(shop, server, status, words):
    server.plan("create", status)
    with pytest.raises(EngineError, match=words) as raised:
        shop.buy()
    assert server.creates == 0 and server.calls["create"] == 1 and not raised.value.again
    assert TOKEN not in raised.value.text and MASK in raised.value.text, (
        "the server's words held the token"
    )


@pytest.mark.parametrize(
    "plan",
    [
        [(429, {"detail": "throttled", "retry_after": 0})],
        [(429, {"detail": "Request was throttled. Your rate limit resets in ~0s."})],
        [(429, {"detail": "throttled"})] * 3,
        [500], [503], [502, 503, 500], ["drop"], ["hang"], ["drop after"], ["hang after"], [500, "drop after"],
    ],
    ids=str,
)  # fmt: skip
def test_what_passes_is_waited_for_and_bought_once(shop, server, plan):
    server.plan("create", *plan)
    assert shop.buy()["state"] == "done"
    assert server.creates == 1 and shop.take().audio.any()


def test_a_rate_limit_that_does_not_end_ends_at_the_deadline(shop, server):
    server.plan("create", *[(429, {"detail": "throttled", "retry_after": 60})] * 9)
    with pytest.raises(EngineError, match="try again later"):
        shop.buy(deadline_s=1.0)
    assert server.creates == 0 and server.calls["create"] == 1


def test_an_answer_without_an_id_is_not_asked_again(shop, server):
    server.plan("create", (201, {"strange": True}))
    with pytest.raises(EngineError, match="no id") as raised:
        shop.buy()
    assert raised.value.code == "unknown" and server.calls["create"] == 1


def test_looking_and_fetching_bear_faults(shop, server):
    server.plan("get", 500, "drop", 429, (200, {"status": "processing", "logs": None}))
    server.plan("file", 503, "drop", 500)
    assert shop.buy()["missing"] == {}
    assert server.creates == 1


def test_what_is_paid_is_fetched_for_as_long_as_it_takes(shop, server):
    server.plan("file", *[503, "drop"] * 4)
    assert shop.buy()["missing"] == {}
    again = Shop(server, shop.folder / "again")
    server.plan("file", *[503] * 99)
    with pytest.raises(EngineError, match="p0002") as raised:
        again.buy(deadline_s=0.5)
    assert raised.value.again, "it is not lost: the next look fetches it"
    assert server.creates == 2


@pytest.mark.parametrize("shape", ["object", "list", "list of objects"])
def test_outputs_of_any_shape(shop, server, shape):
    server.shape = shape
    assert shop.buy()["missing"] == {}
    assert shop.take(0).audio.any() and shop.take(1).audio.any()


@pytest.mark.parametrize(
    ("shape", "missing"), [("string", {"1"}), ("first only", {"1"}), ("none", {"0", "1"})]
)
def test_takes_that_did_not_come_are_named(shop, server, shape, missing):
    server.shape = shape
    result = shop.buy()
    assert set(result["missing"]) == missing and "of 2 takes" in result["missing"]["1"]
    assert result["cost_usd"] == pytest.approx(0.028)


@pytest.mark.parametrize(
    ("audio", "words"),
    [("truncated", "breaks off"), ("corrupt", "broken"), ("html", "no audio"), ("gone", "an hour")],
)
def test_outputs_that_are_no_audio(shop, server, audio, words):
    server.audio = audio
    result = shop.buy(takes=1)
    assert words in result["missing"]["0"] and server.creates == 1
    assert not list(shop.folder.glob("clip0/take*"))


@pytest.mark.parametrize(
    ("outcome", "state", "cost_usd"),
    [("failed", "failed", 0.028), ("canceled", "failed", 0.028), ("aborted", "aborted", 0.0)],
)
def test_predictions_that_fail(shop, server, outcome, state, cost_usd):
    server.outcome, server.error = outcome, "CUDA out of memory"
    result = shop.buy()
    assert (result["state"], result["cost_usd"]) == (state, pytest.approx(cost_usd))
    assert ("CUDA" in result["missing"]["0"]) == (outcome == "failed")


def test_a_deadline_ends_it_at_the_service(shop, server):
    server.work_s = 60
    result = shop.buy(deadline_s=0.3)
    assert result["state"] == "failed" and "too long" in result["text"]
    assert server.view("p0001")["status"] == "canceled"


def test_cancel_ends_it_at_the_service(shop, server):
    server.work_s = 60

    def cancel_once_bought():
        wait_until(lambda: server.creates, 60, "the purchase")
        time.sleep(0.3)  # the answer is on its way
        shop.talk.hear({"cancel": True})

    threading.Thread(target=cancel_once_bought).start()
    result = shop.buy()
    assert result["state"] == "cancelled" and result["cost_usd"] == pytest.approx(0.028)
    assert server.view("p0001")["status"] == "canceled"


def test_progress_comes_from_the_log(shop, server):
    server.work_s = 0.6
    shop.buy()
    values = [line["progress"] for line in shop.said]
    assert values == sorted(values) and len({value for value in values if 0.1 < value < 0.84}) >= 3


def intent_of(shop):
    shop.buy()
    return shop.stored[0][0]["intent"]


def test_after_a_crash_what_was_bought_is_found_pages_away(shop, server, tmp_path):
    intent = intent_of(shop)
    for n in range(13):
        server.create("", LOOPER, {**intent["input"], "seed": 1000 + n})
    again = Shop(server, tmp_path / "again")
    assert again.buy(intent=intent, intended=time.time() - 5)["state"] == "done"
    assert server.creates == 14 and server.calls["create"] == 1 and server.calls["list"] >= 3
    assert again.stored == [({"remote": "p0001"}, 14)]


def test_after_a_crash_what_was_not_bought_is_bought(shop, server, tmp_path):
    intent = intent_of(shop)
    intent["input"]["seed"] = 5
    assert (
        Shop(server, tmp_path / "again").buy(intent=intent, intended=time.time())["state"] == "done"
    )
    assert server.creates == 2


@pytest.mark.parametrize("trouble", ["hidden", "unreadable", "refused"])
def test_where_it_cannot_be_known_nothing_is_bought(shop, server, tmp_path, trouble):
    intent = intent_of(shop)
    if trouble == "hidden":
        server.hides_inputs = True
    else:
        server.plan("list", *[500 if trouble == "unreadable" else 401] * 9)
    again = Shop(server, tmp_path / "again")
    with pytest.raises(EngineError, match="not known whether") as raised:
        again.buy(intent=intent, intended=time.time())
    assert raised.value.code == "unknown" and server.creates == 1 and server.calls["create"] == 1


def test_the_same_input_of_another_purchase_is_not_taken_for_ours(shop, server, tmp_path):
    intent = intent_of(shop)
    Shop(server, tmp_path / "again").buy(intent=intent, intended=time.time(), others=["p0001"])
    assert server.creates == 2


def test_a_known_id_is_only_waited_for(shop, server, tmp_path):
    intent = intent_of(shop)
    again = Shop(server, tmp_path / "again")
    assert again.buy(intent=intent, remote="p0001")["state"] == "done"
    assert again.stored == [] and server.creates == 1 and again.take().seed == 77


def test_takes_that_are_there_are_not_fetched_again(shop, server):
    intent = intent_of(shop)
    fetched = server.calls["file"]
    assert shop.buy(intent=intent, remote="p0001")["cost_usd"] == pytest.approx(0.028)
    assert server.calls["file"] == fetched == 2 and server.creates == 1


def test_the_environment_names_the_service_where_the_config_does_not(shop, server, monkeypatch):
    spec = describe("musicgen-looper", MODELS["musicgen-looper"], {"base_url": None}).spec
    monkeypatch.setenv("REPLICATE_BASE_URL", f"{server.url}/v1")
    assert run.check({"spec": spec}, shop.talk) == {} and server.calls["account"] == 1
    for url in ("http://192.168.1.9", "http://far.example", "api.replicate.com", "http://[::1"):
        monkeypatch.setenv("REPLICATE_BASE_URL", url)
        with pytest.raises(EngineError, match="REPLICATE_BASE_URL; http:// is for this machine"):
            run.check({"spec": spec}, shop.talk)
    assert server.calls["account"] == 1


def test_the_token_goes_to_our_server_alone(shop, server):
    shop.buy()
    assert server.tokens == {TOKEN}
    assert TOKEN not in json.dumps(shop.said) + json.dumps([what for what, _ in shop.stored])


BRIEFS = {
    "flux-music": Brief("calm piano", "calm piano", kind="track", seconds=20.0, negative="drums"),
    "stable-audio-open": Brief("kick", "kick", kind="oneshot", bpm=None),
    "musicgen": Brief("soul loop", "soul loop", bpm=100.0, bars=2),
    "audiogen": Brief("door slam", "door slam", kind="sfx", seconds=2.0, bpm=None),
    "ace-step": Brief("pop song", "pop song", kind="vocal", seconds=10.0, lyrics="we ride at dawn"),
    "music-1.5": Brief(
        "pop", "pop", kind="vocal", seconds=10.0, lyrics="we ride at dawn, all of us"
    ),
    "lyria-2": Brief("harp loop", "harp loop", bars=4),
}


@pytest.mark.parametrize("name", BRIEFS)
def test_each_model_of_the_table_is_asked_in_its_own_words(shop, server, name):
    brief = BRIEFS[name].amended(engines=(name,), seed=3)
    assert shop.buy(name=name, brief=brief, takes=1)["state"] == "done"
    made = server.predictions["p0001"]
    given, entry = made["input"], MODELS[name]
    assert set(given) <= set(entry["input"]) and None not in given.values()
    assert made["model"] == (entry["model"] if entry.get("official") else "")
    assert made["version"] == ("" if entry.get("official") else entry["version"] or "a" * 64)
    assert given.get("seed", 3) == 3 and shop.take().engine == name
    if name == "music-1.5":
        assert len(given["prompt"]) >= 10
    if name == "flux-music":
        assert given["negative_prompt"] == "drums"


def test_lyrics_of_a_wrong_length_are_refused_before_anything_is_sent(shop, server):
    with pytest.raises(EngineError, match="10 to 600 characters"):
        shop.buy(name="music-1.5", brief=BRIEFS["music-1.5"].amended(lyrics="no"), takes=1)
    assert not server.calls


def test_a_reference_is_sent_and_named(shop, server, tmp_path):
    import numpy as np
    import soundfile

    soundfile.write(tmp_path / "ref.wav", np.zeros(8000, np.float32), 8000)
    brief = BRIEFS["musicgen"].amended(reference=str(tmp_path / "ref.wav"), use="melody")
    shop.buy(name="musicgen", brief=brief, takes=1)
    given = server.predictions["p0001"]["input"]
    assert given["input_audio"].endswith("/v1/files/f1") and given["continuation"] is False


def test_every_model_is_registered():
    for name, entry in MODELS.items():
        info = engine_info(name)
        assert (info.model, info.runs, info.costs_money) == (entry["model"], "hosted", True)


def test_a_call_is_made_once_and_says_nothing_of_this_machine(server):
    ours = client.Client(server.url, TOKEN)
    ours.create("", LOOPER, {"prompt": "x"}, 90.0)
    head = server.heads[-1]
    assert (head["cancel-after"], head["user-agent"]) == ("2m", "sidecrate")
    assert head["authorization"] == f"Bearer {TOKEN}"
    assert not [name for name in head if name.startswith("x-stainless")]
    for status in (307, 408, 409, 429, 500, 503):
        server.plan("create", status)
        before = server.calls["create"]
        with pytest.raises(client.ApiError) as caught:
            ours.create("", LOOPER, {"prompt": "x"}, 90.0)
        assert (caught.value.status, caught.value.sent) == (status, status >= 500)
        assert server.calls["create"] == before + 1
    assert server.creates == 1


def test_a_request_that_did_not_leave_is_known_from_one_that_did(server, monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", server.url)
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    gone = ReplicateServer()
    gone.close()
    addresses = (gone.url, server.url.replace("http:", "https:"), "https://api.example.com")
    for address in addresses:
        with pytest.raises(client.ApiError, match="cannot be reached") as caught:
            client.Client(address, TOKEN).create("", LOOPER, {"prompt": "x"}, 90.0)
        assert (caught.value.sent, caught.value.passes) == (False, True)
    assert (server.asked_for_a_way, server.calls["create"]) == (1, 0)
    for plan in ("drop", "drop after"):
        server.plan("create", plan)
        with pytest.raises(client.ApiError, match="did not answer") as caught:
            client.Client(server.url, TOKEN).create("", LOOPER, {"prompt": "x"}, 90.0)
        assert caught.value.sent


def test_a_page_at_another_server_is_not_asked_for(server):
    ours, other = client.Client(server.url, TOKEN), ReplicateServer()
    there = {"previous": None, "next": f"{other.url}/v1/predictions?cursor=5", "results": []}
    server.plan("list", (200, there))
    with pytest.raises(client.ApiError, match="another server"):
        list(ours.predictions())
    other.close()
    assert not other.calls and not other.tokens


def test_a_token_of_strange_letters_is_not_sent(shop, server, monkeypatch):
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_caf\u00e9-4711")
    with pytest.raises(EngineError, match="no token has"):
        shop.buy()
    assert not server.calls


def test_each_segment_of_a_longer_piece_is_bought_once_and_stored_as_it_comes(shop, server):
    brief = BRIEF.amended(kind="track", seconds=70.0, bars=None, count=1)
    segments = shop.folder / "clip0" / "take0-segments"

    def buy(**purchase):
        return shop.buy(name="musicgen", brief=brief, takes=1, deadline_s=30.0, **purchase)

    # what it sounds like is not the matter, and this is quickly made
    server.audio = "silent"
    assert buy()["state"] == "done" and not (shop.folder / "clip0" / "take0").exists()
    intents = [what["intent"] for what, _ in shop.stored if "intent" in what]
    assert intents[0]["segment"] == 0 and intents[0]["input"]["duration"] <= 30
    # a crash came after the segment was stored: nothing is fetched into the next place
    buy(intent=intents[0], intended=time.time(), remote="p0001")
    assert [path.name for path in segments.iterdir()] == ["segment0"] and server.creates == 1
    buy(others=["p0001"])
    assert sorted(path.name for path in segments.iterdir()) == ["segment0", "segment1"]
    seeds = [one["input"]["seed"] for one in server.predictions.values()]
    assert server.creates == 2 and seeds[1] == seeds[0] + SEED_STEP
    # where the piece is not made in the end, what was paid for stays
    kept = shop.folder / "kept"
    assert keep_paid_take(shop.folder / "clip0", kept, "k3f9") == kept / "k3f9-segment0.wav"
    assert (kept / "k3f9-segment1.wav").is_file()


def test_a_worker_asks_for_the_segment_that_is_missing(tmp_path):
    brief = BRIEF.amended(kind="track", seconds=21.0, bpm=112.0, bars=None, count=1)
    task = {"elsewhere": True, "max_seconds": 13.0, "more_takes": False}
    place = tmp_path / "take0"
    count = count_of(brief, 13.0)
    for n in range(count):
        with pytest.raises(EngineError) as wanted:
            bring_take(task, brief, place, 3, lambda *_: None)
        assert wanted.value.code == TAKE_WANTED
        own = segment_brief(brief, 13.0)
        take = drifting(own, 3 + n * SEED_STEP, lambda *_: None, most=0)
        save_take(take, segment_folder(segments_beside(place), n), stems=False)
    take, _ = bring_take(task, brief, place, 3, lambda *_: None)
    assert len(take.audio) / take.sample_rate >= 21 and (place / "take.json").exists()
