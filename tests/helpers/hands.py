"""Hands on the page, the same in Chromium and in Firefox: real clicks and keys, and what is seen.

A journey that is written with them is tried in both browsers, by mouse and by keys alone.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.helpers.firefox import Firefox

#: Keys that are no letters: WebDriver's codes.
_CODES = {
    "Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c", "ArrowUp": "\ue013",
    "ArrowDown": "\ue015", "ArrowLeft": "\ue012", "ArrowRight": "\ue014", "Delete": "\ue017",
    "Control": "\ue009", "Shift": "\ue008", "Space": " ",
}  # fmt: skip
#: Places that are passed at most until the focus is there.
_MOST_TABS = 90


class Hands(ABC):
    """What a person does at the page."""

    @abstractmethod
    def go(self, address: str) -> None: ...

    @abstractmethod
    def run(self, script: str) -> Any:
        """The value of an expression in the page."""

    @abstractmethod
    def wait(self, script: str) -> None:
        """Wait until an expression is true."""

    @abstractmethod
    def click(self, css: str) -> None: ...

    @abstractmethod
    def press(self, *keys: str) -> None:
        """Keys one after the other, where the focus is: `k`, `Enter`, `Control+k`."""

    @abstractmethod
    def write(self, text: str) -> None:
        """Letters where the focus is."""

    @contextmanager
    def _told(self, script: str) -> Iterator[None]:
        """What never comes true is told with what the page says and where the focus is."""
        try:
            yield
        except Exception as error:
            at = self.run("document.activeElement.outerHTML")[:300]
            said = self.run("document.querySelector('.said')?.innerText")
            raise AssertionError(f"not so: {script}; said: {said}; focus: {at} ({error})") from None

    def to(self, css: str) -> None:
        """Walk with the tabulator until the focus is there."""
        at = f"document.activeElement.matches({json.dumps(css)})"
        self.wait(f"document.querySelector({json.dumps(css)})")
        for _ in range(_MOST_TABS):
            if self.run(at):
                return
            self.press("Tab")
        raise AssertionError(f"{_MOST_TABS} tabs do not lead to {css}")

    def choose(self, by: str, css: str) -> None:
        """Click it, or walk to it and press Enter."""
        if by == "mouse":
            self.click(css)
        else:
            self.to(css)
            self.press("Enter")


class ChromiumHands(Hands):
    def __init__(self, page: Any) -> None:
        self.page = page

    def go(self, address: str) -> None:
        self.page.goto(address)

    def run(self, script: str) -> Any:
        return self.page.evaluate(script)

    def wait(self, script: str) -> None:
        with self._told(script):
            self.page.wait_for_function(script)

    def click(self, css: str) -> None:
        self.page.locator(css).first.click()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)


class FirefoxHands(Hands):
    def __init__(self, firefox: Firefox) -> None:
        self.firefox = firefox

    def go(self, address: str) -> None:
        self.firefox.go(address)

    def run(self, script: str) -> Any:
        return self.firefox.run(f"return {script}")

    def wait(self, script: str) -> None:
        with self._told(script):
            self.firefox.wait(script)

    def click(self, css: str) -> None:
        self.firefox.click(css)

    def press(self, *keys: str) -> None:
        for key in keys:
            parts = [_CODES.get(part, part) for part in key.split("+")] if len(key) > 1 else [key]
            self._keys([("keyDown", part) for part in parts] + [("keyUp", p) for p in parts[::-1]])

    def write(self, text: str) -> None:
        self._keys([(what, letter) for letter in text for what in ("keyDown", "keyUp")])

    def _keys(self, strokes: list[tuple[str, str]]) -> None:
        actions = [{"type": what, "value": value} for what, value in strokes]
        self.firefox(
            "WebDriver:PerformActions", actions=[{"type": "key", "id": "keys", "actions": actions}]
        )
