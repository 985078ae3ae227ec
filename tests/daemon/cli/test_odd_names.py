"""Files whose names no record can hold: each command says why, and what to do."""

import os
import shutil
import sys

import pytest
import soundfile

from bridge.errors import RequestError
from bridge.request import FIELDS
from daemon.audio.files import read_sound
from daemon.errors import AudioError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems take no such names")


@pytest.fixture
def latin(tmp_path):
    """`café.wav` as an old disk names it, in Latin-1."""
    soundfile.write(tmp_path / "plain.wav", [0.1, -0.1] * 44100, 44100)
    named = os.fsencode(tmp_path) + b"/caf\xe9.wav"
    shutil.copy(os.fsencode(tmp_path / "plain.wav"), named)
    return os.fsdecode(named)


@pytest.mark.parametrize("command", ["look", "add", "correct", "fit", "split", "transcribe"])
def test_a_name_that_is_not_utf_8_is_told_in_a_line(run, latin, command):
    code, _, err = run(command, latin)
    assert code and "is not UTF-8" in err and "rename it" in err and "Traceback" not in err


def test_such_a_file_in_a_folder_is_an_error_of_that_file(latin):
    with pytest.raises(AudioError, match="not UTF-8"):
        read_sound(latin)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("two\nlines.wav", "line break"),
        ("smb://nas/a.wav", "network"),
        ("//nas/a.wav", "network"),
        ("/dev/null", "device"),
        ("caf\udce9.wav", "not UTF-8"),
    ],
)
def test_a_path_that_is_refused_says_why(given, why):
    with pytest.raises(RequestError, match=why):
        FIELDS["reference"].check(given)


def test_a_name_with_a_line_break_is_told_by_a_command(run, latin):
    broken = shutil.copy(latin, os.path.dirname(latin) + "/two\nlines.wav")
    code, _, err = run("fit", broken)
    assert code == 2 and "line break" in err and "rename it" in err


def test_the_other_files_are_looked_at_still(run, latin):
    plain = os.path.dirname(latin) + "/plain.wav"
    code, _, err = run("look", latin, plain)
    assert code == 1 and err.count("not UTF-8") == 1
