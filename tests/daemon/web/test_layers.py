"""A wish to have an instrument play along outlives whatever ends while its job is under way."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from daemon.home.places import Places
from daemon.library.library import Library
from tests.helpers.daemon_process import wait_until
from tests.helpers.web_house import WebHouse

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="signals that Windows does not have"
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[WebHouse]:
    made = WebHouse(tmp_path / "home")
    yield made
    made.stop()


@pytest.fixture
def loop(house: WebHouse) -> str:
    return house.make(prompt="house drums", bpm=240, bars=1, key="Am")


def layers(house: WebHouse, clip: str) -> list[dict[str, Any]]:
    with closing(Library(Places.find(house.home).library)) as library:
        return [step for step in library.edits.steps(clip) if step["do"] == "layer"]


def awaited(house: WebHouse) -> list[Any]:
    with closing(Library(Places.find(house.home).library)) as library:
        return library.awaited.all()


def page_pid(house: WebHouse) -> int:
    return int(json.loads((house.home / "state" / "web" / "address.json").read_text())["pid"])


@pytest.mark.parametrize("ends", ["the page", "the daemon"])
def test_a_layer_comes_though_it_ends_while_the_job_is_under_way(
    house: WebHouse, loop: str, ends: str
) -> None:
    job = (
        house.api.post(f"/clips/{loop}/instruments", json={"what": "strings"})
        .raise_for_status()
        .json()["job"]
    )
    if ends == "the page":
        os.kill(page_pid(house), signal.SIGKILL)
    else:
        house.daemon.kill()
        house.daemon.start()
    found = wait_until(lambda: layers(house, loop), 60, "the layer")
    made = house.daemon.rows("SELECT id FROM clips WHERE job = ?", job)
    assert [step["clip"] for step in found] == [row["id"] for row in made] and awaited(house) == []


def test_an_order_that_was_not_answered_and_is_taken_up_late_gets_its_layer(
    house: WebHouse, loop: str
) -> None:
    os.kill(house.daemon.process.pid, signal.SIGSTOP)
    try:
        answer = house.api.post(f"/clips/{loop}/instruments", json={"what": "strings"})
    finally:
        os.kill(house.daemon.process.pid, signal.SIGCONT)
    assert answer.status_code >= 500 and "may still take this up" in answer.json()["text"]
    wait_until(lambda: layers(house, loop), 60, "the layer")
    assert len(layers(house, loop)) == 1 and awaited(house) == []


def test_what_is_refused_or_comes_to_nothing_waits_no_more(house: WebHouse, loop: str) -> None:
    with closing(Library(Places.find(house.home).library)) as library:
        library.awaited.add("web-lost", loop, -6.0)
        library.awaited.add("web-gone", loop, -6.0)
        library.awaited.ordered("web-gone", "nojob")
        with library.database.write() as db:
            db.execute("UPDATE awaited_layers SET asked = asked - 3600")
    os.kill(page_pid(house), signal.SIGKILL)
    wait_until(lambda: not awaited(house), 60, "the end of what nobody will make")
    assert layers(house, loop) == []


def test_a_layer_is_put_on_once(house: WebHouse, loop: str) -> None:
    with closing(Library(Places.find(house.home).library)) as library:
        layer = library.awaited.add("web-a", loop, -6.0)
        step = {"do": "layer", "clip": loop, "db": layer.db}
        first = library.edits.add(loop, step, awaited=layer.label)
        assert library.edits.add(loop, step, awaited=layer.label) == first and len(first) == 1
        assert library.awaited.all() == []
