"""The page in Firefox: its notes are changed by keys and saved. Sound needs a device, so it is not tried here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.firefox import Firefox
from tests.helpers.web_house import WebHouse

#: WebDriver's codes of keys that are no letters.
UP, DELETE = "\ue013", "\ue017"


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    made = Firefox(tmp_path / "profile", **{"intl.accept_languages": "es-MX"})
    yield made
    made.close()


@pytest.mark.slow
def test_notes_are_mended_by_keys_and_saved(firefox: Firefox, tmp_path: Path) -> None:
    house = WebHouse(tmp_path / "home")
    try:
        clip = house.make(prompt="warm soul chords and bass", bpm=90, key="Am", bars=1, seed=3)
        firefox.go(house.link())
        firefox.wait("document.documentElement.lang == 'es'")
        firefox.click(f"[data-clip='{clip}'] .about")
        firefox.click("#tab-2")
        firefox.wait("document.querySelectorAll('rect.note').length > 2")
        before = house.api.get(f"/clips/{clip}/notes").json()["parts"][0]["notes"]
        for key in (".", UP, ".", DELETE):
            firefox.type("[role=application]", key)
        firefox.click(".roll-room .first")
        firefox.wait("document.querySelector('.ab')")
        after = house.api.get(f"/clips/{clip}/notes").json()["parts"][0]["notes"]
        raised = [*before[0][:2], before[0][2] + 1, before[0][3]]
        assert len(after) == len(before) - 1 and raised in after and before[1] not in after
    finally:
        house.stop()
