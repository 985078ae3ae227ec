from pathlib import Path

from daemon.engines.table import with_table

PAGE = Path(__file__).parents[3] / "docs" / "engines.md"


def test_the_pages_table_is_what_the_registry_says():
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page, "run: python -m daemon.engines.table docs/engines.md"
