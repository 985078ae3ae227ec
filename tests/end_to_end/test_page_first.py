"""The first minutes with the page, notes changed on it, its languages, and what it does without Sidecrate."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.daemon_process import wait_until
from tests.helpers.page import opened
from tests.helpers.web_house import WebHouse

TABLE = Path(__file__).parents[2] / "daemon/web/page/src/words/table.json"


@pytest.fixture
def new_house(tmp_path: Path) -> Iterator[WebHouse]:
    home = tmp_path / "home"
    # a REAPER of this test's own: the user's is left alone
    (config := home.parent / "config" / "REAPER").mkdir(parents=True)
    made = WebHouse(home, XDG_CONFIG_HOME=str(config.parent))
    yield made
    made.stop()


def test_a_newcomer_makes_a_loop_and_connects_a_daw_by_a_click_each(
    browser: Any, new_house: WebHouse
) -> None:
    page = opened(browser, new_house, bypass_csp=False)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.get_by_role("button", name="Connect your DAW").first.click()
    row = page.get_by_role("listitem", name="REAPER")
    row.get_by_text("not heard yet").wait_for()
    files = [Path(text) for text in row.locator("code").all_inner_texts()[:-1]]
    ours = ["Sidecrate.lua", "Sidecrate item.lua", "Sidecrate.ReaperOSC"]
    assert [path.name for path in files] == ours
    assert not any(path.exists() for path in files), "shown before anything is put there"
    row.get_by_role("button", name="Install it for REAPER").click()
    row.get_by_text("Load ReaScript").wait_for()
    assert all(path.is_file() for path in files)
    new_house.command("tempo", "123")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Make a first loop").click()
    page.locator("[data-clip] .wave[data-drawn=true]").first.wait_for()
    # Playwright cannot look in with eval under the page's own policy, but the page itself says what that policy stops
    assert not [text for text in said if "Content Security Policy" in text and "eval" not in text]


def test_a_search_that_finds_nothing_is_cleared_by_a_button_or_escape(
    browser: Any, house: WebHouse
) -> None:
    house.make(prompt="house drums", bars=1, seed=5)
    page = opened(browser, house)
    search, clip = page.get_by_label("Search", exact=True), page.locator("[data-clip]").first
    clip.wait_for()
    for way in ("button", "Escape"):
        page.get_by_role("button", name="Not used yet").click()
        search.fill("zzyzx")
        page.get_by_text("No clip is like that.").wait_for()
        if way == "button":
            page.get_by_role("button", name="Clear the search").click()
        else:
            search.press("Escape")
        clip.wait_for()
        assert search.input_value() == ""
        unused = page.get_by_role("button", name="Not used yet")
        assert unused.get_attribute("aria-pressed") == "false"
        assert search.evaluate("one => one === document.activeElement")


def notes_of(house: WebHouse, clip: str, part: str) -> list[list[float]]:
    found = house.api.get(f"/clips/{clip}/notes").json()["parts"]
    return next(one["notes"] for one in found if one["name"] == part)


def test_two_notes_are_mended_by_mouse_and_saved(browser: Any, house: WebHouse) -> None:
    clip = house.make(prompt="deep house, Am F C G", bars=4, bpm=122, seed=3)
    before = notes_of(house, clip, "bass")
    original = Path(house.api.get(f"/clips/{clip}").json()["path"]).read_bytes()
    page = opened(browser, house, viewport={"width": 1440, "height": 900})
    page.locator(f"[data-clip='{clip}']").click()
    page.get_by_role("tab", name="Notes").click()
    page.get_by_role("button", name=re.compile("^bass")).click()
    first, second = page.locator("rect.note").nth(0), page.locator("rect.note").nth(1)
    box = first.bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 3, box["y"] - 1.5 * box["height"], steps=4)
    page.mouse.up()
    second.dblclick()
    page.get_by_text("2 changes are not saved yet").wait_for()
    page.get_by_role("button", name="Save the notes").click()
    page.get_by_text("The notes are saved").wait_for()
    after = notes_of(house, clip, "bass")
    assert len(after) == len(before) - 1 and after[0] == [
        *before[0][:2],
        before[0][2] + 2,
        before[0][3],
    ]
    assert [note for note in before[2:] if note not in after] == []
    page.get_by_role("button", name="B edited").wait_for()
    page.get_by_role("button", name="Play what is in the player").click()
    page.wait_for_function("window.sidecrateLevel() > 0.02")
    page.get_by_role("button", name="Pause").click()
    assert Path(house.api.get(f"/clips/{clip}").json()["path"]).read_bytes() == original


def test_two_notes_are_mended_by_keys_alone(browser: Any, house: WebHouse) -> None:
    clip = house.make(prompt="sad piano chords", kind="midi", bars=1, bpm=90, seed=4)
    part = house.api.get(f"/clips/{clip}/notes").json()["parts"][0]["name"]
    before = notes_of(house, clip, part)
    page = opened(browser, house)
    page.locator(f"[data-clip='{clip}']").focus()
    page.keyboard.press("Enter")
    page.get_by_role("tab", name="Edit").press("ArrowRight")
    roll = page.get_by_role("application")
    roll.focus()
    for key in (".", "Shift+ArrowUp", ".", "-", "-", "Control+z", "Enter", "Control+z"):
        page.keyboard.press(key)
    page.get_by_text("2 changes are not saved yet").wait_for()
    page.get_by_role("button", name="Save the notes").press("Enter")
    page.get_by_text("The notes are saved").wait_for()
    after = notes_of(house, clip, part)
    assert len(after) == len(before)
    moved = [note for note in after if note not in before]
    assert sorted(moved) == sorted([
        [*before[0][:2], before[0][2] + 12, before[0][3]], [*before[1][:3], before[1][3] - 8],
    ])  # fmt: skip
    page.get_by_role("tab", name="Notes").focus()
    page.keyboard.press("Control+z")
    # the roll said "Undone." before, of what was not saved yet
    wait_until(lambda: notes_of(house, clip, part) == before, what="the undo")


def test_the_page_speaks_the_browsers_language_and_keeps_the_one_that_is_chosen(
    browser: Any, house: WebHouse
) -> None:
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    page = opened(browser, house, locale="de-AT")
    page.get_by_role("heading", name=table["Ask for a clip"]["de"]).wait_for()
    assert page.locator("html").get_attribute("lang") == "de"
    page.get_by_role("button", name=table["Studio"]["de"], exact=True).click()
    page.get_by_label(table["Language"]["de"]).select_option("es")
    spanish = table["Ask for a clip"]["es"]
    page.get_by_role("heading", name=spanish, include_hidden=True).wait_for()
    page.reload()
    page.get_by_role("heading", name=spanish).wait_for()


@pytest.mark.parametrize("locale", ["de-DE", "es-ES", "en-GB"])
def test_on_a_phone_no_tab_of_a_clip_stands_over_another(
    browser: Any, house: WebHouse, locale: str
) -> None:
    house.make(prompt="deep house", seed=3)
    page = opened(browser, house, locale=locale, viewport={"width": 390, "height": 844})
    page.locator("[data-clip]").first.click()
    page.get_by_role("tab").first.wait_for()
    widths = "all => all.map((tab) => [tab.scrollWidth, tab.clientWidth])"
    for needs, has in page.get_by_role("tab").evaluate_all(widths):
        assert needs <= has


def test_without_sidecrate_the_page_opens_and_says_so(browser: Any, house: WebHouse) -> None:
    page = opened(browser, house)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # its files are kept by now
    page.locator("#library").wait_for()
    page.context.set_offline(True)
    page.reload()
    page.get_by_text("Sidecrate does not answer").first.wait_for()
    kept = page.evaluate(
        "caches.open('sidecrate-page-1').then((all) => all.keys()).then((keys) => keys.map((one) => new URL(one.url).pathname))"
    )
    assert "/assets/page.js" in kept and not [
        path for path in kept if path.startswith(("/api", "/open"))
    ]
    page.context.set_offline(False)
    page.locator("#library").wait_for()
