import os
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.engines import registry
from daemon.engines.registry import MORE_VARIABLE, Policy, Wish, choose_engines
from daemon.errors import ConfigError, EngineError
from daemon.settings.load import load_config

ALL = registry.engines()
LOOP = Wish("loop", {}, 8.0, 120.0)


@pytest.fixture(autouse=True)
def token(monkeypatch):
    monkeypatch.setenv("REPLICATE_API_TOKEN", "x")


def test_auto_takes_what_costs_money_only_where_that_is_allowed():
    order = ("musicgen-looper", "embedded")
    assert choose_engines(["auto"], LOOP, Policy(order))[0] == ("embedded",)
    assert choose_engines(["auto"], LOOP, Policy(order, spend_auto=True))[0] == ("musicgen-looper",)


def test_only_commercial_licences_where_that_is_asked():
    with pytest.raises(EngineError, match=r"CC-BY-NC-4\.0.*engines\.allow"):
        choose_engines(["musicgen-looper"], LOOP, Policy(commercial_only=True))


def test_limits_are_told_before_anything_is_made():
    with pytest.raises(EngineError, match="at most 20 s"):
        choose_engines(["musicgen-looper"], Wish("loop", {}, 32.0, 120.0), Policy())


def test_an_unknown_engine_in_the_order_is_a_fault_of_the_config(tmp_path):
    (tmp_path / "config.yaml").write_text("engines: {order: [embeded]}\n")
    with pytest.raises(ConfigError, match="did you mean embedded"):
        load_config(tmp_path / "config.yaml")


def test_who_may_not_spend_gets_nothing_that_costs_money():
    order = ("musicgen-looper", "embedded")
    with pytest.raises(EngineError, match=r"costs money.*osc\.trust_lan"):
        choose_engines(["musicgen-looper"], LOOP, Policy(free_only=True))
    assert choose_engines(["auto"], LOOP, Policy(order, spend_auto=True, free_only=True))[0] == (
        "embedded",
    )


def test_auto_takes_a_box_of_the_config_where_it_has_less_to_do(monkeypatch):
    (here,) = [info for info in ALL if info.name == "embedded"]
    boxes = {
        f"{box}:embedded": replace(
            here,
            name=f"{box}:embedded",
            runs="server",
            place=f"server box {box}",
            places_there=slots,
        )
        for box, slots in (("near", 1), ("far", 4))
    }
    monkeypatch.setattr(registry, "_held", [{"embedded": here, **boxes}])
    clips = {"worker": 0, "server box near": 0, "server box far": 0}
    policy = Policy(("embedded",), boxes=("near", "far"), waiting=lambda place: clips[place])

    def chosen(policy=policy):
        return choose_engines(["auto"], LOOP, policy)[0][0]

    assert chosen() == "embedded", "at equal load the nearest"
    clips["worker"] = 3
    assert chosen() == "near:embedded"
    clips["server box near"] = 2
    assert chosen() == "far:embedded"
    clips["server box far"] = 8
    assert chosen() == "near:embedded", "8 clips by 4 slots are 2 each"
    assert chosen(replace(policy, boxes=())) == "embedded", "none that the config does not name"
    monkeypatch.setattr(
        registry, "_held", [{**boxes, "embedded": replace(here, needs=lambda: "it is off")}]
    )
    name, reason = choose_engines(["auto"], LOOP, policy)
    assert name == ("near:embedded",) and "it is off" in reason


LIST = "from daemon.engines.registry import broken, engines; print(*[one.name for one in (*engines(), *broken())])"


def names_with(engine: str) -> set[str]:
    """The engines of a program that is started with one more."""
    environment = {**os.environ, MORE_VARIABLE: engine}
    done = subprocess.run(
        [sys.executable, "-c", LIST], env=environment, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_one_more_engine_is_there_for_the_program_that_is_started_with_it():
    shipped = {"embedded", "musicgen-looper", "local-ace-step"}
    assert shipped | {"fake"} <= names_with("tests.helpers.fake_engine:INFO")
    # what cannot be loaded takes nothing along
    assert shipped | {"no_such_module"} <= names_with("no_such_module:INFO")


def test_no_shipped_engine_is_for_tests():
    with (Path(__file__).parents[3] / "pyproject.toml").open("rb") as file:
        shipped = tomllib.load(file)["project"]["entry-points"][registry.GROUP]
    assert set(shipped) == {"embedded", "local", "replicate", "servers"}


@pytest.fixture
def local(monkeypatch):
    """Local models as if these were there."""

    def are_there(*names):
        monkeypatch.setattr(
            registry, "engines",
            lambda: [
                replace(info, needs=lambda ready=info.name in names: None if ready else "it is not on this machine")
                for info in ALL if info.runs == "local"
            ],
        )  # fmt: skip

    return are_there


SONG = Wish("vocal", {"lyrics": "lyrics"}, 30.0, 120.0)


def test_auto_takes_local_models_where_the_embedded_musician_cannot(local):
    local("local-ace-step", "local-musicgen-small")
    found, reason = choose_engines(["auto"], SONG, Policy())
    assert found == ("local-ace-step",) and "embedded: makes" in reason
    assert choose_engines(["auto"], LOOP, Policy())[0] == ("embedded",)


def test_local_models_that_are_not_there_do_not_hide_the_reason(local):
    local()
    with pytest.raises(
        EngineError,
        match=r"^no engine of engines\.order can make a vocal now: embedded: makes [^;]*$",
    ):
        choose_engines(["auto"], SONG, Policy())


def test_the_default_order_is_the_embedded_musician_then_local_models(tmp_path):
    assert (
        load_config(tmp_path / "none.yaml").engines.order == Policy().order == ("embedded", "local")
    )
