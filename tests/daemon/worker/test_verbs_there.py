"""A verb done by a box: its sound goes there by hash, its results come back, and clips are made."""

import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from daemon.brief import Brief
from daemon.engines.remote.boxes import load_box, save_box
from daemon.engines.remote.line import Line, LineError, pair
from daemon.engines.remote.protocol import verb_task_of
from daemon.engines.remote.verb_places import choose_box, lacking
from tests.helpers.daemon_process import CONFIG, DaemonProcess, wait_until
from tests.helpers.worker_process import WorkerProcess

SPLIT = Brief("", "x", do="split", bpm=None, bars=None, engines=("file",), separator="own")


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    process = WorkerProcess(tmp_path_factory.mktemp("there"), "embedded")
    yield process
    process.close()


@pytest.fixture(scope="module")
def box(worker):
    return pair("studio", worker.address, worker.code, "me")


@pytest.fixture
def sound(tmp_path):
    path = tmp_path / "My secret loop.wav"
    seconds = np.arange(44100) / 44100
    hits = np.exp(-((seconds % 0.25) * 60)) * np.random.default_rng(1).normal(0, 0.3, 44100)
    tone = 0.2 * np.sin(2 * np.pi * 110 * seconds)
    soundfile.write(path, np.stack([hits + tone] * 2, axis=1), 44100, subtype="FLOAT")
    return path


def test_a_split_is_done_by_the_box_and_its_clips_say_so(worker, box, sound, tmp_path):
    home = tmp_path / "home"
    save_box(box, home / "state" / "boxes")
    config = f"{CONFIG}workers: {{remote: [{{name: studio, verbs: [split, transcribe]}}]}}\n"
    daemon = DaemonProcess(home, config)
    try:
        daemon.link.generate("split", {"source": str(sound), "with": "own"}, "a")
        wait_until(lambda: daemon.rows("SELECT 1 FROM jobs WHERE state IN ('done', 'failed')"), 90)
        daemon.link.generate("master", {"source": str(sound), "compare": "off"}, "b")
        (first,) = daemon.rows("SELECT * FROM jobs ORDER BY seq LIMIT 1")
        assert first["state"] == "done", first["error_text"]
        clips = [clip for clip in daemon.clips() if clip["do"] == "split"]
        assert {"drums", "other"} & {clip["part"] for clip in clips}
        for clip in clips:
            assert clip["engine_reason"] == "workers.remote has studio do it"
            assert clip["from"] == str(sound) and "My secret loop" in clip["words"]
            assert any("My secret loop.wav went there" in said for said in clip["report"]["said"])
        # parts add up to their sound, turned down alike as they say, as they do when they are made here
        total = sum(soundfile.read(clip["path"])[0] for clip in clips)
        (gain_db,) = {clip["report"]["did"]["gain_db"] for clip in clips}
        assert np.abs(total - 10 ** (gain_db / 20) * soundfile.read(sound)[0]).max() < 0.002
        status = json.loads(daemon.command("status", "--json"))
        assert {"studio"} == {name for job in status["jobs"] for name in job["sent_to"]}
        # no name of this machine reached the box
        assert not [path for path in worker.home.rglob("*") if "secret" in path.name]

        def mastered():
            return daemon.rows("SELECT * FROM jobs WHERE state IN ('done', 'failed') AND seq = 2")

        (second,) = wait_until(mastered, 90)
        assert second["state"] == "done" and '"file"' in second["brief"], "it may split alone"
    finally:
        daemon.stop()


def test_a_box_that_an_older_version_paired_is_asked_for_its_verbs(worker, box, tmp_path):
    folder = tmp_path / "home" / "state" / "boxes"
    save_box(box, folder)
    kept = json.loads((folder / "studio.json").read_text())
    del kept["verbs"]
    (folder / "studio.json").write_text(json.dumps(kept))
    allowed = {"studio": ("split",)}
    assert not choose_box("split", ["studio"], allowed, lambda place: 0)[0]
    config = f"{CONFIG}workers: {{remote: [{{name: studio, verbs: [split]}}]}}\n"
    daemon = DaemonProcess(tmp_path / "home", config)
    try:
        wait_until(lambda: choose_box("split", ["studio"], allowed, lambda place: 0)[0])
    finally:
        daemon.stop()
    assert load_box("studio", folder) == box and not lacking([box], allowed)
    assert lacking([replace(box, verbs=("master",))], allowed)


FAULTS = [
    ({"sources": {}}, "works on a sound"),
    ({"sources": {"reference": {"sha256": "/etc/passwd", "ending": ".wav"}}}, "send it first"),
    ({"sources": {"reference": {"sha256": "0" * 64, "ending": "/../x"}}}, "a sound ends in"),
    ({"sources": {"kit": {"sha256": "0" * 64, "ending": ".wav"}}}, "request and sources"),
    ({"sources": []}, "request and sources"),
    ({"request": {"into": "a shell"}}, "into"),
    ({"request": {"bras": 1}}, "not a field"),
    ({"request": None}, "request and sources"),
    ({"brief": {"prompt": "", "words": "x", "do": "learn"}}, "is not offered here"),
    ({"brief": {"prompt": "", "words": "x", "do": "os:system"}}, "is not offered here"),
]


@pytest.mark.parametrize(("change", "words"), FAULTS)
def test_a_verbs_task_with_a_fault_is_named(box, change, words):
    line = Line(box)
    sources = {"reference": {"sha256": "0" * 64, "ending": ".wav"}}
    with pytest.raises(LineError, match=words):
        line.json("POST", "/v1/tasks", json={**verb_task_of(SPLIT, {}, sources), **change})
    line.close()


def test_no_path_of_a_verbs_order_leaves_this_machine():
    brief = SPLIT.amended(
        reference="/home/me/a.wav", other="/home/me/b.wav", kit="/home/me", kit_files=("/home/me",),
        fonts=("/home/me",), beside_source={"midi": "/home/me"}, master_like="/home/me/c.wav",
    )  # fmt: skip
    request = {"reference": "/home/me/a.wav", "kit": "/home/me", "like": "/home/me/b.wav"}
    for do in ("split", "master"):
        assert "/home/me" not in json.dumps(verb_task_of(brief.amended(do=do), request, {}))
