"""OSC answers (pure): events to messages, and messages back to events for clients.

Encoder and decoder stand side by side, so that no client reads arguments by index. Of an event's
origin only the label is transmitted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bridge.events import (
    Accepted,
    Done,
    Event,
    Failed,
    Finished,
    Origin,
    Progress,
    Refused,
    SessionChanged,
    Told,
)
from bridge.osc.addresses import PREFIX
from bridge.osc.packet import Message


@dataclass(frozen=True)
class Greeting:
    """What the daemon answers to a hello."""

    version: str
    crate: str
    boot: str
    recordings: str = ""
    """The folder where a device puts recordings of its track, to send them as a reference."""


@dataclass(frozen=True)
class Welcome:
    """The answer to hello. `nonce`: that of the hello."""

    nonce: str
    greeting: Greeting


Answer = Event | Welcome


def answer_message(answer: Answer) -> Message:
    """The OSC message of an answer."""
    match answer:
        case Welcome():
            told = answer.greeting
            return _message(
                "welcome", answer.nonce, told.version, told.crate, told.boot, told.recordings
            )
        case Accepted():
            return _message("accepted", answer.origin.label, answer.job, answer.position)
        case Progress():
            return _message(
                "progress", answer.origin.label, answer.job, float(answer.value), answer.stage
            )
        case Done():
            info = _json(answer.info)
            return _message("done", answer.origin.label, answer.job, answer.clip, answer.path, info)
        case Finished():
            return _message(
                "finished", answer.origin.label, answer.job, answer.published, answer.failed
            )
        case Failed():
            return _message("failed", answer.origin.label, answer.job, answer.code, answer.text)
        case Refused():
            address = answer.origin.address.get("sent") or answer.what
            return _message("error", address, answer.code, answer.text, answer.origin.label)
        case SessionChanged() | Told(verb="known"):
            return _message("session", _json(answer.values))
        case Told(verb="report"):
            return _message("report", answer.what, _json(answer.values))
        case Told():
            return _message("told", answer.verb, answer.what, _json(answer.values))


def read_answer(message: Message) -> Answer | None:
    """The event that a message carries; None where it is no answer, or one of another version.

    Fields that are not transmitted stay empty: the words of `Accepted`, the text of `Finished`.
    An answer to `Known` reads as a change of the session. Additional arguments are ignored.
    """
    try:
        return _read(message.address.removeprefix(PREFIX), message.arguments)
    except (ValueError, RecursionError):
        return None


def _read(word: str, arguments: tuple[Any, ...]) -> Answer | None:
    match word, arguments:
        case "welcome", (str(nonce), str(version), str(crate), str(boot), *more):
            return Welcome(nonce, Greeting(version, crate, boot, *map(str, more[:1])))
        case "accepted", (str(label), str(job), int(position), *_):
            return Accepted(_from(label), job, position)
        case "progress", (str(label), str(job), float(value), str(stage), *_):
            return Progress(_from(label), job, value, stage)
        case "done", (str(label), str(job), str(clip), str(path), str(info), *_):
            return Done(_from(label), job, clip, path, _values(info))
        case "finished", (str(label), str(job), int(published), int(failed), *_):
            return Finished(_from(label), job, published, failed)
        case "failed", (str(label), str(job), str(code), str(text), *_):
            return Failed(_from(label), job, code, text)
        case "error", (str(where), str(code), str(text), str(label), *_):
            return Refused(_from(label), code, text, where)
        case "session", (str(values), *_):
            return SessionChanged(_values(values))
        case "report", (str(job), str(values), *_):
            return Told(_from(""), "report", job, _values(values))
        case "told", (str(verb), str(what), str(values), *_):
            return Told(_from(""), verb, what, _values(values))
    return None


def _message(word: str, *arguments: str | int | float) -> Message:
    return Message(PREFIX + word, arguments)


def _from(label: str) -> Origin:
    return Origin("osc", label=label)


def _values(text: str) -> dict[str, Any]:
    values = json.loads(text)
    if not isinstance(values, dict):
        raise ValueError("an answer's values are one JSON object")
    return values


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values))
