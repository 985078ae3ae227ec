"""Ctrl-C: one line and the code that shells know, wherever the command is."""

import sys

import pytest
import typer

import daemon.cli.main
import sidecrate_start


def stop() -> None:
    raise KeyboardInterrupt


def ended(capsys) -> tuple[object, str]:
    with pytest.raises(SystemExit) as end:
        sidecrate_start.main()
    return end.value.code, capsys.readouterr().err


def test_a_command_that_is_stopped_says_so(monkeypatch, capsys):
    app = typer.Typer()
    app.callback()(lambda: None)
    app.command("wait")(stop)
    monkeypatch.setattr(daemon.cli.main, "app", app)
    monkeypatch.setattr(daemon.cli.main, "add_verbs", lambda app, line: None)
    monkeypatch.setattr(sys, "argv", ["sidecrate", "wait"])
    assert ended(capsys) == (130, "stopped\n")


def test_so_does_one_that_is_still_loading(monkeypatch, capsys):
    monkeypatch.setattr(sidecrate_start, "collision", stop)
    assert ended(capsys) == (130, "stopped\n")
