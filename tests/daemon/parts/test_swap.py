"""A foreign loop with one part written anew: the rest stays, and the new part fits it."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from bridge.errors import RequestError
from bridge.request import Request
from daemon.brief import Brief
from daemon.briefing.repeat import repeat_request
from daemon.engines.embedded.engine import make
from daemon.errors import ConformError
from daemon.parts.source import Grid, Source
from daemon.parts.swap import swap, swing_of

RATE = 44100


def quiet(*_):
    pass


@pytest.fixture(scope="module")
def played():
    """A house loop of the musician, as a file of somebody else has it."""
    brief = Brief(
        "house", "house", genre="house", bpm=124.0, bars=2, seed=9, key_name="Am", stems=True
    )
    return make(brief, 9, quiet)


@pytest.fixture
def loop(played, tmp_path):
    soundfile.write(tmp_path / "loop.wav", played.audio, RATE, "FLOAT")
    return tmp_path / "loop.wav"


def swapped(path, **more):
    brief = Brief("", "", do="swap", reference=str(path), bpm=None, seed=3, separator="own", **more)
    (result,) = swap(brief, {}, path.parent, quiet)
    return result


def test_new_drums_come_onto_the_loops_own_grid_and_the_rest_stays(loop, played):
    result = swapped(loop, change="drums", genre="house")
    assert (result.kind, result.bars, len(result.audio)) == ("loop", 2, len(played.audio))
    assert result.bpm == pytest.approx(124, abs=0.001)
    assert result.report["did"]["changed"] == "drums"
    assert set(result.report["did"]["kept"]) == {"bass", "other"}
    assert result.midi is not None, "the notes of what is new come beside it"
    # low and steady is the bass: it stands as it stood
    bass = played.stems["bass"].mean(axis=1)
    before, after = played.audio.mean(axis=1), result.audio.mean(axis=1)

    def share(sound):
        return float(sound @ bass) / float(bass @ bass)

    assert share(after) == pytest.approx(share(before), abs=0.3)
    assert np.abs(after - before).max() > 0.05, "the drums are others"


def test_the_same_seed_writes_the_same_part(loop):
    one, two = swapped(loop, change="bass"), swapped(loop, change="bass")
    assert np.array_equal(one.audio, two.audio)


def test_a_sound_that_is_no_loop_and_words_that_name_no_part_are_refused(tmp_path, loop):
    rng = np.random.default_rng(0)
    soundfile.write(tmp_path / "bed.wav", rng.normal(0, 0.1, (3 * RATE, 1)), RATE)
    soundfile.write(tmp_path / "still.wav", np.zeros((3 * RATE, 1)), RATE)
    with pytest.raises(ConformError, match="still is silent"):
        swapped(tmp_path / "still.wav", change="drums")
    with pytest.raises(ConformError, match="no beat was heard in bed: say its tempo"):
        swapped(tmp_path / "bed.wav", change="drums")
    with pytest.raises(ConformError, match="say drums, bass, chords or lead"):
        swapped(loop, change="darker")


@pytest.mark.parametrize("swing", [50.0, 58.0, 66.0])
def test_the_swing_of_a_beat_is_heard(swing):
    eighth = 30 / 100
    sound = np.zeros(round(RATE * 16 * eighth), np.float32)
    rng = np.random.default_rng(1)
    hit = (rng.standard_normal(2000) * np.exp(-np.arange(2000) / 300)).astype(np.float32)
    for n in range(15):
        for at in (n, n + swing / 100):
            start = round(at * eighth * RATE)
            sound[start : start + len(hit)] += hit
    assert swing_of(sound, RATE, 100.0) == pytest.approx(swing, abs=2.5)
    assert swing_of(np.zeros(RATE, np.float32), RATE, 100.0) is None


def test_again_on_a_foreign_clip_becomes_a_swap():
    record = {
        "id": "k3f9",
        "kind": "loop",
        "do": "fit",
        "request": {"reference": "a.wav"},
        "engine": "file",
    }
    do, request, amend = repeat_request(record, Request({"change": "drums", "seed": 4}))
    assert (do, amend) == ("swap", {})
    assert dict(request.values) == {"change": "drums", "seed": 4, "reference": "k3f9"}
    with pytest.raises(RequestError, match="can be written anew"):
        repeat_request(record, Request({"change": "darker"}))
    with pytest.raises(RequestError, match="count: cannot be said together"):
        repeat_request(record, Request({"change": "drums", "count": 3}))


def test_a_part_that_the_loop_did_not_have_is_not_said_to_have_gone(tmp_path, played):
    drums = sum(played.stems[name] for name in played.stems if name == "drums")
    soundfile.write(tmp_path / "loop.wav", drums, RATE, "FLOAT")
    said = " ".join(swapped(tmp_path / "loop.wav", change="bass").report["said"])
    assert "loop had no bass: the new part comes to all that it has" in said
    assert "no genre is named: it is house by its tempo" in said
    assert "went" not in said


def test_the_key_of_a_new_part_is_told_where_none_was_heard(tmp_path, loop, played):
    soundfile.write(tmp_path / "break.wav", played.stems["drums"], RATE, "FLOAT")
    result = swapped(tmp_path / "break.wav", change="bass")
    (line,) = result.report["warnings"]
    assert result.key and f"no key was heard in break: the new bass is in {result.key}, " in line
    assert "`sidecrate correct FILE --key KEY`" in line
    assert swapped(tmp_path / "break.wav", change="drums").report["warnings"] == []
    assert swapped(loop, change="bass").report["warnings"] == []


def test_a_loop_whose_beat_is_not_sure_is_said_to_be_so(loop, monkeypatch):
    grid = Grid(124.0, 2, "4/4", None, "heard", 0.31)
    monkeypatch.setattr(Source, "grid", grid)
    said = swapped(loop, change="drums").report["warnings"]
    assert said == ["the beat is not sure (31%): listen before you trust it"]


def test_a_loop_whose_drums_a_kit_plays_names_the_licence_of_both(loop, tmp_path):
    kit = tmp_path / "mine"
    kit.mkdir()
    click = np.random.default_rng(1).normal(0, 0.1, (2000, 1)).astype(np.float32)
    soundfile.write(kit / "kick.wav", click, RATE)
    result = swapped(loop, change="drums", kit=str(kit), source_licence="CC-BY-4.0")
    new = "CC0-1.0 (notes), mine: the sounds' own (sounds)"
    assert result.license == f"CC-BY-4.0 (what stays), {new}"
    assert swapped(loop, change="drums").license == "the source's own"
