"""The tools as a host uses them: the protocol's own client, over stdio and HTTP, beside a real daemon."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import anyio
import pytest
import soundfile

pytest.importorskip("mcp", reason="the extra mcp is not installed")

import httpx2
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from daemon.engines.contract import Price
from daemon.home.places import Places
from daemon.mcp import prices
from daemon.mcp.house import House
from daemon.mcp.server import make_server
from tests.helpers import fake_engine
from tests.helpers.daemon_process import DaemonProcess, wait_until

CONFIG = (
    "osc: {port: 0}\nmidi: {enabled: false}\nfl: {enabled: false}\ninbox: {enabled: false}\n"
    "workers: {count: 1}\n"
)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    made = DaemonProcess(tmp_path_factory.mktemp("mcp") / "home", CONFIG)
    yield made
    made.stop()


async def said(client, tool, **given):
    """A tool's data; its text must not be a refusal."""
    answer = await client.call_tool(tool, given)
    assert not answer.is_error, answer.content[0].text
    return answer.structured_content


async def refused(client, tool, **given):
    answer = await client.call_tool(tool, given)
    assert answer.is_error
    return answer.content[0].text


def over_stdio(daemon):
    command = [sys.executable, "-m", "daemon.cli", "mcp"]
    return stdio_client(
        StdioServerParameters(command=command[0], args=command[1:], env=daemon.environment)
    )


def test_a_job_by_stdio_from_order_to_undo(daemon, tmp_path):
    async def work():
        async with Client(over_stdio(daemon)) as client:
            seen = []

            async def follow(done, of, words):
                seen.append((done, of))

            await said(client, "session", bpm=96, key="Am")
            made = await client.call_tool(
                "make",
                {"clips": [{"prompt": "fake one", "engine": "fake", "bars": 1, "seed": 5}, {"prompt": "kick", "kind": "oneshot", "engine": "fake"}]},
                progress_callback=follow,
            )  # fmt: skip
            loop, kick = made.structured_content["clips"]
            assert (loop["bpm"], loop["bars"], kick["kind"]) == (96.0, 1, "oneshot")
            assert soundfile.info(loop["path"]).frames == round(4 * 60 / 96 * 44100)
            assert seen[-1] == (2.0, 2.0) and len(seen) > 1
            links = [str(one.uri) for one in made.content if one.type == "resource_link"]
            assert len(links) == 2 and links[0].startswith("file:///")
            assert all(len(json.dumps(one)) < 1000 for one in (loop, kick))

            found = await said(client, "find", text="kick", limit=1, fields=["prompt"])
            assert found == {"total": 1, "clips": [{"id": kick["id"], "prompt": "kick"}]}
            await said(client, "mark", clips=[loop["id"]], rating=4, add_tags=["intro"])
            marked = await said(client, "find", clips=[loop["id"]], fields=["rating", "tags"])
            assert marked["clips"] == [{"id": loop["id"], "rating": 4, "tags": ["intro"]}]
            await said(client, "undo")
            marked = await said(client, "find", clips=[loop["id"]], fields=["rating", "tags"])
            assert marked["clips"] == [{"id": loop["id"]}]

            edited = await said(client, "edit", clips=[loop["id"]], words="darker")
            assert edited["clips"][0]["edits"] and edited["clips"][0]["path"] != loop["path"]
            folder = tmp_path / "out"
            files = await said(
                client, "export", clips=[loop["id"]], format="flac", folder=str(folder)
            )
            assert [one["path"] for one in files["files"]] == [str(one) for one in folder.iterdir()]
            assert "as it was" in (await said(client, "undo"))["now"]
            record = json.loads((await client.read_resource(f"sidecrate://clip/{loop['id']}")).contents[0].text)  # fmt: skip
            assert record["steps"] == [] and record["record"]["seed"] == 5
            await said(client, "undo")
            assert (await said(client, "find"))["total"] == 0
            pinned = json.loads((await client.read_resource("sidecrate://session")).contents[0].text)  # fmt: skip
            assert pinned["bpm"] == 96.0
            prompt = await client.get_prompt("finish_this_loop", {"clip": "k3f9"})
            assert "k3f9" in prompt.messages[0].content.text

    anyio.run(work)


def test_what_is_wrong_is_told_with_its_mend(daemon):
    async def work():
        async with Client(make_server(House(daemon.places))) as client:
            text = await refused(client, "make", clips=[{"prompt": "x", "bpm": 20}, {"prompt": "y", "bars": 99}])  # fmt: skip
            assert "order 1: bpm" in text and "order 2: bars" in text and "40 to 300" in text
            assert "did you mean strength" in await refused(client, "notes", do="vary", sources=["last"], options={"strenth": 1})  # fmt: skip
            assert "takes text, clips" in await refused(client, "find", bmp=3)
            failed = await said(client, "make", clips=[{"prompt": "fail", "engine": "fake"}])
            assert failed["clips"] == [] and "leave out the word" in failed["jobs"][0]["error"]

    anyio.run(work)


def test_nothing_is_bought_above_max_price(daemon, monkeypatch):
    """The daemon is not asked: the estimate alone refuses."""
    before = daemon.rows("SELECT count(*) FROM jobs")[0][0]
    info = replace(fake_engine.INFO, price=Price(per_take_usd=0.25))
    monkeypatch.setattr("daemon.briefing.brief_of.engine_info", lambda name: info)

    async def work():
        async with Client(make_server(House(daemon.places))) as client:
            order = {"prompt": "x", "engine": "fake", "count": 2}
            text = await refused(client, "make", clips=[order, order], max_price=0.5)
            assert "1.000 USD" in text and "max_price is 0.5" in text and "nothing was" in text

    anyio.run(work)
    assert daemon.rows("SELECT count(*) FROM jobs")[0][0] == before
    prices.check_prices([0.25, 0.25], 0.5)


def test_a_cancelled_call_cancels_its_job(daemon):
    async def work():
        async with Client(make_server(House(daemon.places))) as client:

            async def order():
                await client.call_tool("make", {"clips": [{"prompt": "hang", "engine": "fake"}]})

            async with anyio.create_task_group() as group:
                group.start_soon(order)
                while not daemon.rows("SELECT 1 FROM jobs WHERE state = 'generating'"):
                    await anyio.sleep(0.05)
                group.cancel_scope.cancel()
        await anyio.to_thread.run_sync(
            lambda: wait_until(
                lambda: (
                    not daemon.rows(
                        "SELECT 1 FROM jobs WHERE state NOT IN ('done', 'failed', 'cancelled')"
                    )
                ),
                what="the end of the cancelled job",
            )
        )

    anyio.run(work)


def test_http_is_for_who_has_the_token(daemon):
    command = [sys.executable, "-m", "daemon.cli", "mcp", "--http", "--port", "0"]
    server = subprocess.Popen(
        command, env=daemon.environment, stderr=subprocess.PIPE, text=True, stdout=subprocess.DEVNULL
    )  # fmt: skip
    try:
        assert server.stderr is not None
        address = server.stderr.readline().split()[4].rstrip(";")
        token = (daemon.places.state / "web" / "token").read_text()

        async def work():
            async with httpx2.AsyncClient() as nobody:
                assert (await nobody.post(address, json={})).status_code == 401
            headers = {"Authorization": f"Bearer {token}"}
            async with httpx2.AsyncClient(headers=headers, timeout=30) as known:
                foreign = {"Origin": "http://elsewhere.example"}
                assert (await known.post(address, json={}, headers=foreign)).status_code == 403
                async with Client(streamable_http_client(address, http_client=known)) as client:
                    assert len((await client.list_tools()).tools) == 12
                    seen = []

                    async def follow(done, of, words):
                        seen.append(done)

                    made = await client.call_tool(
                        "make", {"clips": [{"prompt": "slow", "engine": "fake"}]}, progress_callback=follow
                    )  # fmt: skip
                    assert len(made.structured_content["clips"]) == 1 and len(seen) > 2

        anyio.run(work)
    finally:
        server.terminate()
        server.wait(20)
        server.stderr.close()


def test_without_a_daemon_it_says_how_to_start_one(tmp_path):
    async def work():
        async with Client(make_server(House(Places.find(tmp_path / "none")))) as client:
            assert "sidecrate run" in await refused(client, "make", clips=[{"prompt": "x"}])
            assert (await said(client, "find"))["total"] == 0

    anyio.run(work)
