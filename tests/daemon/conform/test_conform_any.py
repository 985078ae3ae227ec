"""Whatever comes in, what comes out has the exact length, the channels, the rate, finite samples and a whole report."""

import json

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from daemon.brief import Brief
from daemon.conform.conform import conform
from daemon.engines.contract import Take
from daemon.errors import ConformError


def sound(kind, frames, channels, rate, seed):
    rng = np.random.default_rng(seed)
    t = np.arange(frames) / rate
    if kind == "noise":
        audio = 0.2 * rng.standard_normal(frames)
    elif kind == "tone":
        audio = 0.3 * np.sin(2 * np.pi * rng.uniform(40, 1500) * t)
    elif kind == "pulses":
        audio = 0.5 * rng.standard_normal(frames) * np.exp(-(t % rng.uniform(0.2, 0.8)) * 30)
    elif kind == "loud":
        audio = 3.0 * rng.standard_normal(frames)
    elif kind == "offset":
        audio = 0.4 + 0.1 * rng.standard_normal(frames)
    else:
        audio = np.zeros(frames)
    return np.repeat(audio[:, None], channels, axis=1).astype(np.float32)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    what=st.sampled_from(["noise", "tone", "pulses", "loud", "offset", "silence"]),
    kind=st.sampled_from(["loop", "oneshot", "sfx", "track", "vocal"]),
    rate=st.sampled_from([8000, 22050, 44100, 48000, 96000]),
    out_rate=st.sampled_from([44100, 48000]),
    channels=st.integers(1, 2),
    seconds=st.floats(0.01, 5.0),
    bpm=st.sampled_from([None, 60.0, 93.5, 174.0]),
    meter=st.sampled_from(["4/4", "3/4", "6/8", "7/8"]),
    bars=st.sampled_from([None, 1, 2]),
    key=st.sampled_from([None, "Am", "F# dorian"]),
    grid=st.sampled_from(["tight", "feel", "off"]),
    seed=st.integers(0, 99),
)
@example("pulses", "loop", 192000, 44100, 2, 3.0, 120.0, "4/4", 1, "Am", "tight", 1)
@example("noise", "oneshot", 44100, 44100, 1, 0.0001, None, "4/4", None, None, "feel", 1)
def test_anything(what, kind, rate, out_rate, channels, seconds, bpm, meter, bars, key, grid, seed):
    audio = sound(what, max(1, round(seconds * rate)), channels, rate, seed)
    brief = Brief(
        "p",
        "p",
        do="fit",
        kind=kind,
        bpm=bpm,
        key_name=key,
        meter_name=meter,
        bars=bars,
        grid=grid,
        sample_rate=out_rate,
        note=60,
    )
    try:
        clip = conform(Take(audio, rate, 1, "file", "", "own"), brief, lambda value, stage: None)
    except ConformError as refused:
        # nothing can be made of silence, of less than a beat of the tempo that is asked or heard, or
        # of a loop that has no tempo: what is refused without --strict
        may_be = {
            "silent": what == "silence",
            "too_short": kind == "loop" and seconds < 61 / (bpm or 40),
            "no_tempo": kind == "loop" and bpm is None,
        }
        assert may_be.get(refused.code), refused.text
        return
    assert what != "silence"
    assert (
        clip.sample_rate == out_rate
        and clip.audio.dtype == np.float32
        and clip.audio.shape[1] == channels
    )
    assert np.isfinite(clip.audio).all() and len(clip.audio) > 0
    if kind == "loop" and bpm and bars:
        assert len(clip.audio) == brief.frames
    assert len(json.dumps(clip.report, allow_nan=False)) < 200_000


@pytest.mark.parametrize("frames", [0])
def test_nothing_at_all_is_refused(frames):

    with pytest.raises(ConformError, match=r"empty|silent|short"):
        conform(
            Take(np.zeros((frames, 1), np.float32), 44100, 1, "f", "", "own"),
            Brief("p", "p", do="fit"),
            lambda value, stage: None,
        )
