"""Engines of one's own sounds on the page, in a real browser: taught, heard on the way, a batch sorted by taste."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.one_shots import write_folder
from tests.helpers.page import opened
from tests.helpers.web_house import WebHouse

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def snares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("snares"), snares=24)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHouse]:
    """One of its own: its taste is told by these clips alone."""
    made = WebHouse(tmp_path_factory.mktemp("taught") / "home")
    yield made
    made.stop()


def room(page: Any) -> Any:
    """The room of own sounds, by its command."""
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="What to do").fill("your own sounds")
    page.keyboard.press("Enter")
    return page.get_by_role("dialog", name="Your own sounds")


def teach(over: Any, folder: Path, name: str) -> None:
    over.get_by_label("Folder of your sounds, or a collection").fill(str(folder))
    over.get_by_label("Its name").fill(name)
    over.get_by_label("The sounds are mine, or free to be used like this").check()


def test_an_engine_is_taught_and_a_batch_of_it_sorted(
    browser: Any, house: WebHouse, snares: Path
) -> None:
    page = opened(browser, house)
    over = room(page)
    teach(over, snares, "page-snares")
    over.get_by_role("button", name="Teach it").click()
    row = over.get_by_role("listitem").filter(has_text="mine-page-snares")
    row.get_by_text("24 sounds: snare").wait_for(timeout=60_000)
    row.get_by_role("button", name="Make 20").click()
    page.wait_for_function(
        "document.querySelectorAll('.batch-card[data-place]').length === 20", timeout=60_000
    )
    page.get_by_label("how many").fill("5")
    page.get_by_role("button", name="Propose the best").click()
    page.get_by_text("5 to keep, 0 for the bin, 15 undecided").wait_for()
    page.get_by_text("not known well enough yet").wait_for()
    # a proposal is changed by the keys
    first = page.locator("[data-mark=kept]").first
    first.focus()
    page.keyboard.press("x")
    page.get_by_text("4 to keep, 1 for the bin, 15 undecided").wait_for()
    page.get_by_role("button", name="Done").click()
    page.get_by_text("4 kept, 1 in your system's bin").wait_for()
    (known,) = house.api.get("/taste").json()
    assert (known["kind"], known["liked"], known["disliked"]) == ("oneshot", 4, 1)
    over = room(page)
    over.get_by_text("4 kept, 1 thrown away; it takes 12 of each").wait_for()
    page.context.close()


def test_what_cannot_be_taught_is_said_where_it_was_asked(
    browser: Any, house: WebHouse, tmp_path: Path
) -> None:
    page = opened(browser, house)
    over = room(page)
    teach(over, write_folder(tmp_path / "few", snares=3), "few")
    over.get_by_role("button", name="Teach it").click()
    over.get_by_text("3 sounds are too few to learn from").wait_for(timeout=60_000)
    page.context.close()


@pytest.fixture(scope="module")
def tiny_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHouse]:
    from tests.daemon.engines.local.conftest import config_of
    from tests.daemon.engines.local.tiny import build

    folder = tmp_path_factory.mktemp("tiny")
    more = config_of({"local-tiny": build("musicgen", folder / "model")}, "")
    made = WebHouse(folder / "home", more)
    yield made
    made.stop()


@pytest.mark.skipif(find_spec("peft") is None, reason="peft is not installed")
def test_a_local_model_is_tuned_and_heard_on_the_way(
    browser: Any, tiny_house: WebHouse, snares: Path
) -> None:
    page = opened(browser, tiny_house)
    over = room(page)
    teach(over, snares, "dub")
    over.get_by_label("What is taught").select_option("local-tiny")
    over.get_by_label("Steps").fill("400")
    over.get_by_role("button", name="Teach it").click()
    training = over.get_by_label("train mine-dub", exact=True)
    training.get_by_text("loss").wait_for(timeout=90_000)
    training.get_by_label("How it sounds by now").wait_for(timeout=90_000)
    heard = tiny_house.api.get("/taught/mine-dub/preview")
    assert heard.headers["content-type"] == "audio/wav" and heard.content.startswith(b"RIFF")
    over.get_by_role("listitem").filter(has_text="mine-dub").get_by_text(
        "an adapter of local-tiny"
    ).wait_for(timeout=90_000)
    page.context.close()
