"""One question to a language model: a JSON object, or the reason why there is none.

It speaks OpenAI's chat completions, as Ollama, LM Studio, llama.cpp and others do. Structured
output is requested as a JSON schema. A server that refuses that gets a request for any JSON object,
and then one for plain text with JSON in it. For the child only.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from daemon.home.addresses import is_near, may_be_asked, may_have_secret, parts_of
from daemon.home.keys import can_be_sent
from daemon.home.masking import mask
from daemon.improve.server import KEY
from daemon.settings.language_service import URL_VARIABLE, cost_usd

if TYPE_CHECKING:
    from daemon.improve.wire import Wire, WireError

#: Retries after 429 or 503.
_BUSY_TRIES = 2
#: Longest `Retry-After` that is honoured.
_LONGEST_PAUSE_S = 10.0
#: Matches the error of a server that does not support a kind of structured output.
_FORMAT = re.compile(
    r"response_format|json_schema|json_object|structured|grammar|schema", re.IGNORECASE
)
#: Matches the error of an account without money, which no retry mends.
_SPENT = re.compile(r"spend_limit|insufficient_quota|billing|credit", re.IGNORECASE)


class ChatError(Exception):
    """No answer. `cost_usd`: what it cost anyway; 0 where nothing ran, None where unknown."""

    def __init__(self, text: str, cost_usd: float | None = 0.0) -> None:
        super().__init__(text)
        self.text = text
        self.cost_usd = cost_usd


class _Unformatted(Exception):
    """The server does not support this kind of structured output."""


@dataclass(frozen=True)
class Answer:
    value: dict[str, Any]
    model: str
    cost_usd: float | None
    """None where unknown."""
    how: str
    """json_schema, json_object or text."""


@dataclass(frozen=True)
class Question:
    name: str
    system: str
    user: str
    schema: Mapping[str, Any]
    most_tokens: int


class Chat:
    """One server, as in `config.improve`: {base_url, model, price, timeout_s}."""

    def __init__(self, server: Mapping[str, Any], key: str | None) -> None:
        self._server = server
        self._url = str(server["base_url"])
        self._name = parts_of(self._url).netloc.rpartition("@")[2]
        self._near = is_near(self._url)
        self._key = key or None if may_have_secret(self._url) else None
        self._until_s = 0.0

    def ask(self, question: Question) -> Answer:
        """Ask, within the timeout. ChatError where no JSON object comes of it."""
        if not may_be_asked(self._url):
            where = "improve.base_url or, where that is empty, in the environment's"
            raise ChatError(
                f"the language model's address {self._name or self._url!r} is not allowed;"
                f" give an https:// address in {where} {URL_VARIABLE};"
                " http:// is for this machine and its own network"
            )
        if self._key is None and not self._near:
            raise ChatError(
                f"{KEY} is not set; set it in the environment, or by: sidecrate secret set {KEY}"
            )
        if self._key and not can_be_sent(self._key):
            raise ChatError(
                f"{KEY} holds a character that no key has; set it anew by:"
                f" sidecrate secret set {KEY}"
            )
        # not at the top: a model that Replicate hosts needs no OpenAI client
        from daemon.improve.wire import Wire, WireError

        # the timeout starts here, since the client takes a moment to load
        self._until_s = time.monotonic() + float(self._server["timeout_s"])
        try:
            with closing(Wire(self._url, self._key, self._until_s)) as wire:
                return self._ask(wire, question)
        except WireError as error:
            raise self._unanswered(error) from None

    def _ask(self, wire: Wire, question: Question) -> Answer:
        for how in ("json_schema", "json_object", "text"):
            try:
                return self._read(self._post(wire, self._body(question, how), how), how)
            except _Unformatted:
                continue
        raise ChatError(f"{self._name} takes no question in any form that is known here")

    def _body(self, question: Question, how: str) -> dict[str, Any]:
        system = question.system
        if how != "json_schema":
            system += (
                "\nAnswer with one JSON object and nothing else, as this schema says: "
                + json.dumps(question.schema)
            )
        body: dict[str, Any] = {
            "model": self._server["model"],
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": question.user},
            ],
            # OpenAI's newer models refuse the old name; many local servers do not know the new one
            "max_tokens" if self._near else "max_completion_tokens": question.most_tokens,
        }
        if how == "json_schema":
            schema = {"name": question.name, "strict": True, "schema": question.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif how == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body

    def _post(self, wire: Wire, body: dict[str, Any], how: str) -> dict[str, Any]:
        for tries in range(_BUSY_TRIES + 1):
            status, headers, said = self._send(wire, body)
            if status < 300:
                return said
            error = said.get("error")
            if not isinstance(error, dict):
                error = {"message": error or said.get("detail") or ""}
            kind = error.get("code") or error.get("type") or ""
            words = mask(f"{kind} {error.get('message') or ''}".strip(), self._key)[:300]
            if status in (400, 404, 415, 422, 501) and how != "text" and _FORMAT.search(words):
                raise _Unformatted
            pause_s = _seconds(headers.get("retry-after"), 1.0 + tries)
            busy = status in (429, 503) and not _SPENT.search(words)
            left_s = self._until_s - time.monotonic()
            if not busy or tries == _BUSY_TRIES or pause_s > min(_LONGEST_PAUSE_S, left_s - 1):
                raise self._refusal(status, words)
            time.sleep(pause_s)
        raise AssertionError("unreachable")

    def _refusal(self, status: int, words: str) -> ChatError:
        tail = f" ({words})" if words else ""
        if status in (401, 403):
            return ChatError(
                f"{self._name} does not accept {KEY}{tail}; set the right one by:"
                f" sidecrate secret set {KEY}"
            )
        if status == 404:
            return ChatError(
                f"{self._name} does not know model {self._server['model']!r}{tail};"
                " see improve.model in the config"
            )
        if status == 429 and _SPENT.search(words):
            return ChatError(
                f"the account at {self._name} has no money left, or has met its limit{tail}"
            )
        if status in (429, 503):
            return ChatError(f"{self._name} is too busy{tail}")
        # an error on the server's side may come after the work
        return ChatError(
            f"{self._name} answered with an error, HTTP {status}{tail}",
            None if status >= 500 else 0.0,
        )

    def _send(
        self, wire: Wire, body: dict[str, Any]
    ) -> tuple[int, Mapping[str, str], dict[str, Any]]:
        """(status, headers, JSON object) of one call."""
        answer = wire.complete(body)
        try:
            said = json.loads(answer.raw)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            if answer.status < 300:
                raise ChatError(f"{self._name} answered what is no JSON object", None)
            said = {}
        return answer.status, answer.headers, said

    def _unanswered(self, error: WireError) -> ChatError:
        """The error of a failed call. It is free where the request did not leave this machine."""
        text = {
            "unreached": f"{self._name} cannot be reached ({error.error}); see improve.base_url",
            "late": f"{self._name} did not answer within {self._server['timeout_s']:g} s",
            "broken": f"{self._name} broke off its answer ({error.error})",
            "too long": f"{self._name} answered more than {error.error}",
        }[error.why]
        return ChatError(text, None if error.left else 0.0)

    def _read(self, said: dict[str, Any], how: str) -> Answer:
        cost = self._cost(said)
        try:
            choice = said["choices"][0]
            message = choice["message"]
            content = message.get("content")
            reason = choice.get("finish_reason")
            refusal = message.get("refusal")
        except (KeyError, IndexError, TypeError, AttributeError):
            raise ChatError(f"{self._name} answered without a message", cost) from None
        if refusal:
            raise ChatError(f"the model refused: {str(refusal)[:200]}", cost)
        if reason == "content_filter":
            raise ChatError("the service's filter held the answer back", cost)
        if reason == "length":
            raise ChatError("the model did not come to an end; the answer was cut off", cost)
        value = json_in(content)
        if value is None:
            raise ChatError("the model's answer is no JSON object", cost)
        return Answer(value, str(said.get("model") or self._server["model"])[:100], cost, how)

    def _cost(self, said: dict[str, Any]) -> float | None:
        usage = said.get("usage")
        price = self._server["price"]
        try:
            tokens_in = int(usage["prompt_tokens"])  # type: ignore[index]
            tokens_out = int(usage["completion_tokens"])  # type: ignore[index]
            if min(tokens_in, tokens_out) < 0:
                raise ValueError
            return cost_usd((price[0], price[1]), tokens_in, tokens_out)
        except (KeyError, TypeError, ValueError, OverflowError):
            # its estimate counts on
            return 0.0 if not any(price) else None


def json_in(content: Any) -> dict[str, Any] | None:
    """The JSON object in a message: the whole text, or from the first to the last brace."""
    if not isinstance(content, str):
        return None
    begin, end = content.find("{"), content.rfind("}")
    for text in (content, content[begin : end + 1]):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
    return None


def _seconds(raw: str | None, otherwise: float) -> float:
    try:
        return max(0.0, float(raw)) if raw is not None else otherwise
    except ValueError:
        return otherwise
