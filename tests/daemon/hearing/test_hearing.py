"""Whether pieces with known beats are heard as what they are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from bridge.music import Meter
from daemon.hearing import hear
from tests.daemon.hearing import music
from tests.daemon.hearing.distances import beat_error_s, downbeat_errors_s

pytestmark = pytest.mark.slow


def test_a_plain_beat_is_heard_exactly() -> None:
    piece = music.drums(music.BACKBEAT, 118.3, 5)
    heard = hear(piece.audio, piece.sample_rate, 120, Meter(4, 4))
    assert heard.bpm == pytest.approx(118.3, rel=5e-4)
    assert heard.steady and heard.periodic
    assert beat_error_s(heard, piece.quarters_s) < 0.004
    assert downbeat_errors_s(heard, piece.downbeats_s).max() < 0.006
    assert heard.confidence > 0.5


@pytest.mark.parametrize("start_bar", [0.21, 0.4, 0.66, 0.875])
def test_a_take_begun_in_the_middle_of_a_bar(start_bar: float) -> None:
    piece = music.drums(music.BACKBEAT, 96, 4.5, start_bar=start_bar)
    heard = hear(piece.audio, piece.sample_rate, 98, Meter(4, 4))
    assert downbeat_errors_s(heard, piece.downbeats_s).max() < 0.006
    assert heard.knots_q[0] <= 0
    assert heard.time_of(0) > -0.05


def test_silence_before_the_first_beat() -> None:
    piece = music.drums(music.BACKBEAT, 124, 5, silence_s=0.43)
    heard = hear(piece.audio, piece.sample_rate, 120, Meter(4, 4))
    assert heard.sounds_from_s == pytest.approx(0.43, abs=0.025)
    assert float(heard.time_of(0)) == pytest.approx(0.43, abs=0.006)


@pytest.mark.parametrize("asked", [100, 112, 128, 138])
def test_an_asked_tempo_that_is_far_off(asked: float) -> None:
    piece = music.drums(music.BACKBEAT, 119, 5, start_bar=0.3)
    heard = hear(piece.audio, piece.sample_rate, asked, Meter(4, 4))
    assert heard.bpm == pytest.approx(119, rel=2e-3)
    assert beat_error_s(heard, piece.quarters_s) < 0.005


@pytest.mark.parametrize(("asked", "own_per_asked"), [(61, 0.5), (240, 2.0)])
def test_an_asked_tempo_of_half_or_double(asked: float, own_per_asked: float) -> None:
    piece = music.drums(music.BACKBEAT, 121, 6, start_bar=0.3)
    heard = hear(piece.audio, piece.sample_rate, asked, Meter(4, 4))
    assert heard.bpm == pytest.approx(121 * own_per_asked, rel=2e-3)
    own_beats = heard.position_of(piece.downbeats_s) / own_per_asked
    assert np.abs(own_beats / 4 - np.round(own_beats / 4)).max() < 0.01
    assert heard.octave == pytest.approx(1 / own_per_asked)
    assert heard.phrase_quarters == pytest.approx(max(4.0, 4 * own_per_asked))


def test_no_tempo_asked_for() -> None:
    piece = music.drums(music.BACKBEAT, 104, 5)
    heard = hear(piece.audio, piece.sample_rate, None, Meter(4, 4))
    assert heard.bpm == pytest.approx(104, rel=2e-3)


def test_drift_is_followed() -> None:
    piece = music.drums(music.BACKBEAT, 122, 8, drift=0.015, start_bar=0.3)
    heard = hear(piece.audio, piece.sample_rate, 120, Meter(4, 4))
    assert not heard.steady
    assert heard.drift == pytest.approx(0.015 / np.sqrt(2), rel=0.4)
    assert beat_error_s(heard, piece.quarters_s) < 0.006


@pytest.mark.parametrize("pattern, meter", [(music.BACKBEAT, Meter()), (music.WALTZ, Meter(3, 4))])
@pytest.mark.parametrize(
    ("step", "start_bar"), [(0.86, 0.3), (0.95, 0), (0.98, 0), (1.02, 0), (1.04, 0.3), (1.12, 0.7)]
)
def test_a_tempo_step_is_followed(
    pattern: dict[str, str], meter: Meter, step: float, start_bar: float
) -> None:
    piece = music.drums(pattern, 122, 8, step=step, start_bar=start_bar)
    heard = hear(piece.audio, piece.sample_rate, 120, meter)
    assert not heard.steady
    assert beat_error_s(heard, piece.quarters_s) < 0.008
    assert downbeat_errors_s(heard, piece.downbeats_s).max() < 0.03
    assert any("step" in said for said in heard.evidence) is (abs(step - 1) > 0.03)


@pytest.mark.parametrize(
    ("clicks", "bpm"),
    [(1, 120.0), (2, 120.0), (2, 97.0), (3, 97.0), (4, 120.0), (4, 97.0), (6, 120.0), (8, 97.0)],
)
def test_a_count_in_is_no_bar_of_another_beat(clicks: int, bpm: float) -> None:
    piece = music.drums(music.BACKBEAT, bpm, 5, counted_in=clicks, silence_s=0.2)
    heard = hear(piece.audio, piece.sample_rate, 120, Meter(4, 4))
    assert heard.bpm == pytest.approx(bpm, rel=2e-3)
    assert beat_error_s(heard, piece.quarters_s) < 0.006
    assert downbeat_errors_s(heard, piece.downbeats_s).max() < 0.008


@pytest.mark.parametrize("swing", [0.2, 0.33])
def test_swing_moves_no_beat(swing: float) -> None:
    pattern = dict(music.BACKBEAT, hat="xxxxxxxxxxxxxxxx")
    piece = music.drums(pattern, 92, 4.5, swing=swing, start_bar=0.3)
    heard = hear(piece.audio, piece.sample_rate, 90, Meter(4, 4))
    assert beat_error_s(heard, piece.quarters_s) < 0.006


@pytest.mark.parametrize(
    ("pattern", "meter"),
    [
        (music.WALTZ, Meter(3, 4)),
        (music.SIX_EIGHT, Meter(6, 8)),
        (music.SEVEN_EIGHT, Meter(7, 8)),
        (music.FIVE_FOUR, Meter(5, 4)),
    ],
)
def test_odd_meters(pattern: dict[str, str], meter: Meter) -> None:
    piece = music.drums(pattern, 126, 6.2, start_bar=0.3)
    heard = hear(piece.audio, piece.sample_rate, 128, meter)
    assert heard.bpm == pytest.approx(126, rel=2e-3)
    assert downbeat_errors_s(heard, piece.downbeats_s).max() < 0.008
    pulse = np.diff(heard.knots_q)
    assert np.allclose(pulse, 4 / meter.denominator)


@pytest.mark.parametrize("sample_rate", [11025, 22050, 44100, 48000, 96000])
def test_sample_rates(sample_rate: int) -> None:
    piece = music.drums(music.BACKBEAT, 110, 4, sample_rate=sample_rate)
    heard = hear(piece.audio, sample_rate, 110, Meter(4, 4))
    assert beat_error_s(heard, piece.quarters_s) < 0.005


def test_channels_make_no_difference() -> None:
    piece = music.drums(music.BACKBEAT, 110, 4)
    mono = hear(piece.audio[:, 0], piece.sample_rate, 110, Meter(4, 4))
    stereo = hear(np.repeat(piece.audio, 2, axis=1), piece.sample_rate, 110, Meter(4, 4))
    assert np.allclose(mono.knots_s, stereo.knots_s, atol=1e-4)


def test_two_seconds_are_enough() -> None:
    piece = music.drums(music.BACKBEAT, 120, 1.0)
    heard = hear(piece.audio, piece.sample_rate, 120, Meter(4, 4))
    assert beat_error_s(heard, piece.quarters_s) < 0.012


def test_a_long_piece_that_drifts() -> None:
    piece = music.drums(music.BACKBEAT, 121, 60, drift=0.008)
    heard = hear(piece.audio, piece.sample_rate, 120, Meter(4, 4))
    assert beat_error_s(heard, piece.quarters_s) < 0.010


@pytest.mark.parametrize("what", ["nothing", "drone", "noise", "one hit", "a moment"])
def test_where_there_is_no_beat_it_says_so(what: str) -> None:
    rng = np.random.default_rng(4)
    seconds = np.arange(8 * 44100) / 44100
    audio = {
        "nothing": np.zeros(8 * 44100),
        "drone": sum(np.sin(2 * np.pi * f * seconds + f) / 6 for f in (110, 164.8, 220.3, 331))
        * np.minimum(seconds, 1),
        "noise": 0.2 * rng.standard_normal(len(seconds)),
        "one hit": rng.standard_normal(len(seconds)) * np.exp(-((seconds - 1) * 9)) * (seconds > 1),
        "a moment": 0.3 * rng.standard_normal(4000),
    }[what]
    heard = hear(np.asarray(audio, np.float32)[:, None], 44100, 120, Meter(4, 4))
    assert not heard.periodic
    assert (
        "near 120 bpm" in heard.reason
        or "silent or too short" in heard.reason
        or "starts or stops" in heard.reason
        or "one attack" in heard.reason
    )
    assert heard.confidence < 0.3
    assert heard.bpm == pytest.approx(120)


def test_time_and_position_undo_each_other() -> None:
    piece = music.drums(music.BACKBEAT, 122, 5, drift=0.01)
    heard = hear(piece.audio, piece.sample_rate, 120, Meter(4, 4))
    positions = np.linspace(-6, 30, 77)
    assert np.allclose(heard.position_of(heard.time_of(positions)), positions, atol=1e-6)


def test_the_joint_of_a_loop_tells_where_it_begins() -> None:
    piece = music.drums({"hat": "x.x.x.x.x.x.x.x.", "snare": "x...x...x...x..."}, 120, 1)
    bar = piece.audio[: 2 * 44100] + 0.05 * np.random.default_rng(3).standard_normal(
        (2 * 44100, 1)
    ).astype(np.float32)
    bar[-int(0.03 * 44100) :] *= 1e-3
    around = np.concatenate([bar] * 5)[int(0.7 * 44100) :]
    heard = hear(around, 44100, 118, Meter(4, 4))
    assert downbeat_errors_s(heard, np.array([1.3, 3.3, 5.3, 7.3])).max() < 0.006
    assert any("joint" in line for line in heard.evidence)


@pytest.mark.parametrize("started_s", [0.3, 0.9, 1.4])
def test_a_splice_alone_tells_where_a_loop_begins(started_s: float) -> None:
    """The same hit on every beat: nothing but the held tone, whose wave does not close, tells the beats apart."""
    clock_s = np.arange(2 * 44100) / 44100
    hits = music.drums({"snare": "x...x...x...x..."}, 120, 1).audio[: 2 * 44100, 0]
    bar = np.tile(hits[: 44100 // 2], 4) + 0.1 * np.sin(2 * np.pi * 110.37 * clock_s).astype(
        np.float32
    )
    around = np.tile(bar, 5)[round(started_s * 44100) :]
    heard = hear(around, 44100, 118, Meter(4, 4))
    assert downbeat_errors_s(heard, np.arange(2.0, 10, 2) - started_s).max() < 0.006


def test_a_take_that_does_not_swing_about_zero() -> None:
    piece = music.drums(music.BACKBEAT, 118.3, 5, start_bar=0.4)
    straight, raised = (
        hear(piece.audio + offset, piece.sample_rate, 120, Meter(4, 4)) for offset in (0.0, 0.2)
    )
    assert np.allclose(straight.downbeats_s, raised.downbeats_s, atol=1e-3)
    assert raised.sounds_from_s == pytest.approx(straight.sounds_from_s, abs=0.01)


def test_it_says_how_it_knows_and_what_else_could_be() -> None:
    piece = music.drums(music.BACKBEAT, 118, 5, silence_s=0.3)
    heard = hear(piece.audio, piece.sample_rate, 120, Meter(4, 4))
    assert any("repeats itself" in line for line in heard.evidence)
    assert any("silence" in line for line in heard.evidence)
    assert all(0 < other.share < 1 for other in heard.alternatives)
    assert heard.repeats_bars == 1
    assert heard.similarity > 0.9


@pytest.mark.parametrize(
    ("asked", "own", "bars"), [(80, 120, 6), (180, 120, 6), (120, 81, 6), (180, 120, 8)]
)
def test_an_asked_tempo_of_two_thirds_or_three_halves(asked: float, own: float, bars: int) -> None:
    piece = music.drums(music.BACKBEAT, own, bars, start_bar=0.3)
    heard = hear(piece.audio, piece.sample_rate, asked, Meter(4, 4))
    octave = np.log2(heard.bpm / own)
    assert octave == pytest.approx(round(octave), abs=2e-3), f"{heard.bpm} is no octave of {own}"
    assert beat_error_s(heard, piece.quarters_s[::2] if octave < -0.5 else piece.quarters_s) < 0.006


def test_triplets_are_not_taken_for_another_tempo() -> None:
    piece = music.drums({**music.BACKBEAT, "hat": "x..x" * 4}, 100, 6, swing=0.333)
    assert hear(piece.audio, piece.sample_rate, 100, Meter(4, 4)).bpm == pytest.approx(
        100, rel=2e-3
    )


def held_chords(piece: music.Piece) -> np.ndarray:
    """A soft chord of five partials a note from bar to bar, (frames, 1): its beating has many edges that lie on no lattice."""
    out = np.zeros(len(piece.audio))
    edges = [*piece.downbeats_s, len(out) / piece.sample_rate]
    for bar, (start_s, end_s) in enumerate(pairwise(edges)):
        t = np.arange(int((end_s - start_s) * piece.sample_rate)) / piece.sample_rate
        swell = np.minimum(1, t / 0.2) * np.clip((t[-1] - t) / 0.25, 0, 1)
        for note in ((57, 60, 64), (53, 57, 60), (48, 52, 55), (55, 59, 62))[bar % 4]:
            hertz = 440 * 2 ** ((note - 69) / 12)
            tone = sum(np.sin(2 * np.pi * hertz * k * t + k) / k**1.3 for k in range(1, 6))
            first = int(start_s * piece.sample_rate)
            out[first : first + len(t)] += (0.12 * swell * tone)[: len(out) - first]
    return out[:, None].astype(np.float32)


@pytest.mark.parametrize("step", [0.95, 1.05])
def test_a_tempo_step_under_held_chords_is_followed(step: float) -> None:
    piece = music.drums(music.BACKBEAT, 118, 8, step=step)
    heard = hear(piece.audio + held_chords(piece), piece.sample_rate, 120, Meter(4, 4))
    assert beat_error_s(heard, piece.quarters_s) < 0.008
    assert not heard.steady


@pytest.mark.parametrize("changes", [{"drift": 0.03}, {"step": 1.06}, {"step": 0.95}])
@pytest.mark.parametrize("chords", [False, True])
def test_a_long_piece_is_followed_to_its_end(changes: dict[str, float], chords: bool) -> None:
    piece = music.drums(music.BACKBEAT, 118, 28, **changes)
    audio = piece.audio + held_chords(piece) if chords else piece.audio
    heard = hear(audio, piece.sample_rate, 120, Meter(4, 4))
    half = len(piece.quarters_s) // 2
    assert (
        beat_error_s(heard, piece.quarters_s[:half]) < 0.012
        and beat_error_s(heard, piece.quarters_s[half:]) < 0.012
    )


@pytest.mark.parametrize("start_bar", [0, 0.4])
def test_a_tempo_that_sways_far_is_followed_or_not_sure(start_bar: float) -> None:
    piece = music.drums(music.BACKBEAT, 118, 8, drift=0.05, start_bar=start_bar)
    heard = hear(piece.audio, piece.sample_rate, 120, Meter(4, 4))
    assert beat_error_s(heard, piece.quarters_s) < 0.006
    chords = hear(piece.audio + held_chords(piece), piece.sample_rate, 120, Meter(4, 4))
    assert chords.confidence < 0.5 or beat_error_s(chords, piece.quarters_s) < 0.02


@pytest.mark.parametrize("bpm", [84, 97, 118])
@pytest.mark.parametrize("start_bar", [0, 0.4])
def test_pads_are_heard_by_their_chords(bpm: float, start_bar: float) -> None:
    piece = music.drums(music.BACKBEAT, bpm, 8, start_bar=start_bar)
    hiss = np.random.default_rng(1).standard_normal((len(piece.audio), 1)).astype(np.float32) * 1e-4
    heard = hear(held_chords(piece) + hiss, piece.sample_rate, round(bpm * 1.03), Meter(4, 4))
    assert heard.bpm == pytest.approx(bpm, rel=1e-3)
    assert downbeat_errors_s(heard, piece.downbeats_s).max() < 0.02, (
        "their chords swell for 200 ms: nobody hears it more exactly"
    )


def test_two_tones_that_rub_at_no_tempo_have_no_beat() -> None:
    seconds = np.arange(8 * 44100) / 44100
    drone = np.sin(2 * np.pi * 110 * seconds) + 0.5 * np.sin(2 * np.pi * 165 * seconds)
    heard = hear((0.2 * drone[:, None]).astype(np.float32), 44100, 120, Meter(4, 4))
    assert not heard.periodic and heard.confidence == 0


def test_where_the_drums_of_a_long_piece_rest_its_tempo_goes_on() -> None:
    piece = music.drums(music.BACKBEAT, 118, 28)
    first, last = (int(piece.downbeats_s[bar] * piece.sample_rate) for bar in (10, 18))
    drums = piece.audio.copy()
    drums[first:last] *= 0.001
    heard = hear(drums + held_chords(piece), piece.sample_rate, 120, Meter(4, 4))
    assert heard.bpm == pytest.approx(118, rel=1e-4)
    assert (
        beat_error_s(heard, piece.quarters_s) < 0.008
        and downbeat_errors_s(heard, piece.downbeats_s).max() < 0.02
    )


@pytest.mark.parametrize("seconds", [1.5, 2.0, 4.0, 8.0])
@pytest.mark.parametrize("hertz", [80.0, 1000.0])
@pytest.mark.parametrize("at_s", [0.0, 1.0])
def test_one_attack_has_no_tempo(seconds: float, hertz: float, at_s: float) -> None:
    rate = 44100
    clock_s = np.arange(round(24 / hertz * rate)) / rate
    audio = np.zeros((round(seconds * rate), 1), np.float32)
    click = 0.8 * np.sin(2 * np.pi * hertz * clock_s) * np.exp(-1.6 * hertz / 8 * clock_s)
    first = round(at_s * rate)
    audio[first : first + len(click), 0] = np.round(click[: len(audio) - first] * 32767) / 32768
    for asked in (None, 165.0):
        heard = hear(audio, rate, asked)
        assert not heard.periodic and heard.reason
