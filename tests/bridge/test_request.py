import json

import pytest

from bridge.errors import RequestError
from bridge.request import FIELDS, Request, check_fields, read_request


def test_every_example_in_the_table_is_taken():
    for row in FIELDS.values():
        value = row.check(row.example)
        assert json.loads(json.dumps(value)) == value
        assert row.check(value) == value, "a checked value stays as it is"


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("bpm", 0), ("bpm", -5), ("bpm", 1e9), ("bpm", float("nan")), ("bpm", "fast"), ("bpm", "128.12345"), ("bpm", True), ("key", "H#"),
        ("bars", 0), ("bars", 2.5), ("bars", 65), ("prompt", ""), ("prompt", "   "), ("prompt", "x" * 4001), ("kind", "song"),
        ("count", 101), ("seed", -1), ("meter", "4/3"), ("reference", r"\\server\share\a.wav"), ("reference", "https://a/b.wav"),
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
        read_request([("bpm", "1000"), ("bmp", 3), ("key", "H")])
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
