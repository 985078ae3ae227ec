"""One type says what a clip's record holds, and what is misspelt there or where it is read is found by mypy."""

import subprocess
import sys
from pathlib import Path

import pytest

from daemon.record import DOCUMENTED, ClipRecord, done_info, parse_record, without

ROOT = Path(__file__).parents[2]
READING = """
from daemon.record import ClipRecord


def read(record: ClipRecord) -> object:
    return {reads}
"""


def said_by_mypy(folder: Path, reads: str) -> str:
    file = folder / "reading.py"
    file.write_text(READING.format(reads=reads), encoding="utf-8")
    words = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), str(file)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout


@pytest.mark.slow
@pytest.mark.parametrize("reads", ["record['bmp']", "record.get('bmp')", "record.get('bmp', 0)"])
def test_a_key_that_no_record_has_is_an_error_of_mypy(tmp_path, reads):
    assert 'TypedDict "ClipRecord" has no key "bmp"' in said_by_mypy(tmp_path, reads)


def test_a_key_that_records_have_is_none(tmp_path):
    assert "Success" in said_by_mypy(tmp_path, "(record['bpm'], record.get('key'))")


def test_what_is_documented_and_told_of_a_clip_are_keys_of_its_record():
    told = set(done_info({"report": {"found": {"confidence": 0.9}}})) - {"confidence"}
    assert set(DOCUMENTED) | told <= set(ClipRecord.__annotations__)


def test_what_was_not_honoured_is_told_with_done_and_stays_short():
    assert "notes" not in done_info({"report": {}})
    said = ["nobody sings here", "no bagpipes of its own here: organ plays it"]
    assert done_info({"report": {"said": said}})["notes"] == "; ".join(said)
    assert len(done_info({"report": {"said": ["x" * 100] * 40}})["notes"]) == 240


def test_what_is_left_out_of_a_record_leaves_the_rest_in_its_order():
    record: ClipRecord = {"id": "k3f9", "path": "/a.wav", "kind": "loop"}
    assert list(without(record, "path")) == ["id", "kind"]
    assert list(record) == ["id", "path", "kind"]


@pytest.mark.parametrize("text", ["[]", "null", "3", "{", '"record"'])
def test_what_is_no_object_is_no_record(text):
    with pytest.raises(ValueError):
        parse_record(text)
