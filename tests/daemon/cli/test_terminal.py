"""Terminals and homes as they are: output in any encoding, and folders that cannot be written."""

import json
import os
import subprocess
import sys

import pytest

from bridge.events import Origin
from bridge.request import Request
from daemon.brief import Brief
from daemon.home.places import Places
from daemon.jobs.database import Database
from daemon.jobs.queue import Queue
from tests.conftest import skip_or_fail

PROMPT = "taiko 鼓, барабаны – ½ 🥁"


def command(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "daemon.cli", *arguments],
        capture_output=True,
        env={**os.environ, **environment},
        timeout=110,
    )


@pytest.fixture
def prompted():
    """A home in whose table a prompt of many scripts stands."""
    database = Database(Places.find().database)
    request = Request({"prompt": PROMPT})
    Queue(database, "").accept([(request, Brief(PROMPT, PROMPT))], Origin("osc"))
    database.close()


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437", "utf-8", "ascii:strict"])
def test_output_is_whole_in_any_encoding_with_signs_that_it_lacks_replaced(prompted, encoding):
    done = command("status", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, b"")
    name = encoding.partition(":")[0]
    line = next(line for line in done.stdout.decode(name).splitlines() if "taiko" in line)
    wanted = PROMPT.encode(name, "replace").decode(name)
    assert line.endswith(wanted)
    told = json.loads(command("status", "--json", PYTHONIOENCODING=encoding).stdout)
    assert told["jobs"][0]["prompt"] == PROMPT


def test_a_program_that_has_read_its_input_can_call_the_command_as_often_as_it_likes():
    program = (
        "import sys\n"
        "from daemon.cli.main import main\n"
        "for line in sys.stdin:\n"
        "    sys.argv = ['sidecrate', *line.split()]\n"
        "    try: main()\n"
        "    except SystemExit as end: print('ended', end.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=b"--version\n--version\n",
        capture_output=True,
        timeout=110,
    )
    assert done.stdout.count(b"ended 0") == 2 and not done.stderr, done


def test_errors_come_through_in_ascii_too(prompted):
    done = command("make", "x", "--key", "鼓", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 2 and b"Traceback" not in done.stderr and b"?" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="/proc takes no folders")
def test_a_home_where_no_folder_can_be_made_is_one_sentence():
    for words in (["run"], ["make", "kick"], ["tempo", "90"]):
        done = command(*words, SIDECRATE_HOME="/proc/nowhere/home")
        said = done.stderr.decode()
        assert done.returncode == 1 and said.count("\n") == 1, said
        assert "/proc/nowhere" in said and "writable" in said


def test_a_home_that_cannot_be_written_is_one_sentence_for_every_command(tmp_path):
    home = tmp_path / "disk"
    home.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=1m,ro", "tmpfs", str(home)]
    if sys.platform != "linux" or subprocess.run(mounted, capture_output=True).returncode:
        skip_or_fail("nothing can be mounted here: run as root on Linux")
    try:
        for words in (["run"], ["make", "kick"], ["open", "crate"], ["tempo", "90"]):
            done = command(*words, SIDECRATE_HOME=str(home / "home"))
            said = done.stderr.decode()
            assert done.returncode == 1 and said.count("\n") == 1, said
            assert str(home) in said and "Read-only file system" in said and "writable" in said
        done = command("doctor", "--json", SIDECRATE_HOME=str(home / "home"))
        checks = {one["name"]: one for one in map(json.loads, done.stdout.splitlines())}
        for name in ("crate", "inbox", "state"):
            assert checks[name]["verdict"] == "fault" and "cannot be made" in checks[name]["text"]
    finally:
        subprocess.run(["umount", "--lazy", str(home)], check=True)
