"""Connections that are opened and never come to a request."""

import asyncio
import socket
import threading

import pytest
import uvicorn

from daemon.web import connection
from daemon.web.connection import Connection


async def app(scope, receive, send):
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    await asyncio.sleep(0.6 if scope["path"] == "/slow" else 0)
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-length", str(len(body)).encode())],
        }
    )
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def address(monkeypatch):
    monkeypatch.setattr(connection, "REQUEST_WAIT_S", 0.4)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            app, http=Connection, limit_concurrency=4, log_level="critical", lifespan="off"
        )
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    thread.start()
    yield listening.getsockname()
    server.should_exit = True
    thread.join(10)
    listening.close()


def opened(address, said):
    made = socket.create_connection(address, timeout=5)
    made.sendall(said)
    return made


def until_closed(made):
    heard = b""
    while part := made.recv(4096):
        heard += part
    made.close()
    return heard


def test_a_request_that_is_begun_and_not_ended_is_hung_up_on(address):
    begun = opened(address, b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
    silent = opened(address, b"")
    assert until_closed(begun) == b"" and until_closed(silent) == b""
    # one that asks well once is no better off with its second
    second = opened(address, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert second.recv(4096).startswith(b"HTTP/1.1 200")
    second.sendall(b"GET / HT")
    assert until_closed(second) == b""


def test_what_takes_its_time_after_that_is_served(address):
    slow_answer = opened(address, b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    slow_body = opened(
        address, b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nab"
    )
    assert until_closed(slow_answer).startswith(b"HTTP/1.1 200")
    slow_body.sendall(b"cd")
    assert until_closed(slow_body).endswith(b"abcd")


def test_too_many_at_once_are_told_so(address):
    several = [opened(address, b"") for _ in range(5)]
    assert until_closed(
        opened(address, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    ).startswith(b"HTTP/1.1 503")
    for one in several:
        until_closed(one)
    assert until_closed(
        opened(address, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    ).startswith(b"HTTP/1.1 200")
