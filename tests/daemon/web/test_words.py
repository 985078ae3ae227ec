"""The page's words: one table, complete in each language, and no sentence beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[3] / "daemon" / "web" / "page" / "src"
TABLE: dict[str, dict[str, str]] = json.loads(
    (SOURCES / "words" / "table.json").read_text(encoding="utf-8")
)
#: What is the same in every language, or said to the daemon, which reads English.
PLAIN = re.compile(
    r"^(Ctrl .*|[a-z]|A|B|Sidecrate|Am|LUFS|MIDI|CC-BY-4\.0|dusty .*|strings|sidecrate .*)$"
)


def files() -> list[Path]:
    return sorted(path for path in SOURCES.rglob("*.ts*") if path.name != "schema.ts")


@pytest.mark.parametrize("language", ["de", "es"])
def test_every_sentence_is_said_in_every_language(language: str) -> None:
    for english, said in TABLE.items():
        assert said.get(language, "").strip(), english
        holes = re.findall(r"{\w+}", english)
        assert sorted(re.findall(r"{\w+}", said[language])) >= sorted(set(holes)), english
        assert set(re.findall(r"{\w+}", said[language])) == set(holes), english


def test_every_sentence_of_the_page_stands_in_the_table() -> None:
    for path in files():
        for said in re.findall(r'\bt\(\s*"((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8")):
            assert said.replace('\\"', '"') in TABLE, (path.name, said)


def test_no_sentence_stands_beside_the_table() -> None:
    for path in files():
        if path.suffix != ".tsx":
            continue
        text = path.read_text(encoding="utf-8")
        found = re.findall(r">\s*([A-Za-z][^<>{}()=;|&]*[A-Za-z])[.…:,]?\s*</", text)
        found += re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*[A-Za-z][^"]*)"', text)
        beside = [said.strip() for said in found if not PLAIN.match(said.strip())]
        assert not beside, (path.name, beside)
