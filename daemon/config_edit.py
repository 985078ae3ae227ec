"""A mapping written into the user's config.yaml: lines are put in, and all that stands there stays, comments too."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from daemon.config import load_config
from daemon.errors import ConfigError


def mapping_line(entry: Mapping[str, Any]) -> str:
    """A mapping as it stands in the config: `{note: 36, do: preset drums}`."""
    text: str = yaml.safe_dump(dict(entry), sort_keys=False, allow_unicode=True, default_flow_style=True, width=10_000)
    return text.strip()


def add_mapping(path: Path, entry: Mapping[str, Any]) -> None:
    """Put a mapping at the end of `midi.map`. ConfigError where it would not be understood; the file is as before then.

    The new text is read as a whole before it takes the old one's place, and must say the same as before and the mapping.
    """
    before = load_config(path)
    raw = path.read_bytes().decode("utf-8") if path.exists() else ""
    body = raw.removeprefix("\ufeff")
    newline = "\r\n" if "\r\n" in body else "\n"
    line = mapping_line(entry)
    by_hand = f"{path}: write it by hand, under midi: and map:, as in  - {line}"
    try:
        edited = _with_mapping(body.replace("\r\n", "\n"), line).replace("\n", newline)
    except _CannotEditError as error:
        raise ConfigError(f"{error}\n{by_hand}") from None
    part = _written_beside(path, raw[: len(raw) - len(body)] + edited)
    try:
        after = load_config(part)
        wanted = {**before.model_dump(), "midi": {**before.midi.model_dump(), "map": (*before.midi.map, dict(entry))}}
        if after.model_dump() != wanted:
            raise ConfigError(f"{path} is laid out in a way that lines cannot be put into\n{by_hand}")
        os.replace(part, path)
    except ConfigError as error:
        raise ConfigError(error.text.replace(str(part), str(path))) from None
    finally:
        part.unlink(missing_ok=True)


class _CannotEditError(Exception):
    """Why no line can be put in."""


def _written_beside(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".part", dir=path.parent)
    with os.fdopen(number, "wb") as file:
        file.write(text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        os.chmod(name, path.stat().st_mode & 0o777)
    return Path(name)


def _with_mapping(text: str, line: str) -> str:
    """The text with a mapping more; all of it has \\n at its lines' ends."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None or _value(root, "midi") is None:
        if isinstance(root, yaml.MappingNode) and root.flow_style:
            raise _CannotEditError("the whole config stands in braces")
        gap = "" if not text or text.endswith("\n") else "\n"
        return f"{text}{gap}midi:\n  map:\n    - {line}\n"
    midi = _value(root, "midi")
    assert midi is not None
    indent = "  "
    if isinstance(midi[1], yaml.MappingNode) and midi[1].value:
        if midi[1].flow_style:
            raise _CannotEditError("the section midi stands in braces")
        indent = " " * midi[1].value[0][0].start_mark.column
    elif not _is_empty(midi[1]):
        raise _CannotEditError("the section midi is no list of settings")
    found = _value(midi[1], "map")
    if found is None:
        return _after_line(text, midi[0].end_mark.index, f"{indent}map:\n{indent}  - {line}\n")
    key, entries = found
    if _is_empty(entries):
        return _after_line(text, key.end_mark.index, f"{indent}  - {line}\n")
    if not isinstance(entries, yaml.SequenceNode):
        raise _CannotEditError("midi.map is no list")
    if entries.flow_style:
        return _into_brackets(text, entries, f"{indent}  - {line}\n", line)
    dash = " " * entries.start_mark.column
    return _after_line(text, _end(entries), f"{dash}- {line}\n")


def _value(node: yaml.Node, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next(((key, value) for key, value in pairs if key.value == name), None)


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _end(node: yaml.Node) -> int:
    """Where a node's own text ends; a block's mark stands behind the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return max(_end(part) for part in last) if isinstance(last, tuple) else _end(last)
    return int(node.end_mark.index)


def _after_line(text: str, index: int, lines: str) -> str:
    end = text.find("\n", index)
    return f"{text}\n{lines}" if end < 0 else text[: end + 1] + lines + text[end + 1 :]


def _into_brackets(text: str, entries: yaml.Node, lines: str, line: str) -> str:
    start, end = entries.start_mark.index, entries.end_mark.index
    if entries.value:
        close = _end(entries.value[-1])
        return f"{text[:close]}, {line}{text[close:]}"
    # an empty list becomes one of lines; a comment behind it stays with the key
    return _after_line(text[:start].rstrip(" ") + text[end:], start - 1, lines)
