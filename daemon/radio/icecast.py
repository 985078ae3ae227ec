"""A source of an Icecast server: connected, fed, told what plays, and tried again when it goes."""

from __future__ import annotations

import base64
import http.client
import logging
import queue
import socket
import threading
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

import numpy as np

from daemon.errors import ServiceError
from daemon.home.masking import mask
from daemon.radio.encoder import FORMATS, Encoder
from daemon.radio.phrase import Phrase

log = logging.getLogger(__name__)

#: s between two tries, doubled up to the longest.
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 30.0
#: Blocks that wait while a server is slow: half a minute; older ones are let go.
_MOST_WAITING = 300
_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Target:
    """An Icecast server's mount, and who may feed it."""

    host: str
    port: int
    mount: str
    user: str
    password: str

    @classmethod
    def of(cls, address: str, password: str | None) -> Target:
        """Parse `icecast://source@host:8000/mount`. ServiceError for what is no such address."""
        said = address if "://" in address else f"icecast://{address}"
        try:
            parts = urlsplit(said)
            port = parts.port or 8000
        except ValueError:
            parts, port = urlsplit(""), 0
        if parts.scheme not in ("icecast", "http") or not parts.hostname or len(parts.path) < 2:
            raise ServiceError(
                f"icecast: {mask(address)!r} is no address of a mount; for example"
                " icecast://source@localhost:8000/radio.mp3",
                "bad_request",
            )
        secret = password or unquote(parts.password or "")
        if not secret:
            raise ServiceError(
                "icecast: its source password is missing; set SIDECRATE_ICECAST_PASSWORD",
                "bad_request",
            )
        user = unquote(parts.username or "source")
        return cls(parts.hostname, port, parts.path, user, secret)

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}{self.mount}"

    @property
    def authorization(self) -> str:
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


class IcecastSource:
    """An output of the station, with a thread of its own: the radio never waits for a server."""

    def __init__(self, target: Target, kind: str) -> None:
        """kind: one of `FORMATS`."""
        self._target = target
        self._kind = kind
        self._waiting: queue.Queue[np.ndarray] = queue.Queue(_MOST_WAITING)
        self._title = ""
        self._told = ""
        self._ended = threading.Event()
        self.state = "connecting"
        """What it does, in words: `sends`, or why it does not."""
        self._thread = threading.Thread(target=self._run, name="icecast source", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        # a station that could not begin ends outputs that never began
        if self._thread.ident is not None:
            self._thread.join(timeout=_TIMEOUT_S + 2)

    def put(self, block: np.ndarray) -> None:
        while True:
            try:
                self._waiting.put_nowait(block)
                return
            except queue.Full:
                self._waiting.get_nowait()

    def now(self, phrase: Phrase) -> None:
        self._title = phrase.title

    def _run(self) -> None:
        wait_s = _FIRST_WAIT_S
        while not self._ended.is_set():
            try:
                with self._connected() as connection:
                    wait_s = _FIRST_WAIT_S
                    self._say("sends")
                    self._feed(connection)
            except (OSError, http.client.HTTPException, ServiceError) as error:
                why = error.text if isinstance(error, ServiceError) else str(error) or "it hung up"
                self._say(f"does not send: {why}; tried again in {wait_s:g} s")
                self._ended.wait(wait_s)
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)

    def _say(self, state: str) -> None:
        if state.partition(";")[0] != self.state.partition(";")[0]:
            log.info("icecast %s %s", self._target.name, state)
        self.state = state

    def _connected(self) -> socket.socket:
        """A connection that the server takes sound by. ServiceError with the server's own words."""
        target = self._target
        connection = socket.create_connection((target.host, target.port), _TIMEOUT_S)
        try:
            lines = (
                f"PUT {quote(target.mount)} HTTP/1.1", f"Host: {target.host}:{target.port}",
                f"Authorization: {target.authorization}", "User-Agent: Sidecrate",
                f"Content-Type: {FORMATS[self._kind][0]}", "Ice-Name: Sidecrate radio",
                "Ice-Public: 0", "Expect: 100-continue", "", "",
            )  # fmt: skip
            connection.sendall("\r\n".join(lines).encode())
            answer = connection.recv(4096).decode("latin-1").partition("\r\n")[0]
            status = answer.split(" ")[1:2]
            if status not in (["100"], ["200"]):
                refused = "the password is wrong" if status == ["401"] else answer or "no answer"
                raise ServiceError(f"refused: {refused}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _feed(self, connection: socket.socket) -> None:
        encoder = Encoder(self._kind)
        self._told = ""
        while not self._waiting.empty():
            # what waited while there was no server is past
            self._waiting.get_nowait()
        while not self._ended.is_set():
            try:
                block = self._waiting.get(timeout=1.0)
            except queue.Empty:
                continue
            if data := encoder.encode(block):
                connection.sendall(data)
            if self._title != self._told:
                self._told = self._title
                if self._kind == "mp3":
                    self._tell(self._title)

    def _tell(self, title: str) -> None:
        """Tell the server what plays; who cannot be told hears on."""
        target = self._target
        way = f"/admin/metadata?mount={quote(target.mount)}&mode=updinfo&charset=UTF-8&song="
        connection = http.client.HTTPConnection(target.host, target.port, timeout=3)
        try:
            connection.request(
                "GET", way + quote(title), headers={"Authorization": target.authorization}
            )
            connection.getresponse().read()
        except (OSError, http.client.HTTPException) as error:
            log.info("icecast %s was not told what plays: %s", target.name, error)
        finally:
            connection.close()
