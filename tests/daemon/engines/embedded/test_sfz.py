"""SFZ: what plays at a key, in tune and by turns; files for a role; what is refused, and why."""

import tracemalloc

import numpy as np
import pytest
import soundfile

from bridge.music import loop_frames
from daemon.audio.soundfonts.play import play_regions
from daemon.audio.soundfonts.sfz import read_sfz
from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.errors import AudioError, EngineError
from tests.daemon.engines.embedded.measures import RATE, mono, power_spectrum

_KEYS = """// a piano of two recordings
#define $HOME 60
<control> default_path=samples/
<global> ampeg_release=0.3 pitch_keycenter=$HOME
<group> lovel=0 hivel=63 sample=a soft one.wav
<region> lokey=c2 hikey=c7 cutoff=2000
<group> lovel=64 hivel=127 sample=loud.wav loop_mode=loop_continuous loop_start=4410 loop_end=8819
<region> lokey=c2 hikey=c7
<region> sample=loud.wav trigger=release
<region> sample=loud.wav locc64=64
"""
_KIT = """<global> loop_mode=one_shot
<group> key=36 seq_length=2
<region> sample=samples/loud.wav seq_position=1
<region> sample=samples/wide.wav seq_position=2
<group> key=38
#include "snare.sfzi"
"""


def quiet(share, stage):
    pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Recordings of C4 by their octave: a sine soft, its octave loud, in stereo a fifth to the right."""
    home = tmp_path_factory.mktemp("sfz")
    (home / "samples").mkdir()
    t = np.arange(RATE) / RATE
    tones = {"a soft one": 1.0, "loud": 2.0, "wide": 1.5}
    for name, ratio in tones.items():
        x = 0.5 * np.sin(2 * np.pi * 440 * ratio * t)
        wide = np.stack([0 * x, x], axis=1)
        soundfile.write(home / "samples" / f"{name}.wav", wide if name == "wide" else x, RATE)
    (home / "keys.sfz").write_text(_KEYS)
    (home / "kit.sfz").write_text(_KIT)
    (home / "snare.sfzi").write_text("<region> sample=samples/a soft one.wav")
    return home


def heard_hz(font, key, velocity, **more):
    regions = font.regions(0, 0, key, velocity, **more)
    hz, power = power_spectrum(mono(play_regions(regions, key, 1.5, RATE)), 1 << 17)
    return float(hz[power.argmax()])


def test_keys_velocities_loops_and_defines(folder):
    font = read_sfz(folder / "keys.sfz")
    assert len(font.regions(0, 0, 60, 0.9)) == 1  # no release, and nobody holds a pedal
    assert abs(heard_hz(font, 60, 0.2) - 440) < 1 and abs(heard_hz(font, 60, 0.9) - 880) < 1
    assert abs(heard_hz(font, 72, 0.2) - 880) < 2
    assert font.regions(0, 0, 20, 0.9) == []
    looped = play_regions(font.regions(0, 0, 60, 0.9), 60, 3.0, RATE)
    assert np.abs(looped[round(2.5 * RATE) :]).max() > 0.3


def test_turns_includes_and_stereo(folder):
    font = read_sfz(folder / "kit.sfz")
    first, second = (heard_hz(font, 36, 0.9, stroke=stroke) for stroke in (0, 1))
    assert abs(first - 2 * 440) < 1 and abs(second - 1.5 * 440) < 1
    assert abs(heard_hz(font, 38, 0.9) - 440) < 1
    x = play_regions(font.regions(0, 0, 36, 0.9, stroke=1), 36, 0.5, RATE)
    assert np.abs(x[:, 0]).max() < 1e-6 < 0.3 < np.abs(x[:, 1]).max()


def brief(*fonts, **fields):
    asked = {"prompt": "jazz", "words": "jazz", "genre": "jazz", "bpm": 120.0, "bars": 2}
    return Brief(**asked, fonts=tuple(map(str, fonts)), **fields)


def test_a_file_plays_its_role_and_no_other(folder):
    plain = make(brief(), 2, quiet)
    take = make(brief(f"drums={folder / 'kit.sfz'}", f"piano={folder / 'keys.sfz'}"), 2, quiet)
    assert len(take.audio) == loop_frames(2, brief().meter, 120.0, RATE)
    assert take.midi == plain.midi
    changed = {
        part: float(np.abs(stem / np.abs(stem).max() - other / np.abs(other).max()).max())
        for (part, stem), other in zip(take.stems.items(), plain.stems.values(), strict=True)
    }
    assert min(changed["drums"], changed["chords"]) > 0.5 and changed["bass"] < 0.05
    assert "kit" in take.license and any("kit" in said for said in take.said)


def test_what_cannot_be_played_is_refused_with_what_to_do(folder, tmp_path):
    (tmp_path / "a.sfz").write_text("<region> sample=gone.wav key=40")
    (tmp_path / "b.sfz").write_text("nothing here")
    (tmp_path / "c.sfz").write_bytes(b"RIFF\0\0")
    (tmp_path / "d.sfz").write_text('#include "d.sfz"')
    for name, words in (
        ("a", "gone.wav is not there"), ("b", "no region"), ("c", "no text"), ("d", "each other"),
    ):  # fmt: skip
        with pytest.raises(AudioError, match=words):
            read_sfz(tmp_path / f"{name}.sfz")
    with pytest.raises(EngineError, match="write its role before it, as in drums=keys"):
        make(brief(folder / "keys.sfz"), 1, quiet)


def test_a_few_lines_that_mean_gigabytes_are_refused_before_they_are_made(folder):
    chain = ["#define $lll " + "x" * 1000]
    # the longer name is put in first, and each holds the next a thousand times
    chain += [f"#define ${'l' * n} " + f"${'l' * (n - 1)}" * 1000 for n in range(4, 9)]
    defines, includes = folder / "defines.sfz", folder / "includes.sfz"
    defines.write_text("\n".join([*chain, "<region> sample=$llllllll"]))
    (folder / "part.sfzi").write_text("// padding\n" * 300_000)
    includes.write_text('#include "part.sfzi"\n' * 50)
    for path in (defines, includes):
        tracemalloc.start()
        with pytest.raises(AudioError, match="no SFZ is longer than 8 MB"):
            read_sfz(path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 100e6, f"{path.name}: {peak / 1e6:.0f} MB"
