from pathlib import Path

from bridge.osc.addresses import IN, OUT
from bridge.request import FIELDS
from daemon.prompt.genres import GENRES
from tools.protocol_page import protocol_page

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"


def test_the_page_is_what_the_tables_say():
    assert PAGE.read_text(encoding="utf-8") == protocol_page(), "run: python -m tools.tables"


def test_nothing_of_the_tables_is_missing():
    page = protocol_page()
    for name in (*FIELDS, *IN, *OUT):
        assert f"| `{name}`" in page
    for name in GENRES:
        assert f"| {name} |" in page
