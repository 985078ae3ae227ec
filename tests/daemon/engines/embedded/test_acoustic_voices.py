"""Instruments by their own physics: tuned, level, clean ends, mono, words, and what makes each itself."""

from dataclasses import replace

import numpy as np
import pytest

from daemon.engines.embedded.buses import place
from daemon.engines.embedded.instruments import players
from daemon.engines.embedded.notes import Note
from daemon.engines.embedded.plan import Sound
from daemon.engines.embedded.player import Player
from daemon.engines.embedded.voices.acoustic import ROWS
from daemon.engines.embedded.voices.amplifiers import FULL, amplified
from daemon.engines.embedded.voices.table import VOICES, newest
from daemon.engines.embedded.voices.voice import Strike, Tone
from daemon.engines.embedded.voices.winds import KINDS, wind
from tests.daemon.engines.embedded.measures import (
    RATE,
    attack_s,
    centroid_hz,
    cents_off,
    mono,
    power_spectrum,
    share,
    time_to_db,
)

#: Tones that a word may ask for.
TONES = (
    Tone(bright=0.6), Tone(drive=0.7), Tone(length=1.8), Tone(dirt=0.8), Tone(attack=0.95),
    Tone(width=0.0),
)  # fmt: skip


def play(name, pitch=None, held_s=0.7, velocity=0.9, tone=None, **more):
    voice = VOICES[name]
    tone = tone or Tone()
    x = voice.play(Strike(pitch or voice.home, held_s, velocity, RATE, tone, **more))
    return voice.after(x, RATE, tone)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_level_end_tune_mono_and_words(row):
    x = play(row.name)
    assert x.dtype == np.float32 and x.shape[1] == 2 and np.isfinite(x).all()
    assert 0.2 < np.abs(x).max() < 1.6
    assert np.abs(x[-1]).max() < 1e-3 and abs(x.mean()) < 0.02
    assert np.abs(x[:8]).max() < 0.25  # no step at the beginning
    assert x.tobytes() == play(row.name).tobytes()
    # at most 1.5 dB are lost in mono
    assert 10 * np.log10((mono(x) ** 2).mean() / (x.astype(float) ** 2).mean()) > -1.5
    if row.family != "drums":
        for pitch in (row.home, row.home + 7):
            steady = mono(play(row.name, pitch, 1.5))[round(0.06 * RATE) : round(1.2 * RATE)]
            assert abs(cents_off(steady, 440 * 2 ** ((pitch - 69) / 12))) <= 5, pitch
        for pitch in (row.low, row.high):
            assert 0.2 < np.abs(play(row.name, pitch)).max() < 1.6
    plain = play(row.name, velocity=0.7)
    changed = 0
    for tone in TONES:
        other = play(row.name, velocity=0.7, tone=tone)
        n = min(len(plain), len(other))
        changed += len(plain) != len(other) or np.abs(plain[:n] - other[:n]).max() > 1e-3
    assert changed >= 3
    dark, bright = (
        centroid_hz(mono(play(row.name, velocity=0.7, tone=Tone(bright=b)))) for b in (-0.8, 0.8)
    )
    assert bright >= dark * 0.99


def fingerprint(name):
    """Level in third octaves and its fall, (bands, times): two sounds alike have it alike."""
    x = mono(play(name, 64 if VOICES[name].family != "drums" else None, 0.6))[: round(0.6 * RATE)]
    x = np.pad(x, (0, round(0.6 * RATE) - len(x)))
    hz = np.fft.rfftfreq(4410, 1 / RATE)
    edges = 60 * 2 ** (np.arange(25) / 3)
    frames = np.abs(np.fft.rfft(x[: 4410 * 6].reshape(6, 4410) * np.hanning(4410), axis=1)) ** 2
    bands = np.stack([frames[:, (hz >= a) & (hz < 1.26 * a)].sum(axis=1) for a in edges], axis=1)
    return 10 * np.log10(bands / bands.max() + 1e-6)


def test_no_two_voices_share_one_sound():
    """Half a decibel on the mean over thirds of octaves and tenths of seconds; what has been replaced
    may be near its heir."""
    played = {newest(voice) for one in players().values() for voice in one.voices}
    names = sorted({row.name for row in ROWS if newest(row.name) == row.name} | played)
    prints = np.stack([fingerprint(name) for name in names])
    for k, name in enumerate(names):
        distance = np.abs(prints - prints[k]).mean(axis=(1, 2))
        distance[k] = 99
        assert distance.min() > 0.5, (name, names[int(distance.argmin())])


def harmonic(x, hz, k):
    f, power = power_spectrum(x, 1 << 17)
    return power[np.abs(f - k * hz) < 12].max()


def test_a_clarinet_has_odd_harmonics_and_a_saxophone_all():
    hz = 440 * 2 ** ((58 - 69) / 12)
    clarinet, sax = (mono(play(name, 58, 1.0)) for name in ("clarinet", "saxophone"))
    assert harmonic(clarinet, hz, 3) > 30 * harmonic(clarinet, hz, 2)
    assert harmonic(sax, hz, 3) < 30 * harmonic(sax, hz, 2)


@pytest.mark.parametrize(
    "name",
    ["trumpet", "saxophone", "violin", "trombone", "grand piano", "tine piano", "four horns"],
)
def test_loud_is_bright(name):
    soft, loud = (centroid_hz(mono(play(name, velocity=v, held_s=1.0))) for v in (0.25, 1.0))
    assert loud > 1.15 * soft


def level_db(x, a, b):
    return 10 * np.log10((x[round(a * RATE) : round(b * RATE)] ** 2).mean())


def test_a_bounced_bow_leaves_its_string_and_a_long_one_stays():
    short, long = (mono(play("bowed bass", held_s=held_s)) for held_s in (0.3, 1.5))
    assert level_db(short, 0.05, 0.1) - level_db(short, 0.22, 0.28) > 5
    assert abs(level_db(long, 0.2, 0.3) - level_db(long, 1.0, 1.3)) < 3


def test_bellows_swell_and_give_way():
    """Against the same reeds under a steady pressure: reeds of three pitches beat by themselves."""
    strike = Strike(64, 1.6, 0.8, RATE)
    moved, steady = (
        mono(wind(replace(KINDS["accordion"], press=press), strike)) for press in (0.35, 0.0)
    )
    middle, ends = (
        level_db(moved, a, b) - level_db(steady, a, b) for a, b in ((0.6, 1.0), (0.06, 0.2))
    )
    assert middle - ends > 0.7


def test_horns_do_not_begin_as_one_and_no_two_notes_drift_alike():
    """Of four players of one pitch the sum is not a period that repeats, as of four oscillators."""
    one, other = (mono(play("four horns", held_s=1.5, variation=v)) for v in (0, 1))
    middle = slice(round(0.4 * RATE), round(1.2 * RATE))
    likeness = np.corrcoef(one[middle], other[middle])[0, 1]
    assert abs(likeness) < 0.9


def test_a_piano_dies_in_two_stages():
    x = mono(play("grand piano", 60, 4.0))
    level = [
        10 * np.log10((x[round(a * RATE) : round((a + 0.3) * RATE)] ** 2).mean())
        for a in (0.1, 0.8, 2.6, 3.3)
    ]
    assert level[0] - level[1] > 1.3 * (level[2] - level[3])


def pitch_spread(x, hz, from_s, to_s):
    """Standard deviation in cents of the pitch between two times, by the lowest harmonic's zeros."""
    spectrum = np.fft.rfft(x)
    f = np.fft.rfftfreq(len(x), 1 / RATE)
    spectrum[(f < 0.7 * hz) | (f > 1.4 * hz)] = 0
    low = np.fft.irfft(spectrum, len(x))
    at = np.flatnonzero((low[:-1] < 0) & (low[1:] >= 0))
    exact = at + low[at] / (low[at] - low[at + 1])
    exact = exact[(exact > from_s * RATE) & (exact < to_s * RATE)]
    return float(np.std(1200 * np.log2(RATE / np.diff(exact) / hz)))


@pytest.mark.parametrize("name", ["violin", "oboe", "trumpet"])
def test_a_vibrato_grows(name):
    x = mono(play(name, 69, 2.2))
    early, late = pitch_spread(x, 440.0, 0.15, 0.28), pitch_spread(x, 440.0, 1.2, 2.0)
    assert late > 1.5 * early and late > 4


def test_a_vibraphone_sways_and_a_marimba_has_its_bar():
    level = np.abs(mono(play("vibraphone", 65, 3.0)))
    blocks = level[: len(level) // 441 * 441].reshape(-1, 441).max(axis=1)[20:280]
    wave = np.abs(np.fft.rfft((blocks - blocks.mean()) * np.hanning(len(blocks))))
    assert abs(np.fft.rfftfreq(len(blocks), 0.01)[8 + wave[8:].argmax()] - 5.4) < 0.6
    marimba = mono(play("marimba", 60))
    assert harmonic(marimba, 261.63, 3.93) > 20 * harmonic(marimba, 261.63, 3)


def test_the_sitar_s_bridge_feeds_high_partials_after_the_stroke():
    sitar, harp = (mono(play(name, 60, 2.0)) for name in ("sitar", "harp"))
    assert share(sitar[6000:30000], 1500, 22050) > 5 * share(harp[6000:30000], 1500, 22050)


def test_short_notes_of_a_driven_guitar_are_muted():
    short, long = (mono(play("distorted guitar", 45, held)) for held in (0.1, 0.6))
    assert time_to_db(short, -20) < 0.3 < time_to_db(long, -20)


def test_an_amplifier_distorts_the_sum_and_has_no_seam():
    """Root and fifth together give tones that neither gives alone; a loop goes round."""
    t = np.arange(RATE) / RATE
    one, other = (0.4 * np.sin(2 * np.pi * hz * t) for hz in (220.0, 330.0))
    pair = [np.stack([x, x], axis=1).astype(np.float32) for x in (one, other, one + other)]
    root, fifth, both = (mono(amplified(FULL, x, RATE)) for x in pair)
    assert harmonic(both, 110.0, 1) > 100 * (harmonic(root, 110.0, 1) + harmonic(fifth, 110.0, 1))
    # a second of whole cycles that goes round: the end meets the beginning
    whole = amplified(FULL, pair[2], RATE)
    step = np.abs(whole[0] - whole[-1]).max()
    assert step <= 1.2 * np.abs(np.diff(whole, axis=0)).max()
    assert not amplified(FULL, np.zeros((100, 2), np.float32), RATE).any()


def test_a_chord_in_a_part_goes_through_one_amplifier():
    sounds = {"distorted guitar": Sound("distorted guitar")}
    chord = [Note(0, 960, pitch, 0.9, "distorted guitar") for pitch in (40, 47, 52)]
    player = Player(RATE)
    together = place(chord, sounds, 120.0, player, RATE)
    apart = sum(place([note], sounds, 120.0, player, RATE) for note in chord)
    assert np.abs(together - apart).max() > 0.2
    assert np.abs(together).max() < np.abs(apart).max()


def test_struck_things_begin_at_once_and_bowed_things_do_not():
    assert attack_s(mono(play("xylophone"))) < 0.01
    assert attack_s(mono(play("banjo"))) < 0.02
    assert attack_s(mono(play("string section", held_s=1.5))) > 0.05


def test_a_harpsichords_force_moves_its_quills_and_not_its_colour():
    soft, hard = (play("spinet", 57, 0.5, v) for v in (0.3, 1.0))
    np.testing.assert_array_equal(soft, hard)
    # three quills: the last comes later at a slow touch, and the level stays
    soft, hard = (play("harpsichord", 57, 0.5, v) for v in (0.3, 1.0))
    assert not np.array_equal(soft, hard)
    assert np.abs(soft).max() == pytest.approx(np.abs(hard).max(), rel=0.02)


def test_a_harpsichords_jack_falls_when_the_key_is_let_go():
    x = mono(play("harpsichord", 69, 0.8, tone=Tone(length=0.5)))
    at = round(0.8 * RATE)
    high = np.abs(np.diff(x, 3))
    assert high[at : at + 400].max() > 2 * high[at - 1500 : at - 200].max()
    # a spinet has one row of strings: no octave, less in all
    assert share(mono(play("harpsichord", 69)), 6000, 12000) > 0.005


def test_a_harpsichords_wire_holds_its_upper_partials():
    """At 8 kHz recorded ones take half a second and more to fall by 20 dB at C3."""

    def fall_db(name):
        x = mono(play(name, 48, 1.5))
        early, late = (_band(x[at : at + 4096], 5600, 11200) for at in (2000, 24000))
        return 10 * np.log10(early / late)

    assert fall_db("harpsichord") < 17 < 20 < fall_db("third harpsichord")


def test_a_lead_guitars_amplifier_has_presence_that_older_plans_have_not():
    """Recorded ones are as loud from 2.4 to 5 kHz as at their lowest partial, within some dB."""

    def presence_db(name):
        bus = place([Note(0, 960, 69, 0.8, name)], {}, 120.0, Player(RATE), 2 * RATE)
        x = mono(bus)[4000:20000]
        return 10 * np.log10(_band(x, 2400, 5000) / _band(x, 300, 600))

    assert presence_db("solo guitar") > -6 > -12 > presence_db("second solo guitar")


@pytest.mark.parametrize("name", ["bansuri", "ney", "shakuhachi", "pan flute", "quena", "dizi"])
def test_a_breath_is_softer_than_the_flute_that_it_blows(name):
    """Between the harmonics, held: far under them, and further than in older plans."""

    def between_db(voice):
        x = mono(play(voice, 72, 1.5))[20000:52768]
        power = np.abs(np.fft.rfft(x * np.hanning(len(x)))) ** 2
        off = np.abs((np.fft.rfftfreq(len(x), 1 / RATE) / 523.25 + 0.5) % 1 - 0.5)
        return 10 * np.log10(power[off > 0.15].sum() / power[off < 0.15].sum())

    assert between_db(name) < -14 and between_db(name) < between_db(f"first {name}") - 4


def _band(x, low_hz, high_hz):
    power = np.abs(np.fft.rfft(x * np.hanning(len(x)))) ** 2
    hz = np.fft.rfftfreq(len(x), 1 / RATE)
    return float(power[(hz > low_hz) & (hz < high_hz)].sum())


def test_drums_of_the_world_lie_where_they_do():
    pitch = {
        name: centroid_hz(mono(play(name))[: RATE // 3])
        for name in ("surdo", "taiko", "djembe", "high bongo", "woodblock", "triangle")
    }
    assert list(pitch.values()) == sorted(pitch.values()), pitch
    assert time_to_db(mono(play("gong")), -30) > 1.0 > time_to_db(mono(play("castanets")), -30)


def test_a_slide_begins_at_the_note_before():
    x = mono(play("bottleneck guitar", 62, 1.2, glide_from=55))
    hz, band = np.fft.rfftfreq(1 << 16, 1 / RATE), slice(223, 595)  # 150 to 400 Hz
    centres = []
    for at in (0, 40000):
        power = np.abs(np.fft.rfft(x[at : at + 4096] * np.hanning(4096), 1 << 16)[band]) ** 2
        centres.append((hz[band] * power).sum() / power.sum())
    assert centres[0] < 0.93 * centres[1] and abs(centres[1] / 293.7 - 1) < 0.03


def test_a_quartet_gives_its_notes_to_its_players():
    low, high = (play("four strings", pitch, 1.0) for pitch in (45, 76))
    power = [(x.astype(float) ** 2).mean(axis=0) for x in (low, high)]
    assert power[0][1] > 1.5 * power[0][0] and power[1][0] > 1.5 * power[1][1]
