"""MIDI-GPT behind continue and infill: the real package, with a tiny net of the same shape."""

from __future__ import annotations

import json

import pytest

from daemon.errors import ConformError
from daemon.pieces import midigpt
from daemon.pieces.attributes import Known, names_of, read_asked
from daemon.pieces.going_on import continue_, infill
from tests.helpers.pieces import drums, piece_of, run, twinkle

#: Tokens by kind, as few as music of sixteenths needs.
DOMAINS = {
    "PieceStart": 2, "Track": 2, "TrackEnd": 1, "Bar": 1, "BarEnd": 1, "TimeSig": 2, "Instrument": 128,
    "NumBars": 2, "NoteOnset": 128, "NoteDuration": 16, "TimeAbsolutePos": 16, "VelocityLevel": 8,
    "FillInPlaceholder": 1, "FillInStart": 1, "FillInEnd": 1,
    "MinPolyphony": 10, "MaxPolyphony": 10, "MinNoteDuration": 6, "MaxNoteDuration": 6, "NoteDensity": 10,
}  # fmt: skip


def tiny_net(path):
    """A checkpoint of one layer with weights by chance, as `from_checkpoint` reads it."""
    core = pytest.importorskip("midigpt._core", reason="midigpt is not installed")
    torch = pytest.importorskip("torch", reason="torch is not installed")
    from midigpt.inference.model import get_model_class
    from midigpt.tokenizer.tokenizer import Tokenizer

    config = {
        "attribute_controls": [], "decode_resolution": 480, "emit_delta_tokens": False,
        "note_duration_max_beats": 4, "num_bars_map": [4, 8], "pitch_range": [0, 127], "resolution": 4,
        "supports_infill": True, "supports_mask_bar_token": False, "time_signatures": ["4/4", "3/4"],
        "token_domains": [{"type": name, "domain_size": size} for name, size in DOMAINS.items()],
        "velocity_levels": 8, "velocity_sticky": True,
    }  # fmt: skip
    size = Tokenizer(core.EncoderConfig.from_json(json.dumps(config))).vocab_size()
    net = get_model_class("gpt2")
    torch.manual_seed(1)
    made = net(net.Config(vocab_size=size, n_positions=4096, n_embd=16, n_layer=1, n_head=2))
    path.parent.mkdir(parents=True)
    made.save_pretrained(str(path), encoder_config=config)


def what_nets_read(monkeypatch):
    """A list that gets each token that a net is given: its kind, and its value within its kind."""
    from midigpt.inference import InferenceEngine

    read = []

    class Reader:
        def log_context(self, tokens, vocabulary):
            kinds = {}
            for token in range(vocabulary.size()):
                kinds.setdefault(vocabulary.get_type(token).name, token)
            names = [vocabulary.get_type(token).name for token in tokens]
            read.extend((n, token - kinds[n]) for n, token in zip(names, tokens, strict=True))

        def __getattr__(self, name):
            return lambda *args, **more: None

    plain = InferenceEngine.session

    def session(engine, *args, **more):
        made = plain(engine, *args, **more)
        made.token_logger = Reader()
        return made

    monkeypatch.setattr(InferenceEngine, "session", session)
    return read


@pytest.mark.slow
def test_bars_are_written_by_the_net_and_all_else_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path))
    tiny_net(midigpt.folder() / "yellow_tiny.safetensors")
    beat = drums(4, {36: "X...X...X...X..."})
    piece = twinkle().with_parts([*twinkle().parts, beat], 4)
    piece = piece.each_part(lambda p: p.with_notes(n for n in p.notes if n.start < 4 * 3840))
    asked = {"with": "midigpt", "parts": ["lead"], "seed": 3}
    (result,) = run(infill, piece, tmp_path, marked="2", **asked)
    made = piece_of(result, tmp_path)
    lead, rest = piece.parts[0], piece.parts[1]
    outside = [n for n in lead.notes if n.start // 3840 != 1]
    assert [n for n in made.parts[0].notes if n.start // 3840 != 1] == outside
    assert made.parts[1].notes == rest.notes
    new = [n for n in made.parts[0].notes if n.start // 3840 == 1]
    assert new and new != [n for n in lead.notes if n.start // 3840 == 1]
    assert result.model == "MIDI-GPT, yellow_tiny" and "Non-Commercial" in result.license
    assert any("research and education only" in one for one in result.report["said"])
    asked |= {"attributes": ["One voice", "8th-quarter notes"]}
    (longer,) = run(continue_, piece, tmp_path, bars=1, give="new", **asked)
    assert any(one.startswith("lead, one voice: ") for one in longer.report["said"])
    made = piece_of(longer, tmp_path)
    assert made.bars == 1 and made.notes and max(n.end for n in made.notes) <= 3840
    # what is asked stands in what the net reads
    asked = {"with": "midigpt", "parts": ["drums"], "seed": 3, "marked": "2"}
    read = what_nets_read(monkeypatch)
    (dense,) = run(infill, piece, tmp_path, attributes=["very dense"], **asked)
    assert [level for name, level in read if name == "NoteDensity"] == [9]
    (said,) = (one for one in dense.report["said"] if one.startswith("drums, very dense: "))
    assert "densest (Q9)" in said
    # it was never taught the density of a melody
    with pytest.raises(ConformError, match=r"dense: yellow_tiny.* for lead; it has .*note_density"):
        run(infill, piece, tmp_path, attributes=["dense"], **{**asked, "parts": ["lead"]})


def test_words_stand_for_the_nets_own_attributes():
    known = {
        "bar_note_density": Known(10, True, "both"), "note_duration_dist": Known(6, False, "both"),
        "min_polyphony": Known(10, False, "melodic"), "max_polyphony": Known(10, False, "melodic"),
        "tension": Known(8, True, "both"),
    }  # fmt: skip
    words = "Sparse, density 0.5, long notes, 8th-half notes, two voices, 2-4 voices, tension=3"
    asked = read_asked(words.split(","))
    found = [names_of(one, known, is_drums=False) for one in asked]
    assert found == [
        {"bar_note_density": 2}, {"bar_note_density": 4}, {"note_duration_dist": 4},
        {"note_duration_dist": 3}, {"min_polyphony": 1, "max_polyphony": 1},
        {"min_polyphony": 1, "max_polyphony": 3}, {"tension": 3},
    ]  # fmt: skip
    assert not names_of(asked[4], known, is_drums=True)
    for wrong in ("loud", "density 2", "4-2 voices", "0 voices", "half-8th notes", "range 400"):
        with pytest.raises(ConformError, match=f"'{wrong}' is not understood; say sparse"):
            read_asked([wrong])


def test_what_is_missing_is_told_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path))
    monkeypatch.setattr(midigpt, "find_spec", lambda name: object())
    nowhere = tmp_path / "none.mid"
    with pytest.raises(ConformError, match=r"no checkpoint in .*midigpt"):
        run(continue_, nowhere, tmp_path, **{"with": "midigpt"})
    with pytest.raises(ConformError, match=r"own bars take none.*add `with: midigpt`"):
        run(infill, nowhere, tmp_path, marked="1", attributes=["sparse"])
    with pytest.raises(ConformError, match="midigpt takes none"):
        run(infill, nowhere, tmp_path, marked="1", chords="Am", **{"with": "midigpt"})
    monkeypatch.setattr(midigpt, "find_spec", lambda name: None)
    with pytest.raises(ConformError, match=r"sidecrate\[midigpt\]"):
        run(continue_, nowhere, tmp_path, **{"with": "midigpt"})
