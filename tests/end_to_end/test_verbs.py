"""A verb that nobody here has heard of, from a package that is one file and one row, through every door."""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from daemon.client.follow import read_clip
from tests.helpers.daemon_process import CONFIG, DaemonProcess, command, wait_until
from tests.helpers.made_up_verb import install
from tests.helpers.web_house import WebHouse

RATE, FRAMES = 44100, 44100
#: A map that the daemon could not load if it did not know the verb.
MORE = "midi:\n  enabled: false\n  map: [{note: 36, do: halve last, with: {at: 0.25}}]\n"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return install(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def house(tmp_path_factory, path):
    config = pytest.MonkeyPatch()
    config.setattr(
        "tests.helpers.web_house.CONFIG",
        "web: {enabled: true, port: 0, share: true, share_port: 0}\nosc: {port: 0}\nfl: {enabled: false}\n",
    )
    house = WebHouse(tmp_path_factory.mktemp("home"), MORE, PYTHONPATH=path)
    config.undo()
    yield house
    house.stop()


@pytest.fixture
def sound(tmp_path):
    """A second of a ramp: every frame of it can be told from every other."""
    file = tmp_path / "ramp.wav"
    soundfile.write(file, np.linspace(-0.5, 0.5, FRAMES, dtype=np.float32), RATE, "PCM_24")
    return file


def records_of(house, job):
    """The records of a job's clips, once it has ended."""
    daemon = house.daemon

    def ended():
        (row,) = daemon.rows("SELECT state, error_text FROM jobs WHERE id = ?", job)
        assert row["state"] != "failed", row["error_text"]
        return row["state"] == "done"

    wait_until(ended, 60, "the end of the job")
    rows = daemon.rows("SELECT id, record FROM clips WHERE job = ? ORDER BY k", job)
    return [json.loads(row["record"]) for row in rows]


def assert_halves(records, source, at=0.5):
    """Two clips, each whole and on disk, that are the source when they are put together again."""
    front, back = records
    assert [one["part"] for one in records] == ["front", "back"]
    assert {one["kind"] for one in records} == {"sfx"} and {one["do"] for one in records} == {
        "halve"
    }
    assert {one["from"] for one in records} == {source}
    assert front["report"]["did"] == {"method": "cut", "frame": front["frames"]}
    assert back["id"] == f"{front['id']}e2" and front["path"] != back["path"]
    assert front["frames"] == round(FRAMES * at) and front["frames"] + back["frames"] == FRAMES
    whole = np.concatenate([soundfile.read(one["path"], dtype="float32")[0] for one in records])
    assert np.abs(whole - np.linspace(-0.5, 0.5, FRAMES)).max() < 1e-6
    for one in records:
        assert one["license"] == "the source's own" and one["engine"] == "halve"
        assert {"lufs", "true_peak_db"} >= set(one["report"]["after"])


def by_osc(house, *arguments, label):
    link = house.daemon.link
    link.send("/sidecrate/halve", *arguments)
    told, until = [], time.monotonic() + 60
    while time.monotonic() < until:
        for message in link.listen(0.5):
            name = message.address.rsplit("/", 1)[1]
            if name == "error":
                return [(name, message.arguments)]
            if message.arguments and message.arguments[0] == label:
                told.append((name, message.arguments))
                if name in ("finished", "failed"):
                    return told
    raise AssertionError(f"no end was heard, only {told}")


def test_by_osc_each_result_is_told_and_the_end_counts_them(house, sound):
    told = by_osc(house, str(sound), "at", 0.25, "id", "o1", label="o1")
    done = [arguments for name, arguments in told if name == "done"]
    infos = [json.loads(arguments[4]) for arguments in done]
    assert [info["part"] for info in infos] == ["front", "back"]
    assert {info["from"] for info in infos} == {str(sound)}
    name, end = told[-1]
    assert name == "finished" and tuple(end[2:]) == (2, 0)
    records = [read_clip(house.daemon.places, str(arguments[2])) for arguments in done]
    assert_halves(records, str(sound), at=0.25)
    # a clip by its id, and the newest without a name, as a button asks
    told = by_osc(house, json.dumps({"source": records[0]["id"], "id": "o2"}), label="o2")
    parts = [json.loads(arguments[4]) for name, arguments in told if name == "done"]
    assert {info["from"] for info in parts} == {records[0]["id"]}


def test_by_osc_a_wrong_field_says_which_it_takes_and_a_wrong_verb_the_nearest(house, sound):
    ((_, error),) = by_osc(house, str(sound), "key", "Am", "id", "o3", label="o3")
    assert "'key' is not a field of halve; it takes reference, at, then" in error[2]
    ((_, error),) = by_osc(house, str(sound), "at", 3, "id", "o4", label="o4")
    assert "at: 3 is not allowed here; it takes a share from 0.1 to 0.9" in error[2]
    house.daemon.link.send("/sidecrate/halv", str(sound))
    (error,) = [m for m in house.daemon.link.listen(2.0) if m.address == "/sidecrate/error"]
    assert error.arguments[1:3] == (
        "unknown_address",
        "'/sidecrate/halv' is not an address here; did you mean /sidecrate/halve?",
    )


def test_a_prompt_file_and_a_sound_with_a_text_beside_it(house, sound):
    inbox = house.daemon.places.inbox
    (inbox / "one.txt").write_text(f"do: halve\nsource: {sound}\nat: 0.25\n")
    (inbox / "ramp.wav").write_bytes(sound.read_bytes())
    (inbox / "ramp.txt").write_text("do: halve\n")
    (inbox / "bad.txt").write_text("do: halv\nsource: x.wav\n")
    (inbox / "worse.txt").write_text("do: halve\nbpm: 90\n")
    answers = inbox / "done"
    for name, source, at in (("one.txt", str(sound), 0.25), ("ramp.txt", "ramp.wav", 0.5)):
        wait_until((answers / f"{name}.result.json").exists, 60, name)
        said = json.loads((answers / f"{name}.result.json").read_text())
        assert said["failed"] == [] and [clip["part"] for clip in said["clips"]] == [
            "front",
            "back",
        ]
        assert_halves(
            [read_clip(house.daemon.places, clip["id"]) for clip in said["clips"]], source, at
        )
    assert (answers / "ramp.wav").read_bytes() == sound.read_bytes()
    wait_until((inbox / "failed" / "bad.txt.error.txt").exists, 30)
    wait_until((inbox / "failed" / "worse.txt.error.txt").exists, 30)
    bad = (inbox / "failed" / "bad.txt.error.txt").read_text()
    assert bad.startswith(
        "line 1: do: 'halv' is not something that can be done here; did you mean halve?"
    )
    worse = (inbox / "failed" / "worse.txt.error.txt").read_text()
    assert "line 2: 'bpm' is not a field of halve" in worse


def test_the_command_prints_one_object_a_result_by_the_daemon_and_alone(
    house, sound, path, tmp_path
):
    for environment in (
        house.daemon.environment,
        {**house.daemon.environment, "SIDECRATE_HOME": str(tmp_path / "alone")},
    ):
        ran = command("halve", str(sound), "--at", "0.25", "--json", environment=environment)
        assert ran.returncode == 0, ran.stderr
        assert_halves([json.loads(line) for line in ran.stdout.splitlines()], str(sound), at=0.25)
    ran = command("halve", "--help", environment=house.daemon.environment)
    assert (
        "Cut a sound in two." in ran.stdout and "--at" in ran.stdout and "--key" not in ran.stdout
    )
    ran = command("halve", str(sound), "--at", "2", environment=house.daemon.environment)
    assert ran.returncode == 2 and "at: '2' is not allowed here" in ran.stderr


def test_the_pages_route_takes_its_fields_and_refuses_others(house, sound):
    answer = house.api.post("/halve", json={"source": str(sound), "at": 0.25})
    assert answer.status_code == 202, answer.text
    assert_halves(records_of(house, answer.json()["job"]), str(sound), at=0.25)
    answer = house.api.post("/halve", json={"source": str(sound), "bars": 4})
    assert answer.status_code == 400 and "it takes reference, at" in answer.json()["text"]
    answer = house.api.post("/halve", json={"at": 0.5})
    assert answer.status_code == 400 and answer.json()["text"].startswith(
        "halve needs an audio file on this machine"
    )
    (row,) = [row for row in house.api.get("/verbs").json() if row["name"] == "halve"]
    assert row["gives"] == "two sounds" and "at" in [field["name"] for field in row["fields"]]


def test_the_same_again_cuts_the_same_sound(house, sound):
    answer = house.api.post("/halve", json={"source": str(sound), "at": 0.25})
    records = records_of(house, answer.json()["job"])
    answer = house.api.post("/again", json={"source": records[1]["id"]})
    assert answer.status_code == 202, answer.text
    again = records_of(house, answer.json()["job"])
    assert_halves(again, str(sound), at=0.25)
    assert {one["id"] for one in again}.isdisjoint({one["id"] for one in records})


@pytest.mark.skipif(sys.platform == "win32", reason="signals that Windows does not have")
@pytest.mark.parametrize(
    "step",
    [
        "daemon.crate.crate:Crate.publish:after",
        "daemon.jobs.queue:Queue.clip_done:before",
        "daemon.jobs.queue:Queue.clip_done:after",
    ],
)
def test_a_kill_between_two_results_loses_none_and_makes_none_twice(tmp_path, path, sound, step):
    die_at = str(Path(__file__).parents[1] / "faults" / "die_at")
    armed = {
        "PYTHONPATH": os.pathsep.join([die_at, path]), "SIDECRATE_DIE_AT": step, "SIDECRATE_DIE_IN": "daemon.cli",
        "SIDECRATE_DIE_MARK": str(tmp_path / "died"),
    }  # fmt: skip
    daemon = DaemonProcess(tmp_path / "home", CONFIG, **armed)
    try:
        daemon.link.send("/sidecrate/halve", str(sound), "id", "k1")
        daemon.process.wait(30)
        assert (tmp_path / "died").exists()
        daemon.link.close()
        daemon.process.stderr.close()
        daemon.start()
        wait_until(
            lambda: daemon.rows("SELECT 1 FROM jobs WHERE state = 'done'"), 30, "the end of the job"
        )
        wait_until(lambda: not list(daemon.places.jobs.iterdir()), 10, "the end of the work")
        records = daemon.clips()
        assert_halves(sorted(records, key=lambda one: one["id"]), str(sound))
        assert {Path(one["path"]) for one in records} == set(daemon.wavs())
        assert len(daemon.rows("SELECT 1 FROM clips")) == 2
    finally:
        daemon.stop()
