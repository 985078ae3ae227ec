"""Parses config.yaml. An error names the line, the value and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from daemon.errors import ConfigError
from daemon.settings.schema import BETWEEN, Config


def load_config(path: Path) -> Config:
    """The user's config over the defaults; without a file, the defaults.

    ConfigError lists all faults.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}: cannot be read ({error}); make it a UTF-8 text file that you may read"
        ) from None
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "somewhere"
        raise ConfigError(
            f"{path}, {where}: is not YAML ({getattr(error, 'problem', error)});"
            " check colons and spaces there"
        ) from None
    if values is None:
        return Config()
    if not isinstance(values, dict):
        raise ConfigError(
            f"{path}, line 1: holds no `section:` lines; see config.yaml in the documentation"
        )
    try:
        # an empty section or value means its default
        return Config.model_validate(_without_empty(values))
    except ValidationError as error:
        lines = _line_numbers(tree)
        raise ConfigError("\n".join(f"{path}, {line}" for line in _faults(error, lines))) from None


def _without_empty(values: Any) -> Any:
    if isinstance(values, dict):
        return {
            str(name): _without_empty(value) for name, value in values.items() if value is not None
        }
    return values


def _line_numbers(node: yaml.Node | None, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], int]:
    lines: dict[tuple[str, ...], int] = {}
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            here = (*path, str(name.value))
            lines[here] = name.start_mark.line + 1
            lines.update(_line_numbers(value, here))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            here = (*path, str(index))
            lines[here] = value.start_mark.line + 1
            lines.update(_line_numbers(value, here))
    return lines


def _faults(error: ValidationError, lines: Mapping[tuple[str, ...], int]) -> Iterator[str]:
    for fault in error.errors():
        path = tuple(str(part) for part in fault["loc"])
        line = next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 1)
        name = ".".join(path)
        if fault["type"] == BETWEEN:
            for place, text in fault["ctx"]["faults"]:
                yield f"line {lines.get(place, 1)}: {text}"
        elif fault["type"] == "extra_forbidden":
            near = difflib.get_close_matches(path[-1], _names(path[:-1]), n=1, cutoff=0.5)
            hint = f"the keys here are {', '.join(_names(path[:-1]))}"
            if near:
                hint = f"did you mean {near[0]}?"
            yield f"line {line}: {name} is not a key; {hint}"
        else:
            for one in fault["msg"].removeprefix("Value error, ").splitlines():
                yield (
                    f"line {line}: {name}: {fault['input']!r:.60} is not allowed;"
                    f" {_lower_first(one)}"
                )


def _names(path: tuple[str, ...]) -> list[str]:
    model: Any = Config
    for part in path:
        info = model.model_fields.get(part) if hasattr(model, "model_fields") else None
        model = info.annotation if info else None
    return list(model.model_fields) if hasattr(model, "model_fields") else []


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
