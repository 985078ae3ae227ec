from pathlib import Path

import pytest

from daemon.engines.registry import engine_info, engines
from daemon.errors import ConfigError
from daemon.settings.load import load_config
from daemon.settings.page import config_page
from daemon.settings.schema import Config, use

REPO = Path(__file__).parents[3]


def test_the_documented_file_is_the_defaults(tmp_path):
    assert (REPO / "config.yaml").read_text(encoding="utf-8") == config_page(), (
        "run: python -m tools.tables"
    )
    assert load_config(REPO / "config.yaml") == Config()
    assert load_config(tmp_path / "none.yaml") == Config()


def test_what_is_left_out_is_the_default(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("﻿osc:\n  port: 9999\ncrate:\n", encoding="utf-8")
    config = load_config(path)
    assert config.osc.port == 9999
    assert config.crate == Config().crate


def test_all_faults_at_once_with_line_range_and_nearest_name(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(
        "osc:\n  prot: 3\n  port: 99999\naudio:\n  bits: 20\ndefaults:\n  key: H#\npresets:\n  x: {bmp: 3}\nmidday: 1\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    text = caught.value.text
    for said in ("line 2: osc.prot", "did you mean port", "line 3: osc.port: 99999", "65535", "line 5: audio.bits: 20", "16, 24 or 32",
                 "line 7: defaults.key", "preset x", "did you mean bpm", "line 10: midday", "did you mean midi"):  # fmt: skip
        assert said in text, said


@pytest.mark.parametrize("text", ["osc: [", "- 1\n- 2\n", "just words", "a: b: c"])
def test_what_is_no_config_is_said_in_one_line(tmp_path, text):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert "line 1" in caught.value.text and "\n" not in caught.value.text


def test_yaml_makes_no_objects(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("osc: !!python/object/apply:os.system ['true']\n")
    with pytest.raises(ConfigError):
        load_config(path)


def test_faults_between_sections_are_all_told_each_on_its_own_line(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(
        "engines:\n  order: [embeded]\nmidi:\n  map:\n"
        "  - {note: 36, do: loop, with: {engines.order: 3}}\n  - {note: 300, do: loop}\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    first, second, third = caught.value.text.splitlines()
    assert "line 2: engines.order: " in first and "did you mean embedded" in first
    assert "line 4: midi.map 1: 'engines.order'" in second and "line 4: midi.map 2: " in third


MINE = {"family": "musicgen", "repo": "me/mine", "license": "CC0-1.0"}


def test_a_config_brings_its_engines_only_where_it_is_used():
    before = engines()
    mine = Config(
        local={"models": {"local-mine": MINE}}, engines={"order": ["local-mine", "embedded"]}
    )
    assert engines() == before, "to load a config, or to check one, changes nothing"
    try:
        use(mine)
        assert engine_info("local-mine").license == "CC0-1.0"
        use(Config())
        assert engines() == before, "those of the config before are forgotten"
    finally:
        use(Config())


def test_an_order_is_judged_by_its_own_config_alone(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("engines: {order: [local-mine]}\n")
    try:
        use(Config(local={"models": {"local-mine": MINE}}))
        with pytest.raises(ConfigError, match="'local-mine' is not installed"):
            load_config(path)
    finally:
        use(Config())
