"""SkyTNT's midi-model behind continue and infill, by tiny nets with the names and shapes of its own."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from daemon.errors import ConformError
from daemon.models.store import put_in_place, sha256_of
from daemon.models.table import MODELS, ModelFile
from daemon.pieces import skytnt
from daemon.pieces.going_on import continue_, infill
from daemon.pieces.skytnt_events import (
    NOTE,
    VOCABULARY,
    channels_of,
    note_row,
    opening,
    struck,
    token,
)
from tests.helpers import tiny_midi_nets
from tests.helpers.pieces import drums, piece_of, run, twinkle

BAR = 3840


@pytest.fixture(scope="module")
def nets(tmp_path_factory):
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    return tiny_midi_nets.write_nets(tmp_path_factory.mktemp("nets"))


@pytest.fixture
def brought(nets, tmp_path, monkeypatch):
    """The tiny nets as if `models get` had brought them."""
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path / "home"))
    names = ("onnx/model_base.onnx", "onnx/model_token.onnx")
    files = tuple(ModelFile(name, sha256_of(net)) for name, net in zip(names, nets, strict=True))
    model = replace(MODELS["skytnt"], files=files)
    monkeypatch.setitem(MODELS, "skytnt", model)
    ready = tmp_path / "ready"
    (ready / "onnx").mkdir(parents=True)
    for file, net in zip(files, nets, strict=True):
        shutil.copy(net, ready / file.name)
    return put_in_place(model, ready)


def band():
    piece = twinkle().with_parts([*twinkle().parts, drums(4, {36: "X...X...X...X..."})], 4)
    return piece.each_part(lambda part: part.with_notes(n for n in part.notes if n.start < 4 * BAR))


def test_bars_are_written_by_the_net_and_all_else_stays(brought, tmp_path):
    piece = band()
    asked = {"with": "skytnt", "parts": ["lead"], "seed": 3}
    (result,) = run(infill, piece, tmp_path, marked="2", **asked)
    made = piece_of(result, tmp_path)
    lead, beat = piece.parts

    def within(part):
        return [note for note in part.notes if note.start // BAR == 1]

    assert [n for n in made.parts[0].notes if n not in within(made.parts[0])] == [
        n for n in lead.notes if n not in within(lead)
    ]
    assert made.parts[1].notes == beat.notes
    assert within(made.parts[0]) and within(made.parts[0]) != within(lead)
    assert result.model.startswith("SkyTNT") and "Apache-2.0" in result.license
    (again,) = run(infill, piece, tmp_path, marked="2", **asked)
    assert again.midi == result.midi
    (longer,) = run(continue_, piece, tmp_path, bars=2, give="new", **{"with": "skytnt", "seed": 3})
    new = piece_of(longer, tmp_path)
    assert new.bars == 2 and new.notes and max(note.end for note in new.notes) <= 2 * BAR


def test_events_are_those_of_its_tokenizer():
    piece = band()
    assert VOCABULARY == tiny_midi_nets.VOCABULARY
    assert channels_of(piece.parts) == [0, 9]
    # pad, begin, end, then the kinds of events: a note is the first of them
    assert NOTE == 3 and token("time1", 0) == 9 and token("time2", 0) == 9 + 128
    assert token("pitch", 60) == 9 + 128 + 16 + 2048 + 128 + 16 + 60
    row = note_row(struck(0, piece.parts[0].notes[1]), 0, [0, 9])
    assert row[0] == NOTE and row[1] == token("time1", 1) and row[2] == token("time2", 0)
    assert row[5] == token("pitch", 60) and row[7] == token("duration", 16)
    assert all(len(one) == 8 for one in opening(piece))


def test_what_was_read_is_kept_and_not_read_again(nets):
    net = skytnt._Net.load(*nets)
    piece = band()
    rows = opening(piece) + [note_row(struck(0, n), 0, [0, 9]) for n in piece.parts[0].notes[:4]]
    at_once = net.read(rows, skytnt._Past(net.base))
    past = skytnt._Past(net.base)
    net.read(rows[:-2], past)
    net.read(rows[-2:-1], past)
    assert np.allclose(net.read(rows[-1:], past), at_once, atol=1e-5)


def test_what_is_missing_is_told_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path))
    nowhere = tmp_path / "none.mid"
    monkeypatch.setattr(skytnt, "find_spec", lambda name: object())
    with pytest.raises(ConformError, match=r"sidecrate models get skytnt.*Apache-2\.0"):
        run(continue_, nowhere, tmp_path, **{"with": "skytnt"})
    with pytest.raises(ConformError, match="skytnt takes none"):
        run(infill, nowhere, tmp_path, marked="1", chords="Am", **{"with": "skytnt"})
    monkeypatch.setattr(skytnt, "find_spec", lambda name: None)
    with pytest.raises(ConformError, match=r"sidecrate\[transcribe\]"):
        run(continue_, nowhere, tmp_path, **{"with": "skytnt"})
