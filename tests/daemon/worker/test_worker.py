"""A worker and those who ask it, over real TLS: pairing, takes, cuts, deaths, strangers."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import socket
import ssl
import threading
import urllib.error
import urllib.request

import numpy as np
import pytest
import soundfile

from daemon.brief import Brief
from daemon.engines.embedded.engine import make as make_embedded
from daemon.engines.remote import boxes, run
from daemon.engines.remote.boxes import forget_box, load_box, remote_engines, save_box
from daemon.engines.remote.line import Line, LineError, checked_hello, pair
from daemon.engines.remote.protocol import code_of, halves_of, task_of
from daemon.engines.remote.verb_places import AWAY
from daemon.errors import EngineError
from daemon.worker.certificate import own_certificate
from tests.helpers.worker_process import CutLine, WorkerProcess

LOOP = Brief("house loop", "house loop", bpm=124.0, bars=1, key_name="Am", stems=True)


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    process = WorkerProcess(tmp_path_factory.mktemp("worker"), "embedded")
    yield process
    process.close()


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(run, "_PAUSE_S", 0.2)
    monkeypatch.setattr(boxes, "_probes", {})
    return tmp_path / "home"


@pytest.fixture(scope="module")
def paired(worker):
    return pair("box", worker.address, worker.code, "my laptop")


@pytest.fixture
def box(home, paired):
    save_box(paired, boxes.boxes_folder())
    return paired


def take_of(brief=LOOP, seed=7, progress=lambda share, words: None):
    (info,) = remote_engines()
    return run.make(brief, seed, progress, spec=info.spec)


def test_a_take_of_a_box_is_the_one_made_here(box):
    (info,) = remote_engines()
    assert info.name == "box:embedded" and info.needs() is None and "on box at" in info.here()
    far, near = take_of(), make_embedded(LOOP, 7, lambda share, words: None)
    assert np.array_equal(far.audio, near.audio) and far.midi == near.midi
    assert (far.engine, far.license, far.seed) == ("box:embedded", near.license, 7)
    assert far.players == near.players and far.players
    assert far.grid == near.grid and set(far.stems) == set(near.stems) and far.plan == near.plan
    assert far.said[-1].startswith("the request went to the box box (127.0.0.1:")


def test_nothing_of_this_machines_paths_leaves_it():
    brief = LOOP.amended(
        reference="/home/me/secret.wav", kit="/home/me/kit", kit_files=("/home/me/kick.wav",),
        fonts=("/home/me/font.sf2",), other="/home/me/b.wav", said=("from /home/me",),
        beside_source={"midi": "/home/me/a.mid", "stems": ["/home/me/s.wav"]},
        master_like="/home/me/hit.wav",
    )  # fmt: skip
    assert "/home/me" not in json.dumps(task_of(brief, "embedded", 1, None))


def test_equal_orders_are_one_task_and_others_are_not():
    one = task_of(LOOP, "embedded", 1, None)
    assert one["id"] == task_of(LOOP, "embedded", 1, None)["id"]
    assert one["id"] != task_of(LOOP, "embedded", 2, None)["id"]
    assert one["id"] != task_of(LOOP.amended(bars=2), "embedded", 1, None)["id"]


def test_a_reference_goes_by_its_hash_and_only_once(box, tmp_path):
    path = tmp_path / "mine.wav"
    soundfile.write(path, 0.1 * np.ones((44100, 1)), 44100)
    brief = LOOP.amended(reference=str(path), use="accompany")
    sent = []
    send = Line.send
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Line, "send", lambda self, *what: (sent.append(what), send(self, *what)))
        take_of(brief)
        take_of(brief, seed=8)
    assert len(sent) == 1


def test_a_cut_line_loses_nothing_and_makes_nothing_twice(box, worker):
    line = CutLine(worker.port)
    try:
        save_box(
            dataclasses.replace(box, address=f"https://127.0.0.1:{line.port}"), boxes.boxes_folder()
        )
        said = []

        def progress(share, words):
            said.append((share, words))
            if len(said) in (2, 4, 6):
                line.cut()

        take = take_of(seed=21, progress=progress)
        assert np.array_equal(take.audio, make_embedded(LOOP, 21, lambda share, words: None).audio)
        assert [share for share, _ in said] == sorted(share for share, _ in said)
    finally:
        line.close()


def test_a_worker_that_dies_is_waited_for_and_what_it_had_finished_is_found_again(home, tmp_path):
    process = WorkerProcess(tmp_path / "there", "embedded")
    try:
        box = pair("box", process.address, process.code, "me")
        save_box(box, boxes.boxes_folder())
        line = Line(box)
        task = task_of(LOOP, "embedded", 5, None)
        line.json("POST", "/v1/tasks", json=task)
        (*_, end) = line.events(task["id"])
        assert end["state"] == "done"
        said = []

        def progress(share, words):
            said.append(words)
            if len(said) == 2:
                process.kill()
                threading.Timer(1.0, process.start).start()

        take = take_of(LOOP.amended(bars=8), 3, progress)
        assert take.audio is not None
        assert any("waited for" in words for words in said)
        again = line.json("POST", "/v1/tasks", json=task)
        assert again["state"] == "done" and again["files"] == end["files"]
        line.close()
        # the token outlives the worker's death, and the code that it showed first is void
        with pytest.raises(EngineError, match=r"not the worker that showed|wrong, used"):
            pair("box", process.address, code_of(b"x", b"12345"), "me")
    finally:
        process.close()


def test_what_may_move_does_not_wait_for_a_box_that_is_away(box, monkeypatch):
    monkeypatch.setattr(run, "AWAY_S", 0.5)
    save_box(dataclasses.replace(box, address="https://127.0.0.1:9"), boxes.boxes_folder())
    (info,) = remote_engines()
    with pytest.raises(EngineError, match="box does not answer") as caught:
        run.make(LOOP, 1, lambda share, words: None, spec={**info.spec, "may_move": True})
    assert caught.value.code == AWAY


def test_a_cancel_ends_the_work_there(box):
    class Enough(BaseException):
        pass

    def stop(share, words):
        if "ordered" not in words:
            raise Enough

    with pytest.raises(Enough):
        take_of(LOOP.amended(kind="track", bars=None, seconds=120.0), 9, stop)
    line = Line(box)
    task = task_of(LOOP.amended(kind="track", bars=None, seconds=120.0), "embedded", 9, None)
    with pytest.raises(LineError) as caught:
        line.json("GET", f"/v1/tasks/{task['id']}")
    assert caught.value.status == 404
    line.close()


def test_a_full_worker_says_when_to_come_back(box):
    line = Line(box)
    long = LOOP.amended(kind="track", bars=None, seconds=60.0)
    tasks = [task_of(long, "embedded", seed, None) for seed in range(6)]
    refused = None
    for task in tasks:
        try:
            line.json("POST", "/v1/tasks", json=task)
        except LineError as error:
            refused = error
    assert refused is not None and refused.status == 503 and refused.wait_s and refused.passes
    for task in tasks:
        line.json("DELETE", f"/v1/tasks/{task['id']}")
    line.close()


FAULTS = [
    ({"engine": "musicgen-looper"}, "is not offered here"),
    ({"engine": "../../bin/sh"}, "is not offered here"),
    ({"protocol": 2}, "speaks protocol 1"),
    ({"id": "../../etc"}, "32 digits"),
    ({"seed": -1}, "no whole number"),
    ({"seed": "1"}, "no whole number"),
    ({"brief": None}, "brief: "),
    ({"brief": {"prompt": 4, "words": []}}, "brief: "),
    ({"brief": {"prompt": "x", "words": "x", "do": "learn"}}, "is not offered here"),
    ({"brief": {"prompt": "x", "words": "x", "kind": "vocal"}}, "makes no vocal"),
    ({"reference": "/etc/passwd"}, "send it first"),
    ({"reference": "0" * 64}, "send it first"),
]


@pytest.mark.parametrize(("change", "words"), FAULTS)
def test_a_task_with_a_fault_is_named(box, change, words):
    line = Line(box)
    with pytest.raises(LineError, match=words):
        line.json("POST", "/v1/tasks", json={**task_of(LOOP, "embedded", 1, None), **change})
    line.close()


def test_a_path_in_a_task_is_not_read(box, tmp_path):
    secret = tmp_path / "secret.wav"
    soundfile.write(secret, np.zeros(4410), 44100)
    line = Line(box)
    task = task_of(LOOP, "embedded", 31, None)
    task["brief"] = {**task["brief"], "reference": str(secret), "kit_files": [str(secret)], "fonts": [str(secret)]}  # fmt: skip
    line.json("POST", "/v1/tasks", json=task)
    (*_, end) = line.events(task["id"])
    assert end["state"] == "done", end
    near = make_embedded(LOOP, 31, lambda share, words: None)
    (about,) = [one for one in end["files"] if one["name"] == "take.wav"]
    target = tmp_path / "far.wav"
    line.fetch(about["sha256"], target)
    assert np.array_equal(soundfile.read(target, dtype="float32")[0], near.audio)
    line.close()


def asked(worker, method, path, body=b"", token="", **heads):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    ask = urllib.request.Request(f"https://{worker.address}{path}", body or None, method=method)
    for name, value in {**heads, **({"Authorization": f"Bearer {token}"} if token else {})}.items():
        ask.add_header(name, value)
    try:
        with urllib.request.urlopen(ask, context=context, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/hello"),
        ("POST", "/v1/tasks"),
        ("GET", f"/v1/files/{'0' * 64}"),
        ("PUT", f"/v1/files/{'0' * 64}"),
        ("GET", f"/v1/tasks/{'0' * 32}/events"),
        ("DELETE", f"/v1/tasks/{'0' * 32}"),
    ],
)
def test_a_stranger_gets_nothing(worker, method, path):
    for token in ("", "x" * 43):
        status, said = asked(worker, method, path, b"{}" if method != "GET" else b"", token)
        assert status == 401 and b"pair first" in said


def test_a_file_that_is_not_its_hash_is_not_kept(worker, box):
    wrong = "ab" * 32
    status, said = asked(worker, "PUT", f"/v1/files/{wrong}", b"other bytes", box.token)
    assert status == 400 and b"another hash" in said
    assert asked(worker, "GET", f"/v1/files/{wrong}", token=box.token)[0] == 404
    assert asked(worker, "PUT", "/v1/files/..%2f..%2fx", b"x", box.token)[0] in (400, 404)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"id": {}}',
        b"[" * 100_000,
        b'{"engine": "embedded"}',
    ],
)
def test_rubbish_as_a_task_is_refused(worker, box, body):
    status, said = asked(worker, "POST", "/v1/tasks", body or b" ", box.token)
    assert 400 <= status < 500 and json.loads(said)["text"]


def test_five_wrong_codes_void_the_right_one(tmp_path):
    from daemon.worker.pairing import Pairing

    pairing = Pairing(tmp_path / "paired.json", b"12345")
    for _ in range(5):
        assert pairing.let_in("00" * 5, "x") is None
    assert pairing.let_in(b"12345".hex(), "x") is None


def test_a_code_lets_one_in_and_ten_minutes_long(tmp_path):
    from daemon.worker.pairing import Pairing

    now = 0.0
    pairing = Pairing(tmp_path / "paired.json", b"12345", lambda: now)
    token = pairing.let_in(b"12345".hex(), "my <laptop>")
    assert token and pairing.who(token) and not pairing.who(token + "x")
    assert pairing.names == ["my laptop"] and pairing.let_in(b"12345".hex(), "y") is None
    late = Pairing(tmp_path / "paired.json", b"12345", lambda: now)
    now = 601.0
    assert late.let_in(b"12345".hex(), "y") is None and late.who(token)
    assert token not in (tmp_path / "paired.json").read_text()


def test_a_code_names_the_certificate():
    code = code_of(b"certificate", b"12345")
    assert halves_of(code.lower().replace("-", " ")) == halves_of(code)
    assert halves_of("no code") is None
    with pytest.raises(EngineError, match="is no code"):
        pair("box", "127.0.0.1:9", "123", "me")
    with pytest.raises(EngineError, match=r"no worker answers at 127\.0\.0\.1:9"):
        pair("box", "127.0.0.1:9", code, "me")


def test_another_machine_at_the_address_is_not_believed(box, tmp_path):
    path, _ = own_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer():
            with contextlib.suppress(OSError), other.accept()[0] as plain:
                context.wrap_socket(plain, server_side=True)

        threading.Thread(target=answer, daemon=True).start()
        address = f"https://127.0.0.1:{other.getsockname()[1]}"
        line = Line(dataclasses.replace(box, address=address))
        with pytest.raises(LineError, match="another machine answers") as caught:
            line.hello()
        # it got nothing, and who is in another network for a while comes back
        assert caught.value.passes
        line.close()


def test_another_protocol_is_said_with_both_versions():
    with pytest.raises(EngineError, match=r"another protocol \(7; ours is 1"):
        checked_hello({"protocol": 7, "version": "9.0"}, "box")


def test_boxes_are_kept_private_and_forgotten(box):
    path = boxes.boxes_folder() / "box.json"
    assert path.stat().st_mode & 0o077 == 0
    path.with_name("bad.json").write_text("{")
    assert [one.name for one in boxes.load_boxes()] == ["box"]
    with pytest.raises(EngineError, match="pair it anew"):
        load_box("bad")
    forget_box("box", boxes.boxes_folder())
    assert remote_engines() == []
    with pytest.raises(EngineError, match="there is no box 'box'"):
        load_box("box")
