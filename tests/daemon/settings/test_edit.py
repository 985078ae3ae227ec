"""An item put into configs as people write them: what stood there stays, byte for byte."""

import pytest

from daemon.errors import ConfigError
from daemon.settings.edit import add_address, add_mapping, set_page
from daemon.settings.load import load_config

ENTRY = {"note": 36, "channel": 10, "do": "preset drums"}
LINE = "{note: 36, channel: 10, do: preset drums}"

CONFIGS = {
    "nothing": "",
    "other sections": "# mine\nosc:\n  port: 9999  # not the usual one\n",
    "no end of line": "osc: {port: 9999}",
    "empty section": "midi:\n\n# presets follow\nosc:\n  port: 9999\n",
    "no map": "midi:\n    # all of them\n    inputs: [Launchpad]\nosc:\n  port: 9999\n",
    "empty map": "midi:\n  map:   # to come\n  virtual: false\n",
    "empty brackets": "midi:\n  map: []  # to come\n  virtual: false\n",
    "brackets": "midi:\n  map: [{note: 1, do: keep}]   # one\n  virtual: false\n",
    "brackets over lines": "midi:\n  map: [\n    {note: 1, do: keep},  # one\n    {note: 2, do: keep}\n  ]\n",
    "list": "midi:\n  map:\n    - {note: 1, do: keep}  # one\n    # and more to come\n\n# the rest\nosc:\n  port: 9999\n",
    "list at the key": "midi:\n  map:\n  - {note: 1, do: keep}\n  - note: 2\n    do: keep  # two\n\n  lights: {done: 3}\n",
    "list at the end": "midi:\n  map:\n    - note: 2\n      do: again\n      with: {change: drums}",
    "windows": "# mine\r\nmidi:\r\n  map:\r\n    - {note: 1, do: keep}\r\nosc:\r\n  port: 9999\r\n",
    "braces": "midi: {virtual: false}  # none\nosc: {port: 9999}\n",
    "all in braces": "{midi: {virtual: false}}",
    "braces and a list": "midi: {map: [{note: 1, do: keep}], virtual: false}\n",
    "braces and an empty list": "midi: {map: [ ], virtual: false}\n",
    "mark": "\ufeffmidi:\n  virtual: false\n",
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_mapping_is_added_and_all_else_stays(tmp_path, name):
    path = tmp_path / "config.yaml"
    path.write_bytes(CONFIGS[name].encode())
    before = load_config(path)
    for count in (1, 2):
        add_mapping(path, ENTRY)
        after = load_config(path)
        assert after.midi.map == (*before.midi.map, *[ENTRY] * count)
        assert after.model_copy(update={"midi": before.midi}) == before
    text = path.read_bytes().decode()
    assert text.count(LINE) == 2
    assert (b"\r\n" in path.read_bytes()) == ("\r\n" in CONFIGS[name])
    kept = [line.strip() for line in CONFIGS[name].splitlines() if "#" in line]
    for line in kept:
        assert line.split("#", 1)[1] in text, "a comment has gone"
    assert [file.name for file in tmp_path.iterdir()] == ["config.yaml"]


def test_a_config_that_is_not_there_is_made(tmp_path):
    add_mapping(tmp_path / "new" / "config.yaml", ENTRY)
    assert load_config(tmp_path / "new" / "config.yaml").midi.map == (ENTRY,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{osc: {port: 0}}", "by hand"),
        ("midi: {}\n", "by hand"),
        ("midi: {map: 3}\n", "midi.map"),
        ("x: &one [{note: 1, do: keep}]\n", "x is not a key"),
        ("presets:\n  drums: {prompt: x}\nmidi:\n  map: 3\n", "midi.map"),
    ],
)
def test_what_cannot_be_edited_is_said_and_left_as_it_is(tmp_path, text, said):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        add_mapping(path, ENTRY)
    assert said in caught.value.text
    assert path.read_text() == text and len(list(tmp_path.iterdir())) == 1


def test_a_mapping_that_means_nothing_leaves_the_file_as_it_is(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("midi:\n  map:\n    - {note: 1, do: keep}\n")
    with pytest.raises(ConfigError) as caught:
        add_mapping(path, {"note": 2, "do": "preset drms"})
    assert (
        "did you mean drums" in caught.value.text
        and str(path) in caught.value.text
        and ".part" not in caught.value.text
    )
    assert path.read_text() == "midi:\n  map:\n    - {note: 1, do: keep}\n"


@pytest.mark.parametrize(
    "text",
    ["", "osc:\n", "# mine\nosc: {port: 0}  # any\n", "osc:\n    port: 0\n    allow: [192.168.1.7]  # the phone\n",
     "osc:\n  allow:\n    - 192.168.1.7\nmidi: {virtual: false}\n"],
)  # fmt: skip
def test_an_address_is_added_once(tmp_path, text):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    before = load_config(path)
    assert add_address(path, "192.168.1.20") and not add_address(path, "192.168.1.20")
    after = load_config(path)
    assert after.osc.allow == (*before.osc.allow, "192.168.1.20")
    assert after.model_copy(update={"osc": before.osc}) == before
    assert all(
        line.split("#", 1)[1] in path.read_text() for line in text.splitlines() if "#" in line
    )


def test_what_is_no_address_is_refused_with_its_line(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("osc:\n  allow: [tablet]\n")
    with pytest.raises(ConfigError, match=r"line 2: osc.allow.*192\.168\.1\.20"):
        load_config(path)


@pytest.mark.parametrize("text", ["", "# mine\nosc:\n  port: 0\n", "crate:\n  folder: /x"])
def test_the_page_is_switched_by_a_line_of_its_own(tmp_path, text):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    set_page(path, True)
    after = path.read_text()
    assert after.startswith(text) and after.endswith("web: on\n") and load_config(path).web.enabled
    with pytest.raises(ConfigError, match="by hand: web: off"):
        set_page(path, False)
    assert path.read_text() == after, "what the user said of the page stays"
