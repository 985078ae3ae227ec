"""A project's file is checked whole, and its folder tells what is made, missing and thrown out."""

import pytest

from daemon.errors import ConfigError
from daemon.project.state import STEPS, State
from daemon.project.wishes import example, read_wishes

GOOD = """prompt: dusty boom bap
pieces: 2
seconds: 30
bpm: 88
video:
  size: "9:16"
  style: tape
"""


def test_wishes_are_read_and_the_example_is_one():
    wishes = read_wishes(GOOD, "project.yaml")
    assert (wishes.pieces, wishes.seconds, wishes.make) == (2, 30.0, {"bpm": 88.0})
    assert wishes.video == {"size": "9:16", "style": "tape"}
    begun = read_wishes(example('"odd": # prompt', 4, 45), "project.yaml")
    assert (begun.prompt, begun.pieces, begun.seconds) == ('"odd": # prompt', 4, 45)


def test_all_faults_are_told_at_once_each_with_its_line():
    text = (
        "prompt: x\npieces: 900\nbpn: 90\nvideo:\n  size: wide\n  lops: 3\npieces: 2\nseconds: 0\n"
    )
    with pytest.raises(ConfigError) as raised:
        read_wishes(text, "p.yaml")
    lines = raised.value.text.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        f"p.yaml, line {n}" for n in (2, 3, 5, 6, 7, 8)
    ]
    assert "did you mean bpm?" in lines[1] and "stands there twice" in lines[4]
    with pytest.raises(ConfigError, match=r"line \d: this is no YAML"):
        read_wishes("prompt: [", "p.yaml")
    with pytest.raises(ConfigError, match="prompt is missing"):
        read_wishes("pieces: 2", "p.yaml")
    # YAML's own reading of these is a number to base 60
    assert read_wishes("prompt: x\nvideo: {size: 9:16}", "p.yaml").video["size"] == "9:16"
    with pytest.raises(ConfigError, match="size: '7:7' is not allowed"):
        read_wishes("prompt: x\nvideo:\n  size: 7:7", "p.yaml")


def test_what_is_deleted_throws_its_piece_out_and_what_a_kill_left_counts(tmp_path):
    def put(state, step, piece):
        path = state.path(step, piece)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")

    state = State.of(tmp_path)
    assert len(state.missing(2)) == 2 * len(STEPS)
    for piece in (1, 2):
        put(state, "music", piece)
        state.note("music", piece)
    # a kill came between the file and the journal
    put(state, "continuation", 1)
    again = State.of(tmp_path)
    assert ("continuation", 1) not in again.missing(2)
    state.path("music", 2).unlink()
    after = State.of(tmp_path)
    assert after.thrown_out() == {2}
    assert {piece for _, piece in after.missing(3)} == {1, 3}
    (tmp_path / ".made.json").write_text("{")
    with pytest.raises(ConfigError, match="damaged"):
        State.of(tmp_path)


def test_wishes_of_pictures_are_read_and_need_a_painter():
    text = (
        GOOD + "images:\n  painter: flux-schnell\n  prompt: city | sea\n  modifiers: [fog, neon]\n"
    )
    painting = read_wishes(text, "p.yaml").painting
    assert (painting.painter, painting.prompts) == ("flux-schnell", ("city", "sea"))
    assert (painting.modifiers, painting.each, painting.move) == (("fog", "neon"), 2, "")
    with pytest.raises(ConfigError, match="images needs a painter"):
        read_wishes(GOOD + "images:\n  modifiers: fog\n", "p.yaml")
    with pytest.raises(ConfigError, match=r"line 9: .*did you mean painter\?"):
        read_wishes(GOOD + "images:\n  paintr: x\n", "p.yaml")


def test_each_try_of_a_paid_order_is_counted(tmp_path):
    state = State.of(tmp_path)
    assert state.tries("music", 1) == 0
    state.note_try("music", 1)
    assert (State.of(tmp_path).tries("music", 1), state.tries("music", 2)) == (1, 0)
