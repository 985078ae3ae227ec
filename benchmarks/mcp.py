"""`python -m benchmarks mcp`: a song by tool calls alone, with what each call costs a model.

Tokens are those of o200k_base, counted by npm's gpt-tokenizer (which is fetched into a folder of
its own); without npm only bytes are told.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CONFIG = "osc: {port: 0}\nmidi: {enabled: false}\nfl: {enabled: false}\ninbox: {enabled: false}\n"
_COUNT = (
    "const {encode} = require('gpt-tokenizer/encoding/o200k_base');"
    "const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
    "console.log(JSON.stringify(texts.map(t => encode(t).length)))"
)


def count_tokens(texts: list[str]) -> list[int] | None:
    """The tokens of each text; None without npm."""
    if not shutil.which("npm"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "init", "-y"], cwd=folder, capture_output=True, check=True)
        subprocess.run(["npm", "i", "--silent", "gpt-tokenizer"], cwd=folder, check=True)
        done = subprocess.run(
            ["node", "-e", _COUNT], cwd=folder, input=json.dumps(texts), text=True,
            capture_output=True, check=True,
        )  # fmt: skip
    counted: list[int] = json.loads(done.stdout)
    return counted


def _song(ids: dict[str, str]) -> list[tuple[str, dict[str, Any]]]:
    """The next calls of a model that writes a song, by what is known so far."""
    if not ids:
        return [
            ("session", {"bpm": 92, "key": "Am"}),
            ("make", {"clips": [
                {"prompt": "sparse dusty intro, rhodes and vinyl", "bars": 4, "seed": 11},
                {"prompt": "dusty boom bap verse, upright bass, rhodes", "bars": 8, "seed": 11},
                {"prompt": "boom bap chorus, energetic, brass and strings", "bars": 8, "seed": 11},
                {"prompt": "sparse rhodes outro", "bars": 4, "seed": 11},
            ]}),
        ]  # fmt: skip
    if "4" in ids:
        return [("mark", {"clips": [ids[one] for one in "0124"], "collection": "song"})]
    return [
        ("again", {"sources": [ids["1"]], "options": {"change": "drums"}}),
        ("edit", {"clips": [ids["3"]], "words": "darker, more reverb", "publish": True}),
        ("find", {"limit": 3, "fields": ["kind", "bars", "players"]}),
        ("mark", {"clips": [ids[one] for one in "0123"], "collection": "song", "rating": 4}),
        ("undo", {}),
    ]


async def _play(
    home: Path, environment: dict[str, str]
) -> tuple[str, list[tuple[str, str, str, float]]]:
    """(the list of tools, [(tool, arguments, answer, seconds)]), all as JSON."""
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    args = ["-m", "daemon.cli", "mcp", "--home", str(home)]
    said: list[tuple[str, str, str, float]] = []
    async with Client(
        stdio_client(StdioServerParameters(command=sys.executable, args=args, env=environment))
    ) as client:
        listed = (await client.list_tools()).tools
        tools = json.dumps(
            [one.model_dump(by_alias=True, exclude_none=True, mode="json") for one in listed]
        )
        ids: dict[str, str] = {}
        for _ in range(3):
            for tool, given in _song(ids):
                began = time.monotonic()
                answer = await client.call_tool(tool, given)
                assert not answer.is_error, answer.content
                data = answer.structured_content or {}
                seconds = time.monotonic() - began
                whole = answer.model_dump(by_alias=True, exclude_none=True, mode="json")
                shown = {name: whole[name] for name in ("content", "structuredContent")}
                said.append(
                    (tool, json.dumps(given), json.dumps(shown, ensure_ascii=False), seconds)
                )
                if tool in ("make", "edit"):
                    ids |= {str(len(ids) + k): one["id"] for k, one in enumerate(data["clips"])}
    return tools, said


def bench() -> None:
    from tests.helpers.daemon_process import DaemonProcess

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        daemon = DaemonProcess(home, CONFIG)
        try:
            tools, said = asyncio.run(_play(home, daemon.environment))
        finally:
            daemon.stop()
    for tool, given, answer, seconds in said:
        data = json.dumps(json.loads(answer)["structuredContent"], ensure_ascii=False)
        print(f"\n> {tool} {given}\n< {data.replace(str(home), '~')}  ({seconds:.1f} s)")
    texts = [tools, *(given for _, given, _, _ in said), *(answer for _, _, answer, _ in said)]
    tokens = count_tokens(texts) or [0] * len(texts)
    print(f"\n{'what':<22}{'bytes':>8}{'tokens':>8}")
    print(f"{'list of tools':<22}{len(tools):>8}{tokens[0]:>8}")
    of = len(said)
    for k, (tool, given, answer, _) in enumerate(said):
        bytes_ = len(given) + len(answer)
        print(f"{tool:<22}{bytes_:>8}{tokens[1 + k] + tokens[1 + of + k]:>8}")
    print(f"{'the whole song':<22}{sum(map(len, texts[1:])):>8}{sum(tokens[1:]):>8}")
