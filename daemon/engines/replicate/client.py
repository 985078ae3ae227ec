"""Replicate's HTTP: each call once, with time-outs, and errors that say whether anything can have been bought."""

from __future__ import annotations

import base64
import math
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from daemon.engines.replicate.models import TOKEN
from daemon.errors import EngineError
from daemon.home.masking import mask

#: s: to connect, and between two packets.
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_MOST_DOWNLOAD_BYTES = 512 << 20


class ApiError(Exception):
    """The service did not do it. `status` is 0 where it did not answer; `sent` whether it may have done it all the same."""

    def __init__(
        self, text: str, status: int = 0, *, sent: bool = False, retry_after_s: float | None = None
    ) -> None:
        super().__init__(text)
        self.text = text
        self.status = status
        self.sent = sent
        self.retry_after_s = retry_after_s

    @property
    def passes(self) -> bool:
        """Whether waiting may help."""
        return self.status in (0, 408, 429) or self.status >= 500


def explained(error: ApiError) -> EngineError:
    """A refusal, with what to do about it."""
    what = {
        401: f"Replicate does not know the token; make a new one at replicate.com/account/api-tokens and set {TOKEN}",
        402: "Replicate wants credit; add some at replicate.com/account/billing",
        403: "Replicate does not allow this for the account; see replicate.com/account",
        404: "Replicate has no such model or version; set one under replicate.models in the config",
        422: "the model does not take these inputs; set its version and inputs under replicate.models in the config",
    }.get(error.status, "Replicate refused it")
    return EngineError(
        f"{what} ({error.text})",
        {401: "no_token", 402: "no_credit"}.get(error.status, "refused_by_service"),
    )


class Client:
    """One account at one address. Calls may come from several threads."""

    def __init__(self, base_url: str, token: str) -> None:
        # as Replicate's clients take it: 1.x the host alone, 2.x with /v1
        self._base = base_url.rstrip("/").removesuffix("/v1") + "/"
        self._token = token
        self._http = httpx.Client(
            timeout=TIMEOUT, follow_redirects=True, headers={"User-Agent": "sidecrate"}
        )

    def account(self) -> dict[str, Any]:
        return self._json("GET", "v1/account")

    def latest_version(self, model: str) -> str:
        """The id of a community model's newest version."""
        said = self._json("GET", f"v1/models/{model}")
        return str((said.get("latest_version") or {}).get("id") or "")

    def create(
        self, model: str, version: str, inputs: dict[str, Any], cancel_after_s: float
    ) -> dict[str, Any]:
        """Start a prediction: by version, or by name for an official model. It ends by itself after `cancel_after_s`."""
        headers = {"Cancel-After": f"{max(1, math.ceil(cancel_after_s / 60))}m"}
        if version:
            return self._json(
                "POST",
                "v1/predictions",
                json={"version": version, "input": inputs},
                headers=headers,
            )
        return self._json(
            "POST", f"v1/models/{model}/predictions", json={"input": inputs}, headers=headers
        )

    def get(self, prediction: str) -> dict[str, Any]:
        return self._json("GET", f"v1/predictions/{prediction}")

    def cancel(self, prediction: str) -> dict[str, Any]:
        return self._json("POST", f"v1/predictions/{prediction}/cancel")

    def predictions(self) -> Iterator[dict[str, Any]]:
        """The account's predictions, the newest first, page by page."""
        path: str | None = "v1/predictions"
        while path:
            page = self._json("GET", path)
            yield from page.get("results") or []
            path = page.get("next")

    def upload(self, path: Path) -> str:
        """Put a file where models can read it, and return its address."""
        with path.open("rb") as file:
            said = self._json(
                "POST", "v1/files", files={"content": (path.name, file, "application/octet-stream")}
            )
        return str(said["urls"]["get"])

    def download(self, url: str, target: Path) -> str:
        """Write what is at an address to a file, whole, and return its content type. The token goes to our own server only."""
        if url.startswith("data:"):
            head, _, body = url.partition(",")
            target.write_bytes(
                base64.b64decode(body) if head.endswith(";base64") else body.encode()
            )
            return head[5:].partition(";")[0]
        ours = urlsplit(url)[:2] == urlsplit(self._base)[:2]
        try:
            with self._http.stream("GET", url, headers=self._auth if ours else {}) as answer:
                if answer.status_code >= 400:
                    raise ApiError(
                        f"the output cannot be fetched (HTTP {answer.status_code})",
                        answer.status_code,
                    )
                count = 0
                with target.open("wb") as file:
                    for piece in answer.iter_bytes():
                        count += len(piece)
                        if count > _MOST_DOWNLOAD_BYTES:
                            raise ApiError(
                                f"the output is larger than {_MOST_DOWNLOAD_BYTES >> 20} MB", 413
                            )
                        file.write(piece)
                return str(answer.headers.get("content-type", ""))
        except httpx.HTTPError as error:
            raise ApiError(f"the output broke off ({type(error).__name__})") from None

    @property
    def _auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def _json(
        self, method: str, path: str, headers: dict[str, str] | None = None, **body: Any
    ) -> dict[str, Any]:
        url = urljoin(self._base, path)
        if urlsplit(url)[:2] != urlsplit(self._base)[:2]:
            raise ApiError("the service points to another server, which is not followed", 502)
        try:
            answer = self._http.request(
                method, url, headers={**self._auth, **(headers or {})}, **body
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ApiError(
                f"{urlsplit(url).netloc} cannot be reached ({type(error).__name__})"
            ) from None
        except httpx.HTTPError as error:
            raise ApiError(
                f"{urlsplit(url).netloc} did not answer ({type(error).__name__})", sent=True
            ) from None
        if answer.status_code >= 400:
            raise self._refusal(answer)
        try:
            said = answer.json()
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise ApiError(
                f"{urlsplit(url).netloc} answered what is no JSON object", 502, sent=True
            )
        return said

    def _refusal(self, answer: httpx.Response) -> ApiError:
        try:
            said = answer.json()
        except ValueError:
            said = {}
        said = said if isinstance(said, dict) else {}
        detail = mask(
            str(said.get("detail") or said.get("title") or answer.reason_phrase), self._token
        )[:300]
        return ApiError(
            f"HTTP {answer.status_code}: {detail}",
            answer.status_code,
            sent=answer.status_code >= 500,
            retry_after_s=_wait_of(said, detail, answer.headers.get("retry-after", "")),
        )


def _wait_of(said: dict[str, Any], detail: str, header: str) -> float | None:
    """How long a rate limit asks to wait: its field, its header, or its words."""
    in_words = re.search(r"resets in ~?(\d+)", detail)
    for value in (said.get("retry_after"), header, in_words[1] if in_words else None):
        try:
            return min(max(float(str(value)), 0.0), 300.0)
        except ValueError:
            continue
    return None


def parse_time(text: object) -> float | None:
    """Seconds since 1970 of a time as the service writes it; None where it is none."""
    from datetime import datetime

    try:
        return datetime.fromisoformat(str(text).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None


class Gate:
    """Where a rate limit was met, all threads wait."""

    def __init__(self) -> None:
        self._until_s = 0.0

    def close(self, seconds: float) -> None:
        self._until_s = max(self._until_s, time.monotonic() + seconds)

    @property
    def wait_s(self) -> float:
        return max(0.0, self._until_s - time.monotonic())
