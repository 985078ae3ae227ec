"""The one question about the page, asked at a terminal and never again."""

import io

import pytest
import typer

from daemon.cli import web
from daemon.home.places import Places
from daemon.settings.load import load_config


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("on", [True, False])
def test_it_is_asked_once_and_the_answer_stands_in_the_config(tmp_path, monkeypatch, on):
    places = Places.find(tmp_path)
    asked = []

    def answer(text, **_):
        asked.append(text)
        return on

    monkeypatch.setattr(typer, "confirm", answer)
    monkeypatch.setattr(web.sys, "stdin", Terminal())
    monkeypatch.setattr(web.sys, "stderr", Terminal())
    for _ in range(2):
        config = web.ask_for_page(places, load_config(places.config_file))
        assert config.web.enabled is on
    assert len(asked) == 1 and "127.0.0.1:9141" in asked[0]


def test_nothing_is_asked_without_a_terminal(tmp_path, monkeypatch):
    monkeypatch.setattr(typer, "confirm", lambda *_, **__: pytest.fail("it was asked"))
    monkeypatch.setattr(web.sys, "stdin", io.StringIO())
    places = Places.find(tmp_path)
    assert not web.ask_for_page(places, load_config(places.config_file)).web.enabled
    assert not places.config_file.exists()
