"""Whoever misses an extra says the same two commands, of an extra that there is."""

import re
import tomllib
from pathlib import Path

from daemon.home.extras import how_to_install

ROOT = Path(__file__).parents[3]
SOURCES = {path: path.read_text("utf-8") for path in (ROOT / "daemon").rglob("*.py")}


def test_both_commands_name_the_extra():
    assert how_to_install("stems") == (
        "pip install 'sidecrate[stems]', or from a checkout uv tool install '.[stems]'"
    )


def test_every_text_takes_its_commands_from_here_and_names_an_extra_that_there_is():
    written = [path.name for path, text in SOURCES.items() if "pip install 'sidecrate[" in text]
    assert written == ["extras.py"]
    named = {
        name
        for text in SOURCES.values()
        for name in re.findall(r"how_to_install\(['\"](\w[\w-]*)['\"]\)", text)
    }
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {"stems", "transcribe", "local", "ray"} <= named <= set(extras["optional-dependencies"])
