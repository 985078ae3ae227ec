"""One command is built alone, and is the same as among all the others."""

from __future__ import annotations

import pytest
from typer.main import get_command

from daemon.cli.asked import asked_of, names_of, with_asked_alone
from daemon.cli.main import app

WHOLE = get_command(app).commands


def shown(command) -> str:
    return command.get_help(command.make_context("sidecrate", [], resilient_parsing=True))


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_each_command_alone_is_what_it_is_among_all(name):
    alone = get_command(with_asked_alone(app, ["--version", name, "--json", "status"])).commands
    assert list(alone) == [name]
    assert shown(alone[name]) == shown(WHOLE[name])
    assert list(getattr(alone[name], "commands", ())) == list(getattr(WHOLE[name], "commands", ()))


def test_where_none_is_named_all_are_there():
    for arguments in ([], ["--help"], ["mak"], ["a prompt", "make"]):
        assert with_asked_alone(app, arguments) is app and not asked_of(app, arguments)
    # verbs may have come to the app since this file was read
    assert names_of(app) == set(get_command(app).commands)
