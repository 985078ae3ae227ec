"""The page's process as the daemon keeps it up."""

import asyncio
import sys

from daemon.children.host import ChildProcess
from daemon.home.places import Places
from daemon.web import host
from daemon.web.host import WebProcess


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
        process = WebProcess(Places.find(tmp_path))
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
