"""The tests that docs/promises.md names are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_what_shows_a_promise_exists():
    named = re.findall(
        r"`(tests/\S+\.py)::(\w+)`", (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    )
    assert len(named) > 40
    assert [
        f"{file}::{test}"
        for file, test in named
        if f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8")
    ] == []
