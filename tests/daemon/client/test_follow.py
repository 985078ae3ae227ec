"""The command's progress for programs: lines of JSON; and an order that nobody waits for any more;
a daemon that starts again meanwhile."""

import json
import socket
import threading

import pytest

from bridge.osc.packet import build_message, parse_packet
from daemon.cli.order import cancelling
from daemon.client import follow
from daemon.client.connection import DaemonClient
from daemon.client.follow import Follower, progress_bar
from daemon.errors import EngineError
from daemon.home.places import Places


def test_progress_as_lines(capsys):
    with progress_bar(True, as_lines=True) as bar:
        bar(0.42, "mixing")
    assert json.loads(capsys.readouterr().out) == {"progress": 0.42, "stage": "mixing"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, BrokenPipeError])
def test_who_no_longer_reads_has_cancelled(error):
    class Follower:
        is_cancelled = False

        def cancel(self):
            self.is_cancelled = True

    def records():
        raise error
        yield

    follower = Follower()
    with pytest.raises(error):
        list(cancelling(follower, records()))
    assert follower.is_cancelled


def test_a_job_is_asked_after_until_someone_answers(tmp_path, monkeypatch):
    """The first question may come while the daemon starts again."""
    monkeypatch.setattr(follow, "ASK_AFTER_S", 0.1)
    monkeypatch.setattr(follow, "GONE_AFTER_S", 6.0)
    daemon = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    daemon.bind(("127.0.0.1", 0))
    daemon.settimeout(20)

    def answer():
        asked = 0
        while asked < 2:
            data, peer = daemon.recvfrom(65_536)
            (message,) = parse_packet(data)
            if message.address == "/sidecrate/status":
                asked += 1
            else:
                label = json.loads(message.arguments[0])["id"]
                daemon.sendto(build_message("/sidecrate/accepted", label, "j1", 1), peer)
        daemon.sendto(build_message("/sidecrate/failed", label, "j1", "disk", "it is full"), peer)

    answering = threading.Thread(target=answer, daemon=True)
    answering.start()
    client = DaemonClient(daemon.getsockname()[1])
    try:
        follower = Follower(client, Places.find(tmp_path), lambda *_: None)
        with pytest.raises(EngineError, match="it is full"):
            list(follower.order("make", {"prompt": "drums"}))
    finally:
        client.close()
        answering.join(20)
        daemon.close()
