"""After a kit was cut or notes were written, the command that plays them."""

from pathlib import Path

import pytest

from daemon.cli.verbs import kit_line, notes_line
from daemon.library.library import Library

RECORD = {
    "id": "k3f9", "job": "k3", "kind": "oneshot", "path": "/sounds/loop kit/kick_k3f9.wav",
    "role": "kick", "collection": "loop kit", "do": "split", "words": "kick", "prompt": "",
}  # fmt: skip


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path))
    found = Library(tmp_path / "library.sqlite3")
    yield found
    found.close()


def test_the_kits_own_name_is_told_also_where_an_earlier_kit_has_it(library, monkeypatch):
    from contextlib import nullcontext

    monkeypatch.setattr("daemon.cli.library.open_library", lambda: nullcontext(library))
    library.arrivals.take_in(
        [RECORD, RECORD | {"id": "m4aa", "job": "m4", "path": "/sounds/kick_m4aa.wav"}]
    )
    play = 'play it: sidecrate make "drum loop" --kit '
    assert kit_line([RECORD]) == f'{play}"loop kit"'
    assert kit_line([RECORD | {"id": "m4aa", "job": "m4"}]) == f'{play}"loop kit 2"'
    written = RECORD | {"id": "zzzz", "path": str(Path("out", "kick.wav"))}
    assert kit_line([written]) == f'{play}"out"', "its folder, where it is not in the crate"
    assert not kit_line([RECORD | {"role": ""}]), "no kit"
    sax = kit_line([written | {"role": "lead"}])
    assert sax == 'play it: sidecrate make "lead loop" --kit "out"', "an instrument has no drums"


def test_notes_without_a_sound_are_told_how_to_be_heard():
    notes = RECORD | {"kind": "midi", "path": "/notes/my riff.mid"}
    assert notes_line([notes, notes], in_crate=True) == "hear it: sidecrate render k3f9"
    assert notes_line([notes], in_crate=False) == "hear it: sidecrate render '/notes/my riff.mid'"
    assert not notes_line([RECORD], in_crate=True) and not notes_line([], in_crate=True)
