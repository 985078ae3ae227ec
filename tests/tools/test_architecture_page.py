"""docs/architecture.md names each room of the house, on the floor where the import contract has it."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def floors_of_the_page():
    """(floor, rooms) of the table, from the top, as `daemon/cli`."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", page, re.MULTILINE)
    return {
        int(floor): set(re.findall(r"`((?:bridge|daemon|sidecrate)(?:/\w+)?)(?:/|\.py)`", text))
        for floor, text in rows
    }


def test_every_room_stands_on_the_page():
    named = set().union(*floors_of_the_page().values())
    rooms = {
        f"{house}/{folder.name}"
        for house in ("bridge", "daemon")
        for folder in (ROOT / house).iterdir()
        if (folder / "__init__.py").is_file()
    }
    assert rooms - named == set()


def test_floors_of_the_page_are_those_of_the_import_contract():
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    contract = next(
        one
        for one in tool["importlinter"]["contracts"]
        if one["name"] == "Imports run down the floors"
    )
    layers = [set(re.findall(r"[\w.]+", layer)) for layer in contract["layers"]]
    height = {room.replace(".", "/"): -n for n, rooms in enumerate(layers) for room in rooms}
    page = floors_of_the_page()
    for upper, above in page.items():
        for lower, below in page.items():
            if upper > lower:
                wrong = [
                    (high, low)
                    for high in above & height.keys()
                    for low in below & height.keys()
                    if height[high] < height[low]
                ]
                assert not wrong, f"floors {upper} and {lower}"
