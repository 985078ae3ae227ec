"""The real daemon against the local server: clips on the grid, kills at each step, one purchase."""

import json
import os
import sqlite3

import pytest
import soundfile

from daemon.audio.wav_record import read_record
from tests.faults.asker import Asker
from tests.helpers.daemon_process import CONFIG, command, wait_until
from tests.helpers.replicate_server import TOKEN, ReplicateServer


@pytest.fixture
def server():
    server = ReplicateServer(work_s=0.3)
    yield server
    server.close()


def start(start_daemon, server, more=""):
    return start_daemon(
        config=CONFIG + f"replicate: {{base_url: '{server.url}'}}\n{more}",
        REPLICATE_API_TOKEN=TOKEN,
    )


def test_three_clips_on_the_grid_and_in_key_for_one_purchase(start_daemon, server):
    daemon = start(start_daemon, server)
    daemon.command(
        "make",
        "soul loop",
        "--engine",
        "musicgen-looper",
        "--bpm",
        "120",
        "--key",
        "Am",
        "--bars",
        "4",
        "--count",
        "3",
    )
    clips = daemon.clips()
    assert len(clips) == 3 and server.creates == 1
    for clip in clips:
        assert (clip["frames"], clip["key"], clip["license"]) == (352800, "Am", "CC-BY-NC-4.0")
        assert (
            clip["report"]["after"]["max_beat_error_ms"] < 10
            and clip["report"]["did"]["semitones"] == -1
        )
    daemon.stop()
    for path in daemon.places.state.parent.rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes(), path


STEPS = ["before create", "after create", "polling", "downloaded", "conforming"]


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_each_step_buys_once(start_daemon, server, step):
    server.work_s = 3.0 if step == "polling" else 0.3
    if step in STEPS[:2]:
        server.plan("create", "hang" if step == "before create" else "hang after")
    daemon = start(start_daemon, server)
    asker = Asker(daemon.places)
    job = asker.ask(
        "a", prompt="soul loop", engine="musicgen-looper", bpm=120, key="Am", bars=2, count=2
    )
    asker.close()

    def reached():
        if step == "before create":
            return server.calls["create"] == 1
        if step == "after create":
            return server.creates == 1
        if step == "polling":
            return server.calls["get"] >= 2
        if step == "downloaded":
            return list(daemon.places.jobs.glob("*/take0/take.json"))
        return daemon.rows("SELECT 1 FROM clips WHERE state = 'conforming'")

    wait_until(reached, 30, step)
    ids = [row["id"] for row in daemon.rows("SELECT id FROM clips ORDER BY k")]
    daemon.kill()
    daemon.start()
    wait_until(
        lambda: daemon.rows("SELECT 1 FROM jobs WHERE state IN ('done', 'failed') AND id = ?", job),
        40,
        "the end",
    )
    assert [clip["id"] for clip in sorted(daemon.clips(), key=lambda clip: clip["n"])] == ids
    assert server.creates == 1


def test_a_closer_look_asks_the_service(tmp_path, server):
    environment = {**os.environ, "SIDECRATE_HOME": str(tmp_path), "REPLICATE_API_TOKEN": TOKEN}
    (tmp_path / "config.yaml").write_text(f"replicate: {{base_url: '{server.url}'}}\n")

    def look(*options):
        rows = map(
            json.loads,
            command("engines", "--json", *options, environment=environment).stdout.splitlines(),
        )
        return [row["why"] for row in rows if row["runs"] == "hosted"]

    assert look("--check") == [None] * 8
    environment["REPLICATE_API_TOKEN"] = "wrong"
    assert look() == [None] * 8
    why = look("--check")
    assert len(why) == 8 and all("REPLICATE_API_TOKEN" in one and "wrong" not in one for one in why)


def test_without_a_daemon_nothing_is_bought(tmp_path, server):
    environment = {**os.environ, "SIDECRATE_HOME": str(tmp_path), "REPLICATE_API_TOKEN": TOKEN}
    (tmp_path / "config.yaml").write_text(f"replicate: {{base_url: '{server.url}'}}\n")
    done = command("make", "soul loop", "--engine", "musicgen-looper", environment=environment)
    assert done.returncode == 1 and "sidecrate run" in done.stderr and not server.calls


def test_the_days_cap_and_a_requests_are_kept(start_daemon, server):
    daemon = start(start_daemon, server, "spend: {per_day_usd: 0.06, per_request_usd: 0.06}\n")
    ask = ("make", "soul loop", "--engine", "musicgen-looper", "--bars", "1", "--json")
    assert "per_request_usd" in daemon.command(*ask, "--count", "9", code=1)
    daemon.command(*ask)
    assert "per_day_usd" in daemon.command(*ask, code=1)
    assert server.creates == 1 and "0.0280 of 0.06" in daemon.command("spend")


def test_twelve_jobs_against_a_failing_server_all_end(start_daemon, server):
    server.rate_limit = 8
    server.plan("create", 500, "drop", 503, "drop after", 402, 429)
    server.plan("get", 500, "drop", 429)
    daemon = start(start_daemon, server, "spend: {per_day_usd: 0.25}\n")
    asker = Asker(daemon.places)
    for n in range(12):
        asker.ask(f"j{n}", prompt="soul loop", engine="musicgen-looper", bpm=120, bars=1)
    asker.close()
    wait_until(
        lambda: not daemon.rows("SELECT 1 FROM jobs WHERE ended IS NULL"), 60, "the end of all"
    )
    rows = daemon.rows("SELECT state, error_code, error_text FROM jobs")
    assert len(rows) == 12 and all(row["state"] == "done" or row["error_text"] for row in rows)
    assert {row["error_code"] for row in rows} == {"", "no_credit", "cap"}
    assert server.creates == len(daemon.wavs()) > 5 and server.most_at_once <= 4
    assert daemon.rows("SELECT sum(cost_usd) FROM purchases")[0][0] <= 0.25


def ask(daemon, **fields):
    asker = Asker(daemon.places)
    job = asker.ask("a", prompt="soul loop", engine="musicgen-looper", bpm=120, bars=1, **fields)
    asker.close()
    return job


def ended(daemon, job):
    query = "SELECT state, error_code, error_text FROM jobs WHERE ended IS NOT NULL AND id = ?"
    return wait_until(lambda: daemon.rows(query, job), 40, "the end")[0]


def test_a_cancelled_job_is_ended_at_the_service(start_daemon, server):
    server.work_s = 60.0
    daemon = start(start_daemon, server)
    job = ask(daemon)
    wait_until(lambda: server.calls["get"] >= 1, 30, "waiting for the prediction")
    daemon.command("cancel", job)
    wait_until(lambda: server.view("p0001")["status"] == "canceled", 20, "the cancel")
    assert ended(daemon, job)["state"] == "cancelled"
    wait_until(
        lambda: daemon.rows("SELECT 1 FROM purchases WHERE state = 'cancelled' AND cost_usd > 0"),
        20,
        "what it has cost",
    )


def test_what_nobody_waits_for_any_more_is_ended_at_the_next_start(start_daemon, server):
    server.work_s = 60.0
    daemon = start(start_daemon, server)
    ask(daemon)
    wait_until(
        lambda: daemon.rows("SELECT 1 FROM purchases WHERE state = 'created'"), 30, "the purchase"
    )
    daemon.kill()
    with sqlite3.connect(daemon.places.database) as database:
        database.execute("UPDATE clips SET state = 'cancelled'")
        database.execute("UPDATE jobs SET state = 'cancelled', ended = 1")
    database.close()
    daemon.start()
    wait_until(lambda: server.view("p0001")["status"] == "canceled", 20, "the cancel")
    wait_until(
        lambda: daemon.rows("SELECT 1 FROM purchases WHERE state = 'cancelled' AND cost_usd > 0"),
        20,
        "what it has cost",
    )
    assert server.creates == 1


def test_a_paid_take_that_is_refused_is_kept_and_another_bought_only_where_that_is_asked(
    start_daemon, server
):
    server.audio = "silent"
    daemon = start(start_daemon, server)
    why = ended(daemon, ask(daemon))
    kept = list(daemon.places.paid_takes.glob("*.wav"))
    assert (
        why["state"] == "failed"
        and len(kept) == 1
        and f"sidecrate fit '{kept[0]}'" in why["error_text"]
    )
    assert soundfile.info(kept[0]).samplerate == 32000 and server.creates == 1
    daemon.stop()
    (daemon.places.config_file).write_text(
        (daemon.places.config_file).read_text() + "spend: {retry: true}\n"
    )
    daemon.start()
    job = ask(daemon)
    wait_until(lambda: server.creates == 2, 30, "the first take")
    wait_until(
        lambda: daemon.rows("SELECT 1 FROM purchases WHERE id = 2 AND state = 'done'"),
        30,
        "its end",
    )
    server.audio = "whole"
    assert ended(daemon, job)["state"] == "done" and server.creates == 3


def test_two_engines_are_compared_and_each_clip_says_its_licence(start_daemon, server):
    daemon = start(start_daemon, server)
    daemon.command(
        "make", "soul loop", "--engine", "musicgen-looper,embedded", "--bpm", "120", "--bars", "1"
    )
    found = {clip["engine"]: clip for clip in daemon.clips()}
    licences = {"musicgen-looper": "CC-BY-NC-4.0", "embedded": "CC0-1.0"}
    assert {name: clip["license"] for name, clip in found.items()} == licences
    for name, clip in found.items():
        with soundfile.SoundFile(clip["path"]) as file:
            assert licences[name] in file.copyright
        assert read_record(clip["path"])["engine"] == name
