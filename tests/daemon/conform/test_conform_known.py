"""Takes that know their grid, one-shots and effects: exact lengths, level by kind, note, stems that still sum."""

import json
from dataclasses import replace

import numpy as np
import pytest

from daemon.brief import Brief, Decision
from daemon.conform.conform import conform
from daemon.conform.gate import HOPELESS
from daemon.engines.contract import Grid, Take
from daemon.errors import ConformError
from daemon.hearing.pitch import find_note

RATE = 44100


def quiet(value, stage):
    assert 0 <= value <= 1 and stage


def take(audio, **more):
    return Take(np.asarray(audio, np.float32), RATE, 1, "test", "none", "CC0-1.0", **more)


def plucks(frames, beat_s, hertz=220.0):
    t = np.arange(frames) / RATE
    tone = np.sin(2 * np.pi * hertz * t) * np.exp(-(t % beat_s) * 6)
    return 0.2 * np.stack([tone, 0.7 * tone], axis=1).astype(np.float32)


@pytest.mark.parametrize(
    "meter, bpm", [("4/4", 93.5), ("3/4", 120.0), ("6/8", 100.0), ("7/8", 141.37)]
)
@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_known_loop_is_exact_and_untouched(meter, bpm, rate):
    brief = Brief("p", "p", bpm=bpm, meter_name=meter, bars=2, sample_rate=rate, level="keep")
    audio = plucks(brief.amended(sample_rate=RATE).frames, 60 / bpm)
    clip = conform(take(audio, grid=Grid(bpm, meter, 2), key="Am", midi=b"MThd"), brief, quiet)
    assert len(clip.audio) == brief.frames and clip.sample_rate == rate
    assert (clip.bpm, clip.meter, clip.bars, clip.key, clip.midi) == (bpm, meter, 2, "Am", b"MThd")
    if rate == RATE:
        assert np.array_equal(clip.audio, audio)
    assert clip.report["did"]["method"] == "none"
    json.dumps(clip.report, allow_nan=False)


def test_level_of_a_loop_and_its_stems():
    brief = Brief("p", "p", bpm=120.0, bars=4)
    audio = plucks(brief.frames, 0.5)
    stems = {"lead": 0.25 * audio, "bass": 0.75 * audio}
    clip = conform(take(audio, grid=Grid(120.0, "4/4", 4), stems=stems), brief, quiet)
    after = clip.report["after"]
    assert after["lufs"] == pytest.approx(-14, abs=0.05) or after["true_peak_db"] == pytest.approx(
        -1, abs=0.05
    )
    assert after["true_peak_db"] <= -0.95
    assert np.allclose(sum(clip.stems.values()), clip.audio, atol=1e-6)


def test_mono_stays_mono_and_asked_level_holds():
    brief = Brief("p", "p", bpm=120.0, bars=1, level=-23.0)
    clip = conform(take(plucks(brief.frames, 0.5)[:, :1], grid=Grid(120.0, "4/4", 1)), brief, quiet)
    assert clip.audio.shape == (brief.frames, 1)
    assert clip.report["after"]["lufs"] == pytest.approx(-23, abs=0.05)


@pytest.mark.parametrize("asked", [33, 45, 60, 84, 96])
@pytest.mark.parametrize("off", [-0.45, 0.2])
def test_one_shot_is_trimmed_and_tuned(asked, off):
    hertz = 440 * 2 ** ((asked + off - 69) / 12)
    t = np.arange(RATE) / RATE
    tone = np.sin(2 * np.pi * hertz * t + 0.6 * np.sin(4 * np.pi * hertz * t)) * np.exp(-t * 3)
    audio = np.concatenate([np.zeros(4000), 0.4 * tone, np.zeros(30000)])[:, None] + 0.03
    clip = conform(
        take(audio), Brief("p", "p", kind="oneshot", bpm=None, bars=None, note=asked), quiet
    )
    assert clip.note == asked and clip.audio.shape[1] == 1
    assert abs(find_note(clip.audio, RATE) - asked) < 0.05
    assert np.abs(clip.audio[: RATE // 500]).max() > 0.2 * np.abs(clip.audio).max()
    assert abs(clip.audio.mean()) < 2e-3 and abs(clip.audio[-1, 0]) < 1e-3
    assert clip.report["after"]["true_peak_db"] == pytest.approx(-1, abs=0.05)


def test_noise_has_no_note():
    noise = (
        np.random.default_rng(3).standard_normal((20000, 1))
        * np.exp(-np.arange(20000) / 4000)[:, None]
    )
    clip = conform(
        take(0.1 * noise), Brief("p", "p", kind="oneshot", bpm=None, bars=None, note=60), quiet
    )
    assert clip.note is None and any("pitch" in line for line in clip.report["warnings"])


def test_effect_gets_its_length():
    brief = Brief("p", "p", kind="sfx", bpm=None, bars=None, seconds=1.5, sample_rate=48000)
    clip = conform(take(plucks(3 * RATE, 0.5)), brief, quiet)
    assert len(clip.audio) == 72000 and clip.bpm is None and not clip.audio[-1].any()


@pytest.mark.slow
def test_a_key_that_a_file_without_pitch_cannot_have_is_told():
    clicks = np.zeros((4 * RATE, 1), np.float32)
    clicks[:: RATE // 2] = 0.5
    asked = {"key": Decision("Am", "request")}
    brief = Brief("p", "p", do="fit", bpm=120.0, bars=2, key_name="Am", decided=asked)
    clip = conform(take(clicks), brief, quiet)
    assert clip.key is None and "no key was heard" in clip.report["said"][0]
    unasked = conform(take(clicks), replace(brief, decided={}), quiet)
    assert "said" not in unasked.report


def test_users_file_keeps_its_level():
    brief = Brief("p", "p", do="fit", kind="sfx", bpm=None, bars=None)
    audio = plucks(RATE, 0.5)
    assert np.array_equal(conform(take(audio), brief, quiet).audio, audio)


@pytest.mark.parametrize(
    "audio, code",
    [
        (np.zeros((RATE * 4, 1)), "silent"),
        (np.full((RATE * 4, 2), 1.0), "silent"),
        (np.tile([[1.0, 1.0], [-1.0, -1.0]], (RATE * 2, 1)), "clipped"),
        (np.tile([[0.5], [-0.5]], (1500, 1)), "too_short"),
    ],
)
def test_gate(audio, code):
    brief = Brief("p", "p", bpm=120.0, bars=1, strict=True)
    with pytest.raises(ConformError) as refused:
        conform(take(audio, grid=Grid(120.0, "4/4", 1)), brief, quiet)
    assert refused.value.code == code
    lenient = brief.amended(strict=False)
    if code in HOPELESS:
        with pytest.raises(ConformError):
            conform(take(audio, grid=Grid(120.0, "4/4", 1)), lenient, quiet)
        return
    clip = conform(take(audio, grid=Grid(120.0, "4/4", 1)), lenient, quiet)
    assert clip.report["warnings"] and len(clip.audio) == brief.frames


def test_notes_alone():
    clip = conform(
        Take(None, RATE, 1, "test", "none", "CC0-1.0", grid=Grid(90.0, "4/4", 4), midi=b"MThd"),
        Brief("p", "p"),
        quiet,
    )
    assert clip.audio is None and clip.midi == b"MThd" and clip.bpm == 90.0
