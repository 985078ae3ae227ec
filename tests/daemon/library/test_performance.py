"""What was played on the pads is the sum of the clips' files, frame by frame."""

import numpy as np
import pytest
import soundfile

from bridge.music import Meter
from daemon.errors import LibraryError
from daemon.library.mixdown import Source, mix_performance, mixed
from daemon.library.performance import read_performance
from tests.helpers.progress import untold

RATE = 44100
#: At 93 bpm a bar is no whole number of frames.
BAR = 4 * 60 / 93 * RATE


def noise(seed, frames):
    return np.random.default_rng(seed).uniform(-0.1, 0.1, (frames, 2)).astype(np.float32)


def played(**values):
    return read_performance(
        {"bpm": 93, "bars": 4, "plays": [{"clip": "a", "start": 0, "end": 4}], **values}
    )


def test_eight_loops_sum_to_sixteen_bits_and_start_on_their_bars():
    sources = {}
    want = np.zeros((round(4 * BAR), 2))
    plays = []
    for n in range(8):
        bars = (1, 2, 4)[n % 3]
        loop = noise(n, round(bars * BAR))
        sources[f"c{n}"] = Source(loop, bars)
        start = 0 if n < 5 else 2
        plays.append({"clip": f"c{n}", "start": start, "end": 4})
        for turn in range(start, 4, bars):
            at, until = round(turn * BAR), round((turn + bars) * BAR)
            want[at:until] += np.take(loop, np.arange(until - at), axis=0, mode="wrap")[
                : len(want) - at
            ]
    sound = mixed(played(plays=plays), sources, RATE)
    assert len(sound) == round(4 * BAR)
    # what comes in later is cut at the end, for it does not go on at the start: 5 ms of it fade
    inside = slice(0, len(want) - round(0.006 * RATE))
    assert np.abs(sound[inside] - want[inside]).max() < 2**-16
    assert np.abs(sound[-1]).max() < np.abs(want[-1]).max()


def test_what_plays_on_is_not_faded_and_what_is_cut_is():
    loop = noise(1, round(2 * BAR))
    source = {"a": Source(loop, 2.0)}
    through = mixed(played(plays=[{"clip": "a", "start": 0, "end": 4, "offset": 1}]), source, RATE)
    first = np.take(loop, round(BAR) + np.arange(100), axis=0)
    assert np.array_equal(through[:100], first), "it was playing before, and goes on at the end"
    cut = mixed(played(plays=[{"clip": "a", "start": 0, "end": 1}]), source, RATE)
    assert np.abs(cut[round(BAR) - 1]).max() < 0.002 and not cut[round(BAR) :].any()
    two = [{"clip": "a", "start": 0, "end": 1}, {"clip": "a", "start": 1, "end": 4, "offset": 1}]
    assert np.array_equal(
        mixed(played(plays=two), source, RATE),
        mixed(played(), source, RATE),
    ), "two plays that join are one"


def test_a_sound_that_ends_is_heard_once():
    hit = noise(2, 5000)
    sound = mixed(
        played(plays=[{"clip": "a", "start": 1, "end": 4}]), {"a": Source(hit, 0.0)}, RATE
    )
    at = round(BAR)
    assert np.array_equal(sound[at : at + 5000], hit)
    assert not sound[:at].any() and not sound[at + 5000 :].any()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"bpm": 900}, "bpm takes 40 to 300"),
        ({"bpm": 10**400}, "bpm takes 40 to 300"),
        ({"bars": 1.5}, "whole bars"),
        ({"bars": 512, "bpm": 40}, "up to 600 s"),
        ({"plays": []}, "at least one clip"),
        ({"plays": [{"clip": "a", "start": 2, "end": 1}]}, "play 1: end 1 is not after start 2"),
        ({"plays": [{"clip": "a", "start": 0, "end": 9}]}, "play 1: end takes 0 to 4"),
        ({"plays": [{"clip": "a", "start": float("nan"), "end": 1}]}, "play 1: start takes"),
        ({"plays": [{"clip": "a", "start": 0, "end": 1, "pan": 1}]}, "has no 'pan'"),
        ({"key": "J"}, "no key"),
        ({"meter": "9/0"}, "meter"),
    ],
)
def test_bad_input_is_refused_with_what_is_allowed(values, words):
    with pytest.raises(LibraryError, match=words):
        played(**values)


@pytest.mark.slow
def test_a_loop_played_alone_is_itself_as_a_clip(loop, tmp_path):
    said = {
        "bpm": 90,
        "key": "Am",
        "bars": 4,
        "name": "jam",
        "plays": [{"clip": "ldrp", "start": 0, "end": 4}],
    }
    task = {
        "performance": said,
        "sources": {"ldrp": loop},
        "clip": "jamm",
        "folder": str(tmp_path / "made"),
    }
    made = mix_performance(task, untold)
    have, want = soundfile.read(made["path"])[0], soundfile.read(loop["path"])[0]
    assert (made["kind"], made["bars"], made["bpm"], made["license"]) == ("loop", 4, 90, "CC0-1.0")
    assert np.abs(have - np.tile(want, (2, 1))).max() < 2**-16
    seams = [one["report"]["after"]["seam"] for one in (made, loop)]
    assert seams[0] == pytest.approx(seams[1], abs=1e-4)
    assert made["performance"]["plays"][0]["clip"] == "ldrp"
    assert Meter.parse(made["meter"]).quarters_per_bar == 4
