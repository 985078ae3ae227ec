"""OSC packets and messages, checked before they are believed (pure): bytes -> messages -> what they ask.

python-osc's parser trusts sizes, types and depth; a bundle of twenty bytes can hang it. So the structure is walked here
first, and only what is whole, small and of known types is handed on.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.errors import Fault, RequestError, SidecrateError
from bridge.request import KINDS, Request, read_request, shorten

PREFIX = "/sidecrate/"
MAX_PACKET_BYTES = 16_384
MAX_DEPTH = 4
MAX_MESSAGES = 64
_FIXED_SIZES = {"i": 4, "f": 4, "d": 8, "h": 8, "T": 0, "F": 0}


class OscError(SidecrateError):
    """A packet or message that is not understood. `address` is where it was sent, if that could be read."""

    code = "bad_osc"

    def __init__(self, text: str, address: str = "", code: str | None = None) -> None:
        super().__init__(text, code)
        self.address = address


@dataclass(frozen=True)
class Message:
    address: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Address:
    """One row of the tables below."""

    path: str
    arguments: str
    help: str
    trigger: bool = False
    """A button may send it: a lone 0 is a release, a lone 1 a press, and repeats within 150 ms count once."""


IN: dict[str, Address] = {
    row.path: row
    for row in (
        Address("/sidecrate/hello", "id, reply port, nonce", "I am here: repeated every 5 s as a sign of life"),
        Address("/sidecrate/bye", "id", "I am going; what I said of the session no longer holds"),
        Address("/sidecrate/surface", "reply port, or nothing for the sending port", "I am a control surface: tell me flat values now and on change; repeated as a sign of life", trigger=True),
        Address("/sidecrate/generate", "prompt, then pairs of field and value; or one JSON object (context in it: heard first)", "make clips"),
        *(
            Address(f"/sidecrate/{kind}", "as generate", f"make clips of kind {kind}", trigger=True)
            for kind in KINDS
        ),
        Address("/sidecrate/preset", "a preset's name from the config, or its place in it as text (\"1\"); then pairs", "make what the preset says", trigger=True),
        Address("/sidecrate/set", "field, value", "holds for later requests from this sender, over what a preset says; an empty value clears"),
        Address("/sidecrate/again", "job or last, then pairs", "the same with a new seed, or with what the pairs change", trigger=True),
        Address("/sidecrate/fit", "path of an audio file, then pairs", "put a file on the grid"),
        Address("/sidecrate/cancel", "job, id or all", "end what has not ended", trigger=True),
        Address("/sidecrate/answer", "job or last, yes or no", "whether to use what a language model proposes, where a job waits for that"),
        Address("/sidecrate/tempo", "f", "pin the tempo; 0 follows the session again"),
        Address("/sidecrate/key", "s", "pin the key; empty follows the session again"),
        Address("/sidecrate/meter", "i i", "pin the meter; 0 follows the session again"),
        Address("/sidecrate/context", "JSON {source, bpm, key, meter, playing, position, sample_rate, project}", "what a DAW's device knows; followed, never a pin"),
        Address("/sidecrate/bpm", "f", "the same for senders without JSON: the project's tempo; 0 takes it back"),
        Address("/sidecrate/playing", "i", "the same for senders without JSON"),
        Address("/sidecrate/position", "f quarters", "the same for senders without JSON"),
        Address("/sidecrate/audition", "clip, last, next, previous or stop", "hear a clip on this machine's sound device, from the next bar on", trigger=True),
        Address("/sidecrate/keep", "clip or last", "a second name under Kept/", trigger=True),
        Address("/sidecrate/trash", "clip or last", "into the system's bin", trigger=True),
        Address("/sidecrate/status", "job, or nothing for all", "how it goes; of one job, all that has been told of it"),
        Address("/sidecrate/report", "job", "the report of its newest clip"),
        Address("/sidecrate/pair", "seconds (30; 0 ends it); from the machine that wants in: the code", "from this machine alone: hear a while who knocks from the network; told as told pair"),
        Address("/sidecrate/allow", "an address", "from this machine alone: hear this other machine until the daemon ends; `sidecrate pair` also writes it down"),
        Address("/sidecrate/got", "id or job, clip", "stops the repeats of done and failed"),
    )
}  # fmt: skip

OUT: dict[str, Address] = {
    row.path: row
    for row in (
        Address("/sidecrate/welcome", "nonce, version, crate folder, boot id, folder for recordings", "answer to hello; a new boot id: send the context again"),
        Address("/sidecrate/accepted", "id, job, position in the queue", "it is stored and will be done"),
        Address("/sidecrate/progress", "id, job, 0..1, stage", "how far it is"),
        Address("/sidecrate/done", "id, job, clip, path, JSON under 1 KB", "one for each clip"),
        Address("/sidecrate/finished", "id, job, clips published, clips failed", "the job has ended"),
        Address("/sidecrate/failed", "id, job, code, text", "the job has ended without a clip (code cancelled too)"),
        Address("/sidecrate/error", "address, code, text, id", "what was sent there was not taken"),
        Address("/sidecrate/told", "verb, what, JSON under 8 KB", "answer to keep, trash, cancel, audition, the pins, pair and allow"),
        Address("/sidecrate/report", "job, JSON under 8 KB", "answer to report"),
        Address("/sidecrate/session", "JSON", "on change, to those who said hello, and at the first hello"),
        Address("/sidecrate/text", "s", "to surfaces: how it goes, in one line"),
        Address("/sidecrate/bar", "f 0..1", "to surfaces: how far the newest job is"),
        Address("/sidecrate/light/<preset>", "f: 0 out, 0.25 queued, 0.5 working, 0.75 failed, 1 done", "to surfaces: of a preset that OSC or a pad asked for; `_` stands for what no address may hold. The first 16 presets by place too: /sidecrate/light/1"),
        Address("/sidecrate/name/<place>", "s", "to surfaces: the preset at this place in the config, from 1 to 16"),
        Address("/sidecrate/now/tempo", "f, 0 where nobody says one", "to surfaces: the project's"),
        Address("/sidecrate/now/key", "s", "to surfaces: the project's"),
        Address("/sidecrate/now/meter", "s", "to surfaces: the project's"),
    )
}  # fmt: skip

#: What we send stands under these too, with a name or a number behind.
_OUR_FOLDERS = tuple(path.partition("<")[0] for path in OUT if "<" in path)


def is_ours(address: str) -> bool:
    """Whether it is an address that we send."""
    return address in OUT or address.startswith(_OUR_FOLDERS)


def parse_packet(data: bytes) -> list[Message]:
    """All messages of a packet, bundles opened, their time tags ignored (docs/decisions/osc_time_tags.md). OscError when not whole."""
    if len(data) > MAX_PACKET_BYTES:
        raise OscError(
            f"a packet of {len(data)} bytes is not taken; send at most {MAX_PACKET_BYTES}"
        )
    messages: list[Message] = []
    _walk(memoryview(data), 0, messages)
    return messages


def _walk(data: memoryview, depth: int, messages: list[Message]) -> None:
    if bytes(data[:8]) != b"#bundle\0":
        if len(messages) >= MAX_MESSAGES:
            raise OscError(
                f"a packet of more than {MAX_MESSAGES} messages is not taken; send several"
            )
        messages.append(_message(bytes(data)))
        return
    if depth >= MAX_DEPTH:
        raise OscError(f"bundles deeper than {MAX_DEPTH} are not taken")
    at = 16
    if len(data) < at:
        raise OscError("a bundle ends before its time tag does")
    while at < len(data):
        if len(data) - at < 4:
            raise OscError("a bundle ends in the middle of an element's size")
        (size,) = struct.unpack(">i", data[at : at + 4])
        at += 4
        if size <= 0 or size % 4 or size > len(data) - at:
            raise OscError(
                f"a bundle's element says it is {size} bytes long, where {len(data) - at} are left"
            )
        _walk(data[at : at + size], depth + 1, messages)
        at += size


def _message(data: bytes) -> Message:
    address, at = _string(data, 0)
    if not address.startswith("/") or any(c in address for c in "*?[]{}# ,"):
        raise OscError(f"{shorten(address)} is not a plain OSC address")
    if at == len(data):
        return Message(address)
    tags, at = _string(data, at)
    if not tags.startswith(","):
        raise OscError("the argument types do not begin with a comma", address)
    for tag in tags[1:]:
        if tag == "s":
            _, at = _string(data, at)
        elif tag in _FIXED_SIZES:
            at += _FIXED_SIZES[tag]
        else:
            raise OscError(
                f"arguments of type {tag!r} are not taken; use i, f, d, h, s, T or F", address
            )
        if at > len(data):
            raise OscError("the message ends in the middle of an argument", address)
    if at != len(data):
        raise OscError(f"{len(data) - at} bytes are left over after the last argument", address)
    arguments = tuple(OscMessage(data).params)
    if any(isinstance(value, float) and not math.isfinite(value) for value in arguments):
        raise OscError("an argument is not a finite number", address)
    return Message(address, arguments)


def _string(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at)
    if end < 0:
        raise OscError("a text has no end")
    after = end + 4 - end % 4
    if after > len(data):
        raise OscError("a text is not padded to four bytes")
    try:
        return data[at:end].decode("utf-8"), after
    except UnicodeDecodeError:
        raise OscError("a text is not UTF-8") from None


def build_message(address: str, *arguments: str | int | float) -> bytes:
    """An OSC message: text as s, whole numbers as i, others as f."""
    builder = OscMessageBuilder(address)
    for value in arguments:
        builder.add_arg(
            value, "s" if isinstance(value, str) else "i" if isinstance(value, int) else "f"
        )
    packet: bytes = builder.build().dgram
    return packet


def is_release(message: Message) -> bool:
    """A button going up: a trigger with a lone 0 or F."""
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
    """(field, value) of arguments that come in pairs. RequestError when one is left over."""
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
    pairs: list[tuple[str, object]]
    arguments = message.arguments
    if (
        len(arguments) == 1
        and isinstance(arguments[0], str)
        and arguments[0].lstrip().startswith("{")
    ):
        pairs = list(read_json(message.address, arguments[0]).items())
    elif arguments and not isinstance(arguments[0], str):
        raise OscError(
            f"the prompt {shorten(arguments[0])} is not text; send what you want to hear as a string",
            message.address,
        )
    elif arguments:
        pairs = [("prompt", arguments[0]), *read_pairs(message.address, arguments[1:])]
    else:
        pairs = []
    kind = message.address.removeprefix(PREFIX)
    if kind in KINDS:
        pairs.append(("kind", kind))
    return read_request(pairs)


def read_label(message: Message) -> str:
    """The `id` that a request bears, even where the rest of it is wrong; empty where it has none."""
    arguments = message.arguments
    if len(arguments) == 1 and str(arguments[0]).lstrip().startswith("{"):
        try:
            return str(read_json(message.address, str(arguments[0])).get("id", ""))
        except OscError:
            return ""
    names = [str(value) for value in arguments[1::2]]
    return (
        str(arguments[2 + 2 * names.index("id")])
        if "id" in names[: (len(arguments) - 1) // 2]
        else ""
    )


def take_context(message: Message) -> tuple[Message, dict[str, Any] | None]:
    """A request's message without the `context` in its JSON, and that context. OscError when it is no object."""
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
    """One JSON object. OscError when it is not."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
        # JSON can escape half a surrogate pair, which no file and no packet can hold
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
    """What a sender says of itself."""

    id: str
    reply_port: int | None
    nonce: str = ""


def read_hello(message: Message) -> Hello:
    """The arguments of hello. OscError when the port is none."""
    given = len(message.arguments)
    name = str(message.arguments[0]) if given > 0 else ""
    nonce = str(message.arguments[2]) if given > 2 else ""
    return Hello(name, read_port(message, 1), nonce)


def read_port(message: Message, at: int) -> int | None:
    """The reply port that is one of a message's arguments; None for the port that sent. OscError when it is none."""
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
    """A message's lone time in seconds, 0 for an end. OscError when it is none."""
    given = message.arguments[0] if message.arguments else usual_s
    try:
        length_s = float(given)
    except (TypeError, ValueError):
        length_s = -1.0
    if not 0 <= length_s <= most_s:
        raise OscError(f"{shorten(given)} is not a time from 0 to {most_s:g} s", message.address)
    return length_s
