"""The page of instruments and effects says what the tables say."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_of_these_tables():
    """If this fails, run `python tools/sounds_page.py`."""
    spec = importlib.util.spec_from_file_location("sounds_page", ROOT / "tools" / "sounds_page.py")
    pages = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pages)
    assert (ROOT / "docs" / "sounds.md").read_text(encoding="utf-8") == pages.page()
