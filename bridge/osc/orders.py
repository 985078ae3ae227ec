"""From a sender's OSC message to an order: one method for each address of `addresses.IN`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bridge.errors import Fault, RequestError
from bridge.events import (
    Answer,
    Ask,
    Audition,
    Batch,
    Cancel,
    Context,
    Hand,
    Keep,
    Pin,
    Report,
    Status,
    Trash,
)
from bridge.osc.addresses import PREFIX
from bridge.osc.arguments import read_asked, read_json, read_pairs, read_prompt, take_context
from bridge.osc.packet import Message, OscError
from bridge.osc.sender import Sender
from bridge.request import (
    FIELDS,
    Field,
    Request,
    Value,
    field_meant,
    read_fields,
    switch,
    unknown_field,
)
from bridge.text import shorten
from bridge.verbs import SOURCE, VERBS, Verb


class OscOrders:
    """Translates messages to orders.

    presets: those of the config. trust_lan: whether other machines may send paths, context and
    requests that cost money.
    """

    def __init__(
        self, hand: Hand, presets: Mapping[str, Mapping[str, Value]], trust_lan: bool
    ) -> None:
        self._hand = hand
        self._presets = presets
        self._trust_lan = trust_lan
        self._read: dict[str, Callable[[Sender, Message], None]] = {
            "make": self._on_generate,
            "again": self._on_again,
            "preset": self._on_preset,
            "set": self._on_set,
            "batch": self._on_batch,
            "cancel": self._on_cancel,
            "answer": self._on_answer,
            "audition": self._on_audition,
            "keep": self._on_keep,
            "trash": self._on_trash,
            "status": self._on_status,
            "report": self._on_report,
            "tempo": self._on_tempo,
            "key": self._on_key,
            "meter": self._on_meter,
            "context": self._on_context,
            "bpm": self._on_bpm,
            "playing": self._on_playing,
            "position": self._on_position,
        }
        """By the word behind the prefix. Other verbs come from their table; kinds are prompts."""

    def send(self, sender: Sender, message: Message) -> None:
        """Hand on the order of a message. RequestError or OscError where it is invalid."""
        sender.sent = message.address
        word = message.address.removeprefix(PREFIX)
        if word in self._read:
            self._read[word](sender, message)
        elif word in VERBS:
            self._on_verb(sender, message, VERBS[word])
        else:
            self._on_generate(sender, message)

    def _on_generate(self, sender: Sender, message: Message) -> None:
        message, context = take_context(message)
        if context is not None:
            # the project's state travels with the request: in another packet it might be lost
            self._hear_context(sender, message, context)
        self._order_clips(sender, VERBS["make"], read_prompt(message))

    def _on_verb(self, sender: Sender, message: Message, verb: Verb) -> None:
        if not message.arguments and not verb.by_button:
            raise OscError(verb.missing().text, message.address)
        asked = read_asked(message, SOURCE) or [(SOURCE, "last")]
        for name, raw in asked:
            if verb.holds and name == SOURCE:
                _read_as(message, verb.holds, raw)
        _, request = verb.read(asked)
        self._order_clips(sender, verb, request)

    def _on_preset(self, sender: Sender, message: Message) -> None:
        name = str(message.arguments[0]) if message.arguments else ""
        if name not in self._presets and name.isdecimal() and 1 <= int(name) <= len(self._presets):
            name = list(self._presets)[int(name) - 1]
        if name not in self._presets:
            known = ", ".join(self._presets) or "none"
            raise OscError(
                f"preset {shorten(name)} is not in the config; there are: {known}",
                message.address,
                "unknown_preset",
            )
        pairs = read_fields(read_pairs(message.address, message.arguments[1:]))
        # a value that was `set` overrides the preset's, as a MIDI knob's does
        sender.last_preset = name
        self._order_clips(
            sender,
            VERBS["make"],
            pairs.over(_held({**self._presets[name], **sender.held}, pairs)),
            name,
        )

    def _order_clips(self, sender: Sender, verb: Verb, request: Request, preset: str = "") -> None:
        if not preset:
            sender.last_preset = ""
        request = request.over(_held(verb.taken_of(sender.held), request, verb.takes))
        self._refuse_if_foreign(sender, verb, request)
        if verb.holds == "reference" and request.get("reference") == "last" and sender.last_clip:
            # the newest of this sender's own: another sender's may be newer
            request = request.with_values({"reference": sender.last_clip})
        origin = sender.origin(request.label, preset)
        once = sender.once(request.label)
        may_spend = self._is_trusted(sender)
        self._hand(Ask(verb.name, origin, (request,), once=once, may_spend=may_spend))

    def _is_trusted(self, sender: Sender) -> bool:
        return sender.is_local or self._trust_lan

    def _refuse_if_foreign(self, sender: Sender, verb: Verb, request: Request) -> None:
        if self._is_trusted(sender):
            return
        for name in verb.paths:
            if name in request and request[name] != "last":
                text = f"{name}: paths are not taken from other machines unless osc.trust_lan is on"
                raise RequestError(Fault(name, shorten(request[name]), text))

    def _on_set(self, sender: Sender, message: Message) -> None:
        if not message.arguments:
            raise OscError("set needs a field and a value, as in: bpm 90", message.address)
        name = str(message.arguments[0])
        raw = message.arguments[1] if len(message.arguments) > 1 else ""
        if raw == "":
            if field_meant(name) not in FIELDS:
                raise RequestError(unknown_field(name))
            sender.held.pop(field_meant(name), None)
        else:
            # as they were given: each request that takes them says what was rounded
            sender.held.update(read_fields([(name, raw)]).to_send())

    def _on_again(self, sender: Sender, message: Message) -> None:
        verb = VERBS["again"]
        what, changes = verb.read(read_asked(message, SOURCE))
        what = what or "last"
        self._refuse_if_foreign(sender, verb, changes)
        # a repeat of a preset's clip lights that preset again
        preset = sender.last_preset if what == "last" else ""
        if what == "last" and sender.last_job:
            what = sender.last_job
        origin = sender.origin(changes.label, preset)
        once = sender.once(changes.label)
        may_spend = self._is_trusted(sender)
        self._hand(Ask("again", origin, (changes,), what, once=once, may_spend=may_spend))

    def _on_batch(self, sender: Sender, message: Message) -> None:
        if not sender.is_local:
            raise OscError("a batch is not taken from other machines", message.address)
        if len(message.arguments) != 2:
            raise OscError(
                "batch needs its id and your word for it, as two arguments", message.address
            )
        batch, label = (str(one)[:64] for one in message.arguments)
        self._hand(Batch(sender.origin(label), batch))

    def _on_cancel(self, sender: Sender, message: Message) -> None:
        what = str(message.arguments[0]) if message.arguments else sender.last_job or "last"
        self._hand(Cancel(sender.origin(), what))

    def _on_answer(self, sender: Sender, message: Message) -> None:
        what = str(message.arguments[0]) if message.arguments else "last"
        if what == "last" and sender.last_job:
            what = sender.last_job
        yes = _read_answer(message) if len(message.arguments) > 1 else True
        self._hand(Answer(sender.origin(), what, yes))

    def _on_audition(self, sender: Sender, message: Message) -> None:
        self._hand(Audition(sender.origin(), _clip(sender, message)))

    def _on_keep(self, sender: Sender, message: Message) -> None:
        self._hand(Keep(sender.origin(), _clip(sender, message)))

    def _on_trash(self, sender: Sender, message: Message) -> None:
        self._hand(Trash(sender.origin(), _clip(sender, message)))

    def _on_status(self, sender: Sender, message: Message) -> None:
        what = str(message.arguments[0]) if message.arguments else ""
        self._hand(Status(sender.origin(), what))

    def _on_report(self, sender: Sender, message: Message) -> None:
        what = str(message.arguments[0]) if message.arguments else "last"
        if what == "last" and sender.last_job:
            what = sender.last_job
        self._hand(Report(sender.origin(), what))

    def _on_tempo(self, sender: Sender, message: Message) -> None:
        self._pin(sender, message, "bpm", message.arguments[0] if message.arguments else 0)

    def _on_key(self, sender: Sender, message: Message) -> None:
        self._pin(sender, message, "key", message.arguments[0] if message.arguments else "")

    def _on_meter(self, sender: Sender, message: Message) -> None:
        given = message.arguments
        if len(given) >= 2 and not isinstance(given[0], str):
            meter = f"{given[0]:g}/{given[1]:g}" if given[0] and given[1] else ""
        else:
            meter = given[0] if given else ""
        self._pin(sender, message, "meter", meter)

    def _pin(self, sender: Sender, message: Message, name: str, raw: Any) -> None:
        cleared = raw in ("", 0, "0")
        value = None if cleared else _read_as(message, name, raw)
        self._hand(Pin(sender.origin(), {name: value}))

    def _on_context(self, sender: Sender, message: Message) -> None:
        if not message.arguments:
            raise OscError('context needs one JSON object, as in: {"bpm": 90}', message.address)
        values = dict(read_json(message.address, str(message.arguments[0])))
        self._hear_context(sender, message, values)

    def _hear_context(self, sender: Sender, message: Message, values: dict[str, Any]) -> None:
        source = str(values.pop("source", "") or sender.name or "osc")[:64]
        self._context(sender, message, source, values)

    def _on_bpm(self, sender: Sender, message: Message) -> None:
        bpm = (message.arguments[0] if message.arguments else 0) or None
        self._context(sender, message, sender.source, {"bpm": bpm})

    def _on_playing(self, sender: Sender, message: Message) -> None:
        playing = bool(message.arguments and message.arguments[0])
        self._context(sender, message, sender.source, {"playing": playing})

    def _on_position(self, sender: Sender, message: Message) -> None:
        value = message.arguments[0] if message.arguments else 0.0
        self._context(sender, message, sender.source, {"position": value})

    def _context(
        self, sender: Sender, message: Message, source: str, values: Mapping[str, Any]
    ) -> None:
        if not self._is_trusted(sender):
            raise OscError(
                "the session's context is not taken from other machines unless osc.trust_lan is on",
                message.address,
            )
        sender.name = source
        self._hand(Context(sender.origin(), source, values))


def _held(
    values: Mapping[str, Any], request: Request, rows: Mapping[str, Field] = FIELDS
) -> Request:
    """The values of a preset, and those that were `set`, that a request does not name itself."""
    return read_fields(
        ((name, value) for name, value in values.items() if name not in request), rows
    )


def _clip(sender: Sender, message: Message) -> str:
    """The clip that a message names; the sender's own newest where it names none or `last`."""
    what = str(message.arguments[0]) if message.arguments else "last"
    if what == "last" and sender.last_clip:
        return sender.last_clip
    return what


def _read_as(message: Message, field: str, raw: object) -> Value:
    """An argument, parsed as the field is.

    RequestError names the address instead of the field, which the sender may not know.
    """
    try:
        return FIELDS[field].check(raw)
    except RequestError:
        row = FIELDS[field]
        raise _not_allowed(message, raw, row.allowed, row.example) from None


def _read_answer(message: Message) -> bool:
    raw = message.arguments[1]
    try:
        return switch(raw)
    except ValueError:
        raise _not_allowed(message, raw, "yes or no", "last yes") from None


def _not_allowed(message: Message, raw: object, allowed: str, example: str) -> RequestError:
    given = shorten(raw)
    address = message.address
    text = f"{address}: {given} is not allowed here; it takes {allowed}."
    return RequestError(Fault("", given, f"{text} For example: {address} {example}"))
