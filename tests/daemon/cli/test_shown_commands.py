"""Commands as README, docs and the table of verbs show them are commands that there are."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from bridge.verbs import VERBS
from daemon.cli.app import app
from daemon.cli.verbs import add_verbs

ROOT = Path(__file__).parents[3]
#: commands.md is made from the commands themselves.
PAGES = [ROOT / "README.md", *sorted({*(ROOT / "docs").glob("*.md")} - {ROOT / "docs/commands.md"})]


@pytest.fixture(scope="module")
def commands():
    add_verbs(app, [])
    return typer.main.get_command(app)


def parse(commands, line):
    """Read a line as the command line does, without doing it; what is wrong raises."""
    words = shlex.split(line, comments=True)[1:]
    if "--home" in words:
        at = words.index("--home")
        del words[at : at + 2]
    command, path = commands, []
    while words and words[0] in getattr(command, "commands", {}):
        path.append(words.pop(0))
        command = command.commands[path[-1]]
    assert path, "no such command"
    command.make_context(" ".join(path), words)


def shown(page):
    """The commands in the code blocks of a page."""
    for block in re.findall(r"^```\w*\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            line = re.sub(r"\s//.*", "", line.strip())
            yield from re.findall(r"sidecrate (?!--).*", line) if line[:10] == "sidecrate " else ()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_in_the_docs_exist_with_their_options(commands, page):
    wrong = []
    for line in shown(page):
        for one in re.split(r";\s*(?=sidecrate )", line):
            try:
                parse(commands, one)
            except (typer.Exit, SystemExit):
                continue
            except Exception as error:
                wrong.append(f"{one}: {getattr(error, 'message', error)}")
    assert not wrong


def test_the_example_of_each_verb_is_a_command(commands):
    assert {"make", "fit", "split", "train"} <= set(VERBS)
    for verb in VERBS.values():
        parse(commands, f"sidecrate {verb.name} {verb.example}")
