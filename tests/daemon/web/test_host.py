"""The page's process as the daemon keeps it up."""

import asyncio
import json
import os
import socket
import sys

from bridge.port_holder import held_port
from daemon.children.host import ChildProcess
from daemon.home.page_address import write_address
from daemon.home.places import Places
from daemon.web import host
from daemon.web.host import WebProcess
from tests.helpers.daemon_process import DaemonProcess
from tests.helpers.web_house import WebHouse


def test_it_is_started_again_after_whatever_ends_it(tmp_path, monkeypatch, caplog):
    really, programs = ChildProcess.start, []

    async def start(name, *command, **how):
        programs.append(command)
        if len(programs) == 1:
            raise OSError(24, "Too many open files")
        script = "import sys; sys.stderr.write('x' * 300_000 + '\\n' + 'y' * 300_000); sys.exit(3)"
        return await really(
            name,
            sys.executable,
            "-c",
            script if len(programs) < 4 else "import time; time.sleep(60)",
            **how,
        )

    monkeypatch.setattr(ChildProcess, "start", start)
    monkeypatch.setattr(host, "_FIRST_WAIT_S", 0.01)

    async def live():
        process = WebProcess(Places.find(tmp_path), [0])
        process.start()
        async with asyncio.timeout(30):
            while len(programs) < 4:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
        await process.end()
        return await process._process.gone()

    assert asyncio.run(live()) != 0
    said = caplog.text
    assert (
        "could not be started: [Errno 24]" in said
        and said.count("the page's process ended (3)") == 2
    )


def test_a_port_that_another_program_holds_is_said_once_with_the_holder(
    tmp_path, monkeypatch, caplog
):
    programs = []

    async def start(name, *command, **how):
        programs.append(command)
        return await real(name, sys.executable, "-c", "import time; time.sleep(60)", **how)

    real = ChildProcess.start
    monkeypatch.setattr(ChildProcess, "start", start)
    monkeypatch.setattr(host, "_HELD_WAIT_S", 0.01)
    looks = []
    monkeypatch.setattr(host, "held_port", lambda port: looks.append(port) or held_port(port))

    async def live(other):
        process = WebProcess(Places.find(tmp_path), [0, other.getsockname()[1]])
        process.start()
        async with asyncio.timeout(30):
            while len(looks) < 8:
                await asyncio.sleep(0.01)
            assert not programs and process.trouble in caplog.text
            other.close()
            while not programs:
                await asyncio.sleep(0.01)
        assert process.trouble == ""
        await process.end()

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        asyncio.run(live(other))
    assert caplog.text.count(f"the page waits for port {port}, which ") == 1
    if sys.platform == "linux":
        assert f"(process {os.getpid()}) holds" in caplog.text


def test_terminal_and_status_name_the_pages_address_while_it_is_served(tmp_path):
    house = WebHouse(tmp_path / "home")
    try:
        # to its end where the line does not come, and that is when the daemon is stopped
        assert any(house.base in line for line in house.daemon.process.stderr)
        assert f"page: {house.base};" in house.command("status").stdout
        assert json.loads(house.command("status", "--json").stdout)["page"] == house.base
    finally:
        house.stop()
    assert json.loads(house.command("status", "--json").stdout)["page"] is None


def test_an_address_that_a_killed_daemon_left_is_not_named(tmp_path):
    (tmp_path / "state" / "web").mkdir(parents=True)
    write_address(Places.find(tmp_path), 9141, 0)
    daemon = DaemonProcess(tmp_path)
    try:
        found = json.loads(daemon.command("status", "--json"))
    finally:
        daemon.stop()
    assert found["running"] and found["page"] is None
