"""No foreign page, name, form or path gets at the API: each case on every route, which are listed by the OpenAPI itself."""

from __future__ import annotations

import re
import socket
import stat
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.helpers.web_house import WebHouse

Route = tuple[str, str]
UPLOAD = ("POST", "/api/uploads")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHouse]:
    made = WebHouse(tmp_path_factory.mktemp("web") / "home")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def routes(house: WebHouse) -> list[Route]:
    paths = house.api.get("/openapi.json").json()["paths"]
    found = [
        (method.upper(), re.sub(r"{\w+}", "x1", path))
        for path, methods in paths.items()
        for method in methods
    ]
    assert len(found) > 25
    return [*found, ("GET", "/api/openapi.json"), ("GET", "/api/none")]


def answers(
    house: WebHouse, routes: list[Route], headers: dict[str, str], known: bool = True, **body: Any
) -> set[int]:
    """The statuses of all routes; the answers' bodies are not read, since events never end."""
    token = {"Authorization": f"Bearer {house.token}"} if known else {}
    statuses = set()
    with httpx.Client(base_url=house.base, timeout=10) as client:
        for method, path in routes:
            with client.stream(method, path, headers={**token, **headers}, **body) as answer:
                statuses.add(answer.status_code)
    return statuses


def test_no_policy_lets_foreign_or_inline_scripts_and_styles_in(house: WebHouse) -> None:
    clip = house.make(prompt="kick", kind="oneshot")
    path = house.api.post("/shares", json={"clip": clip}).json()["path"]
    for address in (house.base, f"{house.base}/sw.js", f"{house.share_base}{path}"):
        answer = httpx.get(address)
        policy = answer.headers["content-security-policy"]
        assert answer.is_success and "default-src" in policy, address
        assert "unsafe" not in policy and "http" not in policy and "*" not in policy


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:9141", "0.0.0.0"]
)
def test_a_name_that_is_not_ours_is_refused(
    house: WebHouse, routes: list[Route], host: str
) -> None:
    assert answers(house, [*routes, ("GET", "/"), ("GET", "/open")], {"Host": host}) == {421}


def test_no_host_is_refused(house: WebHouse) -> None:
    with socket.create_connection(("127.0.0.1", house.address["port"])) as line:
        line.sendall(
            b"GET /api/status HTTP/1.0\r\nAuthorization: Bearer "
            + house.token.encode()
            + b"\r\n\r\n"
        )
        assert b" 421 " in line.recv(100) or b" 400 " in line.recv(100)


@pytest.mark.parametrize(
    "origin", ["null", "http://evil.example", "http://127.0.0.1:1", "https://localhost"]
)
def test_a_foreign_origin_is_refused(house: WebHouse, routes: list[Route], origin: str) -> None:
    assert answers(house, routes, {"Origin": origin}) == {403}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_foreign_site_is_refused(house: WebHouse, routes: list[Route], site: str) -> None:
    assert answers(house, routes, {"Sec-Fetch-Site": site}) == {403}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic eDp5"},
        {"Cookie": "sidecrate=1.2.3"},
        {"Cookie": "sidecrate=1.2.ab.3"},
        {"Cookie": "sidecrate=1.2.../..3"},
        {"Cookie": "sidecrate=é"},
    ],
)
def test_without_the_token_nothing_is_answered(
    house: WebHouse, routes: list[Route], said: dict[str, str]
) -> None:
    headers = {name: value.encode("utf-8") for name, value in said.items()}
    assert answers(house, routes, headers, known=False) == {401}  # type: ignore[arg-type]


def test_what_is_too_large_is_refused(house: WebHouse, routes: list[Route]) -> None:
    large = b'"' + b"x" * 70_000 + b'"'
    unsafe = [route for route in routes if route[0] != "GET" and route != UPLOAD]
    assert answers(house, unsafe, {"Content-Type": "application/json"}, content=large) == {413}
    huge = {"Content-Type": "audio/wav", "Content-Length": str(600 << 20)}
    with socket.create_connection(("127.0.0.1", house.address["port"])) as line:
        said = {
            "Host": f"127.0.0.1:{house.address['port']}",
            "Authorization": f"Bearer {house.token}",
            **huge,
        }
        line.sendall(
            (
                "POST /api/uploads?name=x.wav HTTP/1.1\r\n"
                + "".join(f"{a}: {b}\r\n" for a, b in said.items())
                + "\r\n"
            ).encode()
        )
        assert b" 413 " in line.recv(200)
    bodies = [route for route in unsafe if route[1] == "/api/requests"]
    with httpx.Client(
        base_url=house.base,
        headers={"Authorization": f"Bearer {house.token}", "Content-Type": "application/json"},
    ) as client:
        for method, path in bodies:
            streamed = client.request(method, path, content=(b"x" * 10_000 for _ in range(10)))
            assert streamed.status_code in (400, 413)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_what_a_foreign_form_could_send_is_refused(
    house: WebHouse, routes: list[Route], kind: str
) -> None:
    unsafe = [route for route in routes if route[0] != "GET"]
    assert answers(house, unsafe, {"Content-Type": kind}, content=b"{}") == {415}


def test_what_is_no_audio_is_not_taken_and_leaves_nothing(house: WebHouse) -> None:
    wav = b"RIFF" + b"\0" * 4 + b"WAVE" + b"x" * 500
    for name, kind, body, status in (
        ("x.wav", "application/json", b"{}", 415),
        ("x.exe", "audio/wav", wav, 415),
        ("x.wav", "audio/wav", b"MZ" + b"\0" * 500, 415),
        ("x.wav", "audio/wav", b"", 415),
        ("x.flac", "audio/flac", wav, 415),
        ("../../evil.wav", "audio/wav", wav, 400),
        ("..\\evil.wav", "application/octet-stream", wav, 400),
    ):
        answer = house.api.post(
            "/uploads", params={"name": name}, content=body, headers={"Content-Type": kind}
        )
        assert answer.status_code == status, (name, answer.text)
    assert list((house.home / "state" / "web" / "uploads").iterdir()) == []
    assert not list(house.home.rglob("evil*"))


def test_paths_lead_nowhere(house: WebHouse) -> None:
    for path in (
        "clips/..%2f..%2fetc%2fpasswd/audio",
        "exports/..",
        "exports/%2e%2e",
        "exports/..%5c..",
        "clips/%00/audio",
    ):
        assert house.api.get(f"/{path}").status_code in (404, 422), path
    for path in ("/assets/../app.py", "/assets/%2e%2e/app.py", "/assets/..%2f..%2fapp.py"):
        with socket.create_connection(("127.0.0.1", house.address["port"])) as line:
            line.sendall(
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{house.address['port']}\r\n\r\n".encode()
            )
            assert b" 404 " in line.recv(200), path


def test_a_websocket_is_refused(house: WebHouse) -> None:
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "eHh4eHh4eHh4eHh4eHh4eA==",
        "Sec-WebSocket-Version": "13",
    }
    assert house.api.get("/events2", headers=headers).status_code in (400, 403, 404)


def test_the_link_opens_once_and_the_cookie_is_the_browsers_alone(house: WebHouse) -> None:
    link = house.printed_link()
    with httpx.Client() as browser:
        first = browser.get(link)
        assert first.status_code == 303
        said = first.headers["set-cookie"]
        assert "HttpOnly" in said and "SameSite=strict" in said
        assert browser.get(f"{house.base}/api/status").status_code == 200
    assert httpx.get(link).status_code == 403
    assert httpx.get(f"{house.base}/open?code=wrong").status_code == 403


def test_the_token_is_for_this_user_alone_and_in_no_log(house: WebHouse) -> None:
    path = house.home / "state" / "web" / "token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert house.token not in (house.home / "state" / "sidecrate.log").read_text()


def test_shares_have_a_listener_of_their_own(house: WebHouse, routes: list[Route]) -> None:
    clip = house.make(prompt="kick", kind="oneshot")
    share = house.api.post("/shares", json={"clip": clip, "hours": 1}).json()
    address = house.share_base + share["path"]
    page = httpx.get(address)
    assert page.status_code == 200 and "og:title" in page.text
    assert httpx.get(f"{address}/0/download").content.startswith(b"RIFF")
    assert httpx.get(f"{address}/1/audio").status_code == 404
    assert httpx.get(address, headers={"Host": "evil.example"}).status_code == 404
    assert httpx.get(house.share_base + "/s/wrong").status_code == 404
    assert httpx.get(house.base + share["path"]).status_code == 404
    for method, path in routes:
        assert (
            httpx.request(
                method, house.share_base + path, headers={"Authorization": f"Bearer {house.token}"}
            ).status_code
            == 404
        )
    short = house.api.post("/shares", json={"clip": clip, "hours": 0.0001}).json()
    house.api.delete(f"/shares/{share['id']}").raise_for_status()
    assert httpx.get(address).status_code == 404
    time.sleep(0.5)
    assert httpx.get(house.share_base + short["path"]).status_code == 404
    assert (
        share["path"].removeprefix("/s/")
        not in (house.home / "state" / "web" / "shares.json").read_text()
    )
