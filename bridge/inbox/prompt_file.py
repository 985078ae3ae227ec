"""Prompt files (pure): the bytes of a text file to requests.

    bpm: 90
    key: A minor

    dusty boom bap drums
    ===
    a second request

Where a line is `---`, every line before it is `name: value`. Without one, the leading lines whose
name is a field are fields, up to the first blank or other line. The rest is the prompt. A line
`===` separates requests.

`do: split` names a verb of the table, and `source: last` its source. An audio file of the same name
beside the text needs no `source`. Without `do` a prompt is made, and audio alone is put on the
grid.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Container
from dataclasses import dataclass

from bridge.errors import Fault, RequestError
from bridge.request import FIELDS, MAX_PROMPT, Request, Value, nearest_field, unknown_field
from bridge.text import letters_off, shorten
from bridge.verbs import DO, SOURCE, VERBS, find_verb

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
_FIELD_LINE = re.compile(r"^\s*([^\W\d_](?:[\w -]{0,30}\w)?)\s*:(.*)$")
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
    head, body, strict = _split(lines, names)
    if len(head) > MAX_FIELD_LINES:
        text = (
            f"line {first_line}: {len(head):,} lines of fields stand here; "
            f"there are {len(FIELDS)} fields, each is said once"
        )
        raise RequestError(Fault("", f"{len(head)}", text))
    values: dict[str, Value] = {}
    what = ""
    named = False
    faults: list[Fault] = []
    for offset, line in head:
        number = first_line + offset
        try:
            name, raw = _field_of(line, strict, names)
            if not raw:
                continue  # an empty line of a template
            if name == DO:
                named = bool(find_verb(raw))
                continue
            about, request = verb.read([(name, raw)])
            what = about or what
            values.update(request.values)
        except RequestError as error:
            faults.extend(Fault(f.field, f.value, f"line {number}: {f.text}") for f in error.faults)
    prompt = "\n".join(
        part for part in (str(values.get("prompt", "")), "\n".join(body).strip()) if part
    )
    if prompt:
        try:
            values.update(verb.read([("prompt", prompt)])[1].values)
        except RequestError as error:
            text = error.text if len(prompt) <= MAX_PROMPT else f"prompt: {_too_long(prompt)}"
            faults.append(Fault("prompt", shorten(prompt), f"line {first_line}: {text}"))
    if faults:
        raise RequestError(*faults)
    if not values and not named:
        raise RequestError(
            Fault("prompt", "", f"line {first_line}: nothing is asked here; {_HINT}")
        )
    return _Section(Request(values), verb.name if named else "", what)


def _named_verb(lines: list[str]) -> str:
    """The verb that the leading lines name, read before its fields are known; else empty."""
    has_rule = any(map(_RULE.fullmatch, lines))
    begun = False
    for line in lines:
        match = _FIELD_LINE.match(line)
        if match and _name(match[1]) == DO:
            return match[2].strip().lower()
        ends = bool(_RULE.fullmatch(line)) if has_rule else not match
        if begun and ends:
            break
        begun = begun or bool(line.strip())
    return ""


def _too_long(prompt: str) -> str:
    length = f"{len(prompt):,} characters"
    return f"{shorten(prompt)} has {length}; it takes {FIELDS['prompt'].allowed}; shorten it"


def _split(
    lines: list[str], names: Container[str]
) -> tuple[list[tuple[int, str]], list[str], bool]:
    """(field lines with their place, prompt lines, whether each field line must be valid)."""
    rules = [n for n, line in enumerate(lines) if _RULE.fullmatch(line)]
    if rules:
        start = 0
        if not any(line.strip() for line in lines[: rules[0]]) and len(rules) > 1:
            # Markdown's front matter opens with a --- of its own
            start = rules[0] + 1
            rules = rules[1:]
        head = [(n, lines[n]) for n in range(start, rules[0]) if lines[n].strip()]
        return head, lines[rules[0] + 1 :], True
    at = next(n for n, line in enumerate(lines) if line.strip())
    begin = at
    while at < len(lines) and _looks_like_field(lines[at], names):
        at += 1
    return [(n, lines[n]) for n in range(begin, at)], lines[at:], False


def _name(text: str) -> str:
    return re.sub(r"[\s-]+", "_", text.strip().lower())


def _looks_like_field(line: str, names: Container[str]) -> bool:
    match = _FIELD_LINE.match(line)
    return match is not None and (
        _name(match[1]) in names or _misspelled(_name(match[1])) is not None
    )


def _field_of(line: str, strict: bool, names: Container[str]) -> tuple[str, str]:
    """(field, raw value) of a line. RequestError where it is none, with the field it resembles."""
    match = _FIELD_LINE.match(line)
    if not match:
        text = (
            f"{shorten(line.strip())} is not `name: value`; "
            "above a line --- stand only fields, the prompt stands below it"
        )
        raise RequestError(Fault("", line.strip(), text))
    name = _name(match[1])
    if name in names:
        return name, match[2].strip()
    near = _misspelled(name) or (nearest_field(name) if strict else None)
    if near is None:
        raise RequestError(unknown_field(name))
    raise RequestError(
        Fault(name, match[2].strip(), f"{shorten(name)} is not a field; did you mean {near}?")
    )


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
