"""That the typed functions of Python are what the table of verbs says."""

import inspect
from pathlib import Path
from typing import get_type_hints

import pytest

import sidecrate
from bridge.request import FIELDS
from bridge.verbs import VERBS
from daemon.cli.options import offered_fields
from tools.python_door import field_type, python_door

FILE = Path(__file__).parents[2] / "sidecrate" / "_verbs.py"
OWN = ("make", "fit", "again")


def test_the_file_is_what_the_table_says():
    assert FILE.read_text(encoding="utf-8") == python_door(), "run: python -m tools.tables"


@pytest.mark.parametrize("name", OWN)
def test_a_function_has_the_fields_of_its_verb_as_keywords(name):
    function = getattr(sidecrate, name)
    first, *others = inspect.signature(function).parameters.values()
    assert first.kind is first.POSITIONAL_OR_KEYWORD
    assert all(one.kind is one.KEYWORD_ONLY for one in others)
    offered = [row.name for row in offered_fields(VERBS[name])]
    assert [one.name for one in others] == [*offered, "out", "force"]
    hints = get_type_hints(function, {**vars(sidecrate._verbs), "os": __import__("os")})
    assert hints["return"] == list[sidecrate.Clip]


def test_a_fields_type_is_its_readers():
    types = {name: field_type(row) for name, row in FIELDS.items()}
    assert types["bpm"] == "float" and types["bars"] == "int" and types["midi"] == "bool"
    assert types["use"] == 'Literal["continue", "melody", "accompany", "style"]'
    assert types["mood"] == "str | Sequence[str]" and types["reference"] == "Source"
