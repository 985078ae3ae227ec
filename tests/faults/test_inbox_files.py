"""Files as editors, systems and people really make them: marks, line ends, rubbish, links, and names of every kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.inbox_bench import Bench, tone, wait_for


def test_odd_names(bench: Bench) -> None:
    bench.start()
    dropped = 0
    for name in [
        "Größe & 鼓.txt",
        "a b (copy).txt",
        "-rf.txt",
        "x" * 240 + ".txt",
        "new\nline.txt",
    ]:
        try:
            bench.drop(name, "drums")
        except OSError:
            continue  # a name that this system does not allow
        dropped += 1
        order = bench.order()
        json.dumps(dict(order.origin.address), ensure_ascii=False).encode()
        bench.finish(order)
    wait_for(lambda: len(list((bench.folder / "done").iterdir())) == 2 * dropped)


def test_links_are_refused_and_their_targets_untouched(bench: Bench, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("my diary")
    bench.start()
    try:
        (bench.folder / "link.txt").symlink_to(secret)
    except OSError:
        pytest.skip("this account may not make symbolic links")
    assert "link" in bench.answer("failed", "link.txt.error.txt")
    bench.no_order(0.2)
    assert secret.read_text() == "my diary"


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfbpm: 90\r\n\r\ndrums \xc3\xa9\r\n",
        "bpm: 90\r\rdrums é".encode("utf-16"),
        b"\xfe\xff" + "bpm: 90\n\ndrums é".encode("utf-16-be"),
        b"\xff\xfe\0\0" + "bpm: 90\n\ndrums é".encode("utf-32-le"),
        b"bpm: 90\r\n\r\ndrums \xe9",
        "bpm: 90\u2028\u2028drums é".encode(),
    ],
    ids=[
        "utf-8 mark, CRLF",
        "utf-16, CR",
        "utf-16-be",
        "utf-32",
        "latin-1, CRLF",
        "line separators",
    ],
)
def test_marks_and_line_ends_of_every_editor(bench: Bench, data: bytes) -> None:
    bench.start()
    bench.drop("beat.txt", data)
    assert dict(bench.order().requests[0].values) == {"bpm": 90.0, "prompt": "drums é"}


@pytest.mark.parametrize(
    "data", [b"dru\0ms", b"\0" * 40, b"drums\0", b"\xff\xfed\0r", b"\xef\xbb\xbf\xff\xfe"]
)
def test_nuls_and_broken_text_are_told_in_failed(bench: Bench, data: bytes) -> None:
    bench.start()
    bench.drop("beat.txt", data)
    assert "text" in bench.answer("failed", "beat.txt.error.txt")
    bench.no_order(0.2)


def test_links_out_of_the_folder_lead_nowhere(bench: Bench, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("my diary")
    tone(outside / "private.wav")
    bench.start()
    try:
        (bench.folder / "folder.txt").symlink_to(outside)
        (bench.folder / "circle.txt").symlink_to(bench.folder / "circle.txt")
        (bench.folder / "beat.wav").symlink_to(outside / "private.wav")
    except OSError:
        pytest.skip("this account may not make symbolic links")
    bench.drop("beat.txt", "a choir")
    for name in ("folder.txt", "circle.txt", "beat.wav"):
        assert "link" in bench.answer("failed", f"{name}.error.txt")
    order = bench.order()
    assert "reference" not in order.requests[0], "a link beside a text is not its reference"
    assert sorted(path.name for path in outside.iterdir()) == ["private.wav", "secret.txt"]


def test_names_of_every_length_and_script_are_answered(bench: Bench) -> None:
    bench.start()
    names = [
        "é" * 120 + ".txt",
        "x" * 250 + ".txt",
        "🥁.txt",
        "e\u0301.txt",
        "\u202etxt.txt",
        "CON.txt",
        "a.b.c.prompt",
        " lead.txt",
    ]
    kept = 0
    for name in names:
        try:
            bench.drop(name, "drums")
        except OSError:
            continue  # a name that this system does not allow
        kept += 1
        bench.finish(bench.order())
    wait_for(lambda: len(list((bench.folder / "done").iterdir())) == 2 * kept)
    assert not list((bench.folder / "working").iterdir())
