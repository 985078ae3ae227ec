"""The command line, called in this process in a home of its own."""

import sys

import pytest

from daemon.cli.main import main
from daemon.home.places import HOME_VARIABLE


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    """(arguments) -> the exit code, and what was printed and said of faults."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))

    def call(*arguments, terminal=False):
        monkeypatch.setattr(sys, "argv", ["sidecrate", *map(str, arguments)])
        monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return call
