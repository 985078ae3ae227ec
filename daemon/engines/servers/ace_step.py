"""ACE-Step's own server, `acestep-api`: its answers stand in an envelope with a code inside."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from daemon.engines.servers.ace_cpp import ace_fields
from daemon.engines.servers.family import Asked, Fetched, Look
from daemon.engines.servers.wire import ServerError, Wire, lost
from daemon.errors import EngineError

#: Its shortest take.
LEAST_S = 10.0
#: Empty answers in a row after which a take counts as lost: a restarted server says "[]" for ever.
_MOST_EMPTY = 20
_QUEUED_OR_RUNNING, _DONE = 0, 1
#: acestep.cpp's names of fields, and this server's.
_NAMES = {
    "caption": "prompt",
    "duration": "audio_duration",
    "keyscale": "key_scale",
    "timesignature": "time_signature",
}


class AceStep:
    """Keeps for each take how often its server knew nothing of it."""

    def __init__(self) -> None:
        self._empty: dict[str, int] = {}

    def start(self, wire: Wire, asked: Asked) -> str:
        fields = {_NAMES.get(name, name): value for name, value in ace_fields(asked).items()}
        order = {
            **fields,
            "audio_duration": max(LEAST_S, float(fields["audio_duration"])),
            # its defaults: two takes, each with a seed of its own
            "use_random_seed": False,
            "batch_size": 1,
            "audio_format": "wav",
            "thinking": False,
            **asked.options,
        }
        if asked.reference is None:
            data = _data(wire, wire.json("POST", "/release_task", json=order))
        else:
            with asked.reference.open("rb") as file:
                part = "ref_audio" if asked.use == "style" else "ctx_audio"
                files = {part: (asked.reference.name, file, "audio/wav")}
                form = {name: _form(value) for name, value in order.items()}
                data = _data(wire, wire.json("POST", "/release_task", data=form, files=files))
        if not data.get("task_id"):
            raise EngineError(f"{wire.name} took no order: {data!r:.200}", "server", again=True)
        return str(data["task_id"])

    def look(self, wire: Wire, take: str) -> Look:
        answer = wire.json("POST", "/query_result", json={"task_id_list": [take]})
        (one,) = [one for one in _data(wire, answer) if one.get("task_id") == take] or [{}]
        result = _results(one)
        status = one.get("status", _QUEUED_OR_RUNNING)
        if status == _DONE and result and result[0].get("file"):
            return Look(True, 1.0, "is made", str(result[0]["file"]))
        if status not in (_QUEUED_OR_RUNNING, _DONE):
            why = (result[0].get("error") if result else "") or one.get("progress_text")
            raise EngineError(
                f"{wire.name} failed: {why or 'it does not say why'}", "server", again=True
            )
        self._empty[take] = 0 if result else self._empty.get(take, 0) + 1
        if self._empty[take] > _MOST_EMPTY:
            raise lost(wire)
        share = float(result[0].get("progress") or 0.0) if result else None
        words = str((result[0].get("stage") if result else "") or "waits for its server")
        return Look(False, share, words[:80])

    def fetch(self, wire: Wire, take: str, handle: Any) -> Fetched:
        self._empty.pop(take, None)
        if not str(handle).startswith("/"):
            raise EngineError(
                f"{wire.name} points to another server, which is not followed", "server"
            )
        return Fetched(wire.body("GET", str(handle))[1])

    def drop(self, wire: Wire, take: str) -> None:
        """It has no cancel: the take ends there unheard."""
        self._empty.pop(take, None)


def _form(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _data(wire: Wire, answer: Any) -> Any:
    """What stands in the envelope. A failure may come with HTTP's 200 and a code of its own."""
    if not isinstance(answer, dict) or "data" not in answer:
        raise ServerError(f"{wire.name} answered without data: {answer!r:.200}", 502)
    code = answer.get("code", 200)
    if code != 200:
        raise ServerError(f"{wire.name} refused it ({code}): {answer.get('error')}", int(code))
    return answer["data"]


def _results(one: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of a task, which come as JSON in a text."""
    with contextlib.suppress(ValueError, TypeError):
        found = json.loads(one.get("result") or "[]")
        return [result for result in found if isinstance(result, dict)]
    return []
