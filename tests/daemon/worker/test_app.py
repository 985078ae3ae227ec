"""The worker's routes in this process, with work that is over at once: who sees what, and a disk that is full."""

import asyncio
import contextlib
import hashlib
import time
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from daemon.brief import Brief
from daemon.engines.remote.protocol import task_of
from daemon.errors import CrateError
from daemon.worker import files as worker_files
from daemon.worker.app import House, make_app
from daemon.worker.certificate import own_certificate
from daemon.worker.files import HashedFiles
from daemon.worker.pairing import Pairing, hash_of
from daemon.worker.tasks import Tasks

TASK = task_of(Brief("house loop", "house loop"), "embedded", 1, None)


class Kitchen:
    """Writes a word; a prompt with `slow` never ends."""

    slots = 1
    verbs = ()

    def turn(self, order):
        return contextlib.nullcontext()

    async def make(self, order, folder, follow):
        if "slow" in order.brief.prompt:
            await asyncio.sleep(3600)
        (folder / "take0").mkdir()
        (folder / "take0" / "take.json").write_text(order.brief.prompt)

    async def close(self):
        pass


@pytest.fixture
def worker(tmp_path):
    files = HashedFiles(tmp_path / "files")
    (tmp_path / "tasks").mkdir()
    tasks = Tasks(tmp_path / "tasks", files, kitchen=Kitchen(), offered=["embedded"])
    known = {hash_of(name): name for name in ("laptop", "desktop")}
    pairing = Pairing(tmp_path / "paired.json", b"12345", known=known)
    with TestClient(make_app(House(pairing, files, tasks, ["embedded"], tmp_path))) as client:
        yield client


def ask(worker, method, path, who="laptop", **more):
    return worker.request(method, path, headers={"authorization": f"Bearer {who}"}, **more)


def ended(worker, who):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        said = ask(worker, "GET", f"/v1/tasks/{TASK['id']}", who).json()
        if said.get("state") in ("done", "failed"):
            return said
    raise AssertionError(said)


def test_two_machines_at_one_worker_do_not_see_each_others_tasks(worker):
    assert ask(worker, "POST", "/v1/tasks", json=TASK).status_code == 202
    assert ask(worker, "GET", f"/v1/tasks/{TASK['id']}", "desktop").status_code == 404
    assert ask(worker, "POST", "/v1/tasks", "desktop", json=TASK).status_code == 202
    assert ended(worker, "laptop")["state"] == ended(worker, "desktop")["state"] == "done"
    assert ask(worker, "DELETE", f"/v1/tasks/{TASK['id']}").json() == {"dropped": True}
    assert ended(worker, "desktop")["state"] == "done", "what one drops stays for the other"


def test_a_full_disk_there_is_said_and_may_pass(worker, monkeypatch):
    def full(folder):
        raise CrateError("the disk is full", "disk")

    monkeypatch.setattr(worker_files, "check_space", full)
    path = f"/v1/files/{hashlib.sha256(b'x').hexdigest()}"
    answer = ask(worker, "PUT", path, content=b"x")
    # 5xx: whoever asks waits, and asks again
    assert answer.status_code == 507 and answer.json()["error"] == "disk"
    monkeypatch.undo()
    assert ask(worker, "PUT", path, content=b"x").status_code == 200


def test_a_full_worker_names_a_time_and_what_it_has_is_still_found(worker):
    for seed in range(3):
        slow = task_of(Brief("slow", "slow"), "embedded", seed, None)
        assert ask(worker, "POST", "/v1/tasks", json=slow).status_code == 202
    refused = ask(worker, "POST", "/v1/tasks", json=TASK)
    assert refused.status_code == 503 and float(refused.headers["retry-after"]) > 0
    again = ask(worker, "POST", "/v1/tasks", json=slow)
    assert again.status_code == 202, "the same id is the same task, and takes no room"


def test_its_certificate_holds_on_clocks_that_are_years_off(tmp_path):
    x509 = pytest.importorskip("cryptography.x509")
    _, der = own_certificate(tmp_path)
    read = x509.load_der_x509_certificate(der)
    now = datetime.now(UTC)
    assert read.not_valid_before_utc < now - timedelta(days=3650)
    assert read.not_valid_after_utc > now + timedelta(days=3650)
