"""The page where answers come late, keys come twice, and the line to the daemon is refused for a while."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.helpers.page import opened
from tests.helpers.web_house import WebHouse

pytestmark = pytest.mark.slow


def test_one_press_of_enter_is_one_order(browser: Any, house: WebHouse) -> None:
    """A held key repeats, and a second press may come before the first is answered."""
    page = opened(browser, house)
    orders: list[Any] = []

    def late(route: Any) -> None:
        orders.append(route)
        page.wait_for_timeout(300)
        route.fulfill(status=202, json={"event": "accepted", "job": "none", "position": 1})

    page.route("**/api/requests", late)
    box = page.get_by_label("What should it be?")
    box.fill("warm pads")
    send = """(box, more) => box.dispatchEvent(
        new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true, ...more}))"""
    box.evaluate(send, {"isComposing": True})
    box.evaluate(send, {"repeat": True})
    page.wait_for_timeout(200)
    assert orders == [], "the end of a word that is composed, and a held key, order nothing"
    box.press("Enter")
    box.press("Enter")
    page.get_by_text("Your request is in the queue.").wait_for()
    page.wait_for_timeout(400)
    assert len(orders) == 1
    box.press("Enter")
    page.wait_for_timeout(800)
    assert len(orders) == 2, "once the first is answered, the next one counts"


def test_an_answer_that_comes_late_does_not_close_the_clip_that_was_chosen_since(
    browser: Any, house: WebHouse
) -> None:
    slow, quick = (house.make(prompt=f"fake late {name}", engine="fake") for name in "ab")
    page = opened(browser, house)
    held: list[Any] = []
    page.route(f"**/api/clips/{slow}", lambda route: held.append(route))
    page.get_by_label("Search").fill("fake late")
    page.locator(f'[data-clip="{slow}"]').click()
    while not held:
        page.wait_for_timeout(50)
    page.locator(f'[data-clip="{quick}"]').click()
    page.locator(".editor").wait_for()
    for route in held:
        route.continue_()
    page.wait_for_timeout(1000)
    assert page.locator(".editor").count() == 1


def test_after_events_were_refused_the_page_goes_on_by_itself(
    browser: Any, house: WebHouse
) -> None:
    page = browser.new_context(bypass_csp=True).new_page()
    page.route("**/api/events", lambda route: route.fulfill(status=503, json={}), times=1)
    page.goto(house.link())
    page.get_by_text("Sidecrate does not answer").wait_for()
    page.get_by_text("Sidecrate does not answer").wait_for(state="detached", timeout=15_000)
    clip = house.make(prompt="fake after all", engine="fake")
    page.locator(f'[data-clip="{clip}"]').wait_for()


def test_a_sound_that_does_not_come_is_told_with_what_to_do(browser: Any, house: WebHouse) -> None:
    clip = house.make(prompt="fake unheard", engine="fake")
    page = opened(browser, house)
    page.route("**/audio?*", lambda route: route.abort())
    page.get_by_label("Search").fill("fake unheard")
    page.locator(f'[data-clip="{clip}"]').get_by_role("button", name=re.compile("^Play")).click()
    page.get_by_text("Sidecrate does not answer; start it with").wait_for()


def test_a_pad_whose_sound_is_gone_is_told(browser: Any, house: WebHouse) -> None:
    clip = house.make(prompt="fake struck", engine="fake", kind="oneshot")
    house.api.put(f"/collections/Struck/{clip}").raise_for_status()
    page = opened(browser, house)
    gone = {"code": "gone", "text": "the file of this clip is gone"}
    page.route("**/audio?*", lambda route: route.fulfill(status=410, json=gone))
    page.get_by_text("Filters", exact=True).first.click()
    page.locator("label", has_text="Collection").locator("select").select_option("Struck")
    page.get_by_role("button", name="Play as pads").click()
    page.get_by_text("the file of this clip is gone").wait_for()


def test_a_batch_that_is_none_of_the_newest_jobs_is_followed_to_its_end(
    browser: Any, house: WebHouse
) -> None:
    page = browser.new_context(bypass_csp=True).new_page()
    # nothing is told of it, as of a job that twenty newer ones have pushed out of the list
    page.route("**/api/events", lambda route: route.abort())
    page.goto(house.link())
    page.get_by_label("What should it be?").fill("deep house drums, 2 bars")
    page.get_by_label("Count").fill("4")
    page.get_by_role("button", name="Make it").click()
    page.locator('[data-place="3"]').wait_for(timeout=40_000)
