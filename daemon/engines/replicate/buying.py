"""Buying one prediction exactly once, and waiting for it: what every purchase has in common.

The order of the steps keeps money safe. The intent is stored before it is sent; the service's id is
stored before it is awaited. After a crash, a timeout or a dropped connection a purchase may or may
not exist. Then the account's own list is searched for exactly this input before anything is sent
again. Where that cannot decide, nothing is sent.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Protocol, TypeVar

from daemon.engines.contract import Price
from daemon.engines.replicate.client import ApiError, Client, Gate, explained, parse_time
from daemon.engines.replicate.inputs import progress_in
from daemon.engines.replicate.models import TOKEN, address_fault, find_url
from daemon.errors import EngineError
from daemon.home.keys import can_be_sent, find_secret

T = TypeVar("T")

#: First and longest interval between two polls of a prediction.
_POLL_S = 0.5
_MOST_POLL_S = 3.0
#: Backoff of a call that may succeed later: doubled each time, up to the second.
PAUSE_S = 0.5
MOST_PAUSE_S = 30.0
#: Searches for a prediction, which may not be listed yet.
_SEARCHES = 3
#: How far the service's clock may be behind ours.
_CLOCKS_S = 900.0
_ENDED = ("succeeded", "failed", "canceled", "aborted")

_gate = Gate()


class Line(Protocol):
    """Who is told how it goes, and who stores what must outlive a crash."""

    def __call__(self, value: float, stage: str, words: str = "") -> None:
        """Progress, 0 to 1."""

    def store(self, what: dict[str, Any]) -> None:
        """Store {"intent": ...} or {"remote": id}; on return it is on disk."""

    def wait(self, seconds: float) -> None:
        """Sleep."""


class Buying(ABC):
    """One purchase. `_intend` says what is sent; what was stored of it before is gone on with."""

    def __init__(self, bought: dict[str, Any], spec: Mapping[str, Any], talk: Line) -> None:
        """bought: {takes, intent, intended, remote, others}, as the ledger has it."""
        self._talk = talk
        self._spec = spec
        self._bought = bought
        self._remote = str(bought["remote"])
        self._client = client_of(spec)
        self._deadline_s = time.monotonic() + float(
            spec.get("service", {}).get("deadline_s", 900.0)
        )
        self._takes = int(bought.get("takes", 1))
        self._price = Price(**spec["price"])
        self._may_be_bought = False

    @abstractmethod
    def _intend(self) -> dict[str, Any]:
        """{model, version, input}: the request, before it is sent."""

    def _acquire(self) -> None:
        """Buy the prediction, unless that was done before; its id is stored."""
        if not self._remote:
            self._remote = self._adopt_or_buy()
            self._talk.store({"remote": self._remote})

    def _adopt_or_buy(self) -> str:
        intent = self._bought["intent"]
        if intent is not None:
            found = self._search(intent, float(self._bought["intended"]))
            if found:
                return found
        else:
            intent = self._intend()
            self._talk.store({"intent": intent})
            self._bought["intent"] = intent
        return self._buy(intent)

    def _buy(self, intent: dict[str, Any]) -> str:
        """Buy the prediction exactly once, and return its id.

        Before a retry the account's list is searched for the last attempt.
        """
        began = time.time()
        pause_s = PAUSE_S
        while True:
            self._within_deadline(_gate.wait_s, "it lets only so many in")
            self._talk.wait(_gate.wait_s)
            try:
                left_s = self._deadline_s - time.monotonic()
                return str(
                    self._client.create(
                        intent["model"], intent["version"], intent["input"], left_s
                    )["id"]
                )
            except ApiError as error:
                if error.sent:
                    self._may_be_bought = True
                    found = self._search(intent, began)
                    if found:
                        return found
                if not error.passes:
                    raise explained(error) from None
                pause_s = self._pause(error, pause_s, "waiting to be let in")
            except KeyError:
                found = self._search(intent, began)
                if found:
                    return found
                raise EngineError(
                    "the service accepted the request but gave no id", "unknown"
                ) from None

    def _search(self, intent: dict[str, Any], since: float) -> str | None:
        """The prediction of exactly this input in the account's list; None when surely not made.

        EngineError `unknown` where that cannot be decided.
        """
        others = set(self._bought["others"])
        for attempt in range(_SEARCHES):
            hidden = False
            try:
                for one in self._client.predictions():
                    created = parse_time(one.get("created_at"))
                    if created is not None and created < since - _CLOCKS_S:
                        break
                    if one.get("id") in others or not _same_version(one, intent):
                        continue
                    if one.get("input") == intent["input"]:
                        return str(one["id"])
                    hidden = hidden or bool(one.get("data_removed")) or not one.get("input")
            except ApiError as error:
                if attempt == _SEARCHES - 1 or not error.passes:
                    raise _unknown(
                        f"the account's list of predictions cannot be read ({error.text})"
                    ) from None
            else:
                if attempt == _SEARCHES - 1:
                    if hidden:
                        raise _unknown(
                            "the account's list no longer says what its predictions were asked"
                        )
                    return None
            # It may not be listed yet.
            self._talk.wait(PAUSE_S * 2**attempt)
        return None

    # -- waiting

    def _look(self) -> dict[str, Any]:
        return self._patiently(lambda: self._client.get(self._remote), "looking how it goes")

    def _await_end(self) -> dict[str, Any]:
        poll_s = _POLL_S
        while True:
            prediction = self._look()
            status = prediction.get("status")
            if status in _ENDED:
                return prediction
            if time.monotonic() > self._deadline_s:
                return {**self._cancelled(), "status": "canceled", "error": "it took too long"}
            done = progress_in(str(prediction.get("logs") or ""))
            self._talk(
                0.05 + 0.8 * (done or 0.0),
                "generating",
                "starting" if status == "starting" else "at work",
            )
            self._talk.wait(poll_s)
            poll_s = min(poll_s * 1.3, _MOST_POLL_S)

    def _cancelled(self) -> dict[str, Any]:
        try:
            return self._client.cancel(self._remote)
        except ApiError:
            try:
                return self._client.get(self._remote)
            except ApiError:
                return {}

    # -- backoff

    def _pause(self, error: ApiError, pause_s: float, words: str) -> float:
        """Wait before a retry, and return the pause before the next. EngineError at the timeout."""
        wait_s = error.retry_after_s if error.retry_after_s is not None else pause_s
        if error.status == 429:
            _gate.close(wait_s)
        self._within_deadline(wait_s, error.text)
        self._talk(0.02, "generating", f"{words}: {error.text}"[:120])
        self._talk.wait(wait_s)
        return min(pause_s * 2, MOST_PAUSE_S)

    def _within_deadline(self, wait_s: float, why: str) -> None:
        if time.monotonic() + wait_s > self._deadline_s:
            raise EngineError(
                f"Replicate is unavailable ({why}); try again later", "unavailable"
            ) from None

    def _patiently(self, call: Callable[[], T], words: str) -> T:
        """A free call, retried until the timeout while a retry may help."""
        pause_s = PAUSE_S
        while True:
            try:
                return call()
            except ApiError as error:
                if not error.passes:
                    raise explained(error) from None
                pause_s = self._pause(error, pause_s, words)

    # -- money

    def _cost(self, prediction: Mapping[str, Any]) -> float | None:
        """USD, by the service's own measurement; None where there is none."""
        worked_s = (prediction.get("metrics") or {}).get("predict_time")
        # a time that is none says nothing of the cost: its estimate counts on
        if not isinstance(worked_s, int | float) or not 0 <= worked_s < math.inf:
            return None
        return self._price.cost_usd(
            float(worked_s), self._takes if prediction.get("status") == "succeeded" else 0
        )

    def _version(self) -> str:
        """The version to ask of; empty for an official model, which is asked by its name."""
        version = str(self._spec["version"])
        if version or self._spec.get("official"):
            return version
        return self._patiently(
            lambda: self._client.latest_version(self._spec["model"]),
            "asking for the model's version",
        )


@cache
def _client(base_url: str) -> Client:
    if fault := address_fault(base_url):
        raise EngineError(fault, "bad_address")
    token = find_secret(TOKEN)
    if not token:
        raise EngineError(
            f"{TOKEN} is not set; set it in the environment, or by: sidecrate secret set {TOKEN}",
            "no_token",
        )
    if not can_be_sent(token):
        text = (
            f"{TOKEN} holds a character that no token has; set it anew by:"
            f" sidecrate secret set {TOKEN}"
        )
        raise EngineError(text, "no_token")
    return Client(base_url, token)


def client_of(spec: Mapping[str, Any]) -> Client:
    """The client of a model's service. EngineError without a token, or with a bad address."""
    return _client(find_url(spec.get("service", {}).get("base_url")))


def _same_version(one: Mapping[str, Any], intent: Mapping[str, Any]) -> bool:
    name = "version" if intent["version"] else "model"
    return bool(one.get(name) == intent[name])


def _unknown(why: str) -> EngineError:
    text = (
        f"it is not known whether this was bought, since {why}; nothing more was sent. Look at"
        " replicate.com/predictions,"
    )
    return EngineError(f"{text} and ask again to buy it anew", "unknown")
