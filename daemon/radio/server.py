"""The radio's own small HTTP server: the stream, what plays, a page, and new words.

Only this machine is served unless another address is asked for, and words are taken only from who
has the token, which stands in the state folder.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import html
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from daemon.radio.listeners import ICY_EVERY, Hub

#: Bytes of a request's head and body, and s in which they must come.
_MOST_HEAD, _MOST_BODY, _SENT_IN_S = 8192, 16384, 10.0
_PAGE = """<!doctype html><meta charset="utf-8"><title>Sidecrate radio</title>
<style>body{{font:16px system-ui;background:#111;color:#eee;max-width:40rem;margin:4rem auto}}
audio{{width:100%}}p{{color:#9ab}}</style>
<h1>Sidecrate radio</h1><p id="now">{now}</p><audio controls src="/radio"></audio>
<script>setInterval(async()=>{{const r=await(await fetch('/now')).json();
document.getElementById('now').textContent=r.title}},3000)</script>"""


@dataclass(frozen=True)
class _Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class RadioServer:
    """Serves one hub. `about()` says what plays; `do(path, values)` carries out an order."""

    def __init__(
        self, hub: Hub, token: str, about: Callable[[], dict[str, Any]],
        do: Callable[[str, dict[str, Any]], dict[str, Any]],
    ) -> None:  # fmt: skip
        self._hub = hub
        self._token = token
        self._about = about
        self._do = do
        self._server: asyncio.Server | None = None
        self.port = 0
        self._hosts: tuple[str, ...] = ()

    async def start(self, host: str, port: int) -> None:
        """Listen. OSError where the port is taken."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=_MOST_HEAD)
        self.port = self._server.sockets[0].getsockname()[1]
        own = ("127.0.0.1", "localhost", "[::1]")
        self._hosts = tuple(f"{one}:{self.port}" for one in own) if host in own else ()

    async def end(self) -> None:
        if self._server:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # cancelled only when the radio ends; Python 3.11 shows a traceback of a connection that was
        with contextlib.suppress(asyncio.CancelledError):
            await self._serve_one(reader, writer)

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_SENT_IN_S):
                asked = await _read(reader)
            if asked is None:
                await _answer(writer, 400, {"text": "this is no request of HTTP"})
            elif self._hosts and asked.headers.get("host", "") not in self._hosts:
                # a page of another site that was led to this address
                await _answer(writer, 403, {"text": "the radio answers to its own address alone"})
            else:
                await self._route(asked, writer)
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, TimeoutError):
                await writer.wait_closed()

    async def _route(self, asked: _Asked, writer: asyncio.StreamWriter) -> None:
        path = asked.path.partition("?")[0]
        if asked.method == "GET" and path == "/radio":
            await self._stream(asked, writer)
        elif asked.method == "GET" and path == "/now":
            await _answer(writer, 200, self._about())
        elif asked.method == "GET" and path == "/":
            now = html.escape(str(self._about().get("title", "")))
            await _answer(writer, 200, _PAGE.format(now=now).encode(), "text/html; charset=utf-8")
        elif asked.method == "POST" and path in ("/say", "/keep", "/stop"):
            await self._order(path, asked, writer)
        else:
            text = "there are /radio, /now and /, and by POST /say, /keep and /stop"
            await _answer(writer, 404, {"text": text})

    async def _order(self, path: str, asked: _Asked, writer: asyncio.StreamWriter) -> None:
        given = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            text = "words are taken only with the token of this radio: use `sidecrate radio --say`"
            await _answer(writer, 403, {"text": text})
            return
        try:
            values = json.loads(asked.body or b"{}")
            if not isinstance(values, dict):
                raise ValueError
        except ValueError:
            await _answer(writer, 400, {"text": "the body is no JSON object"})
            return
        answer = await asyncio.to_thread(self._do, path, values)
        await _answer(writer, 400 if "error" in answer else 200, answer)

    async def _stream(self, asked: _Asked, writer: asyncio.StreamWriter) -> None:
        icy = asked.headers.get("icy-metadata") == "1" and self._hub.encoder.name == "mp3"
        listener = self._hub.join(icy)
        if listener is None:
            await _answer(writer, 503, {"text": "there are too many listeners"})
            return
        lines = [
            "HTTP/1.1 200 OK", f"Content-Type: {self._hub.encoder.media_type}",
            "Cache-Control: no-store", "icy-name: Sidecrate radio", "Connection: close",
            *([f"icy-metaint: {ICY_EVERY}"] if icy else []),
        ]  # fmt: skip
        try:
            writer.write("\r\n".join([*lines, "", ""]).encode())
            while (data := await listener.queue.get()) is not None:
                writer.write(listener.framed(data))
                await writer.drain()
        finally:
            self._hub.leave(listener)


async def _read(reader: asyncio.StreamReader) -> _Asked | None:
    """A request; None where it is none."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.LimitOverrunError:
        return None
    first, *rest = head.split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        return None
    headers = {}
    for line in rest:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > _MOST_BODY:
        return None
    return _Asked(words[0], words[1], headers, await reader.readexactly(int(length)))


async def _answer(
    writer: asyncio.StreamWriter, status: int, body: dict[str, Any] | bytes,
    kind: str = "application/json",
) -> None:  # fmt: skip
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} {'OK' if status == 200 else 'No'}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(data)}\r\nConnection: close\r\n\r\n"
    )
    writer.write(head.encode() + data)
    await writer.drain()
