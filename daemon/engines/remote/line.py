"""The line to one box: HTTPS that believes the paired certificate and nothing else."""

from __future__ import annotations

import hashlib
import json
import math
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from daemon.engines.remote.boxes import Box
from daemon.engines.remote.protocol import (
    MOST_FILE_BYTES,
    PROTOCOL,
    VERBS,
    halves_of,
    is_of,
)
from daemon.errors import EngineError
from daemon.home.masking import mask

#: To connect, and between two packets: a worker says something each second.
_TIMEOUT = httpx.Timeout(15.0, connect=5.0)
_CHUNK_BYTES = 1 << 20
#: Bounds of the pause that a full box can ask for.
_LEAST_PAUSE_S, _MOST_PAUSE_S = 0.5, 60.0
#: Status of a call that reached another machine than the paired one; nothing was sent to it.
STRANGER = 495


class LineError(EngineError):
    """A call failed. status: of HTTP, 0 where no answer came; wait_s: what a full box asks for."""

    def __init__(self, text: str, status: int = 0, wait_s: float | None = None) -> None:
        super().__init__(text, "box", again=status == 0 or status >= 500)
        self.status = status
        self.wait_s = wait_s

    @property
    def passes(self) -> bool:
        """Whether the same call may succeed later: no answer, a full box, a fault of its own.

        A stranger at its address too: a laptop that is in another network comes back.
        """
        return self.status in (0, STRANGER) or self.status >= 500


class Line:
    """The calls of one box. None is repeated by itself."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self._http = httpx.Client(
            base_url=box.address,
            timeout=_TIMEOUT,
            verify=_believing(box.certificate),
            trust_env=False,
            headers={
                "User-Agent": "sidecrate",
                **({"Authorization": f"Bearer {box.token}"} if box.token else {}),
            },
        )

    def close(self) -> None:
        self._http.close()

    def hello(self) -> dict[str, Any]:
        """What the box offers. EngineError where it speaks another protocol."""
        return checked_hello(self.json("GET", "/v1/hello"), self.box.name)

    def json(self, method: str, path: str, **call: Any) -> dict[str, Any]:
        """The JSON object of an answer. LineError where it failed."""
        try:
            answer = self._http.request(method, path, **call)
            parsed = answer.json() if answer.content else {}
        except httpx.HTTPError as error:
            raise self._lost(error) from None
        except ValueError:
            raise LineError(f"the box {self.box.name} answered what is no JSON", 502) from None
        if answer.status_code >= 400:
            raise self._refused(answer.status_code, parsed, answer.headers)
        if not isinstance(parsed, dict):
            raise LineError(f"the box {self.box.name} answered what is no object", 502)
        return parsed

    def has(self, digest: str) -> bool:
        try:
            return self._http.head(f"/v1/files/{digest}").status_code == 200
        except httpx.HTTPError as error:
            raise self._lost(error) from None

    def send(self, path: Path, digest: str) -> None:
        """Upload a file under its hash."""
        with path.open("rb") as file:
            self.json("PUT", f"/v1/files/{digest}", content=_chunks(file))

    def fetch(self, digest: str, target: Path) -> None:
        """Download a file by its hash. LineError where what came has another."""
        seen, count = hashlib.sha256(), 0
        try:
            with self._http.stream("GET", f"/v1/files/{digest}") as answer:
                if answer.status_code >= 400:
                    answer.read()
                    raise self._refused(answer.status_code, {}, answer.headers)
                with target.open("wb") as file:
                    for piece in answer.iter_bytes(_CHUNK_BYTES):
                        count += len(piece)
                        if count > MOST_FILE_BYTES:
                            raise LineError(f"the box {self.box.name} sent too much", 413)
                        seen.update(piece)
                        file.write(piece)
        except httpx.HTTPError as error:
            raise self._lost(error) from None
        if seen.hexdigest() != digest:
            raise LineError(f"what the box {self.box.name} sent is damaged")

    def events(self, task: str) -> Iterator[dict[str, Any]]:
        """A task's states as they change, and at least one each second, until the line ends."""
        try:
            with self._http.stream("GET", f"/v1/tasks/{task}/events") as answer:
                if answer.status_code >= 400:
                    answer.read()
                    raise self._refused(answer.status_code, {}, answer.headers)
                for text in answer.iter_lines():
                    if text.startswith("data: "):
                        yield json.loads(text.removeprefix("data: "))
        except httpx.HTTPError as error:
            raise self._lost(error) from None
        except ValueError:
            raise LineError(f"the box {self.box.name} sent an event that is no JSON", 502) from None

    def _lost(self, error: Exception) -> LineError:
        text = f"the box {self.box.name} does not answer at {self.box.host}"
        if "CERTIFICATE" in str(error).upper():
            return LineError(
                f"another machine answers at {self.box.host}, not the one that was paired; if the"
                f" box was set up anew, pair it again: sidecrate boxes pair {self.box.name}",
                STRANGER,
            )
        return LineError(f"{text} ({type(error).__name__})")

    def _refused(self, status: int, said: Any, headers: Any) -> LineError:
        why = mask(str(said.get("text") or ""), self.box.token) if isinstance(said, dict) else ""
        text = f"the box {self.box.name} refused it (HTTP {status}): {why[:300]}"
        if status == 401:
            text = f"the box {self.box.name} does not know us any more; pair it again"
        return LineError(text, status, _wait_of(headers.get("retry-after", "")))


def checked_hello(hello: dict[str, Any], name: str) -> dict[str, Any]:
    """A hello that this version can read. EngineError with both versions else."""
    if hello.get("protocol") != PROTOCOL:
        from daemon.version import __version__

        raise EngineError(
            f"the box {name} runs Sidecrate {hello.get('version')} with another protocol"
            f" ({hello.get('protocol')}; ours is {PROTOCOL}, of {__version__}); bring both to one"
            " version",
            "box_version",
        )
    return hello


def pair(name: str, address: str, code: str, us: str) -> Box:
    """Pair with a worker by the code that it shows.

    The code names the worker's certificate, so that no other machine gets the secret in it.
    EngineError with what, why and the mend.
    """
    halves = halves_of(code)
    if halves is None:
        raise EngineError(
            f"{code!r} is no code: it has 16 letters and digits, as in K7QM-2RTD-AAAA-BBBB;"
            " `sidecrate worker` shows it",
            "bad_request",
        )
    piece, secret = halves
    certificate = _certificate_at(address)
    if not is_of(certificate, piece):
        raise EngineError(
            f"what answers at {address} is not the worker that showed this code; look at the"
            " address and the code again",
            "box",
        )
    pem = ssl.DER_cert_to_PEM_cert(certificate)
    line = Line(Box(name, f"https://{address}", pem, ""))
    try:
        given = line.json("POST", "/v1/pair", json={"secret": secret.hex(), "name": us})
        box = Box(name, f"https://{address}", pem, str(given["token"]))
    finally:
        line.close()
    return refreshed(box)


def refreshed(box: Box) -> Box:
    """A box with the engines that it offers now."""
    line = Line(box)
    try:
        hello = line.hello()
    finally:
        line.close()
    return replace(
        box,
        slots=int(hello["slots"]),
        version=str(hello["version"]),
        engines=tuple(hello["engines"]),
        # an older worker does none
        verbs=tuple(str(verb) for verb in hello.get("verbs", ()) if verb in VERBS),
    )


def _certificate_at(address: str) -> bytes:
    """The certificate (DER) that a server shows, unchecked."""
    parts = urlsplit(f"//{address}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        host, port = parts.hostname or "", parts.port or 0
        with (
            socket.create_connection((host, port), _TIMEOUT.connect) as plain,
            context.wrap_socket(plain, server_hostname=host) as line,
        ):
            found = line.getpeercert(binary_form=True)
    except (OSError, ValueError) as error:
        raise EngineError(
            f"no worker answers at {address} ({error}); give host:port as `sidecrate worker` shows"
            " it, and see that the firewall there lets it in",
            "box",
        ) from None
    if not found:
        raise EngineError(f"what answers at {address} shows no certificate", "box")
    return found


def _believing(pem: str) -> ssl.SSLContext:
    """A context that believes this one certificate, whatever name its machine has."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(cadata=pem)
    return context


def _wait_of(said: str) -> float | None:
    """The pause in s that a full box asks for, within bounds; None where it names none."""
    try:
        wait_s = float(said)
    except ValueError:
        return None
    return None if math.isnan(wait_s) else min(max(wait_s, _LEAST_PAUSE_S), _MOST_PAUSE_S)


def _chunks(file: Any) -> Iterator[bytes]:
    while piece := file.read(_CHUNK_BYTES):
        yield piece
