"""Training by the doors' verb: what must be said, and the sounds that come of it."""

from __future__ import annotations

import pytest

from bridge.errors import RequestError
from bridge.verbs import find_verb
from daemon.brief import Brief
from daemon.home.places import Places
from daemon.training.job import train
from daemon.training.request import brief_of
from daemon.training.train import taught
from daemon.verbs.registry import draw_in_verbs
from tests.helpers.one_shots import write_folder


def asked(**fields):
    draw_in_verbs()
    _, request = find_verb("train").read({"source": "/tmp", **fields}.items())
    return request


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "name is missing"),
        ({"name": "My Kicks!", "yours": "on"}, "small letters"),
        ({"name": "kicks"}, "are the sounds yours"),
        ({"name": "kicks", "yours": "on", "onto": "embedded"}, "embedded cannot be tuned here"),
        ({"name": "kicks", "yours": "on", "onto": "nowhere"}, "nowhere"),
    ],
)
def test_what_is_missing_is_told_before_it_is_a_job(fields, words):
    with pytest.raises(RequestError, match=words):
        brief_of(Brief("", "", do="train"), asked(**fields))


def test_an_engine_comes_of_it_and_three_sounds_to_hear(tmp_path, monkeypatch):
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path / "home"))
    folder = write_folder(tmp_path / "in", snares=24)
    request = asked(name="kit", licence="CC-BY-4.0")
    brief = brief_of(Brief("", "", do="train", kit=str(folder)), request)
    told = []
    results = list(
        train(brief, dict(request.values), tmp_path, lambda share, words: told.append(share))
    )
    assert [one.role for one in results] == ["snare"] * 3 and results[0].license == "CC-BY-4.0"
    assert results[0].report["said"][0].startswith("takes 24 sounds") and told == sorted(told)
    assert [one["engine"] for one in taught(Places.find())] == ["mine-kit"]
