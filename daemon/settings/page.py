"""config.yaml with every key, its default and its purpose, generated from the schema."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic.fields import FieldInfo

from daemon.settings.schema import Config
from daemon.settings.section import Section

HEADING = """# Sidecrate's settings: every key, with its default.
# Yours is a file of the same shape; write down only what you want otherwise.
# `sidecrate open config` shows it; `sidecrate doctor` names every fault in it.
# `sidecrate open docs` shows the pages that are named here.
"""


def config_page() -> str:
    """The documented config.yaml that holds every key with its default."""
    parts = [HEADING]
    for name, info in Config.model_fields.items():
        parts.append(f"\n# {info.description}\n")
        value = info.get_default()
        if isinstance(value, Section):
            parts.append(f"{name}:\n")
            for key, inner in type(value).model_fields.items():
                parts.append(_entry(key, inner))
        else:
            parts.append(
                f"{name}:\n" + "".join(f"  {key}: {_dump(inner)}\n" for key, inner in value.items())
            )
    return "".join(parts)


def _entry(name: str, info: FieldInfo) -> str:
    default = info.get_default()
    value = "" if default is None else f" {_dump(default)}"
    return f"  # {info.description}{_bounds(info)}\n  {name}:{value}\n"


def _bounds(info: FieldInfo) -> str:
    if get_origin(info.annotation) is Literal:
        return f" One of {', '.join(str(choice) for choice in get_args(info.annotation))}."
    low = next((m.ge for m in info.metadata if hasattr(m, "ge")), None)
    high = next((m.le for m in info.metadata if hasattr(m, "le")), None)
    return f" {low} to {high}." if low is not None and high is not None else ""


def _dump(value: Any) -> str:
    plain = list(value) if isinstance(value, tuple) else value
    text: str = yaml.safe_dump(
        plain, sort_keys=False, allow_unicode=True, default_flow_style=True, width=1000
    )
    return text.removesuffix("...\n").strip()
