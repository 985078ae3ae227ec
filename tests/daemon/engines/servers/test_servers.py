"""Engines of other programs' servers, against look-alikes that keep to their wire and its traps."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from daemon.brief import Brief
from daemon.engines.servers import probe, run
from daemon.engines.servers.table import ENTRIES, describe, merged
from daemon.errors import EngineError
from tests.daemon.engines import test_contract as contract
from tests.daemon.engines.servers.conftest import SERVERS

ALL = pytest.mark.parametrize("family", SERVERS)
LOOP = Brief(
    "dusty loop at 92.5", "dusty loop", bpm=92.5, bars=2, key_name="F#m", negative="vocals"
)


def take_of(info, brief=LOOP, seed=5, progress=lambda share, words: None):
    return run.make(brief, seed, progress, spec=info.spec)


@ALL
def test_an_engine_keeps_the_contract(family, serve):
    _, info = serve(family)
    assert info.needs() is None and info.here()
    contract.test_a_description_says_all_that_is_chosen_by(info)
    contract.test_what_runs_it_is_there(info)
    for kind in info.kinds:
        contract.test_a_take_is_what_the_contract_says(info, kind)
    contract.test_a_seed_is_a_take(info, info.kinds[-1])
    contract.test_a_cancel_ends_it(info, info.kinds[-1])
    contract.test_a_prompt_that_says_nothing_is_a_take_or_a_reason(info, info.kinds[-1])


@ALL
def test_a_take_has_room_for_its_bars_and_names_its_server(family, serve):
    _, info = serve(family)
    take = take_of(info)
    wanted_s = 3 * 4 * 60 / 92.5
    assert len(take.audio) / take.sample_rate >= wanted_s
    assert take.license == info.license and take.said == ()
    assert take.version or take.model != family


def test_what_each_is_told(serve):
    sa3, info = serve(
        "sa3", options={"cfg_scale": 4, "loras": [{"name": "dusty", "strength": 0.4}]}
    )
    take_of(info, seed=2**40 + 3)
    (order,) = sa3.orders
    assert order["prompt"] == "dusty loop, in F# minor, 92.5 bpm" and order["seed"] == 3
    assert (order["negative_prompt"], order["cfg_scale"]) == ("vocals", 4)
    assert order["limiter_ceiling_db"] is None and order["peak_normalize_db"] < 0

    ace, info = serve("acestep-cpp")
    take_of(info, LOOP.amended(meter_name="3/4"))
    (order,) = ace.orders
    # a fraction of a tempo would be cut off there, so it is rounded; the fit does the rest
    assert (order["bpm"], order["keyscale"], order["timesignature"]) == (92, "F# minor", "3")
    assert order["lyrics"] == "[Instrumental]" and order["output_format"] == "wav24"

    own, info = serve("ace-step-server")
    take_of(info, LOOP.amended(lyrics="rain again"))
    (order,) = own.orders
    assert (order["batch_size"], order["use_random_seed"], order["seed"]) == (1, False, 5)
    assert order["audio_duration"] >= 10 and order["lyrics"] == "rain again"

    comfy, info = serve("comfyui")
    take_of(info)
    (order,) = comfy.orders
    assert order["text"] == "dusty loop, in F# minor, 92.5 bpm, dusty"
    assert (order["seed"], order["tempo"]) == (5, 92.5) and order["seconds"] > 7
    assert info.conditioning == ("tempo",)


@pytest.fixture
def reference(tmp_path):
    path = tmp_path / "private name.flac"
    tone = 0.3 * np.sin(2 * np.pi * 220 * np.arange(2 * 44100) / 44100)
    soundfile.write(path, np.stack([tone, tone], axis=1), 44100)
    return path


@pytest.mark.parametrize("family", ["sa3", "acestep-cpp", "ace-step-server"])
def test_a_continuation_is_what_comes_after(family, serve, reference):
    server, info = serve(family)
    brief = LOOP.amended(reference=str(reference), use="continue")
    take = take_of(info, brief)
    (sent,) = server.uploads
    assert soundfile.info(io.BytesIO(sent)).frames == 2 * 44100
    assert "private" not in str(server.orders) + str(server.heads)
    least_s = 3 * 4 * 60 / 92.5
    assert least_s <= len(take.audio) / take.sample_rate < least_s + 4


def test_a_reference_of_style_is_uploaded_with_its_strength(serve, reference):
    brief = LOOP.amended(reference=str(reference), use="style", strength=0.8)
    server, info = serve("sa3")
    take_of(info, brief)
    assert server.orders[0]["init_noise_level"] == 0.2 and len(server.uploads) == 1
    server, info = serve("acestep-cpp")
    take_of(info, brief)
    assert "task_type" not in server.orders[0] and len(server.uploads) == 1


@ALL
@pytest.mark.parametrize(
    ("fault", "again", "words"),
    [
        ("500", True, "HTTP 500|refused it"),
        ("failed", True, "out of memory|gives no reason|Allocation"),
        ("no sound", True, "no sound|no base64"),
        ("half", True, "no sound|no base64|broke off"),
    ],
)
def test_a_fault_there_is_a_reason_here(family, fault, again, words, serve):
    server, info = serve(family)
    server.faults.append(fault)
    with pytest.raises(EngineError, match=words) as caught:
        take_of(info)
    assert caught.value.again is again
    # and the next order is served
    assert take_of(info).audio is not None


@pytest.mark.parametrize("family", ["sa3", "acestep-cpp", "ace-step-server"])
def test_a_take_that_a_restart_lost_is_made_anew(family, serve, monkeypatch):
    server, info = serve(family)
    server.faults.append("lost")
    with pytest.raises(EngineError, match="lost the take") as caught:
        take_of(info)
    assert caught.value.again


@ALL
def test_what_never_ends_is_given_up(family, serve):
    server, info = serve(family, timeout_s=0.1)
    server.faults.append("hang")
    with pytest.raises(EngineError, match=r"within 0\.1 s.*servers\.timeout_s"):
        take_of(info)
    if family in ("acestep-cpp", "comfyui"):
        assert len(server.cancelled) == 1


def test_a_cancel_reaches_a_server_that_can(serve):
    def stop(share, words):
        if "so far" in words:
            raise KeyboardInterrupt

    for family, newer in (("acestep-cpp", True), ("comfyui", True), ("comfyui", False)):
        server, info = serve(family, work_s=30.0)
        server.newer = newer
        with pytest.raises(KeyboardInterrupt):
            take_of(info, progress=stop)
        assert server.cancelled == list(server.tasks)


def test_an_older_comfyui_ends_nothing_that_is_not_ours(serve):
    server, info = serve("comfyui", work_s=30.0)
    server.newer = False
    server.begin({"seed": 1})

    def stop(share, words):
        if "so far" in words:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_of(info, progress=stop)
    assert server.cancelled == []


def test_a_line_that_is_cut_while_it_is_made_is_waited_for(serve):
    server, info = serve("acestep-cpp", work_s=0.05)
    said = []

    def progress(share, words):
        if "so far" in words and not any("so far" in one for one in said):
            server.faults.append("drop")
        said.append(words)

    assert take_of(info, progress=progress).audio is not None
    assert any("waited for" in words for words in said)


def test_a_key_is_sent_in_the_head_and_never_said(serve, monkeypatch):
    server, info = serve("ace-step-server")
    server.key = "planted-4711"
    with pytest.raises(EngineError, match="Invalid API key"):
        take_of(info)
    monkeypatch.setenv("ACESTEP_API_KEY", "planted-4711")
    assert take_of(info).audio is not None


def test_where_no_server_is_it_says_what_to_do(monkeypatch):
    info = describe("sa3", {**ENTRIES["sa3"], "address": "http://127.0.0.1:9"})
    assert "no such server answers at 127.0.0.1:9; start it" in info.needs()
    with pytest.raises(EngineError, match="does not answer"):
        take_of(info)


def test_another_program_on_the_port_is_no_engine(serve):
    comfy, _ = serve("comfyui")
    assert describe("sa3", {**ENTRIES["sa3"], "address": comfy.url}).needs()


def test_a_server_without_models_is_not_ready(serve):
    server, info = serve("acestep-cpp")
    server.nets = ()
    assert "no DiT model" in info.needs()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read"),
        ("no json", "is no JSON"),
        ('{"nodes": [], "links": []}', "format of ComfyUI's page"),
        ('{"1": {"inputs": {}}}', "no nodes with a class_type"),
        ('{"1": {"class_type": "X", "inputs": {"a": "%tune%"}}}', "placeholder %tune%"),
        ('{"1": {"class_type": "X", "inputs": {"a": "x"}}}', "no %prompt%"),
    ],
)
def test_a_workflow_that_cannot_be_used_is_named(text, words, tmp_path):
    path = tmp_path / "flow.json"
    if text is not None:
        path.write_text(text)
    entry = {**ENTRIES["comfyui"], "workflow": str(path), "license": "MIT"}
    assert words in describe("comfyui", entry).needs()


def test_a_node_that_is_not_there_is_said(serve, tmp_path):
    path = tmp_path / "other.json"
    path.write_text(
        '{"1": {"class_type": "Unheard", "inputs": {"a": "%prompt%", "seed": "%seed%"}}}'
    )
    _, info = serve("comfyui", workflow=str(path), license="MIT")
    with pytest.raises(EngineError, match=r"Unheard does not exist") as caught:
        take_of(info)
    assert not caught.value.again


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"family": "sa4"}, "none of sa3"),
        ({"family": "sa3", "adress": "x"}, "adress is not known"),
        ({"family": "sa3", "address": "http://example.com"}, "no https://"),
        ({"family": "sa3", "workflow": "x.json"}, "is for family: comfyui"),
        ({"family": "comfyui", "workflow": "x.json"}, "license is missing"),
    ],
)
def test_a_fault_of_the_config_is_named(entry, words):
    with pytest.raises(ValueError, match=words):
        merged("my-flow", entry)


def test_the_probe_asks_once_for_a_while(serve):
    server, info = serve("sa3")
    for _ in range(5):
        assert info.needs() is None
    assert server.calls["/health"] == 1
    assert probe.probe_of(info.spec) is probe.probe_of(dict(info.spec))
