"""Parsing of OSC arguments (pure): a request, pairs, a port, a button's press."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.errors import Fault, RequestError
from bridge.osc.addresses import IN, PREFIX
from bridge.osc.packet import Message, OscError
from bridge.request import KINDS, Request, read_request
from bridge.text import shorten


def is_release(message: Message) -> bool:
    """Whether a button goes up: a trigger with a lone 0 or F."""
    return (
        IN[message.address].trigger
        and len(message.arguments) == 1
        and message.arguments[0] in (0, False)
    )


def pressed(message: Message) -> Message:
    """The message without the lone 1 or T of a button going down."""
    lone = (
        len(message.arguments) == 1
        and message.arguments[0] in (1, True)
        and not isinstance(message.arguments[0], str)
    )
    return Message(message.address) if lone and IN[message.address].trigger else message


def read_pairs(address: str, arguments: Sequence[Any]) -> list[tuple[str, object]]:
    """(field, value) of arguments that come in pairs. RequestError where one is left over."""
    if len(arguments) % 2:
        raise RequestError(
            Fault(
                "",
                shorten(arguments[-1]),
                f"{shorten(arguments[-1])} has no value; send field and value in turn",
            )
        )
    return [(str(arguments[n]), arguments[n + 1]) for n in range(0, len(arguments), 2)]


def read_prompt(message: Message) -> Request:
    """The request of generate, or of a kind's own address. RequestError names every fault."""
    arguments = message.arguments
    if arguments and not isinstance(arguments[0], str):
        raise OscError(
            f"the prompt {shorten(arguments[0])} is not text; "
            "send what you want to hear as a string",
            message.address,
        )
    pairs = read_asked(message, "prompt")
    kind = message.address.removeprefix(PREFIX)
    if kind in KINDS:
        pairs.append(("kind", kind))
    return read_request(pairs)


def read_asked(message: Message, first: str) -> list[tuple[str, object]]:
    """(field, value) of one JSON object, or of pairs behind a lone value of the field `first`.

    RequestError: a pair is incomplete. OscError: the JSON is not one object.
    """
    arguments = message.arguments
    if not arguments:
        return []
    lone = arguments[0] if len(arguments) == 1 else None
    if isinstance(lone, str) and lone.lstrip().startswith("{"):
        return list(read_json(message.address, lone).items())
    return [(first, arguments[0]), *read_pairs(message.address, arguments[1:])]


def read_label(message: Message) -> str:
    """The `id` of a request, even of an invalid one; empty where it has none."""
    arguments = message.arguments
    if len(arguments) == 1 and str(arguments[0]).lstrip().startswith("{"):
        try:
            return str(read_json(message.address, str(arguments[0])).get("id", ""))
        except OscError:
            return ""
    names = [str(value) for value in arguments[1::2]]
    if "id" in names[: (len(arguments) - 1) // 2]:
        return str(arguments[2 + 2 * names.index("id")])
    return ""


def take_context(message: Message) -> tuple[Message, dict[str, Any] | None]:
    """A request's message without the `context` in its JSON, and that context.

    OscError where the context is not an object.
    """
    if len(message.arguments) != 1 or not str(message.arguments[0]).lstrip().startswith("{"):
        return message, None
    values = dict(read_json(message.address, str(message.arguments[0])))
    context = values.pop("context", None)
    if context is None:
        return message, None
    if not isinstance(context, dict):
        raise OscError("context takes one JSON object", message.address)
    return Message(message.address, (json.dumps(values),)), context


def read_json(address: str, text: str) -> Mapping[str, Any]:
    """One JSON object. OscError where the text is anything else."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
        # JSON can escape half a surrogate pair, which neither a file name nor a packet can hold
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise OscError(f"{shorten(text)} is not JSON", address) from None
    if not isinstance(value, dict):
        raise OscError(f"{shorten(text)} is not a JSON object", address)
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(name)


@dataclass(frozen=True)
class Hello:
    """A hello's arguments: the sender's name, its reply port (None: the sending port), a nonce."""

    id: str
    reply_port: int | None
    nonce: str = ""


def read_hello(message: Message) -> Hello:
    """The arguments of hello. OscError where the port is invalid."""
    given = len(message.arguments)
    name = str(message.arguments[0]) if given > 0 else ""
    nonce = str(message.arguments[2]) if given > 2 else ""
    return Hello(name, read_port(message, 1), nonce)


def read_port(message: Message, at: int) -> int | None:
    """The reply port in argument `at`; None for the sending port. OscError where it is invalid."""
    port = message.arguments[at] if len(message.arguments) > at else None
    if port is None or port == "":
        return None
    try:
        number = int(port)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number <= 65535:
        raise OscError(
            f"reply port {shorten(port)} is not one of 1 to 65535, or 0 for the sending port",
            message.address,
        )
    return number or None


def read_seconds(message: Message, usual_s: float, most_s: float) -> float:
    """A duration in seconds, 0 for an end. OscError where it is not in the range."""
    given = message.arguments[0] if message.arguments else usual_s
    try:
        length_s = float(given)
    except (TypeError, ValueError):
        length_s = -1.0
    if not 0 <= length_s <= most_s:
        raise OscError(f"{shorten(given)} is not a time from 0 to {most_s:g} s", message.address)
    return length_s
