"""One call to an OpenAI-compatible server, by OpenAI's own client. For the child only.

Beneath the client lies a transport of ours. It sends a request once, and knows whether it left. It
limits the answer's time and size, and drops every header that this server need not see.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal

import anyio
import httpx2
import openai

from daemon.home.addresses import may_have_secret, proxy_to

#: Size limit of an answer: the longest plan takes some 20 kB.
_MOST_ANSWER_BYTES = 2 << 20
#: Timeout of a connection.
_CONNECT_S = 10.0
#: Headers that every server may see. The environment can add others (`OPENAI_CUSTOM_HEADERS`),
#: with secrets in them; those go only where a key may go.
_PLAIN = frozenset(
    (
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    )
)
#: Headers that describe a body as it was sent, and no longer once it is decoded.
_ENCODED = ("content-encoding", "content-length", "transfer-encoding")

Why = Literal["unreached", "late", "broken", "too long"]


class WireError(Exception):
    """No answer. `left`: whether the request may have reached the server, and so may cost money."""

    def __init__(self, why: Why, error: str = "", *, left: bool) -> None:
        super().__init__(f"{why} {error}".strip())
        self.why = why
        self.error = error
        self.left = left


@dataclass(frozen=True)
class Said:
    status: int
    headers: Mapping[str, str]
    raw: bytes


class Wire:
    """OpenAI's client for one address, until a point in time (`time.monotonic`)."""

    def __init__(self, base_url: str, key: str | None, until_s: float) -> None:
        """`key` goes with each request. Without one, no credential of the environment is sent."""
        line = _Line(base_url, has_key=key is not None, until_s=until_s)
        try:
            self._client = openai.OpenAI(
                # without a key the client would take the environment's; the transport drops this
                # one
                api_key=key or "none",
                base_url=base_url,
                max_retries=0,
                default_headers={"Authorization": f"Bearer {key}", "User-Agent": "sidecrate"},
                http_client=httpx2.Client(transport=line, follow_redirects=False),
            )
        except (openai.OpenAIError, httpx2.InvalidURL) as error:
            raise WireError("unreached", type(error).__name__, left=False) from None

    def complete(self, body: Mapping[str, Any]) -> Said:
        """POST /chat/completions once: the server's answer, whatever its status.

        WireError where there is none.
        """
        try:
            answer = self._client.chat.completions.with_raw_response.create(**body).http_response
        except openai.APIStatusError as error:
            answer = error.response
        except (openai.OpenAIError, httpx2.InvalidURL) as error:
            # the transport raises WireError, so any other error came before the transport
            raise WireError("unreached", type(error).__name__, left=False) from None
        return Said(answer.status_code, answer.headers, answer.content)

    def close(self) -> None:
        self._client.close()


class _Line(httpx2.BaseTransport):
    def __init__(self, base_url: str, *, has_key: bool, until_s: float) -> None:
        self._trusted = may_have_secret(base_url)
        self._has_key = has_key
        self._until_s = until_s
        self._line = httpx2.HTTPTransport(proxy=proxy_to(base_url))
        self._left = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._left = False
        remaining_s = self._until_s - time.monotonic()
        if remaining_s <= 0:
            raise WireError("late", left=False)
        timeout = httpx2.Timeout(remaining_s, connect=min(_CONNECT_S, remaining_s))
        # the client keeps notes among the headers of its own request, so that one stays whole
        sent = httpx2.Request(
            request.method,
            request.url,
            headers=[pair for pair in request.headers.multi_items() if self._may_go(pair[0])],
            stream=request.stream,
            extensions={"timeout": timeout.as_dict(), "trace": self._note},
        )
        try:
            with closing(self._line.handle_request(sent)) as answer:
                raw = self._read(answer)
        # the last two pass httpx2 unchanged, when a TLS connection breaks
        except (httpx2.RequestError, ssl.SSLError, anyio.EndOfStream) as error:
            late = isinstance(error, httpx2.TimeoutException)
            why: Why = "late" if late else "broken"
            if not self._left:
                why = "unreached"
            raise WireError(why, type(error).__name__, left=self._left) from None
        headers = [pair for pair in answer.headers.multi_items() if pair[0] not in _ENCODED]
        return httpx2.Response(answer.status_code, headers=headers, content=raw)

    def close(self) -> None:
        self._line.close()

    def _may_go(self, name: str) -> bool:
        name = name.lower()
        if name == "authorization":
            return self._has_key
        # x-stainless-* describe our machine, which no server needs
        return name in _PLAIN or (self._trusted and not name.startswith("x-stainless-"))

    def _note(self, name: str, about: Mapping[str, Any]) -> None:
        """Note when the request leaves.

        CONNECT only asks a proxy for a tunnel, and carries none of it.
        """
        if name.endswith(".send_request_headers.started"):
            self._left = self._left or about["request"].method != b"CONNECT"

    def _read(self, answer: httpx2.Response) -> bytes:
        raw = bytearray()
        for piece in answer.iter_bytes():
            raw += piece
            if len(raw) > _MOST_ANSWER_BYTES:
                raise WireError("too long", f"{_MOST_ANSWER_BYTES >> 20} MB", left=True)
            if time.monotonic() > self._until_s:
                raise WireError("late", left=True)
        return bytes(raw)
