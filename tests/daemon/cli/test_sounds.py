"""`sidecrate sounds`: a font that is used stands in the config, once, and is listed as playing."""

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from daemon.cli.sounds import rows, sounds_app
from daemon.errors import ServiceError
from daemon.home.places import HOME_VARIABLE, Places
from daemon.settings.load import load_config
from tests.daemon.engines.embedded.tiny_font import write_font


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.setattr("daemon.cli.sounds._SHARED", ())
    return Places.find()


def test_a_font_that_is_used_plays_and_stands_once_in_the_config(home, tmp_path):
    font = write_font(tmp_path / "tiny.sf2")
    for said in ("plays from", "already"):
        answer = CliRunner().invoke(sounds_app, ["use", str(font)])
        assert answer.exit_code == 0 and said in answer.output, answer.output
    assert load_config(home.config_file).sounds.fonts == (str(font),)
    font.with_suffix(".json").write_text("[of another program")
    row = rows(home)[0]
    assert (row["name"], row["state"], row["licence"]) == ("tiny", "plays", "")
    font.unlink()
    assert rows(home)[0]["state"] == "missing"


def test_what_is_no_font_is_not_used_and_nothing_is_downloaded_unasked(home, tmp_path):
    (tmp_path / "x.sf2").write_bytes(b"nothing")
    for words in (
        ["use", str(tmp_path / "x.sf2")],
        ["use", str(tmp_path / "away.sf2")],
        ["get", "away"],
        ["get", "timgm6mb"],
    ):
        answer = CliRunner().invoke(sounds_app, words)
        assert isinstance(answer.exception, ServiceError), (words, answer.output)
    assert not home.config_file.exists() and not (home.state / "sounds").exists()
    assert {row["state"] for row in rows(home)} == {"free"}


def test_an_sfz_needs_a_role_and_plays_it(home, tmp_path):
    soundfile.write(tmp_path / "hit.wav", np.zeros(100), 44100)
    kit = tmp_path / "kit.sfz"
    kit.write_text("<region> sample=hit.wav key=36")
    answer = CliRunner().invoke(sounds_app, ["use", str(kit)])
    assert isinstance(answer.exception, ServiceError) and "--for one of drums" in str(
        answer.exception
    )
    answer = CliRunner().invoke(sounds_app, ["use", str(kit), "--for", "drums"])
    assert answer.exit_code == 0, answer.output
    assert load_config(home.config_file).sounds.fonts == (f"drums={kit}",)
    row = rows(home)[0]
    assert (row["state"], row["role"], row["path"]) == ("plays", "drums", str(kit))
