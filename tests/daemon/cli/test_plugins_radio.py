"""What is missing here is told, and the exit code says it: a host of plugins, a sound device."""

import asyncio

import pytest


@pytest.mark.parametrize("is_there", [True, False])
def test_plugins_without_their_host_fail(run, monkeypatch, is_there):
    found = object() if is_there else None
    monkeypatch.setattr("daemon.cli.plugins.find_spec", lambda name: found)
    code, _, err = run("plugins")
    assert (code, "[plugins]" in err) == ((0, False) if is_there else (1, True))


class Played:
    """A radio that is ready at once."""

    def __init__(self, places, wanted, crate):
        self.wanted = wanted

    async def run(self, ready):
        await asyncio.sleep(0)
        ready("http://127.0.0.1:8011/radio.mp3")


@pytest.mark.parametrize(
    ("has", "more", "told"),
    [(False, (), True), (True, (), False), (False, ("--no-play",), False)],
)
def test_a_radio_that_nothing_plays_here_says_so(run, monkeypatch, has, more, told):
    monkeypatch.setattr("daemon.radio.radio.Radio", Played)
    monkeypatch.setattr("daemon.radio.radio.has_device", lambda: has)
    code, out, err = run("radio", "lofi", *more)
    assert code == 0 and "http://127.0.0.1:8011" in out
    assert ("no sound device here" in err) == told
