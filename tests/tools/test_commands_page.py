"""The page of commands says what the commands say."""

import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_page_is_what_the_commands_say() -> None:
    # in a program of its own: other tests add verbs to the table
    made = subprocess.run(
        [sys.executable, "-m", "tools.commands_page"],
        cwd=PAGE.parents[1],
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    assert PAGE.read_text(encoding="utf-8") == made, (
        "run: python -m tools.commands_page > docs/commands.md"
    )
    for name in ("make", "fit", "secret set", "midi learn"):
        assert f"## {name}\n" in made
