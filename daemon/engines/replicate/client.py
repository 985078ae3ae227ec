"""Replicate's own client under our rules: no retries, timeouts, errors that tell of a purchase."""

from __future__ import annotations

import base64
import contextlib
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import replicate

from daemon.engines.replicate.models import TOKEN
from daemon.errors import EngineError
from daemon.home.addresses import proxy_to
from daemon.home.masking import mask

#: To connect, and between two packets.
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
#: The name under which Replicate sees our requests.
_OURS = {"User-Agent": "sidecrate"}
#: Larger outputs are refused: 20 minutes of stereo in float32 have 423 MB.
_MOST_DOWNLOAD_BYTES = 512 << 20


class ApiError(Exception):
    """A call of the service failed.

    status  the HTTP status; 0 where there was no answer
    sent    whether the service may have acted all the same
    """

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
        """Whether a retry may help."""
        return self.status in (0, 408, 429) or self.status >= 500


def explained(error: ApiError) -> EngineError:
    """The error for people of a refused call, with what to do."""
    what = {
        401: "Replicate does not know the token; make a new one at"
        f" replicate.com/account/api-tokens and set {TOKEN}",
        402: "Replicate wants credit; add some at replicate.com/account/billing",
        403: "Replicate does not allow this for the account; see replicate.com/account",
        404: "Replicate has no such model or version; set one under replicate.models or"
        " replicate.painters in the config",
        422: "the model does not take these inputs; set its version and inputs under"
        " replicate.models or replicate.painters in the config",
    }.get(error.status, "Replicate refused it")
    return EngineError(
        f"{what} ({error.text})",
        {401: "no_token", 402: "no_credit"}.get(error.status, "refused_by_service"),
    )


class Client:
    """One account at one address, by Replicate's own client. Its calls are thread-safe."""

    def __init__(self, base_url: str, token: str) -> None:
        # Both forms of Replicate's clients: 1.x takes the host alone, 2.x with /v1.
        base_url = base_url.rstrip("/").removesuffix("/v1")
        self._token = token
        self._base = base_url
        self._http = httpx.Client(timeout=TIMEOUT, follow_redirects=True, headers=_OURS)
        self._service = replicate.Replicate(
            bearer_token=token,
            base_url=f"{base_url}/v1",
            timeout=TIMEOUT,
            max_retries=0,
            default_headers=_OURS,
            http_client=httpx.Client(transport=_Line(base_url), follow_redirects=False),
        )

    def account(self) -> dict[str, Any]:
        return self._json(self._service.account.with_raw_response.get)

    def latest_version(self, model: str) -> str:
        """The id of a community model's newest version."""
        owner, _, name = model.partition("/")
        get = self._service.models.with_raw_response.get
        answer = self._json(get, model_owner=owner, model_name=name)
        return str((answer.get("latest_version") or {}).get("id") or "")

    def create(
        self, model: str, version: str, inputs: dict[str, Any], cancel_after_s: float
    ) -> dict[str, Any]:
        """Start a prediction by version, or by name for an official model.

        The service ends it after `cancel_after_s`.
        """
        fields = {"input": inputs, "cancel_after": f"{max(1, math.ceil(cancel_after_s / 60))}m"}
        if version:
            create = self._service.predictions.with_raw_response.create
            return self._json(create, version=version, **fields)
        owner, _, name = model.partition("/")
        by_name = self._service.models.predictions.with_raw_response.create
        return self._json(by_name, model_owner=owner, model_name=name, **fields)

    def get(self, prediction: str) -> dict[str, Any]:
        get = self._service.predictions.with_raw_response.get
        return self._json(get, prediction_id=prediction)

    def cancel(self, prediction: str) -> dict[str, Any]:
        cancel = self._service.predictions.with_raw_response.cancel
        return self._json(cancel, prediction_id=prediction)

    def predictions(self) -> Iterator[dict[str, Any]]:
        """The account's predictions, the newest first, page by page."""
        page = self._json(self._service.predictions.with_raw_response.list)
        while True:
            yield from page.get("results") or []
            if not page.get("next"):
                return
            page = self._json(self._service.get, path=page["next"], cast_to=httpx.Response)

    def upload(self, path: Path) -> str:
        """Upload a file for the models, and return its URL."""
        with path.open("rb") as file:
            content = (path.name, file, "application/octet-stream")
            answer = self._json(self._service.files.with_raw_response.create, content=content)
        return str(answer["urls"]["get"])

    def download(self, url: str, target: Path) -> str:
        """Download a URL to a file, and return its content type.

        The token goes to our own server only.
        """
        if url.startswith("data:"):
            head, _, body = url.partition(",")
            target.write_bytes(
                base64.b64decode(body) if head.endswith(";base64") else body.encode()
            )
            return head[5:].partition(";")[0]
        ours = _origin(url) == _origin(self._base)
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

    def _json(self, call: Callable[..., Any], **fields: Any) -> dict[str, Any]:
        """The JSON object that one call of the service's client returns. The call is made once."""
        name = urlsplit(self._base).netloc
        try:
            answer = call(**fields)
        except replicate.APIStatusError as error:
            raise self._refusal(error.response) from None
        except replicate.APIConnectionError as error:
            if isinstance(error.__cause__, ApiError):
                raise error.__cause__ from None
            # The transport had its answer, so it is the body that broke off.
            why = type(error.__cause__).__name__
            raise ApiError(f"{name} did not answer ({why})", sent=True) from None
        response = answer if isinstance(answer, httpx.Response) else answer.http_response
        try:
            parsed = response.json()
        except ValueError:
            parsed = None
        if not isinstance(parsed, dict):
            raise ApiError(f"{name} answered what is no JSON object", 502, sent=True)
        return parsed

    def _refusal(self, answer: httpx.Response) -> ApiError:
        try:
            body = answer.json()
        except ValueError:
            body = {}
        body = body if isinstance(body, dict) else {}
        detail = mask(
            str(body.get("detail") or body.get("title") or answer.reason_phrase), self._token
        )[:300]
        return ApiError(
            f"HTTP {answer.status_code}: {detail}",
            answer.status_code,
            sent=answer.status_code >= 500,
            retry_after_s=_wait_of(body, detail, answer.headers.get("retry-after", "")),
        )


class _Line(httpx.BaseTransport):
    """The transport beneath the client: sends to our server only, and notes when a request left."""

    def __init__(self, base_url: str) -> None:
        self._origin = _origin(base_url)
        self._line = httpx.HTTPTransport(proxy=proxy_to(base_url))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.netloc.decode("ascii")
        left = False
        if _origin(str(request.url)) != self._origin:
            raise ApiError("the service points to another server, which is not followed", 502)

        def note(event: str, about: Mapping[str, Any]) -> None:
            # CONNECT opens a proxy's tunnel and carries nothing of the request.
            nonlocal left
            if event.endswith(".send_request_headers.started"):
                left = left or about["request"].method != b"CONNECT"

        # The client keeps notes to itself in its request's headers, so a copy is sent.
        pairs = request.headers.multi_items()
        sent = httpx.Request(
            request.method,
            request.url,
            headers=[pair for pair in pairs if not pair[0].lower().startswith("x-stainless-")],
            stream=request.stream,
            extensions={**request.extensions, "trace": note},
        )
        try:
            return self._line.handle_request(sent)
        except (httpx.TransportError, OSError) as error:
            what = "did not answer" if left else "cannot be reached"
            raise ApiError(f"{name} {what} ({type(error).__name__})", sent=left) from None

    def close(self) -> None:
        self._line.close()


def _origin(url: str) -> tuple[str, str, int | None]:
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return "", "", None
    return parts.scheme, parts.host, parts.port


def _wait_of(body: dict[str, Any], detail: str, header: str) -> float | None:
    """The wait that a rate limit demands, in seconds: from its field, its header or its text."""
    in_words = re.search(r"resets in ~?(\d+)", detail)
    for value in (body.get("retry_after"), header, in_words[1] if in_words else None):
        with contextlib.suppress(ValueError):
            wait_s = float(str(value))
            if not math.isnan(wait_s):
                return min(max(wait_s, 0.0), 300.0)
    return None


def parse_time(text: object) -> float | None:
    """Seconds since 1970 of one of the service's times; None where it is none."""
    try:
        return datetime.fromisoformat(str(text).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None


class Gate:
    """A rate limit, shared: all threads wait until it has passed."""

    def __init__(self) -> None:
        self._until_s = 0.0

    def close(self, seconds: float) -> None:
        self._until_s = max(self._until_s, time.monotonic() + seconds)

    @property
    def wait_s(self) -> float:
        return max(0.0, self._until_s - time.monotonic())
