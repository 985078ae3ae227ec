"""The page of instruments and effects says what the tables say."""

import importlib.util
from pathlib import Path

from daemon.engines.embedded.effects.table import TABLE
from daemon.engines.embedded.instruments import players

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_of_these_tables():
    """If this fails, run `python tools/sounds_page.py`."""
    spec = importlib.util.spec_from_file_location("sounds_page", ROOT / "tools" / "sounds_page.py")
    pages = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pages)
    assert (ROOT / "docs" / "sounds.md").read_text(encoding="utf-8") == pages.page()


def test_the_numbers_in_the_pages_are_those_of_the_tables():
    instruments, effects = len(players()), len(TABLE)
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"{instruments} instruments and {effects} effects have names" in readme
    words = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
    assert f"lists the {effects} effects" in words
