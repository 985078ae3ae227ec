"""One server of another program, by HTTP: bounded answers, no proxy here, plain errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from daemon.errors import EngineError
from daemon.home.addresses import proxy_to
from daemon.home.masking import mask

#: To connect, and between two packets. A server that loads its model may be busy for a while.
_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
#: Larger answers are refused: 10 minutes of stereo in float32, in base64, have 282 MB.
_MOST_BYTES = 512 << 20
#: Characters of a server's own words in an error.
_MOST_SHOWN = 300


class ServerError(EngineError):
    """A call of a server failed. `status`: its HTTP status, 0 where no answer came."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text, "server", again=status == 0 or status >= 500)
        self.status = status


class Wire:
    """The calls of one server. No call is repeated by itself."""

    def __init__(self, address: str, key: str = "") -> None:
        """key: sent as bearer token where the server wants one."""
        self.address = address.rstrip("/")
        self._key = key
        self._http = httpx.Client(
            base_url=self.address,
            timeout=_TIMEOUT,
            trust_env=False,
            proxy=proxy_to(address),
            headers={
                "User-Agent": "sidecrate",
                **({"Authorization": f"Bearer {key}"} if key else {}),
            },
        )

    def close(self) -> None:
        self._http.close()

    def json(self, method: str, path: str, **call: Any) -> Any:
        """The JSON of an answer. ServerError where there is none."""
        answer = self._answer(method, path, call)
        try:
            return httpx.Response(200, content=answer[1]).json()
        except ValueError:
            raise ServerError(f"{self.name} answered {path} with what is no JSON", 502) from None

    def body(self, method: str, path: str, **call: Any) -> tuple[str, bytes]:
        """The content type and the bytes of an answer. ServerError where it failed."""
        return self._answer(method, path, call)

    @property
    def name(self) -> str:
        """The server's host and port, for texts."""
        return urlsplit(self.address).netloc

    def _answer(self, method: str, path: str, call: Mapping[str, Any]) -> tuple[str, bytes]:
        try:
            with self._http.stream(method, path, **call) as answer:
                pieces, count = [], 0
                for piece in answer.iter_bytes():
                    count += len(piece)
                    if count > _MOST_BYTES:
                        text = f"{self.name} answered more than {_MOST_BYTES >> 20} MB"
                        raise ServerError(text, 413)
                    pieces.append(piece)
        except httpx.ConnectError:
            raise ServerError(
                f"no server answers at {self.name}; start it, or see its window"
            ) from None
        except httpx.HTTPError as error:
            raise ServerError(f"{self.name} broke off ({type(error).__name__})") from None
        body = b"".join(pieces)
        if answer.status_code >= 400:
            raise ServerError(
                f"{self.name} refused it (HTTP {answer.status_code}): {self._words(body)}",
                answer.status_code,
            )
        return str(answer.headers.get("content-type", "")), body

    def _words(self, body: bytes) -> str:
        """What a refusal says, in its own words and without the key."""
        try:
            said = httpx.Response(200, content=body).json()
        except ValueError:
            said = body.decode("utf-8", "replace")
        if isinstance(said, dict):
            said = said.get("error") or said.get("detail") or said.get("message") or said
        if isinstance(said, dict):
            said = said.get("message") or said
        return mask(str(said), self._key)[:_MOST_SHOWN]


def lost(wire: Wire) -> EngineError:
    """A take that its server does not know any more: it was restarted, or dropped it."""
    text = f"{wire.name} lost the take, as after a restart; it is made anew"
    return EngineError(text, "server_lost", again=True)
