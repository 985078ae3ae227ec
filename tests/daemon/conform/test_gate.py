"""The gate: what is refused, with a reason to act on; and what `fit` writes all the same."""

import tracemalloc

import numpy as np
import pytest

from daemon.brief import Brief
from daemon.conform.conform import conform
from daemon.conform.gate import check_cut, check_stretch, clipped_share
from daemon.engines.contract import Take
from daemon.errors import ConformError
from tests.daemon.conform.takes import drums, quiet

RATE = 44100


def drone():
    t = np.arange(6 * RATE) / RATE
    return (0.2 * np.sin(2 * np.pi * 110 * t) + 0.1 * np.sin(2 * np.pi * 165.2 * t))[
        :, None
    ].astype(np.float32)


@pytest.mark.slow
@pytest.mark.parametrize("audio, code", [(drone(), "beatless"), (drums(166.0, 6), "off_tempo")])
def test_refused_where_strict_and_written_where_not(audio, code):
    brief = Brief("p", "p", bpm=131.0, bars=2)
    with pytest.raises(ConformError) as refused:
        conform(Take(audio, RATE, 1, "file", "", "own"), brief.amended(strict=True), quiet)
    assert refused.value.code in (code, "beatless") and "\n" not in refused.value.text
    clip = conform(Take(audio, RATE, 1, "file", "", "own"), brief, quiet)
    assert len(clip.audio) == brief.frames and clip.report["warnings"]


@pytest.mark.parametrize("strict", [True, False])
def test_less_than_a_beat_is_refused_in_any_case(strict):
    with pytest.raises(ConformError) as refused:
        conform(
            Take(drums(120.0, 1)[:9000], RATE, 1, "file", "", "own"),
            Brief("p", "p", bpm=131.0, bars=2, strict=strict),
            quiet,
        )
    assert refused.value.code == "too_short"


@pytest.mark.parametrize("strict", [True, False])
def test_a_take_too_soft_is_told_its_peak_the_least_and_what_to_do(strict):
    soft = drone() * np.float32(10 ** (-70.3 / 20) / np.abs(drone()).max())
    brief = Brief("p", "p", do="fit", bpm=None, bars=None, kind="sfx", strict=strict)
    told = "its peak is -70.3 dBFS, the least is -60 dBFS: raise it by 11 dB or more"
    with pytest.raises(ConformError, match=told) as refused:
        conform(Take(soft, RATE, 1, "file", "", "own"), brief, quiet)
    assert refused.value.code == "silent"
    raised = soft * np.float32(10 ** (11 / 20))
    assert len(conform(Take(raised, RATE, 1, "file", "", "own"), brief, quiet).audio)
    with pytest.raises(ConformError, match="it holds no sound at all"):
        conform(Take(soft * 0, RATE, 1, "file", "", "own"), brief, quiet)


def click():
    audio = np.zeros((2 * RATE, 1), np.float32)
    audio[:400, 0] = 0.8 * np.exp(-np.arange(400) / 100) * np.sin(np.arange(400) / 5)
    return audio


@pytest.mark.parametrize("audio", [click(), drone()], ids=["click", "drone"])
@pytest.mark.parametrize("strict", [True, False])
def test_a_sound_without_a_beat_is_no_loop_where_no_tempo_is_asked(audio, strict):
    brief = Brief("p", "p", do="fit", bpm=None, bars=None, strict=strict)
    with pytest.raises(ConformError, match=r"no tempo is asked: say its tempo \(bpm") as refused:
        conform(Take(audio, RATE, 1, "file", "", "own"), brief, quiet)
    assert refused.value.code == "no_tempo"
    # the ways out that it names
    kept = conform(Take(audio, RATE, 1, "file", "", "own"), brief.amended(kind="sfx"), quiet)
    assert kept.bpm is None and len(kept.audio) == len(audio)


def test_one_hit_at_a_tempo_that_is_asked_is_said_to_have_no_beat():
    brief = Brief("p", "p", do="fit", bpm=120.0, bars=None)
    clip = conform(Take(click(), RATE, 1, "file", "", "own"), brief, quiet)
    assert (clip.bpm, clip.bars) == (120.0, 1)
    told = [line for line in clip.report["warnings"] if "one attack sounds" in line]
    assert len(told) == 1 and told[0].startswith("no beat was found in the take")


@pytest.mark.slow
def test_half_and_double_are_no_stretch():
    for asked in (60.0, 240.0):
        clip = conform(
            Take(drums(118.0, 8), RATE, 1, "f", "", "own"),
            Brief("p", "p", bpm=asked, bars=2, strict=True),
            quiet,
        )
        assert clip.report["did"]["ratio"] == pytest.approx(118 / 120, rel=0.02)


def test_clipping_is_told_from_loudness():
    t = np.arange(RATE) / RATE
    sine = np.sin(2 * np.pi * 100 * t)[:, None]
    assert clipped_share(0.999 * sine) < 0.02
    assert clipped_share(np.clip(3 * sine, -1, 1)) > 0.5
    assert clipped_share(np.clip(3 * sine, -1, 1) * 0.5) == 0


def test_a_loud_take_is_looked_at_without_a_copy_of_it():
    audio = np.tile(np.sin(np.arange(RATE, dtype=np.float32))[:, None], (20, 2))
    tracemalloc.start()
    try:
        clipped_share(audio)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # numbers of 8 bytes for each sample took three times as much as the take itself
    assert peak < audio.nbytes / 2


@pytest.mark.parametrize(
    "ratio, refused", [(0.79, True), (0.81, False), (1.0, False), (1.24, False), (1.26, True)]
)
def test_the_stretch_that_is_allowed(ratio, refused):
    assert bool(check_stretch(ratio, 120, 120 * ratio)) is refused


@pytest.mark.slow
def test_clipped_bars_give_way_to_clean_ones_of_the_same_take():
    audio = drums(120.0, 8)
    audio[: 4 * RATE] = np.clip(40 * audio[: 4 * RATE], -1, 1)
    brief = Brief("p", "p", bpm=120.0, bars=2, strict=True)
    clip = conform(Take(audio, RATE, 1, "file", "", "own"), brief, quiet)
    assert clip.report["found"]["downbeat_s"] > 3.9 and clipped_share(clip.audio) < 0.01
    with pytest.raises(ConformError, match="clipped"):
        conform(Take(np.clip(40 * audio, -1, 1), RATE, 1, "file", "", "own"), brief, quiet)


@pytest.mark.slow
def test_the_cut_that_was_chosen_by_hand_is_not_passed_over():
    audio = drums(120.0, 8)
    audio[: 4 * RATE] = np.clip(40 * audio[: 4 * RATE], -1, 1)
    take = Take(audio, RATE, 1, "file", "", "own")
    choices = conform(take, Brief("p", "p", bpm=120.0, bars=2), quiet).report["choices"]
    clipped = next(n for n, cut in enumerate(choices, 1) if n > 1 and cut["start_s"] < 3)
    clip = conform(take, Brief("p", "p", bpm=120.0, bars=2, choice=clipped), quiet)
    assert clip.report["found"]["downbeat_s"] == pytest.approx(choices[clipped - 1]["start_s"])
    assert any("clipped" in warning for warning in clip.report["warnings"])


def test_bars_that_are_all_but_silent_are_empty():
    assert [fault.code for fault in check_cut(np.full((RATE, 2), 1e-4, np.float32), -12.0)] == [
        "empty"
    ]
    assert check_cut(drums(120.0, 1), -15.0) == []


def test_the_report_says_how_it_knows_and_what_else_it_could_be():
    found = conform(
        Take(drums(118.0, 6), RATE, 1, "f", "", "own"), Brief("p", "p", bpm=120.0, bars=2), quiet
    ).report["found"]
    assert any("repeats itself" in reason for reason in found["evidence"])
    assert all(
        0 < other["share"] < 1 and other["downbeat_s"] >= 0 for other in found["alternatives"]
    )
