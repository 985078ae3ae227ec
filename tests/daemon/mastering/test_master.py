"""Mastering: how near a reference it comes, what stays, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from bridge.music import Meter, loop_frames
from daemon.audio.loudness import integrated_lufs, loop_lufs, true_peak_db
from daemon.brief import Brief
from daemon.errors import ConformError
from daemon.mastering.dynamics import measure_liveliness, softened, softening
from daemon.mastering.level import levelled
from daemon.mastering.master import master
from daemon.mastering.match import Reference, Wish, mastered
from daemon.mastering.targets import TARGETS

RATE = 44100
FRAMES = loop_frames(2, Meter.parse("4/4"), 120, RATE)


def quiet(share, words=""):
    pass


def music(seed, frames=FRAMES, tilt=1.0, width=0.3, rate=RATE):
    """Noise of some colour in beats, with tones: as wide as said, peaking at -6 dB."""
    # imported here alone: each process of the tests would wait for it
    from scipy import signal

    rng = np.random.default_rng(seed)
    sos = signal.butter(1, 400, fs=rate, output="sos")
    both = rng.standard_normal((frames, 2))
    low = signal.sosfilt(sos, both, axis=0) * 4
    beat = 0.3 + np.exp(-(np.arange(frames) % (rate // 2)) / (0.1 * rate))[:, None]
    tone = np.sin(2 * np.pi * 220 * np.arange(frames) / rate)[:, None]
    sound = (low + tilt * both) * beat + tone
    mid, side = sound.mean(axis=1), (sound[:, 0] - sound[:, 1]) / 2 * width
    sound = np.stack([mid + side, mid - side], axis=1)
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)


def thirds_db(channel):
    from scipy import signal

    hz, power = signal.welch(channel, RATE, nperseg=32768)
    centres = 1000 * 2.0 ** (np.arange(-12, 12) / 3)
    inside = [(hz >= c * 2 ** (-1 / 6)) & (hz < c * 2 ** (1 / 6)) for c in centres]
    return np.array([10 * np.log10(power[one].sum()) for one in inside])


def off_db(one, other):
    apart = thirds_db(one) - thirds_db(other)
    return np.abs(apart - apart.mean()).mean()


def written(path, sound, rate=RATE):
    soundfile.write(path, sound, rate, "FLOAT")
    return str(path)


def results_of(path, like=None, **request):
    brief = Brief("", "", do="master", reference=path, other=like)
    return list(master(brief, request, None, quiet))


def test_a_loop_gets_the_spectrum_the_width_and_the_loudness_of_its_reference():
    loop, other = music(1), music(2, frames=8 * RATE, tilt=0.2, width=0.8)
    like = Reference.of(other, RATE, False)
    made = mastered(loop, RATE, True, Wish(-10.0, -1.0, like), quiet)
    assert made.audio.shape == loop.shape and made.audio.dtype == np.float32
    assert off_db(loop.mean(axis=1), other.mean(axis=1)) > 2
    assert off_db(made.audio.mean(axis=1), other.mean(axis=1)) < 0.5
    side = [sound[:, 0] - sound[:, 1] for sound in (made.audio, other)]
    assert off_db(*side) < 0.7
    assert made.after.width_db == pytest.approx(like.measured.width_db, abs=0.7)
    assert loop_lufs(made.audio, RATE) == pytest.approx(-10, abs=0.1)
    assert true_peak_db(made.audio) <= -1
    from scipy import signal

    fine = signal.resample_poly(np.tile(made.audio, (2, 1)), 8, 1, axis=0)[RATE:-RATE]
    assert 20 * np.log10(np.abs(fine).max()) <= -1


def test_a_loop_turned_round_gives_the_same_master_turned_round():
    # nothing knows where the loop begins, so nothing can be heard at its seam; windows of the
    # analysis lie elsewhere, which moves third-octaves by tenths of a decibel
    loop, like = music(3), Reference.of(music(4, tilt=0.2), RATE, False)
    turn = 1024 * 20
    wish = Wish(-9.0, -1.0, like)
    plain = mastered(loop, RATE, True, wish, quiet).audio
    turned = mastered(np.roll(loop, turn, axis=0), RATE, True, wish, quiet).audio
    rest = turned - np.roll(plain, turn, axis=0)
    assert 10 * np.log10(np.mean(rest**2) / np.mean(plain**2)) < -30


def test_half_the_amount_goes_half_the_way():
    loop, other = music(5), music(6, tilt=0.2)
    like = Reference.of(other, RATE, False)
    off = [
        off_db(
            mastered(loop, RATE, True, Wish(-14, -1, like, amount), quiet).audio.mean(axis=1),
            other.mean(axis=1),
        )
        for amount in (0.0, 0.5, 1.0)
    ]
    assert off[1] == pytest.approx(off[0] / 2, rel=0.25) and off[2] < 0.5


@pytest.mark.slow
@pytest.mark.parametrize("aim", ["club", "atsc"])
def test_an_aim_sets_loudness_and_peak_and_leaves_the_spectrum(tmp_path, aim):
    path = written(tmp_path / "take.wav", music(7, frames=5 * RATE + 123))
    made, before, after = results_of(path, aim=aim)
    assert integrated_lufs(made.audio, RATE) == pytest.approx(TARGETS[aim].lufs, abs=0.1)
    assert true_peak_db(made.audio) <= TARGETS[aim].ceiling_db
    assert len(made.audio) == 5 * RATE + 123
    assert off_db(made.audio.mean(axis=1), before.audio.mean(axis=1)) < 0.5
    assert made.report["did"]["aim_source"] == TARGETS[aim].source
    assert after.part == "after"


@pytest.mark.slow
def test_before_and_after_are_equally_loud_and_a_picture_shows_them(tmp_path):
    path = written(tmp_path / "take.wav", music(8))
    like = written(tmp_path / "like.wav", music(9, frames=4 * RATE, tilt=0.2) * 1.9)
    made, before, after = results_of(path, like)
    loud = [integrated_lufs(one.audio, RATE) for one in (before, after)]
    assert loud[0] == pytest.approx(loud[1], abs=0.15)
    assert max(true_peak_db(one.audio) for one in (before, after)) <= 0
    source = soundfile.read(path, dtype="float32")[0]
    gain = 10 ** (before.report["did"]["gain_db"] / 20)
    assert np.allclose(before.audio, source * gain, atol=2e-3)
    assert made.picture.startswith(b"\x89PNG") and not before.picture
    found, done = made.report["found"], made.report["after"]
    assert done["spectrum_off_db"] < 0.5 < found["spectrum_off_db"]
    assert done["lufs"] == pytest.approx(found["reference"]["lufs"], abs=0.1)
    assert made.kind == "loop" and made.pair == (1, 2) and made.key
    assert [one.part for one in results_of(path, like, compare=False)] == [""]


@pytest.mark.slow
def test_a_mono_sound_stays_mono_and_says_that_it_gets_no_width(tmp_path):
    mono = music(10)[:, :1]
    path = written(tmp_path / "take.wav", mono)
    like = written(tmp_path / "like.wav", music(11, frames=4 * RATE, tilt=0.2, width=0.9))
    made = results_of(path, like, level=-12.0)[0]
    assert made.audio.shape == mono.shape
    assert integrated_lufs(made.audio, RATE) == pytest.approx(-12, abs=0.15)
    assert any("mono" in one for one in made.report["said"])


@pytest.mark.slow
def test_a_reference_of_another_kind_is_named_as_too_different(tmp_path):
    t = np.arange(4 * RATE) / RATE
    bass = (0.5 * np.sin(2 * np.pi * 60 * t) + 0.002 * music(1, len(t))[:, 0]).astype(np.float32)
    path = written(tmp_path / "take.wav", music(12))
    said = results_of(path, written(tmp_path / "bass.wav", bass), compare=False)[0].report["said"]
    assert any("too different" in one for one in said)


@pytest.mark.parametrize(
    ("sound", "words"),
    [
        (np.zeros((4 * RATE, 2), np.float32), "silent"),
        (music(13, frames=2 * RATE), "2.00 s long: a reference can be followed from 3 s on"),
    ],
)
def test_a_reference_that_says_nothing_is_refused(tmp_path, sound, words):
    path = written(tmp_path / "take.wav", music(14))
    with pytest.raises(ConformError, match=words):
        results_of(path, written(tmp_path / "like.wav", sound))
    with pytest.raises(ConformError, match="silent"):
        results_of(written(tmp_path / "nothing.wav", np.zeros((RATE, 1), np.float32)))


def test_a_sound_too_soft_for_a_loudness_is_refused_with_what_mends_it(tmp_path):
    """It came out 16 dB louder than wished, and the pair to compare was no number."""
    noise = np.random.default_rng(1).standard_normal((4 * RATE, 2)).astype(np.float32)
    soft = written(tmp_path / "soft.wav", noise * np.float32(10 ** (-79 / 20)))
    with pytest.raises(ConformError, match=r"too soft for a loudness: .* raise it by (3|4) dB"):
        results_of(soft, aim="broadcast")
    loud = written(tmp_path / "loud.wav", music(1))
    with pytest.raises(ConformError, match="too soft for a loudness"):
        results_of(loud, like=soft)
    raised = written(tmp_path / "raised.wav", noise * np.float32(10 ** (-75 / 20)))
    made, *pair = results_of(raised, aim="broadcast")
    assert integrated_lufs(made.audio, RATE) == pytest.approx(-23, abs=0.1)
    assert all(np.isfinite(one.audio).all() for one in pair)


def test_the_gain_that_is_told_is_the_sounds_own():
    """Where finer peaks are still over after the last try, the rest comes off the gain."""
    stream = np.random.default_rng(121)
    tone = np.sin(2 * np.pi * 0.49 * 48000 * (np.arange(48000) / 48000) + stream.random() * 7)
    tone[stream.integers(0, 48000)] += stream.choice([-5, 5, 20, 1])
    sound = tone[:, None].astype(np.float32)
    made = levelled(sound, 48000, True, -3.0, -1.0)
    heard = np.abs(sound) > 0.05
    least_db = 20 * np.log10(np.abs(made.audio[heard] / sound[heard])).min()
    assert least_db == pytest.approx(made.gain_db + made.limited_db, abs=0.1)


def test_a_livelier_band_is_calmed_and_a_calmer_one_left_alone():
    lively = music(15, frames=4 * RATE)
    rng = np.random.default_rng(1)
    steady = (0.1 * rng.standard_normal((4 * RATE, 2))).astype(np.float32)
    own, other = (measure_liveliness(one, RATE, False) for one in (lively, steady))
    assert softening(other, own, 1.0).is_none
    wanted = softening(own, other, 1.0)
    calmed = measure_liveliness(softened(lively, RATE, False, wanted), RATE, False)
    less = own.spread_db - calmed.spread_db
    moved = wanted.slope > 0
    assert moved.sum() >= 3 and np.all(less[moved] > 0.5) and np.all(less < 3.5)
    assert np.all(np.abs(less[~moved]) < 0.2)
    untouched = softening(own, own, 1.0)
    assert np.array_equal(softened(lively, RATE, False, untouched), lively)
