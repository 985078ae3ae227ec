"""Pictures by models: bought once and gone on with, or by a tiny net of diffusers' on this machine."""

from __future__ import annotations

import json
import os
import re
from types import MappingProxyType

import httpx
import pytest
from pydantic import ValidationError

from daemon.cli.app import app
from daemon.engines.replicate import buying, client
from daemon.errors import AudioError, EngineError
from daemon.home.places import HOME_VARIABLE, Places
from daemon.jobs.database import Database
from daemon.painting import hosted
from daemon.painting.paint import paint
from daemon.painting.painters import find_painter
from daemon.painting.wish import Wish, worded
from daemon.settings.schema import Config
from daemon.spending.ledger import Purchases
from tests.helpers.replicate_server import TOKEN, ReplicateServer, picture_png


@pytest.fixture
def server():
    server = ReplicateServer(work_s=0.02)
    yield server
    server.close()


@pytest.fixture
def brought(tmp_path, monkeypatch, server):
    """Paints one wish at the test's server; each call is as a new command."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.setenv("REPLICATE_API_TOKEN", TOKEN)
    for module in (buying, hosted):
        monkeypatch.setattr(module, "PAUSE_S", 0.01)
    monkeypatch.setattr(buying, "_POLL_S", 0.01)
    monkeypatch.setattr(client, "TIMEOUT", httpx.Timeout(20))
    monkeypatch.setattr(buying, "_gate", client.Gate())
    buying._client.cache_clear()

    def call(
        wish, target, name="flux-schnell", per_day_usd=1.0, deadline_s=20.0,
        painters=MappingProxyType({}),
    ):  # fmt: skip
        makes = "moving" if wish.image else "picture"
        service = {"base_url": server.url, "deadline_s": deadline_s, "painters": painters}
        painter = find_painter(name, makes, service)
        return list(
            paint(painter, [(wish, target)], Places.find(), per_day_usd, lambda value, said: None)
        )

    return call


def ledger():
    database = Database(Places.find().database)
    rows = [dict(row) for row in database.rows("SELECT * FROM purchases ORDER BY id")]
    database.close()
    return rows


def test_a_picture_is_bought_once_with_its_words_and_what_made_it_beside(brought, server, tmp_path):
    target = tmp_path / "pictures" / "01.png"
    wish = Wish("neon city, rain", 7, "9:16")
    assert brought(wish, target) == [target]
    (bought,) = server.predictions.values()
    assert bought["model"] == "black-forest-labs/flux-schnell"
    assert bought["input"] == {
        "prompt": "neon city, rain", "aspect_ratio": "9:16", "seed": 7, "num_outputs": 1,
        "output_format": "png",
    }  # fmt: skip
    assert target.read_bytes() == picture_png(7)
    about = json.loads((tmp_path / "pictures" / "01.png.json").read_text())
    assert (about["license"], about["seed"], about["cost_usd"]) == ("Apache-2.0", 7, 0.003)
    assert [(row["state"], row["cost_usd"]) for row in ledger()] == [("done", 0.003)]
    assert brought(wish, target) == [] and server.creates == 1


@pytest.mark.parametrize("stop", ["before it is sent", "after it is sent", "at the download"])
def test_a_kill_anywhere_buys_no_second_one(brought, server, tmp_path, monkeypatch, stop):
    class Killed(BaseException):
        pass

    def die(*_, **__):
        raise Killed

    wish, target = Wish("rain", 3), tmp_path / "01.png"
    with monkeypatch.context() as broken:
        if stop == "before it is sent":
            broken.setattr(buying.Buying, "_buy", die)
        elif stop == "after it is sent":
            # the service has it, and its id was not stored yet
            real = client.Client.create
            broken.setattr(client.Client, "create", lambda *a, **k: (real(*a, **k), die()))
        else:
            broken.setattr(client.Client, "download", die)
        with pytest.raises(Killed):
            brought(wish, target)
    assert not target.exists()
    # the daemon does not take what no clip waits for as a job's that was cancelled
    database = Database(Places.find().database)
    assert Purchases(database, None, 1.0).abandoned() == []
    database.close()
    assert brought(wish, target) == [target]
    assert server.creates == 1 and [row["state"] for row in ledger()] == ["done"]
    assert sorted(path.name for path in tmp_path.glob("*.png*")) == ["01.png", "01.png.json"]


def test_a_fault_says_what_it_cost_and_leaves_nothing(brought, server, tmp_path):
    target = tmp_path / "01.png"
    with pytest.raises(EngineError, match=r"0\.003 USD.*raise spend\.per_day_usd"):
        brought(Wish("rain", 1), target, per_day_usd=0.001)
    assert server.creates == 0
    server.outcome, server.error = "failed", "NSFW content detected"
    with pytest.raises(EngineError, match="NSFW"):
        brought(Wish("rain", 1), target)
    server.outcome, server.audio = "succeeded", "corrupt"
    with pytest.raises(AudioError, match="cannot be read as a picture"):
        brought(Wish("rain", 2), target)
    assert not list(tmp_path.glob("*.png*"))
    # what was bought is fetched again, not bought again
    server.audio = "whole"
    brought(Wish("rain", 2), target)
    assert server.creates == 2 and [row["state"] for row in ledger()] == ["failed", "done"]
    server.plan("create", 402)
    with pytest.raises(EngineError, match="wants credit"):
        brought(Wish("rain", 4), tmp_path / "02.png")
    assert ledger()[-1]["state"] == "dropped"


def test_a_picture_is_moved(brought, server, tmp_path):
    image = tmp_path / "01.png"
    image.write_bytes(picture_png(1))
    brought(Wish("slow zoom", 1, image=str(image)), tmp_path / "01.mp4", "wan-i2v")
    (bought,) = server.predictions.values()
    assert bought["input"]["image"].startswith(server.url) and bought["input"]["duration"] == 5
    assert server.calls["upload"] == 1 and (tmp_path / "01.mp4").stat().st_size > 500
    with pytest.raises(EngineError, match="one that moves a picture is needed: wan-i2v"):
        find_painter("flux-schnell", "moving", {})
    with pytest.raises(EngineError, match="neither flux-schnell"):
        find_painter("no-such", "picture", {})


def test_a_painter_of_the_config_is_bought_by_its_own_input_and_licence(brought, server, tmp_path):
    entry = {
        "makes": "picture", "model": "me/mine", "license": "CC0-1.0",
        "price": {"per_take_usd": 0.01},
        "input": {"prompt": "a photo of {words}", "seed": "{seed}", "aspect_ratio": "1:1"},
    }  # fmt: skip
    config = Config(replicate={"painters": {"mine": entry, "flux-schnell": {"official": False}}})
    painters = config.replicate.painters
    assert painters["flux-schnell"]["model"] == "black-forest-labs/flux-schnell"
    brought(Wish("rain", 7), tmp_path / "01.png", "mine", painters=painters)
    (bought,) = server.predictions.values()
    assert bought["input"] == {"prompt": "a photo of rain", "seed": 7, "aspect_ratio": "1:1"}
    about = json.loads((tmp_path / "01.png.json").read_text())
    assert (about["painter"], about["license"]) == ("mine", "CC0-1.0")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"makes": "song"}, "'song' is none of picture, moving"),
        ({"price": {}}, "price is missing"),
        ({"price": {"per_take_usd": 0.0}}, "it costs something"),
        ({"model": "mine"}, "is no owner/name"),
        ({"input": {"seed": "{seed}"}}, "it lacks {words}"),
        ({"input": {"prompt": "{words}, {bpm}"}}, "{bpm} is no value"),
        ({"colour": "red"}, "colour is not known"),
    ],
)
def test_a_painter_of_the_config_that_cannot_be_used_is_told_at_once(changes, fault):
    entry = {
        "makes": "picture", "model": "me/mine", "license": "CC0-1.0",
        "price": {"per_take_usd": 0.01}, "input": {"prompt": "{words}"},
    }  # fmt: skip
    with pytest.raises(ValidationError, match=re.escape(fault)):
        Config(replicate={"painters": {"mine": {**entry, **changes}}})


def test_words_take_turns_and_modifiers_are_the_seeds():
    def row(seed):
        return [worded(["city", "sea"], ["fog", "grain", "neon"], 2, seed, n) for n in range(4)]

    assert row(1) == row(1) != row(2)
    assert [words.partition(",")[0] for words in row(1)] == ["city", "sea", "city", "sea"]
    assert worded(["city"], ["fog"], 3, 1, 0) == "city, fog"


@pytest.fixture
def one_core():
    """One core for this test and the programs that it starts, where the system can.

    A child with a model takes as many threads as it has cores, and for the sums of a tiny one those
    spend their time in waiting for one another.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    os.sched_setaffinity(0, {sorted(before)[number % len(before)]})
    yield
    os.sched_setaffinity(0, before)


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("one_core")
def test_tiny_nets_of_this_machine_paint_and_move_the_same_by_seed(tmp_path, monkeypatch, capsys):
    pytest.importorskip("diffusers")
    from PIL import Image

    from tests.helpers.tiny_painters import write_mover, write_painter

    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    model, mover, out = tmp_path / "tiny", tmp_path / "tiny-mover", tmp_path / "out"
    write_painter(model)
    write_mover(mover)

    def command(*more):
        order = ["paint", "city | sea", "--painter", str(model), "--steps", "2", *more]
        app(order, standalone_mode=False)
        return capsys.readouterr().out.split()

    made = command("--out", str(out), "--count", "2", "--size", "9:16", "--move", str(mover))
    assert [path.rpartition("/")[2] for path in made] == ["01.png", "02.png", "01.mp4", "02.mp4"]
    with Image.open(out / "01.png") as one, Image.open(out / "02.png") as two:
        assert one.height > one.width and one.tobytes() != two.tobytes()
    before = (out / "02.png").read_bytes()
    (out / "02.png").unlink()
    assert command("--out", str(out), "--count", "2", "--size", "9:16") == [str(out / "02.png")]
    assert (out / "02.png").read_bytes() == before
    (model / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"short")
    with pytest.raises(EngineError, match="is no safetensors file"):
        find_painter(str(model), "picture", {})
