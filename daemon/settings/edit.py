"""Adds an item to a list of the user's config.yaml, or the line that switches the page.

Lines are inserted; everything else stays as it is, comments too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from bridge.files.whole import beside
from daemon.errors import ConfigError
from daemon.settings.load import load_config


def mapping_line(entry: Mapping[str, Any]) -> str:
    """A mapping as it stands in the config: `{note: 36, do: preset drums}`."""
    text: str = yaml.safe_dump(
        dict(entry), sort_keys=False, allow_unicode=True, default_flow_style=True, width=10_000
    )
    return text.strip()


def add_mapping(path: Path, entry: Mapping[str, Any]) -> None:
    """Append a mapping to `midi.map`.

    ConfigError where the result could not be parsed; then the file is unchanged.
    """
    _add(path, "midi", "map", dict(entry), mapping_line(entry))


def add_address(path: Path, address: str) -> bool:
    """Append another machine's address to `osc.allow`. False where it stands there already.

    ConfigError as above.
    """
    if address in load_config(path).osc.allow:
        return False
    _add(path, "osc", "allow", address, address)
    return True


def add_font(path: Path, font: str) -> bool:
    """Append a font, or a role and its file, to `sounds.fonts`. False where it stands there.

    ConfigError as above.
    """
    if font in load_config(path).sounds.fonts:
        return False
    _add(path, "sounds", "fonts", font, json.dumps(font))
    return True


def set_page(path: Path, on: bool) -> None:
    """Add `web: on` or `web: off` to a config that has no section `web`. ConfigError as above."""
    line = f"web: {'on' if on else 'off'}"
    before = load_config(path).model_dump()
    wanted = {**before, "web": {**before["web"], "enabled": on}}

    def with_line(body: str) -> str:
        root = yaml.compose(body, Loader=yaml.SafeLoader)
        if isinstance(root, yaml.MappingNode) and (root.flow_style or _value(root, "web")):
            raise _CannotEditError(f"{path} is laid out in a way that no line can be put into")
        return f"{body}{'' if not body or body.endswith(chr(10)) else chr(10)}{line}\n"

    _edit(path, with_line, wanted, f"{path}: write it by hand: {line}")


def _add(path: Path, section: str, key: str, item: Any, line: str) -> None:
    """Append an item to a section's list.

    The new text is parsed before it replaces the old one. It must mean the same as before, with the
    item.
    """
    before = load_config(path).model_dump()
    by_hand = f"{path}: write it by hand, under {section}: and {key}:, as in  - {line}"
    wanted = {**before, section: {**before[section], key: (*before[section][key], item)}}
    _edit(path, lambda body: _with_item(body, section, key, line), wanted, by_hand)


def _edit(
    path: Path, change: Callable[[str], str], wanted: Mapping[str, Any], by_hand: str
) -> None:
    """Replace the file by its changed text, whose lines end in \\n, where it means `wanted`."""
    raw = path.read_bytes().decode("utf-8") if path.exists() else ""
    body = raw.removeprefix("\ufeff")
    newline = "\r\n" if "\r\n" in body else "\n"
    try:
        edited = change(body.replace("\r\n", "\n")).replace("\n", newline)
    except _CannotEditError as error:
        raise ConfigError(f"{error}\n{by_hand}") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    # the file itself, if the user has made the config a link to it
    with beside(path.resolve()) as part:
        _write_like(path, part, raw[: len(raw) - len(body)] + edited)
        try:
            after = load_config(part).model_dump()
        except ConfigError as error:
            raise ConfigError(error.text.replace(str(part), str(path))) from None
        if after != wanted:
            raise ConfigError(
                f"{path} is laid out in a way that lines cannot be put into\n{by_hand}"
            )


class _CannotEditError(Exception):
    """Why no line can be inserted."""


def _write_like(path: Path, part: Path, text: str) -> None:
    """Write a part file with the mode of the file; a new file is readable by this user alone."""
    part.touch(0o600, exist_ok=False)
    part.write_bytes(text.encode("utf-8"))
    if path.exists():
        part.chmod(path.stat().st_mode & 0o777)


def _with_item(text: str, section: str, key: str, line: str) -> str:
    """The text with the item added; lines end in \\n."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    there = None if root is None else _value(root, section)
    if there is None:
        if isinstance(root, yaml.MappingNode) and root.flow_style:
            raise _CannotEditError("the whole config stands in braces")
        gap = "" if not text or text.endswith("\n") else "\n"
        return f"{text}{gap}{section}:\n  {key}:\n    - {line}\n"
    name, settings = there
    indent = "  "
    if isinstance(settings, yaml.MappingNode) and settings.flow_style:
        return _into_braces(text, settings, key, line)
    if isinstance(settings, yaml.MappingNode) and settings.value:
        indent = " " * settings.value[0][0].start_mark.column
    elif not _is_empty(settings):
        raise _CannotEditError(f"the section {section} is no list of settings")
    found = _value(settings, key)
    if found is None:
        return _after_line(text, name.end_mark.index, f"{indent}{key}:\n{indent}  - {line}\n")
    name, entries = found
    if _is_empty(entries):
        return _after_line(text, name.end_mark.index, f"{indent}  - {line}\n")
    if not isinstance(entries, yaml.SequenceNode):
        raise _CannotEditError(f"{section}.{key} is no list")
    if entries.flow_style:
        return _into_brackets(text, entries, f"{indent}  - {line}\n", line)
    dash = " " * entries.start_mark.column
    return _after_line(text, _end(entries), f"{dash}- {line}\n")


def _into_braces(text: str, settings: yaml.MappingNode, key: str, line: str) -> str:
    found = _value(settings, key)
    if found is None:
        if not settings.value:
            raise _CannotEditError("the section stands in braces with nothing inside")
        end = max(_end(part) for part in settings.value[-1])
        return f"{text[:end]}, {key}: [{line}]{text[end:]}"
    entries = found[1]
    if not isinstance(entries, yaml.SequenceNode):
        raise _CannotEditError(f"{key} in braces is no list")
    end = _end(entries.value[-1]) if entries.value else entries.start_mark.index + 1
    return f"{text[:end]}{', ' if entries.value else ''}{line}{text[end:]}"


def _value(node: yaml.Node, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next(((key, value) for key, value in pairs if key.value == name), None)


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _end(node: yaml.Node) -> int:
    """Index of the end of a node's own text. A block's mark stands behind the comments after it."""
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
