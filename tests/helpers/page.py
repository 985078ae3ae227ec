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


def views_of(page: Any, width: int) -> Iterator[str]:
    """Show one view after the other, of a page whose clip is chosen: each as it is named.

    The places of a phone, the clip's tabs, the filters, what is over the page.
    """
    for place in ("Ask", "Library", "Clip") if width < 880 else ():
        page.get_by_role("button", name=place, exact=True).click()
        yield place.lower()
    for tab in ("More", "Heard", "Marks", "Take it", "Edit", "Notes"):
        page.get_by_role("tab", name=tab, exact=True).click()
        if tab == "Notes":
            page.locator(".sheet").wait_for()
        if tab == "More":
            page.get_by_role("button", name="Master it").click()
        yield tab.lower().replace(" ", "-")
    page.get_by_role("button", name="Larger").click()
    yield "notes-large"
    page.get_by_role("button", name="Smaller").click()
    yield from _rooms_of(page)


def _rooms_of(page: Any) -> Iterator[str]:
    """What opens over the page, by the palette."""
    by_words = {
        "Connect your DAW": ".daws li",
        "Radio": "form",
        "Projects": "form",
        "Films": "p",
        "Your own sounds": "form",
    }
    for room in ("Commands", "Keys", "Studio", *by_words):
        page.keyboard.press("Control+k")
        if room != "Commands":
            said = {"Keys": "the keys", "Studio": "the studio", "Films": "films of"}.get(room, room)
            page.keyboard.type(said)
            page.keyboard.press("Enter")
            page.get_by_role("dialog", name=room, exact=True).wait_for()
        if room in by_words:
            page.locator(f"dialog {by_words[room]}").first.wait_for(state="attached")
        yield room.lower().replace(" ", "-")
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
