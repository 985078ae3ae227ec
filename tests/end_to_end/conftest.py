"""What the tests of the page share: one daemon that serves it, for all of them in a process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpers.page import chromium
from tests.helpers.web_house import WebHouse


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHouse]:
    """Clips of other tests may be in it."""
    made = WebHouse(tmp_path_factory.mktemp("page") / "home")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Not for longer than a module: Playwright's loop would be in the way of others' `asyncio.run`."""
    with chromium() as made:
        yield made
