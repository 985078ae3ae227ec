"""One voice by another instrument: what stays of the line, what becomes of its sound, what is refused."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
import soundfile

from bridge.music import Meter, loop_frames, note_name
from daemon.audio.seam import measure_seam
from daemon.brief import Brief
from daemon.engines.embedded.kit import read_kit
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.voice import Strike
from daemon.errors import ConformError
from daemon.hearing.one_voice import HOP_S, follow
from daemon.hearing.pitch import find_note
from daemon.tone.ears import ear_of
from daemon.tone.instrument import Heard, fit, measured
from daemon.tone.learn import learn_sound
from daemon.tone.line import played
from daemon.tone.sampler import play as sampled
from daemon.tone.sampler import read_sampler
from daemon.tone.synth import play
from daemon.tone.tone import tone
from daemon.tone.voices import learn, voice_of

RATE = 44100
FRAMES = loop_frames(1, Meter.parse("4/4"), 96, RATE)


def quiet(share, words=""):
    pass


def sung(frames=FRAMES, notes=(57, 60, 64, 62), vibrato=0.3, held=False):
    """(float32 (frames, 1), its true pitch in Hz): notes with vibrato and a scoop into each."""
    t = np.arange(frames) / RATE
    n = np.minimum((np.arange(frames) * len(notes) / frames).astype(int), len(notes) - 1)
    at = np.arange(frames) * len(notes) / frames - n
    pitch = np.array(notes)[n] + vibrato * np.sin(2 * np.pi * 5.5 * t) - np.exp(-at * 12)
    hz = 440 * 2 ** ((pitch - 69) / 12)
    turns = np.cumsum(hz) / RATE
    wave = sum(np.sin(2 * np.pi * k * turns) / k for k in range(1, 16))
    level = (0.4 + 0.6 * np.array([1, 0.3, 0.7, 0.5])[n]) * (
        1 if held else np.minimum(1, at * 30) * np.minimum(1, (1 - at) * 12)
    )
    return (0.15 * level * wave).astype(np.float32)[:, None], hz


def written(path, sound):
    soundfile.write(path, sound, RATE, "FLOAT")
    return str(path)


def by(path, sound=None, **request):
    brief = Brief("", "", do="tone", reference=path, other=sound, seed=3)
    (result,) = tone(brief, request, None, quiet)
    return result


def timbre(audio):
    """Mean dB of the first harmonics under the strongest."""
    return measured(audio, RATE)[2][:, :10].mean(axis=0)


@pytest.mark.parametrize("hz", [41.2, 110.0, 440.0, 1480.0])
def test_a_pitch_is_followed_to_the_cent(hz):
    t = np.arange(RATE) / RATE
    true = hz * 2 ** (0.4 / 12 * np.sin(2 * np.pi * 5 * t))
    turns = np.cumsum(true) / RATE
    wave = sum(np.sin(2 * np.pi * k * turns) / k for k in range(1, 9) if k * hz < 18000)
    found = follow(wave, RATE).hz
    at = np.interp(np.arange(len(found)) * HOP_S, t, true)
    cents = 1200 * np.abs(np.log2(found / at))[10:-10]
    assert np.isfinite(cents).mean() > 0.99 and np.nanmedian(cents) < 5


def test_noise_has_no_pitch():
    found = follow(np.random.default_rng(1).standard_normal(RATE), RATE)
    assert np.isfinite(found.hz).mean() < 0.02


def test_a_line_keeps_its_bends_its_dynamics_and_its_frames_on_another_instrument(tmp_path):
    source, hz = sung()
    result = by(written(tmp_path / "hum.wav", source), instrument="trumpet")
    assert result.audio.shape == source.shape and result.audio.dtype == np.float32
    before, after = played(source, RATE, True), played(result.audio, RATE, True)
    at = np.interp(np.arange(len(after.hz)) * HOP_S, np.arange(len(hz)) / RATE, hz)
    both = before.voiced & after.voiced
    cents = 1200 * np.abs(np.log2(after.hz / at))[both]
    assert np.median(cents) < 5
    assert (cents < 50).sum() > 0.94 * before.voiced.sum()
    loud = before.level_db > before.level_db.max() - 30
    assert np.corrcoef(before.level_db[loud], after.level_db[loud])[0, 1] > 0.95
    assert result.report["after"]["pitch_off_cents"] < 5 and result.model == "trumpet"


def test_a_loop_that_sounds_over_its_seam_repeats_without_a_click():
    source, _ = sung(notes=(57,), vibrato=0.0, held=True)
    line = played(source, RATE, True)
    made = play(line, learn(voice_of("cello"), 57, 57, RATE), FRAMES, RATE, True, 1)[:, None]
    assert measure_seam(made).jump < 1.5


def test_an_instrument_fitted_to_a_sound_has_that_sounds_timbre(tmp_path):
    source, _ = sung()
    path = written(tmp_path / "hum.wav", source)
    folder = tmp_path / "my clarinet"
    folder.mkdir()
    for pitch in (55, 60, 65):
        written(folder / f"{pitch}.wav", VOICES["clarinet"].play(Strike(pitch, 0.6, 0.8, RATE)))
    (folder / "readme.txt").write_text("not a sound")
    result = by(path, str(folder))
    wanted = timbre(VOICES["clarinet"].play(Strike(61, 0.6, 0.8, RATE)))
    got = timbre(result.audio)
    assert np.abs(got - wanted).mean() < 0.5 * np.abs(got - timbre(source)).mean()
    assert result.model == "my clarinet"


def test_the_noise_of_a_beginning_is_learnt_with_the_instrument():
    # notes of a low tone, each with 30 ms of noise above 4 kHz as a pick makes
    t = np.arange(RATE) / RATE
    noise = np.random.RandomState(3).standard_normal(RATE)
    noise = np.diff(noise, 2, prepend=0, append=0) * np.exp(-t / 0.015) * 0.1
    tones = [
        np.sin(2 * np.pi * hz * t) * np.minimum(1, t / 0.003) * np.minimum(1, (1 - t) / 0.2)
        for hz in (220.0, 330.0)
    ]
    picked = fit("picked", [Heard((0.3 * one + noise)[:, None], RATE) for one in tones])
    plain = fit("plain", [Heard(0.3 * one[:, None], RATE) for one in tones])
    audio, _ = sung()
    line = played(audio, RATE, True)

    def high_share(instrument, first_s, last_s):
        made = play(line, instrument, FRAMES, RATE, True, 1)
        part = made[round(first_s * RATE) : round(last_s * RATE)]
        power = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
        return power[round(4000 * len(part) / RATE) :].sum() / power.sum()

    # the line's second note begins after a quarter of the loop
    begins = FRAMES / RATE / 4
    assert high_share(picked, begins, begins + 0.03) > 30 * high_share(plain, begins, begins + 0.03)
    held = high_share(picked, begins + 0.2, begins + 0.3)
    assert high_share(picked, begins, begins + 0.03) > 30 * held


def test_octaves_move_the_line(tmp_path):
    source, hz = sung(vibrato=0.0)
    result = by(written(tmp_path / "hum.wav", source), instrument="flute", octaves=1)
    after = played(result.audio, RATE, True)
    at = np.minimum(np.round(np.arange(len(after.hz)) * HOP_S * RATE).astype(int), len(hz) - 1)
    assert np.nanmedian(np.abs(1200 * np.log2(after.hz / hz[at]) - 1200)) < 10


def test_several_notes_at_once_are_refused_with_the_mend(tmp_path):
    t = np.arange(2 * RATE) / RATE

    def chord(*pitches):
        waves = [
            np.sin(2 * np.pi * k * 440 * 2 ** ((p - 69) / 12) * t) / k
            for p in pitches
            for k in range(1, 12)
        ]
        return (0.05 * np.sum(waves, axis=0)).astype(np.float32)[:, None]

    for name, sound in (("fifth", chord(57, 64)), ("triad", chord(57, 61, 64))):
        path = written(tmp_path / f"{name}.wav", sound)
        with pytest.raises(ConformError, match=rf"{name}.*split"):
            by(path, instrument="trumpet")


def test_what_has_no_line_and_who_plays_none_are_named(tmp_path):
    rng = np.random.default_rng(1)
    noise = written(tmp_path / "hiss.wav", 0.1 * rng.standard_normal((RATE, 1)))
    hum = written(tmp_path / "hum.wav", sung()[0])
    with pytest.raises(ConformError, match="no single pitch"):
        by(noise, instrument="trumpet")
    with pytest.raises(ConformError, match="silent"):
        by(written(tmp_path / "nothing.wav", np.zeros((RATE, 1))), instrument="trumpet")
    with pytest.raises(ConformError, match=r"trmupet is not .*did you mean trumpet"):
        by(hum, instrument="trmupet")
    with pytest.raises(ConformError, match="plays no pitches"):
        by(hum, instrument="snare")
    with pytest.raises(ConformError, match=r"nothing in hiss\.wav has one pitch"):
        by(hum, noise)
    with pytest.raises(ConformError, match="needs an instrument"):
        by(hum)


def test_a_line_in_noise_is_followed():
    rng = np.random.default_rng(6)
    source, hz = sung(held=True)
    sound = source[:, 0] + 0.3 * np.sqrt((source**2).mean()) * rng.standard_normal(len(source))
    line = follow(sound.astype(np.float32), RATE)
    at = np.minimum(np.round(np.arange(len(line.hz)) * HOP_S * RATE).astype(int), len(hz) - 1)
    right = np.abs(1200 * np.log2(line.hz / hz[at])) < 50
    assert right.mean() > 0.9


def plucks(folder, notes=(48, 55, 62)):
    folder.mkdir()
    for pitch in notes:
        written(folder / f"{pitch}.wav", VOICES["nylon guitar"].play(Strike(pitch, 1.2, 0.8, RATE)))
    return str(folder)


def test_a_line_is_played_on_ones_own_one_shots_with_its_bends_and_dynamics(tmp_path):
    source, hz = sung()
    kit = plucks(tmp_path / "My Guitar")
    brief = Brief("", "", do="tone", reference=written(tmp_path / "hum.wav", source), kit=kit)
    (result,) = tone(brief, {"kit": kit}, None, quiet)
    assert result.audio.shape == source.shape and result.model == "My Guitar"
    after = played(result.audio, RATE, True)
    at = np.interp(np.arange(len(after.hz)) * HOP_S, np.arange(len(hz)) / RATE, hz)
    cents = 1200 * np.abs(np.log2(after.hz / at))[after.voiced]
    assert np.median(cents) < 20 and (cents < 60).mean() > 0.85 and after.voiced.mean() > 0.6
    # each note is struck where the line begins one, and the second is the softest
    quarter = len(after.level_db) // 4
    tops = [after.level_db[n * quarter : (n + 1) * quarter].max() for n in range(4)]
    assert np.argmin(tops) == 1 and tops[0] > tops[1] + 3
    (tmp_path / "drums").mkdir()
    rng = np.random.default_rng(1)
    written(tmp_path / "drums" / "hiss.wav", 0.1 * rng.standard_normal((RATE, 1)))
    none = Brief("", "", do="tone", reference=brief.reference, kit=str(tmp_path / "drums"))
    with pytest.raises(ConformError, match="none of the 1 sounds of drums has a pitch"):
        list(tone(none, {}, None, quiet))
    with pytest.raises(ConformError, match="instrument and kit both"):
        list(tone(brief, {"kit": kit, "instrument": "flute"}, None, quiet))


def test_a_held_sound_goes_round_under_a_longer_note(tmp_path):
    t = np.arange(RATE // 2) / RATE
    wave = sum(np.sin(2 * np.pi * k * 220 * t) / k for k in range(1, 8))
    (tmp_path / "organ").mkdir()
    written(tmp_path / "organ" / "a3.wav", (0.2 * wave).astype(np.float32)[:, None])
    source, _ = sung(notes=(57,), vibrato=0.0, held=True)
    line = played(source, RATE, False)
    sampler = read_sampler(str(tmp_path / "organ"), ())
    made = sampled(line, sampler, FRAMES, RATE, False)
    after = played(made[:, None], RATE, False)
    middle = after.level_db[60:-60]
    assert middle.max() - middle.min() < 3 and after.voiced[60:-60].mean() > 0.98


def test_sounds_of_a_kit_that_cannot_play_a_line_are_told(tmp_path):
    folder = plucks(tmp_path / "guitar", notes=(57,))
    rng = np.random.default_rng(1)
    written(tmp_path / "guitar" / "hiss.wav", 0.1 * rng.standard_normal((RATE, 1)))
    assert read_sampler(folder, ()).method == "1 one-shots, 1 without a pitch left out"


def test_the_instrument_is_looked_at_before_the_sound(tmp_path):
    for name in ("snare", "trmupet"):
        with pytest.raises(ConformError, match="instrument:"):
            by(str(tmp_path / "no such file.wav"), instrument=name)


def test_a_learnt_instrument_is_a_kit_of_its_notes(tmp_path):
    source, _ = sung(held=True)
    path = written(tmp_path / "hum.wav", source)
    brief = Brief("", "", do="learn", reference=path, seed=3)
    results = list(learn_sound(brief, {"name": "My Hum", "role": "bass"}, None, quiet))
    assert [one.note for one in results] == list(range(51, 72, 3))[: len(results)]
    assert {one.more["collection"] for one in results} == {"My Hum"}
    folder = tmp_path / "kit"
    folder.mkdir()
    for one in results:
        # as the crate names them, in Live's octaves
        name = f"{one.words.replace(' ', '-')}_{note_name(one.note, 'live')}_k3f9.wav"
        written(folder / name, one.audio)
    kit = read_kit(str(folder), RATE)
    assert [round(one.note) for one in sorted(kit.parts["bass"], key=lambda one: one.note)] == [
        one.note for one in results
    ]
    played_note = results[2].audio
    assert find_note(played_note, RATE) == pytest.approx(results[2].note, abs=0.1)
    assert np.abs(timbre(played_note) - timbre(source)).mean() < 3


def test_swift_f0_follows_where_it_is_installed_and_else_is_named(monkeypatch):
    source, hz = sung()
    if find_spec("swift_f0"):
        line = played(source, RATE, True, ear_of("swift-f0"))
        at = np.interp(np.arange(len(line.hz)) * HOP_S, np.arange(len(hz)) / RATE, hz)
        assert np.nanmedian(1200 * np.abs(np.log2(line.hz / at))) < 15
    monkeypatch.setattr("daemon.tone.ears.find_spec", lambda name: None)
    with pytest.raises(ConformError, match=r"swift-f0 cannot be had.*pip install"):
        ear_of("swift-f0")
