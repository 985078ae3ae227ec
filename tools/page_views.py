"""`python -m tools.page_views FOLDER`: the page's views at three widths, light and dark, to be looked at.

From a real run in a home of its own; needs Chromium. Each is FOLDER/VIEW_WIDTH_SCHEME.png.
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
SCHEMES = ("light", "dark")
_HEIGHT = 900


def take(folder: Path) -> None:
    """Every view, into a folder that is made."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, chromium() as browser:
        house = WebHouse(Path(home) / "home")
        try:
            _take_empty(browser, house, folder)
            for prompt, seed in CLIPS:
                house.make(prompt=prompt, seed=seed)
            house.api.post("/requests", json={"prompt": "an organ", "engine": "musicgen"})
            for width in WIDTHS:
                for scheme in SCHEMES:
                    _take_all(browser, house, folder, width, scheme)
        finally:
            house.stop()


def _window(browser: Any, house: WebHouse, width: int, scheme: str) -> Any:
    size = {"width": width, "height": _HEIGHT}
    return opened(browser, house, viewport=size, color_scheme=scheme, reduced_motion="reduce")


def _shoot(page: Any, folder: Path, view: str, width: int, scheme: str) -> None:
    page.wait_for_timeout(300)
    page.screenshot(path=str(folder / f"{view}_{width}_{scheme}.png"))


def _take_empty(browser: Any, house: WebHouse, folder: Path) -> None:
    for width in WIDTHS:
        page = _window(browser, house, width, "light")
        page.get_by_role("button", name="Make a first loop").wait_for()
        _shoot(page, folder, "empty", width, "light")
        page.context.close()


def _take_all(browser: Any, house: WebHouse, folder: Path, width: int, scheme: str) -> None:
    page = _window(browser, house, width, scheme)
    row = page.locator("[data-clip]", has_text="warm soul chords")
    row.wait_for()
    page.locator("[data-clip] .wave[data-drawn=true]").nth(3).wait_for()
    _shoot(page, folder, "start", width, scheme)
    page.get_by_role("button", name="Filters").click()
    _shoot(page, folder, "filters", width, scheme)
    page.get_by_role("button", name="Filters").click()
    row.click()
    page.locator("footer .wave[data-drawn=true]").wait_for()
    for view in views_of(page, width):
        _shoot(page, folder, view, width, scheme)
    page.context.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
