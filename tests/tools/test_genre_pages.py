"""The page of styles says what the tables say."""

import importlib.util
from pathlib import Path

from daemon.engines.embedded.styles import STYLES

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_of_these_tables():
    """If this fails, run `python tools/genre_pages.py`."""
    spec = importlib.util.spec_from_file_location("genre_pages", ROOT / "tools" / "genre_pages.py")
    pages = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pages)
    page = (ROOT / "docs" / "genres.md").read_text(encoding="utf-8")
    for style in STYLES.values():
        assert pages.grids(style) in page, style.name
        picture = f"genres/{style.name.replace(' ', '-').replace('&', 'and')}.svg"
        assert picture in page and (ROOT / "docs" / picture).is_file()
