"""Sound fonts: read right, played in tune, and heard where a plan has instruments, on the grid."""

from pathlib import Path

import numpy as np
import pytest

from bridge.music import loop_frames
from daemon.audio.soundfonts.play import play_regions
from daemon.audio.soundfonts.sf2 import read_sf2
from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.errors import AudioError, EngineError
from tests.daemon.engines.embedded.measures import RATE, mono, power_spectrum
from tests.daemon.engines.embedded.tiny_font import write_font

#: Debian's font, where it is installed: a real file of another maker.
REAL = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")


def quiet(share, stage):
    pass


def loudest_hz(x):
    hz, power = power_spectrum(x, 1 << 17)
    return float(hz[power.argmax()])


def brief(genre, font, **fields):
    return Brief(**{"prompt": genre, "words": genre, "genre": genre, "bpm": 120.0, "bars": 2, "fonts": (str(font),), **fields})  # fmt: skip


@pytest.fixture(scope="module")
def font(tmp_path_factory):
    return write_font(tmp_path_factory.mktemp("fonts") / "tiny.sf2", (0, 4, 32, 33))


def test_a_font_says_what_it_has(font):
    read = read_sf2(font)
    assert (read.name, read.licence) == ("Tiny", "Public domain")
    assert set(read.presets) == {(0, 0), (0, 4), (0, 32), (0, 33), (128, 0)}
    assert read.regions(128, 0, 36, 0.8) and not read.regions(128, 0, 20, 0.8)


@pytest.mark.parametrize("pitch", [48, 60, 67, 72])
def test_a_note_is_in_tune_and_held_by_its_loop(font, pitch):
    regions = read_sf2(font).regions(0, 0, pitch, 0.8)
    x = mono(play_regions(regions, pitch, 3.0, RATE))
    assert abs(1200 * np.log2(loudest_hz(x) / (440 * 2 ** ((pitch - 69) / 12)))) < 5
    third = len(x) // 3
    assert np.abs(x[2 * third : 2 * third + 4000]).max() > 0.9 * np.abs(x[:third]).max()
    # no click where the loop turns
    steps = np.abs(np.diff(x[1000:-9000]))
    assert steps.max() < 1.2 * np.percentile(steps, 99)


def test_a_note_ends_after_its_key_and_a_recording_without_loop_by_itself(font, tmp_path):
    x = play_regions(read_sf2(font).regions(0, 0, 60, 0.8), 60, 0.5, RATE)
    assert abs(len(x) / RATE - 0.6) < 0.01 and np.abs(x[-1]).max() < 1e-3
    bare = read_sf2(write_font(tmp_path / "bare.sf2", loop=False))
    x = play_regions(bare.regions(0, 0, 60, 0.8), 60, 2.0, RATE)
    assert 0.3 < len(x) / RATE < 0.5


def test_what_is_no_font_is_refused(tmp_path, font):
    for name, data in (
        ("a.sf2", b"nonsense"),
        ("b.sf2", font.read_bytes()[:3000]),
        ("c.sf2", b"RIFF\4\0\0\0sfbk"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(AudioError, match=name):
            read_sf2(tmp_path / name)
    with pytest.raises(EngineError, match="cannot be read"):
        make(brief("jazz", tmp_path / "away.sf2"), 1, quiet)
    (tmp_path / "x.wav").write_bytes(b"")
    with pytest.raises(EngineError, match="no SoundFont"):
        make(brief("jazz", tmp_path / "x.wav"), 1, quiet)


@pytest.mark.slow
def test_a_band_plays_the_font_exactly_on_its_grid(font):
    asked = brief("jazz", font)
    take = make(asked, 1, quiet)
    plain = make(asked.amended(fonts=()), 1, quiet)
    assert len(take.audio) == len(plain.audio) == loop_frames(2, asked.meter, 120.0, RATE)
    assert take.midi == plain.midi
    assert not np.allclose(take.stems["drums"], plain.stems["drums"], atol=1e-3)
    assert "Tiny" in take.license and "(notes)" in take.license
    assert any("Public domain" in line for line in take.said)
    again = make(asked, 1, quiet)
    assert np.array_equal(take.audio, again.audio)


def test_machines_stay_machines(font):
    asked = brief("techno", font)
    take, plain = make(asked, 1, quiet), make(asked.amended(fonts=()), 1, quiet)
    assert take.license == "CC0-1.0"
    assert np.array_equal(take.stems["drums"], plain.stems["drums"])


@pytest.mark.skipif(not REAL.is_file(), reason="timgm6mb-soundfont is not installed")
def test_a_real_font_plays_its_instruments_in_tune():
    read = read_sf2(REAL)
    assert len(read.presets) > 120
    for program, pitch in ((0, 60), (24, 52), (33, 40), (73, 72)):
        x = mono(play_regions(read.regions(0, program, pitch, 0.8), pitch, 1.0, RATE))
        hz = 440 * 2 ** ((pitch - 69) / 12)
        cents = 1200 * np.log2(loudest_hz(x) / hz)
        # a lower or higher partial may be the loudest
        assert abs((cents + 600) % 1200 - 600) < 25 or abs((cents - 702 + 600) % 1200 - 600) < 25, (
            program
        )
