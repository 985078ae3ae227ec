import pytest

from bridge.music import (
    MODES,
    Key,
    Meter,
    loop_frames,
    note_hz,
    note_name,
    parse_note,
    snap_tempo,
)


@pytest.mark.parametrize(
    ("text", "tonic", "mode", "short"),
    [
        ("Am", 9, "minor", "Am"), ("A minor", 9, "minor", "Am"), ("F# minor", 6, "minor", "F#m"), ("Gb", 6, "major", "Gb"),
        ("D dorian", 2, "dorian", "Ddor"), ("8A", 9, "minor", "Am"), ("8B", 0, "major", "C"), ("C maj", 0, "major", "C"),
        ("CM", 0, "major", "C"), ("e♭ minor", 3, "minor", "Ebm"), ("B flat", 10, "major", "Bb"), ("c#m", 1, "minor", "C#m"),
        ("A harmonic minor", 9, "harmonic minor", "Ahm"),
    ],
)  # fmt: skip
def test_keys_as_people_write_them(text, tonic, mode, short):
    key = Key.parse(text)
    assert (key.tonic, key.mode, key.short) == (tonic, mode, short)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("tonic", ["C", "F#", "Bb"])
def test_the_short_name_of_every_key_is_read_back_as_that_key(tonic, mode):
    key = Key.parse(f"{tonic} {mode}")
    assert Key.parse(key.short) == key


@pytest.mark.parametrize(
    "text", ["H#", "", "a", "Am7", "13A", "0B", "key lime", "C##", "Amin7", "A blue"]
)
def test_what_is_no_key(text):
    with pytest.raises(ValueError):
        Key.parse(text)


def test_relative_keys_share_a_scale():
    assert (
        set(Key.parse("Am").scale) == set(Key.parse("C").scale) == set(Key.parse("D dorian").scale)
    )
    assert Key.parse("Am").relative_major_tonic == Key.parse("D dorian").relative_major_tonic == 0


@pytest.mark.parametrize(
    ("bars", "meter", "bpm", "rate", "frames"),
    [(4, "4/4", 120, 44100, 352800), (4, "4/4", 93.5, 44100, 452791), (2, "3/4", 90, 48000, 192000), (4, "7/8", 132, 44100, 280636),
     (2, "6/8", 100, 44100, 158760)],
)  # fmt: skip
def test_frames_of_a_loop(bars, meter, bpm, rate, frames):
    assert loop_frames(bars, Meter.parse(meter), bpm, rate) == frames


def test_half_a_frame_goes_to_the_even_number_as_python_rounds():
    # JavaScript, Lua and C round half a frame up, to 248063
    assert 3 * 4 * 60 / 128 * 44100 == 248062.5
    assert loop_frames(3, Meter.parse("4/4"), 128, 44100) == 248062
    assert loop_frames(1, Meter.parse("4/4"), 128, 44100) == 82688  # from 82687.5


@pytest.mark.parametrize(
    ("here", "there", "semitones"),
    [
        ("Am", "C", 0),
        ("Am", "Bm", 2),
        ("C", "F#", 6),
        ("F#", "C", 6),
        ("C", "G", -5),
        ("D dorian", "Am", 0),
        ("C", "B", -1),
    ],
)
def test_the_way_to_another_key_is_the_shortest_to_it_or_its_relative(here, there, semitones):
    assert Key.parse(here).semitones_to(Key.parse(there)) == semitones


def test_beats_of_compound_meters():
    assert Meter(6, 8).beats_per_bar == 2
    assert Meter(7, 8).beats_per_bar == 7
    assert Meter(6, 8).quarters_per_bar == 3


@pytest.mark.parametrize("text", ["1/4", "16/8", "4/3", "4", "four", "0/4", "4/16"])
def test_what_is_no_meter(text):
    with pytest.raises(ValueError):
        Meter.parse(text)


def test_c3_depends_on_who_says_it():
    assert [parse_note("C3", who)[1] for who in ("live", "fl", "scientific")] == [60, 36, 48]
    assert parse_note("G") == (7, None)
    assert parse_note("43") == (7, 43)
    assert note_name(60, "live") == "C3"
    assert note_hz(69) == 440
    for bad in ("128", "H2", "", "G99"):
        with pytest.raises(ValueError):
            parse_note(bad)


@pytest.mark.parametrize(
    ("measured", "error", "snapped"),
    [
        (127.98, 0.05, 128),
        (93.47, 0.05, 93.5),
        (93.41, 0.02, 93.4),
        (93.444, 0.005, 93.44),
        (93.4447, 0.0001, 93.4447),
    ],
)
def test_a_measured_tempo_snaps_inside_its_error(measured, error, snapped):
    assert snap_tempo(measured, error) == pytest.approx(snapped, abs=1e-9)
