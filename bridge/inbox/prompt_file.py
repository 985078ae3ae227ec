"""Prompt files (pure): the bytes of a text file to requests.

    bpm: 90
    key: A minor

    dusty boom bap drums
    ===
    a second request

Where a line is `---`, every line before it is `name: value`. Where the first line is one as well,
the lines between are YAML front matter, whose other keys are left alone. Without one, the leading
lines whose name is a field are fields, up to the first blank or other line. The rest is the prompt.
A line `===` separates requests.

`do: split` names a verb of the table, and `source: last` its source. An audio file of the same name
beside the text needs no `source`, nor does a MIDI file. Without `do` a prompt is made, audio alone
is put on the grid, and notes are played by the embedded musician.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bridge.errors import Fault, RequestError
from bridge.inbox.field_lines import FieldLine, list_items, read_front_matter, read_line
from bridge.inbox.names import is_midi
from bridge.request import (
    FIELDS,
    MAX_PROMPT,
    Request,
    Value,
    field_meant,
    nearest_field,
    unknown_field,
)
from bridge.text import letters_off, shorten
from bridge.verbs import DO, SOURCE, VERBS, Verb, find_verb

# UTF-32 before UTF-16: its little-endian mark begins with the same two bytes
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_FORMATS = {
    b"{\\rtf": "rich text",
    b"PK\x03\x04": "a word processor's or zip file",
    b"%PDF": "a PDF",
}
_LINE_END = re.compile("\r\n|[\r\n\u2028\u2029\u0085]")
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_RULE = re.compile(r"\s*---+\s*")
#: A line that only heads what follows.
_TITLE = re.compile(r"\s*(?:#{1,6}\s.*|[^:=]{1,80}[:：]\s*)")
#: What ends front matter.
_CLOSING = re.compile(r"\s*(?:---+|\.\.\.)\s*")
#: Fields whose brackets are their own: `[verse] we ride`.
TEXTS = frozenset({"prompt", "lyrics"})
#: Larger files are no prompts, and are not read into memory.
MAX_TEXT_BYTES = 1_000_000
#: Requests of one file. All are stored in one go, which delays others; a person writes few.
MAX_REQUESTS = 100
#: Lines of fields of one request.
MAX_FIELD_LINES = 200
_HINT = "write a prompt in it, as in: dusty boom bap drums 90 bpm"


@dataclass(frozen=True)
class PromptFile:
    """The parsed content of a file: its requests, all of one verb."""

    requests: tuple[Request, ...]
    verb: str = ""
    """Empty where it names none."""
    what: str = ""
    """The clip to repeat, for `again`."""


@dataclass(frozen=True)
class _Section:
    request: Request
    verb: str
    what: str


def read_prompt_file(data: bytes) -> PromptFile:
    """Parse a prompt file. RequestError has every fault of every request, each with its line."""
    found: list[_Section] = []
    faults: list[Fault] = []
    sections = _sections(decode(data))
    if len(sections) > MAX_REQUESTS:
        text = (
            f"the file holds {len(sections):,} requests; "
            f"it takes at most {MAX_REQUESTS}: drop several files"
        )
        raise RequestError(Fault("prompt", f"{len(sections)}", text))
    for first_line, lines in sections:
        try:
            found.append(_read_section(lines, first_line))
        except RequestError as error:
            faults.extend(error.faults)
    if faults:
        raise RequestError(*faults)
    if not found:
        raise RequestError(Fault("prompt", "", f"the file holds nothing but blank lines; {_HINT}"))
    verb = found[0].verb
    if len({section.verb for section in found}) > 1:
        verbs = " and ".join(sorted({section.verb or "make" for section in found}))
        text = (
            f"{DO}: the requests of one file are of one verb, "
            f"and these are {verbs}; drop a file for each"
        )
        raise RequestError(Fault(DO, verbs, text))
    if len(found) > 1 and verb and not VERBS[verb].holds:
        text = (
            f"{DO}: {verb} takes one request a file, "
            f"and here are {len(found)}; drop a file for each"
        )
        raise RequestError(Fault(DO, verb, text))
    return PromptFile(tuple(section.request for section in found), verb, found[0].what)


def verb_of(requests: Sequence[Request]) -> str:
    """The verb of a file that names none: render for notes, fit for audio without a prompt.

    Else it is make.
    """
    if requests and all(is_midi(str(request.get("reference", ""))) for request in requests):
        return "render"
    only_fit = all(
        "reference" in request and "prompt" not in request and "use" not in request
        for request in requests
    )
    return "fit" if only_fit else "make"


def may_go_on(data: bytes) -> bool:
    """Whether a file so far has fields and blank lines only: its prompt may still be written.

    Such a file can be a whole request as well, so this is a reason to wait and no fault.
    """
    try:
        asked = read_prompt_file(data)
    except RequestError as error:
        return all(fault.field == "prompt" and _HINT in fault.text for fault in error.faults)
    last = asked.requests[-1]
    return not (asked.verb or "prompt" in last or "reference" in last)


def decode(data: bytes) -> str:
    """The text of bytes: UTF-8, UTF-16 or UTF-32 with a mark, or Windows' Latin-1.

    RequestError for binary data.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return _checked(data[len(mark) :].decode(encoding))
            except UnicodeDecodeError:
                raise _not_text(f"the file says it is {encoding} and is not") from None
    for magic, what in _OTHER_FORMATS.items():
        if data.startswith(magic):
            raise _not_text(f"the file is {what}")
    for encoding in ("utf-8", "cp1252"):
        try:
            return _checked(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise _not_text("the file is not text")


def _checked(text: str) -> str:
    if found := _NO_TEXT.search(text):
        raise _not_text(
            f"the file is not text (byte {ord(found[0]):#04x} at character {found.start() + 1})"
        )
    return text.replace("\ufeff", "")


def _not_text(why: str) -> RequestError:
    return RequestError(Fault("prompt", "", f"{why}; save it as plain text in UTF-8"))


def _sections(text: str) -> list[tuple[int, list[str]]]:
    """(number of the first line, lines) of every request that is not blank."""
    sections: list[tuple[int, list[str]]] = [(1, [])]
    for number, line in enumerate(_LINE_END.split(text), 1):
        if re.fullmatch(r"\s*={3,}\s*", line):
            sections.append((number + 1, []))
        else:
            sections[-1][1].append(line)
    return [(number, lines) for number, lines in sections if any(line.strip() for line in lines)]


def _read_section(lines: list[str], first_line: int) -> _Section:
    named_verb = _named_verb(lines)
    verb = VERBS.get(named_verb, VERBS["make"])
    names = {*verb.takes, *FIELDS, DO, SOURCE}
    head = _split(lines, names)
    if len(head.fields) > MAX_FIELD_LINES:
        text = (
            f"line {first_line}: {len(head.fields):,} lines of fields stand here; "
            f"there are {len(FIELDS)} fields, each is said once"
        )
        raise RequestError(Fault("", f"{len(head.fields)}", text))
    read = _Read(verb)
    for line in head.fields:
        with read.faults_of(first_line + line.offset):
            if name := _field_meant(line, head, names):
                read.field(name, _value(line, name, head.is_yaml))
            elif line.value:
                read.left_alone.append(line.name)
    prompt = "\n".join(
        part for part in (str(read.values.get("prompt", "")), "\n".join(head.body).strip()) if part
    )
    if prompt:
        try:
            read.values.update(verb.read([("prompt", prompt)])[1].values)
        except RequestError as error:
            text = error.text if len(prompt) <= MAX_PROMPT else f"prompt: {_too_long(prompt)}"
            fault = Fault("prompt", shorten(prompt), f"line {first_line}: {text}")
            read.faults.append(fault)
    if read.faults:
        raise RequestError(*read.faults)
    if not read.values and not read.is_named:
        raise RequestError(
            Fault("prompt", "", f"line {first_line}: nothing is asked here; {_HINT}")
        )
    return _Section(read.request(), verb.name if read.is_named else "", read.what)


class _Read:
    """What the field lines of a request have said so far."""

    def __init__(self, verb: Verb) -> None:
        self.verb = verb
        self.values: dict[str, Value] = {}
        self.given: dict[str, Any] = {}
        self.said: list[str] = []
        self.left_alone: list[str] = []
        self.faults: list[Fault] = []
        self.what = ""
        self.is_named = False

    @contextmanager
    def faults_of(self, number: int) -> Iterator[None]:
        """Collect the faults of a line, each with its number."""
        try:
            yield
        except RequestError as error:
            self.faults.extend(
                Fault(f.field, f.value, f"line {number}: {f.text}") for f in error.faults
            )

    def field(self, name: str, raw: str) -> None:
        if not raw:
            return  # an empty line of a template
        if name == DO:
            self.is_named = bool(find_verb(raw))
            return
        about, request = self.verb.read([(name, raw)])
        self.what = about or self.what
        for field, value in request.values.items():
            if self.values.get(field, value) != value:
                self.said.append(f"{field} is given twice; the last, {shorten(value)}, is used")
            self.given.pop(field, None)
        self.values.update(request.values)
        self.given.update(request.given)
        self.said.extend(request.said)

    def request(self) -> Request:
        said = list(self.said)
        if self.left_alone:
            names = shorten(", ".join(dict.fromkeys(self.left_alone)), 200)
            said.append(f"not fields of a request, and left alone: {names}")
        return Request(self.values, tuple(said), self.given)


def _named_verb(lines: list[str]) -> str:
    """The verb that the leading lines name, read before its fields are known; else empty."""
    has_rule = any(map(_RULE.fullmatch, lines))
    begun = False
    for line in lines:
        found = read_line(line)
        if found and found.name == DO:
            return found.value.lower()
        ends = bool(_RULE.fullmatch(line)) if has_rule else not found
        if begun and ends:
            break
        begun = begun or bool(line.strip())
    return ""


def _too_long(prompt: str) -> str:
    length = f"{len(prompt):,} characters"
    return f"{shorten(prompt)} has {length}; it takes {FIELDS['prompt'].allowed}; shorten it"


@dataclass(frozen=True)
class _Head:
    """The lines of a request: its fields, and its prompt."""

    fields: list[FieldLine]
    body: list[str]
    is_strict: bool
    """Whether each line of it must be a field."""
    is_yaml: bool = False
    """Whether it is front matter, which has keys of other programs as well."""


def _split(lines: list[str], names: Container[str]) -> _Head:
    begin = next(n for n, line in enumerate(lines) if line.strip())
    rules = [n for n, line in enumerate(lines) if _RULE.fullmatch(line)]
    if _RULE.fullmatch(lines[begin]):
        closed = [n for n, line in enumerate(lines) if n > begin and _CLOSING.fullmatch(line)]
        if closed:
            inside = [(n, lines[n]) for n in range(begin + 1, closed[0])]
            return _Head(read_front_matter(inside), lines[closed[0] + 1 :], True, is_yaml=True)
    if rules:
        head = [(n, lines[n]) for n in range(rules[0]) if lines[n].strip()]
        fields = [read_line(line, n) or FieldLine(n, "", "", line) for n, line in head]
        return _Head(fields, lines[rules[0] + 1 :], True)
    title = _title_lines(lines, begin, names)
    at = begin + len(title)
    fields = []
    while at < len(lines) and (field := _leading_field(lines[at], at, names)):
        fields.append(field)
        at += 1
    return _Head(fields, [*title, *lines[at:]], False)


def _title_lines(lines: list[str], begin: int, names: Container[str]) -> list[str]:
    """A title before the fields (`# My idea`, `My idea:`), with the blank lines behind it."""
    if not _TITLE.fullmatch(lines[begin]) or _leading_field(lines[begin], begin, names):
        return []
    end = begin + 1
    while end < len(lines) and not lines[end].strip():
        end += 1
    return lines[begin:end]


def _leading_field(line: str, offset: int, names: Container[str]) -> FieldLine | None:
    """A line before the prompt where it is a field's, or nearly; else the prompt begins with it."""
    found = read_line(line, offset)
    if found is None or found.name in names:
        return found
    meant = field_meant(found.name, found.value)
    if meant != found.name:
        # `Tempo: slow and heavy` is the prompt's own line
        return found if meant in names and _is_readable(meant, found.value) else None
    return found if _misspelled(found.name) else None


def _is_readable(field: str, value: str) -> bool:
    row = FIELDS.get(field)
    try:
        return not value or (row is not None and row.check(value) is not None)
    except RequestError:
        return False


def _field_meant(line: FieldLine, head: _Head, names: Container[str]) -> str:
    """The field of a line; empty for a key of front matter that is another program's.

    RequestError where it is none, with the field it resembles.
    """
    if not line.name:
        text = (
            f"{shorten(line.as_typed.strip())} is not `name: value`; "
            "above a line --- stand only fields, the prompt stands below it"
        )
        raise RequestError(Fault("", line.as_typed.strip(), text))
    for name in (line.name, field_meant(line.name, line.value)):
        if name in names:
            return name
    near = _misspelled(line.name)
    if head.is_yaml and not (near and line.value and _is_readable(near, line.value)):
        return ""
    near = near or (nearest_field(line.name) if head.is_strict else None)
    if near is None:
        raise RequestError(unknown_field(line.name))
    raise RequestError(
        Fault(line.name, line.value, f"{shorten(line.name)} is not a field; did you mean {near}?")
    )


def _value(line: FieldLine, name: str, is_yaml: bool) -> str:
    row = FIELDS.get(name)
    is_list = row is not None and isinstance(row.check(row.example), list)
    return list_items(line.value) if is_list or (is_yaml and name not in TEXTS) else line.value


def _misspelled(name: str) -> str | None:
    """The field whose name differs by one letter, or by two where the name is long enough."""
    for field in FIELDS:
        if name != field and letters_off(name, field) <= _letters_allowed(field):
            return field
    return None


def _letters_allowed(field: str) -> int:
    """How many letters of a field's name may be wrong, so that a likeness is no coincidence."""
    if len(field) < 3:
        return 0
    return 1 if len(field) < 6 else 2
