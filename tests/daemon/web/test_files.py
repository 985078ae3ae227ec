"""What lies under state/web, after power cuts that left files empty too."""

import json
import os
import time

import pytest

from daemon.home.page_address import web_folder
from daemon.home.places import Places
from daemon.home.web_access import load_token
from daemon.web.shares import Shares


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"\0" * 300, b'{"a": 1}', b'{"a": {"title": "x"}}', b"\xff\xfe"]
)
def test_a_damaged_list_of_shares_is_put_aside_and_the_page_is_served(tmp_path, text):
    path = tmp_path / "shares.json"
    path.write_bytes(text)
    shares = Shares(path)
    assert shares.all() == [] and (tmp_path / "shares.json.damaged").read_bytes() == text
    word, share = shares.make("A", ["k3f9"], 1.0)
    assert Shares(path).open(word) == share
    assert os.name != "posix" or path.stat().st_mode & 0o777 == 0o600


def test_shares_are_flushed_before_they_take_their_place(tmp_path, monkeypatch):
    really, order = os.replace, []
    monkeypatch.setattr("os.fsync", lambda file: order.append("flush"))
    monkeypatch.setattr("os.replace", lambda *paths: (order.append("replace"), really(*paths)))
    Shares(tmp_path / "shares.json").make("A", ["k3f9"], 1.0)
    assert order == ["flush", "replace"]
    assert (
        next(iter(json.loads((tmp_path / "shares.json").read_text()).values()))["expires"]
        > time.time()
    )


def test_an_empty_token_lets_nobody_in_but_is_made_anew(tmp_path):
    places = Places.find(tmp_path)
    (web_folder(places) / "token").write_text("")
    token = load_token(places)
    assert len(token) > 30 and load_token(places) == token
