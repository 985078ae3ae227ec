"""The fields of a request: one table, from which doors, error texts and documentation derive."""

from __future__ import annotations

import difflib
import keyword
import math
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bridge import written
from bridge.errors import Fault, RequestError
from bridge.key_names import foreign_key
from bridge.music import MAX_BARS, MAX_BPM, MIN_BARS, MIN_BPM, Key, Meter, parse_note
from bridge.sections import sections_field
from bridge.text import one_line, shorten
from bridge.written import NO_UNITS, Units, figure

KINDS = ("loop", "oneshot", "track", "midi", "sfx", "vocal")
#: Characters of a prompt, and of other texts.
MAX_PROMPT = 4000
#: Clips of one request.
MOST_CLIPS = 10_000
#: What every door says of a request without words.
NOTHING_ASKED = (
    "nothing is asked; write what you want to hear as the prompt, in"
    f" 1 to {MAX_PROMPT:,} characters of text, as in: dusty boom bap drums 90 bpm"
)
#: Words of a list, as in `mood`.
MAX_WORDS = 32

#: A checked value: JSON, so that a request can be stored and sent as it is.
Value = str | int | float | bool | list[str]


@dataclass(frozen=True)
class Field:
    """One row of the table: a field's parser, its allowed values, and their texts for people."""

    name: str
    read: Callable[[Any], Value]
    allowed: str
    default: str
    help: str
    example: str
    is_path: bool = False
    """Whether it names a file or folder of this machine."""
    if_empty: str = ""
    """What is said of an empty text, where that has a mend of its own."""

    @property
    def python_name(self) -> str:
        """Its name in Python, where a word of the language's own cannot be one."""
        return f"{self.name}_" if keyword.iskeyword(self.name) else self.name

    def check(self, raw: object) -> Value:
        """The checked value of `raw`, from any door. RequestError names value, range and mend."""
        try:
            return self.read(raw)
        except (ValueError, TypeError, OverflowError) as error:
            raise RequestError(self.fault(raw, str(error) if self.is_path else "")) from None

    def fault(self, raw: object, why: str = "") -> Fault:
        """The fault of a value that is not allowed; `why`, where that has a mend of its own."""
        given = shorten(raw)
        if self.if_empty and isinstance(raw, str) and not raw.strip():
            return Fault(self.name, given, f"{self.name}: {given}: {self.if_empty}")
        because = f" ({why})" if why else ""
        text = (
            f"{self.name}: {given} is not allowed here{because}; it takes {self.allowed}. "
            f"For example: {self.name}: {self.example}"
        )
        return Fault(self.name, given, text)


def plain_text(raw: object) -> str:
    """Text without surrounding spaces. ValueError where it is empty or holds a NUL."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        raise TypeError
    text = str(raw).strip()
    if not text or "\0" in text:
        raise ValueError
    text.encode()  # ValueError for half a surrogate pair: no file can hold it
    return text


def short_text(raw: object) -> str:
    """Text of at most `MAX_PROMPT` characters."""
    text = plain_text(raw)
    if len(text) > MAX_PROMPT:
        raise ValueError
    return text


@dataclass(frozen=True)
class Number:
    """Reads a number in a range. ValueError outside it, or for another unit."""

    low: float
    high: float
    decimals: int | None = None
    """More of them are rounded."""
    units: Units = field(default_factory=dict)
    """Words that may stand behind the number, and the factor of each."""

    def __call__(self, raw: Any) -> float:
        value = self.exact(raw)
        return value if self.decimals is None else round(value, self.decimals)

    def exact(self, raw: Any) -> float:
        """The number before it is rounded."""
        if isinstance(raw, bool):
            raise TypeError
        value = figure(raw, self.units) if isinstance(raw, str) else float(raw)
        if not math.isfinite(value) or not self.low <= value <= self.high:
            raise ValueError
        return value

    def is_rounded(self, raw: Any) -> bool:
        """Whether a number that is allowed has more decimals than are kept."""
        exact = self.exact(raw)
        # OSC's 32-bit floats turn 93.4 into 93.40000153: a rounding error is no decimal
        return abs(self(raw) - exact) > 1e-6 * max(1.0, abs(exact))


def number(low: float, high: float, decimals: int | None = None, units: Units = NO_UNITS) -> Number:
    """A parser of numbers in a range. More than `decimals` decimals are rounded.

    units: words that may stand behind the number, and the factor of each.
    """
    return Number(low, high, decimals, units)


def whole(low: int, high: int, units: Units = NO_UNITS) -> Callable[[Any], int]:
    """A parser of whole numbers in a range. units: words that may stand behind the number."""

    def read(raw: Any) -> int:
        if isinstance(raw, bool):
            raise TypeError
        is_digits = isinstance(raw, str) and re.fullmatch(r"\s*-?\d+\s*", raw)
        if is_digits or isinstance(raw, int):
            value: float = int(raw)
        else:
            value = figure(raw, units) if isinstance(raw, str) else float(raw)
        if value != int(value) or not low <= value <= high:
            raise ValueError
        return int(value)

    return read


def kind_word(kind: str) -> str:
    """A kind as people write it: `oneshot` is what programs read and write."""
    return "one-shot" if kind == "oneshot" else kind


@dataclass(frozen=True)
class OneOf:
    """Reads one word of a few. ValueError where it is none of them."""

    choices: tuple[str, ...]

    def __call__(self, raw: Any) -> str:
        word = plain_text(raw).lower().replace("one-shot", "oneshot").replace("one shot", "oneshot")
        if word not in self.choices:
            raise ValueError
        return word


def one_of(*choices: str) -> OneOf:
    return OneOf(choices)


def switch(raw: object) -> bool:
    """On or off, in any of the usual words. ValueError for other words."""
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower()
    if word in ("on", "yes", "true", "1", "1.0"):
        return True
    if word in ("off", "no", "false", "0", "0.0"):
        return False
    raise ValueError


def _improve(raw: object) -> str:
    if str(raw).strip().lower() == "ask":
        return "ask"
    return "on" if switch(raw) else "off"


def _key(raw: object) -> str:
    text = plain_text(raw)
    if text.lower() == "keep":
        return "keep"
    try:
        Key.parse(text)
    except ValueError:
        named = foreign_key(text)
        if named is None:
            raise
        return named
    return text


#: Longer texts are no time signature, and not searched for one.
_MOST_METER = 40
#: What people write behind a time signature.
_METER_TAIL = re.compile(r"[\s-]*(?:time|takt|meter)\s*$", re.IGNORECASE)


def _meter(raw: object) -> str:
    text = plain_text(raw)
    if len(text) > _MOST_METER:
        raise ValueError
    text = unicodedata.normalize("NFKC", text)
    return str(Meter.parse(_METER_TAIL.sub("", text)))


def _note(raw: object) -> str:
    if isinstance(raw, float) and raw == int(raw):
        raw = int(raw)
    text = plain_text(raw)
    parse_note(text, "live")
    return text


def _level(raw: object) -> str | float:
    if isinstance(raw, str) and raw.strip().lower() == "keep":
        return "keep"
    return number(-40, -5, units=written.LOUDNESS)(raw)


def word_list(raw: object) -> list[str]:
    """Words of a list, or of a text with commas."""
    parts = raw if isinstance(raw, (list, tuple)) else plain_text(raw).split(",")
    words = [plain_text(part) for part in parts if str(part).strip()]
    if not words or len(words) > MAX_WORDS:
        raise ValueError
    return words


#: An engine of this machine, or of another one, as in studio-pc:embedded.
_ENGINE = re.compile(r"([a-z0-9][a-z0-9-]{0,30}:)?[a-z0-9][a-z0-9._-]{0,63}")


def _engines(raw: object) -> list[str]:
    names = [name.lower() for name in word_list(raw)]
    if any(not _ENGINE.fullmatch(name) for name in names):
        raise ValueError
    return names


#: Paths to networks, devices and URLs.
_FOREIGN_PATH = re.compile(
    r"^[\\/]{2}"
    r"|^[a-z][a-z0-9+.-]+:[\\/]{2}"
    r"|^(file|smb|afp|nfs|s?ftp|https?|data):"
    r"|^[\\/]+(dev|proc|sys)([\\/]|$)",
    re.IGNORECASE,
)
#: Devices of Windows, in every folder and with every suffix; elsewhere `aux.wav` is a normal file.
_WINDOWS_DEVICE = re.compile(
    r"(^|[\\/:])(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)\s*(\.[^\\/]*)?$", re.IGNORECASE
)


#: Why a name whose bytes are no UTF-8 is refused.
NOT_UTF8 = "its name is not UTF-8, so no record can hold it: rename it first"


def local_path(raw: object) -> str:
    """A path on this machine. ValueError, which says why, for networks, devices and URLs."""
    try:
        text = plain_text(raw)
    except UnicodeEncodeError:
        raise ValueError(NOT_UTF8) from None
    except ValueError:
        raise ValueError from None
    if "\n" in text or "\r" in text:
        raise ValueError("its name holds a line break, which no record can hold: rename it first")
    # refused before any file call, which could hang, or reveal the user to a server
    if _FOREIGN_PATH.search(text):
        raise ValueError(
            "it is a URL, a network's or a device's: give a copy in a folder of this machine"
        )
    if sys.platform == "win32" and _WINDOWS_DEVICE.search(text):
        raise ValueError("Windows keeps this name for a device: rename it first")
    return text


_UNIT = number(0, 1, units=written.SHARE)

#: The table. Order is the order of the documentation.
FIELDS: dict[str, Field] = {
    row.name: row
    for row in (
        Field("prompt", short_text, f"1 to {MAX_PROMPT:,} characters of text", "none", "What you want to hear.", "dusty boom bap drums", if_empty=NOTHING_ASKED),
        Field("kind", one_of(*KINDS), "one of " + ", ".join(KINDS), "loop", "What comes out.", "loop"),
        Field("bpm", number(MIN_BPM, MAX_BPM, 3, written.TEMPO), "a tempo from 40 to 300 (3 decimals are kept)", "the project's tempo", "Tempo in quarter notes a minute.", "128"),
        Field("key", _key, "a tonic and a mode (Am, F# minor, Gb, D dorian, h-Moll, la mineur, Camelot 8A) or keep", "the project's key", "Key; keep leaves the take's own.", "Am"),
        Field("meter", _meter, "a time signature from 2/4 to 15/8", "4/4", "Time signature.", "3/4"),
        Field("bars", whole(MIN_BARS, MAX_BARS, written.BARS), "a whole number of bars from 1 to 64", "4 for a loop", "Length in bars.", "4"),
        Field("seconds", number(0.05, 600, units=written.TIME), "a length from 0.05 to 600 seconds", "by kind", "Length of a one-shot, effect, track or vocal.", "2.5"),
        Field("tail", number(0, 30, units=written.TIME), "a time from 0 to 30 seconds", "within the length", "How much longer than its length a track may ring.", "4"),
        Field("until", one_of("length", "the end rings"), "length or the end rings", "length", "Where a track of so many seconds ends: there, or when all has rung out.", "the end rings"),
        Field("sections", sections_field, "names of sections with their bars, by comma (intro, verse, hook, bridge, break, build, drop, theme, solo, outro; 1 to 64 bars each, 400 together)", "by genre", "The form of a track.", "intro 8, verse 16, drop 16"),
        Field("count", whole(1, MOST_CLIPS, written.CLIPS), f"a whole number from 1 to {MOST_CLIPS:,}", "1", "How many clips.", "3"),
        Field("seed", whole(0, 2**53), "a whole number from 0 to 9007199254740992", "random, and recorded", "The same seed gives the same clip.", "42"),
        Field("engine", _engines, "an engine's name, several by comma, or auto (`sidecrate engines` lists them)", "auto", "Who makes it.", "embedded"),
        Field("genre", short_text, "words", "from the prompt", "Genre.", "techno"),
        Field("mood", word_list, "words, by comma", "from the prompt", "Mood.", "dark, warm"),
        Field("instruments", word_list, "words, by comma", "from the prompt", "Instruments that play.", "drums, bass"),
        Field("energy", _UNIT, "a number from 0 to 1", "from the prompt", "How hard it drives.", "0.7"),
        Field("density", _UNIT, "a number from 0 to 1", "from the prompt", "How many notes.", "0.5"),
        Field("swing", number(50, 75, units=written.PERCENT), "a percentage from 50 (straight) to 75", "from the genre", "Swing of the sixteenths.", "58"),
        Field("note", _note, "a pitch class (G), a note with its octave (G1) or a MIDI number from 0 to 127", "by voice", "Pitch of a one-shot.", "G1"),
        Field("lyrics", short_text, f"1 to {MAX_PROMPT:,} characters of text", "none", "Words to sing; auto has them written.", "we ride at dawn"),
        Field("negative", short_text, f"1 to {MAX_PROMPT:,} characters of text", "none", "What must not be heard.", "vocals"),
        Field("reference", local_path, "the path of an audio file on this machine, or a clip", "none", "A sound to start from.", "guitar.wav", is_path=True),
        Field("reference_start", number(0, 86400, units=written.TIME), "a time from 0 s", "0", "Where the reference begins, in s.", "1.5"),
        Field("reference_end", number(0, 86400, units=written.TIME), "a time from 0 s", "its end", "Where the reference ends, in s.", "9.5"),
        Field("use", one_of("continue", "melody", "accompany", "style"), "continue, melody, accompany or style", "continue", "What the reference is for.", "accompany"),
        Field("strength", _UNIT, "a number from 0 to 1", "0.5", "How far from the reference.", "0.5"),
        Field("grid", one_of("tight", "feel", "off"), "tight, feel or off", "feel", "How strictly a take is put on the grid.", "tight"),
        Field("level", _level, "a loudness from -40 to -5 LUFS, or keep", "by kind", "Loudness of the clip.", "-14"),
        Field("formants", switch, "on or off", "off", "Keep a voice's formants when shifting its pitch.", "on"),
        Field("choice", whole(1, 16), "a whole number from 1 to 16", "1", "Which of the alternative cuts.", "2"),
        Field("quality", one_of("preview", "full"), "preview or full", "full", "Preview is quicker.", "full"),
        Field("kit", local_path, "a folder of one-shots, or a collection", "none", "Your own sounds for the embedded engine.", "My Kit", is_path=True),
        Field("midi", switch, "on or off", "on", "Notes beside the audio, where the engine knows them.", "on"),
        Field("stems", switch, "on or off", "off", "Each part as a file of its own.", "on"),
        Field("compose", one_of("rules", "llm"), "rules or llm", "rules", "Who writes the notes of the embedded engine.", "rules"),
        Field("improve", _improve, "off, on or ask", "by config", "Have a language model improve the prompt; ask shows it first.", "ask"),
        Field("change", short_text, "drums, bass, chords or lead; with again also sounds, fill, or words", "none", "What is made anew, of a clip made again or of a loop by swap; the rest stays.", "drums"),
        Field("then", one_of("nothing", "audition"), "nothing or audition", "nothing", "What happens when it is done.", "audition"),
        Field("tags", word_list, "words, by comma", "none", "Your own words for the library.", "intro, idea"),
        Field("target", short_text, "words", "none", "For a device: where the clip goes.", "slot"),
        Field("id", short_text, "words", "none", "Your own word for this request, echoed in every answer.", "a1"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """A request as its sender gave it: the given fields alone, each of them checked."""

    values: Mapping[str, Value] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    """What the sender should know of how it was read: a number that was rounded..."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """The rounded numbers, as they were given."""

    def __getitem__(self, name: str) -> Value:
        return self.values[name]

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def get(self, name: str, otherwise: Any = None) -> Any:
        """The field's value, or `otherwise` where it was not given."""
        return self.values.get(name, otherwise)

    def with_defaults(self, defaults: Mapping[str, Value]) -> Request:
        """This request, with `defaults` (a preset's, a sender's) for fields that it lacks."""
        return replace(self, values={**defaults, **self.values})

    def over(self, base: Request) -> Request:
        """This request, with the fields of `base` that it lacks, and what is said of those."""
        own = {name: raw for name, raw in base.given.items() if name not in self}
        return Request(
            {**base.values, **self.values}, (*base.said, *self.said), {**own, **self.given}
        )

    def with_values(self, values: Mapping[str, Value]) -> Request:
        """This request, with these values for its own."""
        return replace(self, values={**self.values, **values})

    def with_paths(self, names: Iterable[str], place: Callable[[str], str]) -> Request:
        """This request with its paths, of the fields `names`, as `place` puts them."""
        return self.with_values({name: place(str(self[name])) for name in names if name in self})

    def to_send(self) -> dict[str, Any]:
        """The fields for another process, which rounds numbers itself and says so."""
        return {**self.values, **self.given}

    @property
    def label(self) -> str:
        """The caller's own name for the request, or an empty string."""
        return str(self.values.get("id", ""))


def unknown_field(name: str) -> Fault:
    """The fault of a field that is not in the table, with the nearest one that is."""
    near = nearest_field(name)
    hint = f"; did you mean {near}?" if near else f"; the fields are {', '.join(FIELDS)}"
    return Fault(name, "", f"{shorten(name)} is not a field{hint}")


#: Other words for a field, read as the field.
_ALSO = {
    "tempo": "bpm",
    "scale": "key",
    "tonality": "key",
    "tonart": "key",
    "tonalité": "key",
    "tonalidad": "key",
    "time_signature": "meter",
    "signature": "meter",
    "taktart": "meter",
    "measures": "bars",
    "takte": "bars",
    "mesures": "bars",
    "compases": "bars",
    "length": "bars",
    "länge": "bars",
    "duration": "seconds",
    "dauer": "seconds",
}
#: Other names for a field, too far from it for a spelling check; they are only suggested.
_OTHER_NAMES = {
    "speed": "bpm",
    "style": "genre",
    "type": "kind",
    "text": "prompt",
    "model": "engine",
    "variations": "count",
    "number": "count",
    "loudness": "level",
    "pitch": "note",
    "exclude": "negative",
    "without": "negative",
}


def nearest_field(name: str) -> str | None:
    """The field that an unknown name most likely stands for, or None."""
    plain = name.lower().strip()
    if other := _ALSO.get(plain) or _OTHER_NAMES.get(plain):
        return other
    found = difflib.get_close_matches(plain, FIELDS, n=1, cutoff=0.6)
    return found[0] if found else None


def field_meant(name: str, raw: object = "") -> str:
    """The field that a name stands for: its own, or one of the other words for it.

    A length is in bars or in seconds, as its value says: `length: 8`, `length: 30 s`.
    """
    plain = re.sub(r"[\s-]+", "_", unicodedata.normalize("NFC", name).strip().lower())
    meant = _ALSO.get(plain, plain)
    if meant != plain and isinstance(raw, str):
        if meant == "bars" and written.is_time(raw):
            return "seconds"
        if meant == "seconds" and written.has_unit(raw, written.BARS):
            return "bars"
    return meant


def read_fields(
    pairs: Iterable[tuple[str, object]],
    rows: Mapping[str, Field] = FIELDS,
    unknown: Callable[[str], Fault] = unknown_field,
) -> Request:
    """A request from (name, raw) pairs; of a repeated field the last counts, and that is said.

    RequestError holds every fault at once. rows: the allowed fields. unknown: makes the fault of
    any other name.
    """
    values: dict[str, Value] = {}
    given: dict[str, Any] = {}
    said: list[str] = []
    faults: list[Fault] = []
    for name, raw in pairs:
        row = rows.get(str(name).strip().lower()) or rows.get(field_meant(str(name), raw))
        if row is None:
            faults.append(unknown(str(name)))
            continue
        try:
            value = row.check(raw)
        except RequestError as error:
            faults.extend(error.faults)
            continue
        if values.get(row.name, value) != value:
            said.append(f"{row.name} is given twice; the last, {shorten(value)}, is used")
        values[row.name] = value
        given.pop(row.name, None)
        if isinstance(row.read, Number) and row.read.is_rounded(raw):
            given[row.name] = raw
            kept = f"{row.read.decimals} decimals are kept"
            said.append(f"{row.name}: {one_line(str(raw), 60)} is taken as {value}; {kept}")
    if faults:
        raise RequestError(*faults)
    return Request(values, tuple(said), given)


def check_fields(
    pairs: Iterable[tuple[str, object]],
    rows: Mapping[str, Field] = FIELDS,
    unknown: Callable[[str], Fault] = unknown_field,
) -> dict[str, Value]:
    """The checked values of (name, raw) pairs, as `read_fields` reads them."""
    return dict(read_fields(pairs, rows, unknown).values)


def read_request(pairs: Iterable[tuple[str, object]]) -> Request:
    """A request from (name, raw) pairs. RequestError with every fault found in it."""
    return read_fields(pairs)
