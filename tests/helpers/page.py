"""The page in Chromium, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.conftest import require, skip_or_fail
from tests.helpers.web_house import WebHouse


@contextmanager
def chromium() -> Iterator[Any]:
    """A running Chromium; the test is skipped where there is none."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        skip_or_fail("playwright is not installed; `make setup` brings it")
    path = require("chromium", "chromium")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        made = playwright.chromium.launch(executable_path=path, args=options)
        yield made
        made.close()


def opened(browser: Any, house: WebHouse, **options: Any) -> Any:
    """The page of a house in a window of its own."""
    # the page forbids eval, which is how Playwright looks into it
    page = browser.new_context(**{"bypass_csp": True, **options}).new_page()
    page.set_default_timeout(20_000)
    page.goto(house.link())
    page.locator("#library").wait_for()
    return page
