"""The same question to a language model that Replicate hosts (openai/gpt-4o).

It is a prediction, polled until it ends. For the child only.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping
from typing import Any

from daemon.engines.replicate.client import ApiError, Client
from daemon.engines.replicate.models import TOKEN, address_fault
from daemon.home.keys import can_be_sent
from daemon.improve.chat import Answer, ChatError, Question, json_in
from daemon.settings.language_service import cost_usd

#: Polling interval of a prediction.
_POLL_S = 0.5


class ReplicateChat:
    """One model of an account: {base_url, model, price, timeout_s}. Nothing is sent twice."""

    def __init__(self, server: Mapping[str, Any], token: str | None) -> None:
        self._server = server
        self._token = token
        self._until_s = time.monotonic() + float(server["timeout_s"])

    def ask(self, question: Question) -> Answer:
        """Ask, within the timeout; after it the prediction is cancelled.

        ChatError without an answer.
        """
        if not self._token:
            raise ChatError(
                f"{TOKEN} is not set; set it in the environment, or by:"
                f" sidecrate secret set {TOKEN}"
            )
        if not can_be_sent(self._token):
            raise ChatError(
                f"{TOKEN} holds a character that no token has; set it anew by:"
                f" sidecrate secret set {TOKEN}"
            )
        if fault := address_fault(str(self._server["base_url"])):
            raise ChatError(fault)
        client = Client(str(self._server["base_url"]), self._token)
        schema = (
            "\nAnswer with one JSON object and nothing else, as this schema says: "
            + json.dumps(question.schema)
        )
        inputs = {
            "prompt": question.user,
            "system_prompt": question.system + schema,
            "max_completion_tokens": question.most_tokens,
        }
        try:
            said = client.create(
                str(self._server["model"]), "", inputs, float(self._server["timeout_s"])
            )
        except ApiError as error:
            raise ChatError(f"Replicate: {error.text}", None if error.sent else 0.0) from None
        try:
            while said.get("status") in ("starting", "processing"):
                if time.monotonic() > self._until_s:
                    with contextlib.suppress(ApiError):
                        client.cancel(str(said["id"]))
                    raise ChatError(
                        f"Replicate did not answer within {self._server['timeout_s']:g} s", None
                    )
                time.sleep(_POLL_S)
                said = client.get(str(said["id"]))
        except (ApiError, KeyError) as error:
            raise ChatError(f"Replicate broke off ({error})", None) from None
        return self._read(said)

    def _read(self, said: Mapping[str, Any]) -> Answer:
        metrics = said.get("metrics") or {}
        price = self._server["price"]
        try:
            cost = cost_usd(
                (price[0], price[1]),
                int(metrics["input_token_count"]),
                int(metrics["output_token_count"]),
            )
        except (KeyError, TypeError, ValueError):
            cost = None
        if said.get("status") != "succeeded":
            raise ChatError(
                f"Replicate: {said.get('status')}:"
                f" {str(said.get('error') or 'without a reason')[:200]}",
                cost,
            )
        output = said.get("output")
        value = json_in(
            "".join(str(part) for part in output) if isinstance(output, list) else output
        )
        if value is None:
            raise ChatError("the model's answer is no JSON object", cost)
        return Answer(value, str(self._server["model"]), cost, "text")
