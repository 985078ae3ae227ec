"""The page in a real browser, as a newcomer meets it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import require, skip_or_fail
from tests.web_house import WebHouse

PAGE = Path(__file__).parents[2] / "daemon" / "web" / "page"
AXE = PAGE / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHouse]:
    made = WebHouse(tmp_path_factory.mktemp("page") / "home")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        skip_or_fail("playwright is not installed; `make setup` brings it")
    chromium = require("chromium", "chromium")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        made = playwright.chromium.launch(executable_path=chromium, args=options)
        yield made
        made.close()


@pytest.fixture(scope="module")
def loop(house: WebHouse) -> str:
    return house.make(prompt="warm soul chords and drums", bpm=90, key="Am", bars=1)


def opened(browser: Any, house: WebHouse, **options: Any) -> Any:
    # the page forbids eval, which is how Playwright looks into it
    page = browser.new_context(bypass_csp=True, **options).new_page()
    page.set_default_timeout(20_000)
    page.goto(house.link())
    page.get_by_role("heading", name="Library").wait_for()
    return page


def test_without_the_link_the_page_says_how_to_open_it(browser: Any, house: WebHouse) -> None:
    page = browser.new_context().new_page()
    page.goto(house.base)
    page.get_by_text("sidecrate open --page").wait_for()


def test_a_newcomer_asks_hears_edits_exports_and_shares(browser: Any, house: WebHouse) -> None:
    page = opened(browser, house, accept_downloads=True)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.get_by_label("What should it be?").fill("dusty boom bap drums and bass")
    page.get_by_label("Tempo", exact=True).fill("92")
    page.get_by_label("Bars").fill("1")
    page.get_by_role("button", name="Make it").click()
    page.locator(".queue li[data-state=done]").wait_for()
    page.get_by_label("Search").fill("dusty boom")
    row = page.locator("[data-clip]", has_text="dusty boom bap drums and bass")
    row.wait_for()
    clip = row.get_attribute("data-clip")
    path = Path(house.api.get(f"/clips/{clip}").json()["path"])
    before = path.read_bytes()

    row.get_by_role("button", name=re.compile("^Play")).click()
    page.wait_for_function("window.sidecrateLevel() > 0.02")
    page.wait_for_timeout(3000)  # longer than the loop's 2.6 s: it goes on
    page.wait_for_function("window.sidecrateLevel() > 0.02")
    row.get_by_role("button", name=re.compile("^Stop")).click()

    row.get_by_role("button", name=re.compile("^Edit")).click()
    steps = page.locator(".editor ol li")
    page.get_by_label("bpm", exact=True).fill("100")
    page.get_by_role("button", name="Add step").click()
    steps.filter(has_text="tempo bpm 100").wait_for()
    page.get_by_label("Say the change").fill("up two semitones")
    page.get_by_role("button", name="Change it").click()
    steps.nth(1).wait_for()
    page.get_by_role("button", name="Undo").click()
    steps.nth(1).wait_for(state="detached")
    page.get_by_role("button", name="mute drums").click()
    steps.filter(has_text="mute").wait_for()

    with page.expect_download() as download:
        page.get_by_role("button", name="Export mp3").click()
    assert download.value.suggested_filename.endswith(".mp3")
    assert Path(download.value.path()).stat().st_size > 5000

    page.get_by_role("button", name="Share a link").click()
    link = page.locator(".editor p a")
    link.wait_for()
    address = str(link.get_attribute("href"))
    assert httpx.get(address).status_code == 200
    page.get_by_role("button", name="Revoke the link").click()
    link.wait_for(state="detached")
    assert httpx.get(address).status_code == 404
    assert path.read_bytes() == before
    assert faults == []


def test_the_library_is_used_by_keyboard_alone(browser: Any, house: WebHouse, loop: str) -> None:
    page = opened(browser, house)
    page.locator("[data-clip]").first.focus()
    page.keyboard.press("f")
    page.get_by_role("button", name=re.compile("^Favourite"), pressed=True).wait_for()
    page.keyboard.press("Space")
    page.wait_for_function("window.sidecrateLevel() > 0.02")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=re.compile("^Edit ")).wait_for()


@pytest.mark.parametrize("width", [390, 820, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_over_the_edge_and_axe_finds_no_serious_fault(
    browser: Any, house: WebHouse, loop: str, width: int, scheme: str
) -> None:
    page = opened(browser, house, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.locator(".clips .wave div").first.wait_for()
    page.get_by_role("button", name=re.compile("^Edit")).first.click()
    page.get_by_role("heading", name="Steps").wait_for()
    if folder := os.environ.get("SIDECRATE_SCREENSHOTS"):
        page.wait_for_timeout(500)
        page.screenshot(path=f"{folder}/page_{width}_{scheme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if not AXE.exists():
        skip_or_fail("axe-core is not installed; `make page` brings it")
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run()")["violations"]
    serious = [
        (one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found if one["impact"] in ("serious", "critical")
    ]
    assert serious == [], json.dumps(serious, indent=1)


def test_the_built_page_is_that_of_its_sources(tmp_path: Path) -> None:
    """What `make page` would build stands in the repository."""
    if not (PAGE / "node_modules" / "vite").exists() or shutil.which("npx") is None:
        skip_or_fail("the page's build tools are not installed; `make page` brings them")
    subprocess.run(
        ["npx", "vite", "build", "--outDir", str(tmp_path), "--emptyOutDir"], cwd=PAGE, check=True, capture_output=True
    )
    built = PAGE.parent / "built"
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        assert path.read_bytes() == (built / path.relative_to(tmp_path)).read_bytes(), f"{path.name}: run `make page`"
