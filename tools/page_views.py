"""`python -m tools.page_views FOLDER`: the page's views at three widths, to be looked at.

From a real run in a home of its own; needs Chromium. Each is FOLDER/VIEW_WIDTH_SCHEME.png, in light
and dark, and at the first width in forced colours (Windows' high contrast) too.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.helpers.page import chromium, opened, views_of
from tests.helpers.web_house import WebHouse
from tools.pictures import CLIPS

WIDTHS = (1440, 820, 390)
SCHEMES = ("light", "dark", "forced")
_HEIGHT = 900
#: The clip that is opened: it has several parts, and a step.
_CHOSEN = "liquid drum and bass"


def take(folder: Path) -> None:
    """Every view, into a folder that is made."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, chromium() as browser:
        house = WebHouse(Path(home) / "home")
        try:
            for width in WIDTHS:
                _take_empty(browser, house, folder, width)
            for prompt, seed in CLIPS:
                house.make(prompt=prompt, seed=seed)
            house.api.post("/requests", json={"prompt": "an organ", "engine": "musicgen"})
            _fill(house)
            for width in WIDTHS:
                for scheme in SCHEMES if width == WIDTHS[0] else SCHEMES[:2]:
                    _take_all(browser, house, folder, width, scheme)
        finally:
            house.stop()


def _fill(house: WebHouse) -> None:
    """Something in every room: an edit, pads, a batch, a project."""
    clips = house.api.get("/clips").json()["clips"]
    chosen = next(clip["id"] for clip in clips if _CHOSEN in clip["prompt"])
    house.api.post(f"/clips/{chosen}/edits", json={"step": {"do": "tempo", "bpm": 170}})
    house.api.patch(f"/clips/{chosen}", json={"rating": 4, "tags": ["night", "fast"]})
    house.api.put(
        "/pads", json={"cells": {f"{n % 2}-{n}": one["id"] for n, one in enumerate(clips)}}
    )
    new = {"name": "night", "prompt": "dusty boom bap, 88 bpm", "pieces": 2, "seconds": 30}
    house.api.post("/projects", json=new)
    job = house.api.post(
        "/requests", json={"prompt": "crash cymbal", "kind": "oneshot", "count": 6}
    )
    house.done(job.json()["job"])


def _window(browser: Any, house: WebHouse, width: int, scheme: str) -> Any:
    colours = (
        {"forced_colors": "active", "color_scheme": "dark"}
        if scheme == "forced"
        else {"color_scheme": scheme}
    )
    size = {"width": width, "height": _HEIGHT}
    return opened(browser, house, viewport=size, reduced_motion="reduce", **colours)


def _shoot(page: Any, folder: Path, view: str, width: int, scheme: str) -> None:
    page.wait_for_timeout(200)
    page.screenshot(path=str(folder / f"{view}_{width}_{scheme}.png"))


def _take_empty(browser: Any, house: WebHouse, folder: Path, width: int) -> None:
    page = _window(browser, house, width, "light")
    page.get_by_role("button", name="Make a first loop").wait_for()
    _shoot(page, folder, "empty", width, "light")
    page.context.close()


def _take_all(browser: Any, house: WebHouse, folder: Path, width: int, scheme: str) -> None:
    page = _window(browser, house, width, scheme)
    row = page.locator("[data-clip]", has_text=_CHOSEN)
    row.wait_for()
    page.locator("[data-clip] .wave[data-drawn=true]").nth(3).wait_for()

    def shoot(view: str) -> None:
        _shoot(page, folder, view, width, scheme)

    shoot("start")
    _take_library(page, shoot, width)
    row.click()
    page.get_by_role("tab", name="Edit", exact=True).wait_for()
    if width < 500:
        page.get_by_role("button", name="Open the player").click()
    page.locator("footer .wave[data-drawn=true]").wait_for()
    for view in views_of(page, width):
        shoot(view)
    page.context.close()


def _take_library(page: Any, shoot: Any, width: int) -> None:
    page.get_by_role("button", name="Filters").click()
    shoot("filters")
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("button", name="Cards", exact=True).click()
    page.locator(".card .wave[data-drawn=true]").nth(3).wait_for()
    page.locator(".card[data-clip]").first.focus()
    page.keyboard.press("x")
    shoot("cards-selection")
    page.get_by_role("button", name="Select none").click()
    page.get_by_role("button", name="Map", exact=True).click()
    page.get_by_role("img", name="Map of").wait_for()
    shoot("map")
    page.get_by_role("button", name="List", exact=True).click()
    page.get_by_role("button", name="Pads", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.pad[data-ready=true]').length == 5")
    shoot("pads")
    page.get_by_role("button", name="Close the pads").click()
    places = width < 880
    if places:
        page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_label("What should it be?").fill("dark techno with frogs at 132 bpm")
    page.get_by_role("button", name="Show what each word sets").click()
    page.get_by_role("region", name="How the prompt is read").wait_for()
    shoot("reading")
    page.get_by_role("button", name="Sort 6").click()
    page.locator(".batch-card .wave[data-drawn=true]").nth(5).wait_for()
    shoot("batch")
    page.get_by_role("button", name="Back to the library").click()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
