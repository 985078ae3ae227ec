"""The MIDI map: pads, knobs and program changes from the config, and what each message orders.

The config's `midi.map` is a list of mappings, each a plain dict:

    trigger     `note`, `cc` or `program`: a number from 0 to 127; a note may be a name, as in C1
    channel     1 to 16, or any (the default)
    port        a part of the port's name; any port where it is missing
    do          preset NAME | make | loop | oneshot | track | midi | sfx | vocal | again | cancel
                | keep | audition [last, next, previous or stop] | set FIELD
                | another verb and what it works on: fit last
    with        fields of the request, for presets, kinds, make and again:
                {prompt: dark drums, bars: 2}
    velocity    a field that a note's velocity sets in its own request, scaled by from and to
    from, to    the field's values at 0 and at 127, for `set` and `velocity`
    values      instead of from and to: the field's values, spread over the controller's range
    step        numbers are rounded to a multiple of it

    - {note: 36, do: preset dusty, velocity: energy}
    - {cc: 21, channel: 1, do: set bpm, from: 70, to: 180}
    - {cc: 22, do: set key, values: [Am, Cm, Dm, Em]}
    - {program: 0, do: again, with: {change: drums}}

A controller triggers when it rises to 64 or more. A note-on with velocity 0 is a release.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bridge.errors import Fault, RequestError
from bridge.music import parse_note
from bridge.request import FIELDS, KINDS, Value, check_fields, unknown_field
from bridge.text import shorten
from bridge.verbs import VERBS, Verb

TRIGGERS: Final = ("note", "cc", "program")
_KEYS: Final = (
    *TRIGGERS,
    "channel",
    "port",
    "do",
    "with",
    "velocity",
    "from",
    "to",
    "values",
    "step",
)
_SIMPLE: Final = {"again": "last", "cancel": "all", "keep": "last"}
_AUDITION: Final = ("last", "next", "previous", "stop")

#: Range of a whole turn of a knob where the mapping gives none, and the step between values.
_USUAL_RANGE: Final[dict[str, tuple[float, float, float]]] = {
    "energy": (0, 1, 0.01),
    "density": (0, 1, 0.01),
    "strength": (0, 1, 0.01),
    "swing": (50, 75, 0.5),
    "bpm": (60, 180, 1),
    "bars": (1, 16, 1),
    "count": (1, 8, 1),
    "level": (-24, -6, 0.5),
    "choice": (1, 8, 1),
    "note": (0, 127, 1),
}


@dataclass(frozen=True)
class Scale:
    """Maps 0-127 to a field's value: linearly between two ends, or to one of a list."""

    field: str
    low: float = 0.0
    high: float = 1.0
    step: float = 0.0
    values: tuple[Value, ...] = ()

    def at(self, position: int) -> Value:
        """The field's checked value at a position from 0 to 127."""
        if self.values:
            return self.values[min(position, 127) * len(self.values) // 128]
        number = self.low + (self.high - self.low) * min(position, 127) / 127
        if self.step:
            lowest = min(self.low, self.high)
            highest = max(self.low, self.high)
            number = min(max(round(number / self.step) * self.step, lowest), highest)
        return FIELDS[self.field].check(round(number, 3))


@dataclass(frozen=True)
class Mapped:
    """One entry of the map: a trigger and what it does."""

    trigger: str
    number: int
    channel: int | None
    """0-15, or None for any."""
    port: str
    verb: str
    """make, again, cancel, keep, audition, or set."""
    what: str = ""
    """For `make`: the preset's name, or empty. Otherwise: what the verb works on."""
    fields: Mapping[str, Value] = field(default_factory=dict)
    scale: Scale | None = None
    """For `set`, and for a note whose velocity sets a field."""

    def matches(self, trigger: str, number: int, channel: int, port: str) -> bool:
        """Whether a message of this port has this trigger."""
        return (
            (self.trigger, self.number) == (trigger, number)
            and self.channel in (None, channel)
            and self.port.casefold() in port.casefold()
        )


@dataclass(frozen=True)
class Touch:
    """A message that may trigger something: its trigger, and its value, 0-127."""

    trigger: str
    number: int
    channel: int
    position: int


def read_message(data: Sequence[int]) -> Touch | None:
    """The touch in a MIDI message: of a note-on, a controller or a program change.

    None for a release, and for any other message.
    """
    if len(data) < 2 or any(not 0 <= byte <= 127 for byte in data[1:]):
        return None
    kind = data[0] & 0xF0
    channel = data[0] & 0x0F
    if kind == 0x90 and len(data) == 3 and data[2] > 0:
        return Touch("note", data[1], channel, data[2])
    if kind == 0xB0 and len(data) == 3:
        return Touch("cc", data[1], channel, data[2])
    if kind == 0xC0 and len(data) == 2:
        return Touch("program", data[1], channel, 127)
    return None


@dataclass(frozen=True)
class MidiMap:
    """All mappings, and the velocity that lights a pad in each state."""

    mappings: tuple[Mapped, ...] = ()
    lights: Mapping[str, int] = field(
        default_factory=lambda: {"queued": 1, "working": 64, "done": 127, "failed": 5}
    )

    def mapped(self, touch: Touch, port: str) -> list[Mapped]:
        """The mappings that a touch triggers; those that set a value first: others use it."""
        found = [
            m for m in self.mappings if m.matches(touch.trigger, touch.number, touch.channel, port)
        ]
        return sorted(found, key=lambda mapping: mapping.verb != "set")

    @classmethod
    def read(
        cls,
        entries: Iterable[Mapping[str, Any]],
        presets: Mapping[str, Mapping[str, Value]] | None = None,
        lights: Mapping[str, int] | None = None,
        note_names: str = "live",
    ) -> MidiMap:
        """The map of config entries. RequestError with every fault, each line naming its entry.

        presets: the fields of each preset by name. note_names: live, fl or scientific, for notes
        that are given as names.
        """
        mappings = []
        faults = []
        for k, entry in enumerate(entries, 1):
            reader = _Reader(entry, presets or {}, note_names)
            mapping = reader.read()
            faults += [Fault(f.field, f.value, f"midi.map {k}: {f.text}") for f in reader.faults]
            if mapping:
                mappings.append(mapping)
        if faults:
            raise RequestError(*faults)
        return cls(tuple(mappings), dict(lights)) if lights else cls(tuple(mappings))


class _Reader:
    """Parses one entry and collects its faults."""

    def __init__(
        self, entry: object, presets: Mapping[str, Mapping[str, Value]], note_names: str
    ) -> None:
        self.faults: list[Fault] = []
        self._presets = presets
        self._note_names = note_names
        self._entry: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {}
        if not isinstance(entry, Mapping):
            self._fault(
                "entry", entry, "is not a mapping; write it as in: {note: 36, do: preset drums}"
            )

    def read(self) -> Mapped | None:
        if self.faults:
            return None
        for key in self._entry:
            if key not in _KEYS:
                near = difflib.get_close_matches(str(key), _KEYS, n=1)
                hint = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(_KEYS)}"
                self._fault(str(key), key, f"is not a key; {hint}")
        trigger, number = self._trigger()
        channel = self._channel()
        port = str(self._entry.get("port") or "")
        verb, what, fields, target = self._do()
        scale = self._scale(target, trigger) if target else None
        if self.faults:
            return None
        return Mapped(trigger, number, channel, port, verb, what, fields, scale)

    def _fault(self, name: str, value: object, text: str) -> None:
        self.faults.append(Fault(name, shorten(value), f"{name}: {shorten(value)} {text}"))

    def _trigger(self) -> tuple[str, int]:
        given = [name for name in TRIGGERS if name in self._entry]
        if len(given) != 1:
            self._fault(
                "trigger",
                ", ".join(given) or "nothing",
                "is not one of note, cc and program; write one, as in: note: 36",
            )
            return "note", 0
        raw = self._entry[given[0]]
        if given[0] == "note" and isinstance(raw, str):
            try:
                number = parse_note(raw, self._note_names)[1]
                if number is not None:
                    return "note", number
            except ValueError:
                pass
        elif isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= 127:
            return given[0], raw
        names = ", or a note with its octave (C1)" if given[0] == "note" else ""
        self._fault(
            given[0], raw, f"is not allowed here; it takes a whole number from 0 to 127{names}"
        )
        return given[0], 0

    def _channel(self) -> int | None:
        raw = self._entry.get("channel", "any")
        if raw in ("any", None):
            return None
        if isinstance(raw, int) and not isinstance(raw, bool) and 1 <= raw <= 16:
            return raw - 1
        self._fault("channel", raw, "is not allowed here; it takes 1 to 16, or any")
        return None

    def _do(self) -> tuple[str, str, dict[str, Value], str]:
        """(verb, what, fields, the scaled field)."""
        raw = self._entry.get("do")
        word, _, rest = str(raw or "").strip().partition(" ")
        word = word.lower()
        rest = rest.strip()
        verb = VERBS.get("make" if word in ("preset", *KINDS) else word, VERBS["again"])
        fields = self._with(verb)
        velocity = str(self._entry.get("velocity") or "")
        if word == "set" and self._is_field(rest):
            return "set", "", {}, rest.lower()
        if word == "preset" and rest in self._presets:
            return "make", rest, {**self._presets[rest], **fields}, velocity
        if word == "preset":
            near = difflib.get_close_matches(rest, self._presets, n=1)
            known = f"the presets are {', '.join(self._presets) or 'none yet'}"
            if near:
                known = f"did you mean {near[0]}?"
            self._fault("do", raw, f"names no preset; {known}")
        elif word == "audition" and (rest or "last") in _AUDITION:
            return "audition", rest or "last", {}, ""
        elif not rest and word in KINDS:
            return "make", "", {"kind": word, **fields}, velocity
        elif not rest and word == "make":
            return "make", "", fields, velocity
        elif not rest and word in _SIMPLE:
            return word, _SIMPLE[word], fields, velocity if word == "again" else ""
        elif word in VERBS and verb.works_on in ("source", "notes", "either", "folder"):
            return self._on_source(verb, rest, fields, velocity)
        elif word != "set":
            near = difflib.get_close_matches(word, (*VERBS, *KINDS, *_SIMPLE), n=1, cutoff=0.75)
            hint = f"did you mean {near[0]}? " if near and near[0] != word else ""
            self._fault("do", raw, f"is not something that can be done; {hint}it takes {_can_do()}")
        return "", "", {}, ""

    def _on_source(
        self, verb: Verb, source: str, fields: dict[str, Value], velocity: str
    ) -> tuple[str, str, dict[str, Value], str]:
        if velocity and velocity.lower() not in verb.takes:
            self.faults.append(verb.unknown(velocity))
            return "", "", {}, ""
        source = source or "last"
        return verb.name, source, {verb.holds: source, **fields}, velocity

    def _with(self, verb: Verb) -> dict[str, Value]:
        raw = self._entry.get("with", {})
        if not isinstance(raw, Mapping):
            self._fault(
                "with",
                raw,
                "is not a list of fields; write it as in: with: {prompt: dark drums, bars: 2}",
            )
            return {}
        try:
            return check_fields(raw.items(), verb.takes, verb.unknown)
        except RequestError as error:
            self.faults += error.faults
            return {}

    def _is_field(self, name: str) -> bool:
        if name.lower() in FIELDS:
            return True
        self.faults.append(unknown_field(name))
        return False

    def _scale(self, name: str, trigger: str) -> Scale | None:
        name = name.lower()
        if not self._is_field(name):
            return None
        if trigger == "program" or (trigger == "cc" and "velocity" in self._entry):
            self._fault(
                trigger,
                self._entry.get(trigger),
                "has nothing to scale a value by; only a note's velocity or a cc has",
            )
            return None
        try:
            return self._list(name) if "values" in self._entry else self._range(name)
        except RequestError as error:
            self.faults += error.faults
            return None

    def _list(self, name: str) -> Scale:
        raw = self._entry["values"]
        if not isinstance(raw, (list, tuple)) or not 1 <= len(raw) <= 128:
            raise RequestError(
                Fault(
                    "values",
                    shorten(raw),
                    f"values: {shorten(raw)} is not a list of 1 to 128 values of {name}",
                )
            )
        return Scale(name, values=tuple(FIELDS[name].check(value) for value in raw))

    def _range(self, name: str) -> Scale:
        low, high, step = _USUAL_RANGE.get(name, (None, None, 0.0))
        ends = (self._entry.get("from", low), self._entry.get("to", high))
        if any(isinstance(end, bool) or not isinstance(end, (int, float)) for end in ends):
            text = (
                f"{name}: a knob needs numbers to go from and to (from: 1, to: 8), "
                "or a list of values (values: [...])"
            )
            raise RequestError(Fault(name, shorten(ends), text))
        raw_step = self._entry.get("step", step)
        if isinstance(raw_step, bool) or not isinstance(raw_step, (int, float)) or raw_step < 0:
            raise RequestError(
                Fault(
                    "step", shorten(raw_step), f"step: {shorten(raw_step)} is not a number above 0"
                )
            )
        scale = Scale(name, float(ends[0]), float(ends[1]), float(raw_step))
        for position in range(128):
            scale.at(position)
        return scale


def _can_do() -> str:
    """The values of `do`, for an error text."""
    others = ", ".join(name for name in VERBS if name not in ("make", "again"))
    kinds = ", ".join(KINDS)
    return (
        f"preset NAME, make, {kinds}, again, {others} SOURCE, cancel, keep, audition or set FIELD"
    )
