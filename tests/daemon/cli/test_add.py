"""`sidecrate add`: a loop is heard as `look` hears it, and the same file is not brought in twice."""

import json

import pytest
import soundfile

from daemon.hearing import hear
from tests.daemon.hearing import music

RATE = 22050


@pytest.fixture
def loop(tmp_path):
    """A bar at a tempo that is not round."""
    bpm = 166.76
    audio = music.drums(music.BACKBEAT, bpm, 2, sample_rate=RATE).audio
    soundfile.write(tmp_path / "bar.wav", audio[: round(240 / bpm * RATE)], RATE)
    return tmp_path / "bar.wav"


@pytest.mark.slow
def test_a_bar_at_an_odd_tempo_is_a_loop_and_is_brought_in_once(run, loop):
    code, out, _ = run("add", loop, "--json")
    clip = json.loads(out)
    own = hear(*soundfile.read(loop, dtype="float32"))
    assert code == 0 and (clip["kind"], clip["bars"]) == ("loop", 1)
    assert clip["bpm"] == own.bpm == pytest.approx(166.76, rel=1e-4)
    assert clip["frames"] == soundfile.info(loop).frames

    copy = loop.with_name("another name.wav")
    copy.write_bytes(loop.read_bytes())
    code, out, err = run("add", copy, copy)
    assert code == 0 and out.count(clip["path"]) == 2
    assert f"in the crate already, as {clip['id']}" in err and "--again" in err
    assert len(run("clips", "--json")[1].splitlines()) == 1

    more = json.loads(run("add", copy, "--again", "--json")[1])
    assert more["id"] != clip["id"] and len(run("clips", "--json")[1].splitlines()) == 2
