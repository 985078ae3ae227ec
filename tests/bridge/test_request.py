import json

import pytest

from bridge.errors import RequestError
from bridge.request import FIELDS, Request, check_fields, read_fields, read_request


def test_every_example_in_the_table_is_taken():
    for row in FIELDS.values():
        value = row.check(row.example)
        assert json.loads(json.dumps(value)) == value
        assert row.check(value) == value, "a checked value stays as it is"


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("bpm", 0), ("bpm", -5), ("bpm", 1e9), ("bpm", float("nan")), ("bpm", "fast"), ("bpm", "128 bars"), ("bpm", True), ("key", "H#"), ("key", "fis"), ("bars", "8 s"),
        ("bars", 0), ("bars", 2.5), ("bars", 65), ("prompt", ""), ("prompt", "   "), ("prompt", "x" * 4001), ("kind", "song"),
        ("count", 10_001), ("seed", -1), ("meter", "4/3"), ("reference", r"\\server\share\a.wav"), ("reference", "https://a/b.wav"),
        ("kit", "//server/kit"), ("swing", 80), ("midi", "perhaps"), ("engine", "../x"), ("note", "H"), ("seconds", 0.01), ("level", -60),
    ],
)  # fmt: skip
def test_a_bad_value_is_answered_with_value_range_and_fix(name, raw):
    with pytest.raises(RequestError) as caught:
        FIELDS[name].check(raw)
    (fault,) = caught.value.faults
    assert fault.field == name
    assert str(raw)[:10] in fault.text or repr(raw)[:10] in fault.text
    assert FIELDS[name].allowed in fault.text
    assert FIELDS[name].example in fault.text
    assert "\n" not in fault.text


def test_all_faults_come_at_once():
    with pytest.raises(RequestError) as caught:
        read_request([("bpm", "1000"), ("bmp", 3), ("key", "X")])
    assert [fault.field for fault in caught.value.faults] == ["bpm", "bmp", "key"]
    assert "did you mean bpm" in caught.value.text


def test_values_of_other_doors_types():
    values = check_fields(
        [
            ("bpm", 93.4000015258789),
            ("bars", 4.0),
            ("midi", 0),
            ("kind", "One-Shot"),
            ("instruments", "drums, bass"),
        ]
    )
    assert values == {
        "bpm": 93.4,
        "bars": 4,
        "midi": False,
        "kind": "oneshot",
        "instruments": ["drums", "bass"],
    }


def test_defaults_do_not_win():
    request = Request({"bpm": 90.0}).with_defaults({"bpm": 120.0, "key": "Am"})
    assert dict(request.values) == {"bpm": 90.0, "key": "Am"}


@pytest.mark.parametrize("raw", [127.98765, "127.98765", "127,98765 bpm", 127.98764801025391])
def test_more_decimals_than_are_kept_are_rounded_and_that_is_said(raw):
    request = read_request([("bpm", raw), ("prompt", "drums")])
    assert request["bpm"] == 127.988
    (said,) = request.said
    assert str(raw)[:7] in said and "127.988" in said and "\n" not in said
    again = read_fields(request.to_send().items())
    assert (again.values, again.said) == (request.values, request.said), "the next door says it too"


@pytest.mark.parametrize("raw", [93.4000015258789, "93.4", "128.125", 90, 132])
def test_a_number_that_is_kept_as_it_is_needs_no_word(raw):
    assert read_request([("bpm", raw)]).said == ()


def test_every_field_of_a_fraction_takes_any_number_of_decimals():
    within = {"bpm": 97.1234567, "seconds": 2.1234567, "tail": 2.1234567, "reference_start": 1.1234567, "reference_end": 9.1234567,
              "energy": 0.1234567, "density": 0.1234567, "strength": 0.1234567, "swing": 58.1234567, "level": -14.1234567}  # fmt: skip
    for name, row in FIELDS.items():
        if isinstance(row.check(row.example), float):
            assert abs(float(row.check(within[name])) - within[name]) < 0.0005


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("bpm", "93,5", 93.5), ("bpm", "93 bpm", 93.0), ("bpm", "93BPM", 93.0), ("bpm", "９３", 93.0), ("bpm", "92,5 BPM", 92.5),
        ("bpm", "100 Schläge pro Minute", 100.0), ("bars", "8 bars", 8), ("bars", "2 Takte", 2), ("bars", "4 mesures", 4),
        ("bars", "1 compás", 1), ("seconds", "2,5 s", 2.5), ("seconds", "1:30", 90.0), ("seconds", "500 ms", 0.5),
        ("seconds", "2 Minuten", 120.0), ("seconds", "3 sec.", 3.0), ("level", "−14 LUFS", -14.0), ("swing", "58 %", 58.0),
        ("energy", "70%", 0.7), ("count", "3 clips", 3), ("count", "2x", 2), ("meter", "3/4 time", "3/4"), ("meter", "６／８", "6/8"),
        ("meter", "3/4-Takt", "3/4"), ("seed", "12345678901", 12345678901), ("bpm", "1e2", 100.0),
        ("bpm", "93,", 93.0), ("bpm", "~93", 93.0), ("bpm", "ca. 93,5 bpm", 93.5), ("bpm", "about 93", 93.0), ("kind", "One Shot", "oneshot"),
    ],
)  # fmt: skip
def test_figures_are_read_as_people_write_them(name, raw, value):
    assert FIELDS[name].check(raw) == value


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ("tempo", "bpm", 93.0), ("Tempo", "bpm", 93.0), ("scale", "key", "Am"), ("Tonart", "key", "Am"), ("time signature", "meter", "3/4"),
        ("Time-Signature", "meter", "3/4"), ("length", "bars", 8), ("Länge", "seconds", 8.0), ("duration", "bars", 8), ("duration", "seconds", 8.0),
    ],
)  # fmt: skip
def test_other_words_for_a_field_are_the_field(given, name, value):
    raw = {"bpm": "93", "key": "Am", "meter": "3/4", "bars": "8 bars", "seconds": "8 s"}[name]
    assert read_request([(given, raw)]).values == {name: value}


def test_a_field_given_twice_is_said_and_the_last_counts():
    twice = read_request([("bpm", 90), ("tempo", "93")])
    assert twice.values == {"bpm": 93.0} and twice.said == (
        "bpm is given twice; the last, 93.0, is used",
    )
    assert read_request([("bpm", 90), ("bpm", "90")]).said == ()
