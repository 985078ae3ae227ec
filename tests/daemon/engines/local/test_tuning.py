"""Local models tuned on a user's sounds: true code on tiny checkpoints, from a folder to a clip."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from daemon.brief import Brief, Decision
from daemon.engines.local import run
from daemon.engines.mine.store import mine_engines
from daemon.engines.registry import engine_info
from daemon.errors import EngineError
from daemon.home.places import Places
from daemon.training.lora import Plan
from daemon.training.train import bring_in, export, forget, taught
from tests.helpers.one_shots import write_folder

pytestmark = pytest.mark.skipif(
    find_spec("peft") is None, reason="peft is not installed: pip install 'sidecrate[tune]'"
)

FEW = Plan(steps=24, rank=4, alpha=4, rate=1e-2)


def quiet(share: float, words: str) -> None:
    """Nobody looks."""


@pytest.fixture(scope="module")
def sounds(tmp_path_factory) -> Path:
    return write_folder(tmp_path_factory.mktemp("sounds"), snares=20)


def made(engine: str, strength: float | None = None) -> np.ndarray:
    brief = Brief("snare", "snare", kind="sfx", bpm=None, bars=None, seconds=1.0)
    if strength is not None:
        brief = brief.amended(
            strength=strength, decided={"strength": Decision(strength, "request")}
        )
    return run.make(brief, 5, quiet, spec=engine_info(engine).spec).audio


@pytest.mark.parametrize("base", ["local-tiny-stereo", "local-tiny-sounds", "local-tiny-songs"])
def test_from_a_folder_to_an_engine(base, tiny_home, sounds, tmp_path):
    from daemon.training.tuning import teach_onto

    tiny_home(base)
    places = Places.find()
    told: list[str] = []
    done = teach_onto(
        sounds, "mine-tuned", base, places, "", FEW, lambda share, words: told.append(words)
    )
    assert done.engine == "mine-tuned" and any("loss" in line and "left" in line for line in told)
    (info,) = mine_engines()
    assert info.name == "mine-tuned" and info.needs() is None and "your own sounds" in info.license
    assert info.kinds == engine_info(base).kinds
    plain, none, whole, half = (
        made(base),
        made("mine-tuned", 0.0),
        made("mine-tuned"),
        made("mine-tuned", 0.5),
    )
    assert np.array_equal(plain, none) and np.array_equal(plain, made(base))
    assert not np.array_equal(plain, whole) and not np.array_equal(whole, half)
    file = export("tuned", tmp_path, places)
    forget("tuned", places)
    assert mine_engines() == [] and bring_in(file, "again", places) == "mine-again"
    assert np.array_equal(made("mine-again"), whole)


def test_the_loss_falls_and_a_killed_run_ends_as_if_it_had_not_been(tiny_home, sounds):
    from daemon.training import lora
    from daemon.training.tuning import teach_onto

    tiny_home("local-tiny")
    places = Places.find()

    class Killed(BaseException):
        pass

    def kill(share, words):
        if words.startswith("step 10 "):
            raise Killed

    plan = Plan(steps=24, rank=8, alpha=16, rate=2e-2)
    whole = teach_onto(sounds, "whole", "local-tiny", places, "", plan, quiet)
    with pytest.raises(Killed):
        teach_onto(sounds, "killed", "local-tiny", places, "", plan, kill)
    steps: list[str] = []
    again = teach_onto(
        sounds, "killed", "local-tiny", places, "", plan, lambda share, words: steps.append(words)
    )
    assert not any(words.startswith("step 5 ") for words in steps) and any(
        words.startswith("step 7 ") for words in steps
    )
    from safetensors.torch import load_file

    one, other = load_file(whole.file), load_file(again.file)
    assert all(np.allclose(one[name], other[name], atol=1e-6) for name in one)
    losses = lora._tenths([1.0])
    assert losses == [1.0] and not list((places.state / "mine").glob(".tuning*"))
    first, last = whole.lines[-1].removeprefix("loss ").split(" in the first tenth, ")
    assert float(last.split()[0]) < float(first)


def test_several_are_blended_and_those_of_other_models_refused(tiny_home, sounds, tmp_path):
    from daemon.training.tuning import blend, teach_onto

    tiny_home("local-tiny")
    places = Places.find()
    for name, seed in (("one", 1), ("two", 2)):
        teach_onto(
            sounds,
            name,
            "local-tiny",
            places,
            "",
            Plan(steps=8, rank=4, alpha=8, rate=3e-2, seed=seed),
            quiet,
        )
    assert blend([("one", 0.7), ("mine-two", 0.4)], "both", places) == "mine-both"
    assert blend([("one", 1.0), ("two", 0.0)], "first", places) == "mine-first"
    assert np.array_equal(made("mine-first"), made("mine-one"))
    assert {one["engine"] for one in taught(places)} == {
        "mine-one",
        "mine-two",
        "mine-both",
        "mine-first",
    }
    made("mine-both")
    with pytest.raises(EngineError, match="mine-three is no engine with an adapter"):
        blend([("three", 1.0)], "x", places)
    forget("both", places)
    assert (places.state / "mine" / "one.safetensors").is_file()


def test_the_verb_of_every_door_tunes_too_and_gives_its_last_sound_to_hear(
    tiny_home, sounds, tmp_path
):
    from daemon.training.job import train

    tiny_home("local-tiny")
    plain = made("local-tiny")
    request = {"name": "dub", "licence": "CC-BY-4.0", "onto": "local-tiny", "steps": 8}
    told: list[str] = []
    brief = Brief("mine-dub", "", do="train", kit=str(sounds))
    (heard,) = train(brief, request, tmp_path, lambda share, words: told.append(words))
    assert heard.kind == "sfx" and "CC-BY-4.0" in heard.license and len(heard.audio)
    assert any(words.startswith("step 2 of 8, loss") for words in told)
    assert [info.name for info in mine_engines()] == ["mine-dub"]
    # what was taught is not left in the model that this process keeps
    assert np.array_equal(made("local-tiny"), plain)


def test_every_family_that_is_offered_has_its_loss():
    from daemon.training.base import TUNED
    from daemon.training.lora_families import FAMILIES

    assert set(TUNED) == set(FAMILIES)


def test_what_is_missing_is_said(tiny_home, sounds, monkeypatch):
    from daemon.training import tuning

    tiny_home("local-tiny")
    with pytest.raises(EngineError, match="cannot be tuned here"):
        tuning.teach_onto(sounds, "x", "embedded", Places.find(), "", FEW, quiet)
    monkeypatch.setattr("daemon.training.base.find_spec", lambda name: None)
    with pytest.raises(
        EngineError, match=r"peft is not installed: pip install 'sidecrate\[tune\]'"
    ):
        tuning.teach_onto(sounds, "x", "local-tiny", Places.find(), "", FEW, quiet)
