"""Lines of fields in a prompt file (pure): `bpm: 93`, `**bpm** = 93`, `bpm：９３`; front matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

#: Emphasis and code of Markdown, around a name or a value.
_MARKS = r"(?:\*{1,3}|_{2,3}|`)?"
_LINE = re.compile(
    rf"\s*(?:[-*+•]\s+)?{_MARKS}([^\W\d_](?:[\w -]{{0,30}}\w)?){_MARKS}\s*[:=：＝]{_MARKS}(.*)"
)
_MARKED = re.compile(r"^(?:\*{1,3}|_{2,3}|`)|(?:\*{1,3}|_{2,3}|`)$")
_QUOTES = ('"', "'", "“", "„", "‘", "«")
_CLOSES = {"“": "”", "„": "“", "‘": "’", "«": "»"}
_LIST = re.compile(r"\[(.*)\]")
#: A key of YAML that no field is called by: `"my key": 3`, `dc.title: x`.
_OTHER_KEY = re.compile(r"([^:]{1,200}?)\s*:(?:\s|$)")
#: YAML's ways to say that a text follows on lines of its own, and that there is no value.
_BLOCK = re.compile(r"[|>][-+]?")
_NOTHING = frozenset({"null", "~", "[]", "{}"})
#: A value in quotes with a comment behind it, and a comment. Without a blank before it, as in
#: `key: F#`, the sign begins none.
_QUOTED = re.compile(r":\s+([\"'])(.{0,4000}?)\1\s+#.*$")
_COMMENT = re.compile(r"\s#\s.*$|\s#$")


@dataclass(frozen=True)
class FieldLine:
    """A line `name: value`, with its place in the file's section."""

    offset: int
    name: str
    """As a field's name is written: small letters, with underscores."""
    value: str
    as_typed: str


def read_line(line: str, offset: int = 0) -> FieldLine | None:
    """The field line that a line is; None for any other."""
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    plain = unicodedata.normalize("NFKC", match[1]).strip(" _").lower()
    return FieldLine(offset, re.sub(r"[\s-]+", "_", plain), _plain(match[2]), line)


def list_items(value: str) -> str:
    """The items of a list in brackets, by comma; any other text as it is."""
    match = _LIST.fullmatch(value)
    if match is None:
        return value
    return ", ".join(_plain(item) for item in match[1].split(",") if item.strip())


def read_front_matter(lines: Sequence[tuple[int, str]]) -> list[FieldLine]:
    """The fields of YAML front matter: its own keys, with lists and texts of several lines.

    What is indented below a key belongs to it. Comments are left out. A line that is none of this
    is a field line without a name.
    """
    found: list[FieldLine] = []
    below: list[str] = []
    for offset, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if found and (line[:1] in " \t" or re.match(r"-\s", line)):
            below.append(line)
            continue
        _close(found, below)
        found.append(_yaml_line(line, offset))
    _close(found, below)
    return found


def _yaml_line(line: str, offset: int) -> FieldLine:
    read = read_line(line, offset)
    if read is None:
        other = _OTHER_KEY.match(line)
        return FieldLine(offset, other[1].strip() if other else "", "other", line)
    quoted = _QUOTED.search(line)
    value = quoted[2] if quoted else _plain(_COMMENT.sub("", read.value))
    return FieldLine(offset, read.name, "" if value in _NOTHING else value, line)


def _close(found: list[FieldLine], below: list[str]) -> None:
    """Give the last key what is indented below it: a list's items, or a text."""
    if below:
        last = found[-1]
        if _BLOCK.fullmatch(last.value):
            value = "\n".join(line.strip() for line in below)
        elif last.value:
            value = last.value  # the key has its value; what hangs below is not ours
        else:
            value = ", ".join(_plain(re.sub(r"^\s*-\s+", "", line)) for line in below)
        found[-1] = FieldLine(last.offset, last.name, value, last.as_typed)
        below.clear()


def _plain(value: str) -> str:
    """A value without the marks and the pair of quotes around it."""
    plain = _MARKED.sub("", value.strip()).strip()
    quote = plain[:1]
    inner = plain[1:-1]
    if quote in _QUOTES and len(plain) > 1 and plain[-1] == _CLOSES.get(quote, quote):
        return plain if quote in inner else inner.strip()
    return plain
